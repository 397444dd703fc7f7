"""The component schemas as @hey-api/openapi-ts is given them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from specpipe.targets.server_models import bare

ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
"""An escape that hey-api would undo in what it prints, be it at the end of a comment. What it is
given has braces instead: another spelling of the same, which it leaves alone."""


def schemas_document(data: Mapping[str, Any]) -> dict[str, Any]:
    """A document of component schemas alone. A member that is not required may be null: servers
    send that, and it is kept."""
    schemas = bare(data.get("components", {}).get("schemas", {}), names=True)
    return {
        "openapi": "3.1.0",
        "info": {"title": "models", "version": "1"},
        "paths": {},
        "components": {"schemas": {name: prepared(schema) for name, schema in schemas.items()}},
    }


def prepared(schema: Mapping[str, Any]) -> dict[str, Any]:
    """`schema` with null allowed where it may be left out, and with descriptions that show what
    is in them."""
    made = dict(schema)
    made.pop("title", None)
    if "description" in made:
        made["description"] = ESCAPE.sub(r"\\u{\1}", made["description"])
    if "properties" in made:
        required = made.get("required", ())
        made["properties"] = {
            name: prepared(member) if name in required else nullable(prepared(member))
            for name, member in made["properties"].items()
        }
    for key in ("items", "additionalProperties"):
        if isinstance(made.get(key), Mapping):
            made[key] = prepared(made[key])
    return made


def nullable(schema: Mapping[str, Any]) -> dict[str, Any]:
    """`schema`, or null."""
    notes = {key: schema[key] for key in ("description", "deprecated") if key in schema}
    rest = {key: value for key, value in schema.items() if key not in notes}
    return {"anyOf": [rest, {"type": "null"}], **notes}
