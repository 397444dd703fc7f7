"""Values of schemas as schemathesis draws them: another mind than ours, and a slow one.

It draws requests only, so the schema of an answer is given to it as that of a request's body.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from specpipe.spec.model import Document

_SEEN: dict[tuple[str, str, int, int], Sequence[Any]] = {}
"""By spec, schema, count and seed: all SDKs are given the same ones, and drawing takes long."""


def mirrored(document: Document, schema: str, count: int, seed: int) -> Sequence[Any]:
    """`count` values that should be of a component schema, and as many that should not; who knows
    whether they are. The same ones for the same seed."""
    key = (document.digest, schema, count, seed)
    if count and key not in _SEEN:
        _SEEN[key] = drawn(mirror(document.data.get("components", {}), schema), count, seed)
    return _SEEN.get(key, ())


def mirror(components: Mapping[str, Any], schema: str) -> dict[str, Any]:
    """A spec of one operation, whose request has the schema."""
    reference = {"$ref": f"#/components/schemas/{schema}"}
    body = {"required": True, "content": {"application/json": {"schema": reference}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Mirror", "version": "1"},
        "paths": {"/": {"post": {"requestBody": body, "responses": {}}}},
        "components": {"schemas": components.get("schemas", {})},
    }


def drawn(spec: dict[str, Any], count: int, seed: int) -> Sequence[Any]:
    """What schemathesis draws for the operation: `count` bodies, and as many to be refused."""
    import hypothesis  # all kept out of start-up
    import schemathesis

    from specpipe.conformance.drawn import settings

    operation = schemathesis.openapi.from_dict(spec)["/"]["POST"]
    found: list[Any] = []
    for mode in (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE):

        @hypothesis.seed(seed)
        @settings(count)
        @hypothesis.given(operation.as_strategy(mode))
        def collect(case: Any) -> None:
            if isinstance(case.body, dict | list | str | int | float | None):
                found.append(case.body)

        collect()
    return found
