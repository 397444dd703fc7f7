"""Plain valid values for schemas: what laws put into members that no example fills."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

FORMATS = {
    "date-time": "2024-05-06T07:08:09.123456Z",
    "uuid": "00000000-0000-4000-8000-000000000000",
}


def sample(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Any:
    """A valid value for `schema`, with required members only; `schemas` are the components."""
    if "$ref" in schema:
        return sample(schemas[str(schema["$ref"]).rpartition("/")[2]], schemas)
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "object":
            properties = schema.get("properties", {})
            value: Any = {n: sample(properties[n], schemas) for n in schema.get("required", ())}
        case "array":
            value = [sample(schema.get("items", {}), schemas)]
        case "string":
            plain = "x" * max(1, schema.get("minLength", 1))
            value = FORMATS.get(schema.get("format", ""), plain)
        case "integer" | "number":
            value = schema.get("minimum", 1)
        case _:
            value = True
    return value
