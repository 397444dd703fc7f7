"""Plain valid values for schemas: what laws put into members that no example fills."""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Mapping
from typing import Any

import jsonschema_rs

from specpipe.spec.model import Parameter

Schema = Mapping[str, Any]
FORMATS = {
    "date-time": "2024-05-06T07:08:09.123456Z",
    "uuid": "00000000-0000-4000-8000-000000000000",
}
CONSTRAINTS = ("enum", "format", "pattern", "minLength", "maxLength")
"""What makes a string more than any text."""

EXACT = 2**53
"""From here on doubles are not exact, which is what JavaScript has for integers."""
BOUNDS = ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum")


def resolved(schema: Schema, schemas: Schema) -> Schema:
    """The schema that a reference leads to; `schemas` are the components."""
    while "$ref" in schema:
        schema = schemas[str(schema["$ref"]).rpartition("/")[2]]
    return schema


def sample(schema: Schema, schemas: Schema) -> Any:
    """A valid value for `schema`, with required members only; `schemas` are the components."""
    schema = resolved(schema, schemas)
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "object":
            value: Any = filled(schema, schemas, None)
        case "array":
            count = max(1, schema.get("minItems", 1))
            value = [sample(schema.get("items", {}), schemas) for _ in range(count)]
        case "string":
            value = text(schema)
        case "integer" | "number":
            value = number(schema)
        case _:
            value = True
    return value


def filled(schema: Schema, schemas: Schema, example: Any) -> dict[str, Any]:
    """The required members of an object: as in `example`, where it has them."""
    schema = resolved(schema, schemas)
    known = example if isinstance(example, Mapping) else {}
    properties = schema.get("properties", {})
    return {
        name: known[name] if name in known else sample(properties[name], schemas)
        for name in schema.get("required", ())
    }


def given(parameter: Parameter) -> Any:
    """A valid value of a parameter."""
    return sample(parameter.schema, {}) if parameter.example is None else parameter.example


def written(value: Any) -> str:
    """A parameter's value as it stands in a path or a query."""
    return value if isinstance(value, str) else json.dumps(value)


def text(schema: Schema) -> str:
    """A string that fits: the simplest one that matches where there is a pattern."""
    if "format" in schema:
        return FORMATS.get(str(schema["format"]), "x")
    if "pattern" in schema:
        from specpipe.conformance.drawn import matching  # kept out of start-up

        return str(matching(schema))
    return "x" * max(1, int(schema.get("minLength", 1)))


def number(schema: Schema) -> Any:
    """A number within the bounds: the lowest, or one, or what lies beside a bound."""
    step = schema.get("multipleOf", 1)
    ends = [schema[bound] for bound in BOUNDS if bound in schema]
    beside = [v for end in ends for v in (end, end + step, end - step, (end // step + 1) * step)]
    between = [sum(ends) / len(ends)] if ends else []
    validator = jsonschema_rs.Draft202012Validator(dict(schema))
    lowest = schema.get("minimum", 1)
    plain = [lowest, 1] if abs(lowest) < EXACT else [1, lowest]
    candidates = [*plain, *beside, *between]
    return next((v for v in candidates if validator.is_valid(v)), 1)


def is_free_text(schema: Schema, schemas: Schema) -> bool:
    """Whether a schema lets any string in."""
    schema = resolved(schema, schemas)
    return schema.get("type") == "string" and not any(name in schema for name in CONSTRAINTS)


def fresh_id(schema: Schema, random: random.Random) -> str:
    """An id that nothing has, as far as the schema leaves that many."""
    id = str(uuid.UUID(int=random.getrandbits(128), version=4))
    if "pattern" not in schema and len(id) <= schema.get("maxLength", len(id)):
        return id
    from specpipe.conformance.drawn import matching

    return str(matching(schema, random))
