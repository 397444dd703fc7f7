"""JSON from clients: read strictly, checked against the spec's own schemas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Generic, TypeVar

import jsonschema_rs
import msgspec

from .replies import Refusal

T = TypeVar("T")
DEEPEST = 256
"""Levels of arrays and objects in a body. What is accepted has to be readable later, from any
depth of the call stack, so the limit lies well below Python's own."""


class Json(Generic[T]):
    """A valid JSON body: `value` is all that was sent, `model` the same as a typed object."""

    __slots__ = ("_type", "value")

    def __init__(self, value: Any, type: type[T]) -> None:
        self.value = value
        self._type = type

    @property
    def model(self) -> T:
        """The body as a model. Members that the spec does not know are not in it."""
        return msgspec.convert(self.value, self._type)


class Schemas:
    """The schemas of an OpenAPI document, compiled when first needed. Formats are asserted."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._components = document.get("components", {})
        self._compiled: dict[str, jsonschema_rs.Draft202012Validator] = {}

    def component(self, name: str) -> jsonschema_rs.Draft202012Validator:
        """The validator of `#/components/schemas/<name>`."""
        if (validator := self._compiled.get(name)) is None:
            escaped = name.replace("~", "~0").replace("/", "~1")
            schema = {
                "$ref": f"#/components/schemas/{escaped}",
                "components": {"schemas": self._components["schemas"]},
            }
            validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
            self._compiled[name] = validator
        return validator


def parse_json(raw: bytes) -> Any:
    """The JSON value in `raw`. Raises Refusal (400) when it is none."""
    try:
        value = msgspec.json.decode(raw)
    except RecursionError:
        raise too_deep() from None
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Refusal(400, f"the body is not valid JSON: {error}") from None
    # Few bodies have so many brackets that they could be too deep; only those are measured.
    if raw.count(b"[") + raw.count(b"{") > DEEPEST and depth(value) > DEEPEST:
        raise too_deep()
    return value


def too_deep() -> Refusal:
    """The refusal of JSON that is nested too deep."""
    return Refusal(400, f"the body is not usable JSON: it is nested deeper than {DEEPEST} levels")


def depth(value: Any) -> int:
    """How many levels of arrays and objects `value` has."""
    levels = 0
    level = [value]
    while level := [item for item in level if isinstance(item, dict | list)]:
        levels += 1
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
    return levels


def check(validator: jsonschema_rs.Draft202012Validator, value: Any, where: str) -> None:
    """Raise Refusal (422), naming the member at fault, when `value` is not valid."""
    if validator.is_valid(value):
        return
    error = next(validator.iter_errors(value))
    raise Refusal(422, f"{member(where, error.instance_path)}: {error.message}")


def member(root: str, path: Sequence[str | int]) -> str:
    """A path into a JSON value as a person writes it: `created.value`, `lines[3].id`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".") or root
