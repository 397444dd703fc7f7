"""Examples of component schemas: found within those of bodies and answers, or else made up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from specpipe.spec.model import Api
from specpipe.targets.python_samples import MOMENT, integer, number, string

_COMPONENT = "#/components/schemas/"


def samples(api: Api, schemas: Mapping[str, Any]) -> Mapping[str, Any]:
    """An example of each of `schemas` that there is one of: what the bodies of the spec have, then
    its answers, then the least that is valid."""
    found: dict[str, Any] = {}
    bodies = ((it.body.schema, it.body.example) for it in api.operations if it.body)
    answers = ((r.schema, r.example) for it in api.operations for r in it.responses if r.schema)
    for name, example in (*bodies, *answers):
        if example is not None:
            for component, value in _within({"$ref": f"{_COMPONENT}{name}"}, example, schemas):
                found.setdefault(component, value)
    least = _Least(schemas)
    for name in schemas:
        if name not in found and (made := least.of({"$ref": f"{_COMPONENT}{name}"})):
            found[name] = made
    return found


def printed(
    schema: Any, value: Any, schemas: Mapping[str, Any], moment: Callable[[str], str]
) -> Any:
    """An example as a language writes it, which has a form of its own for each `moment`."""
    schema = _followed(schema, schemas)
    if isinstance(value, list):
        return [printed(schema.get("items"), it, schemas, moment) for it in value]
    if isinstance(value, Mapping):
        known, further = schema.get("properties", {}), schema.get("additionalProperties")
        return {
            name: printed(known.get(name, further), it, schemas, moment)
            for name, it in value.items()
        }
    is_moment = isinstance(value, str) and schema.get("format") == "date-time"
    return moment(value) if is_moment else value


def _followed(schema: Any, schemas: Mapping[str, Any]) -> Mapping[str, Any]:
    """A schema, or what it refers to; an empty one for what is none."""
    while isinstance(schema, Mapping) and "$ref" in schema:
        schema = schemas.get(str(schema["$ref"]).removeprefix(_COMPONENT))
    return schema if isinstance(schema, Mapping) else {}


class _Least:
    """The least that is valid: of each component once, however many others have it."""

    def __init__(self, schemas: Mapping[str, Any]) -> None:
        self._schemas = schemas
        self._known: dict[str, Any] = {}

    def of(self, schema: Any) -> Any:
        """The members that an object must have, or the first one; None when there is no telling
        what is valid, or no end."""
        if not isinstance(schema, Mapping):
            return None
        if "$ref" not in schema:
            return self._made(schema)
        name = str(schema["$ref"]).removeprefix(_COMPONENT)
        if name not in self._known:
            self._known[name] = None  # for what holds itself
            self._known[name] = self.of(self._schemas.get(name))
        return self._known[name]

    def _made(self, schema: Mapping[str, Any]) -> Any:
        for known in (schema.get("default"), *schema.get("enum", ())[:1]):
            if known is not None:
                return known
        if schema.get("type") != "object":
            return _scalar(schema)
        properties = schema.get("properties", {})
        needed = schema.get("required", ()) or [*properties][:1]
        made = {name: self.of(properties.get(name)) for name in needed}
        return None if None in made.values() else made


def _scalar(schema: Mapping[str, Any]) -> Any:
    """A value of a schema that is no object; None when there is no telling."""
    make = _SCALARS.get(str(schema.get("type")))
    return make(schema) if make else None


def _text(schema: Mapping[str, Any]) -> str | None:
    match schema.get("format", "uuid"):
        case "date-time":
            return MOMENT
        case "uuid":  # or none at all
            return string(schema, "example")
    return None


_SCALARS: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {
    "string": _text,
    "integer": integer,
    "number": number,
    "boolean": lambda _: True,
    "array": lambda schema: None if schema.get("minItems") else [],
}


def _within(schema: Any, value: Any, schemas: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Values of components in `value`, which `schema` describes, it included."""
    while isinstance(schema, Mapping) and "$ref" in schema:
        name = str(schema["$ref"]).removeprefix(_COMPONENT)
        yield name, value
        schema = schemas.get(name)
    if not isinstance(schema, Mapping):
        return
    if isinstance(value, list):
        for each in value:
            yield from _within(schema.get("items"), each, schemas)
    elif isinstance(value, Mapping):
        known, further = schema.get("properties", {}), schema.get("additionalProperties")
        for name, inner in value.items():
            yield from _within(known.get(name, further), inner, schemas)
