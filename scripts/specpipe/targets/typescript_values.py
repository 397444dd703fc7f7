"""Values of a spec's examples as expressions of TypeScript."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from specpipe.render import typescript_literal

IDENTIFIER = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")


class Values:
    """Writes values down as the types of `schemas`, the component schemas, have them."""

    def __init__(self, schemas: Mapping[str, Any]) -> None:
        """Of these component schemas."""
        self._schemas = schemas

    def resolved(self, schema: Any) -> Mapping[str, Any]:
        """`schema`, or what it refers to."""
        while isinstance(schema, Mapping) and "$ref" in schema:
            schema = self._schemas[str(schema["$ref"]).rpartition("/")[2]]
        return schema if isinstance(schema, Mapping) else {}

    def component(self, name: str) -> Mapping[str, Any]:
        """The component schema of that name."""
        return self.resolved({"$ref": f"#/components/schemas/{name}"})

    def expression(
        self, schema: Any, value: Any, instead: Mapping[str, str] = MappingProxyType({})
    ) -> str:
        """`value` of the spec, where code has what `schema` says. `instead` has source for members
        of the object that it is."""
        schema = self.resolved(schema)
        if isinstance(value, str) and schema.get("format") == "date-time":
            return f"new Date({typescript_literal(value)})"
        if isinstance(value, list):
            return f"[{', '.join(self.expression(schema.get('items'), each) for each in value)}]"
        if isinstance(value, Mapping):
            return f"{{{', '.join(self._members(schema, {**value, **instead}, instead))}}}"
        return typescript_literal(value)

    def _members(
        self, schema: Mapping[str, Any], value: Mapping[str, Any], instead: Mapping[str, str]
    ) -> Iterator[str]:
        """Members that the schema does not know are spread: in an object literal TypeScript would
        take them for misspelt ones."""
        known, further = schema.get("properties", {}), schema.get("additionalProperties")
        open_ended = isinstance(further, Mapping) or not known
        for name, inner in value.items():
            text = instead.get(name) or self.expression(known.get(name, further), inner)
            member = f"{key(name)}: {text}"
            yield member if name in known or open_ended else f"...{{{member}}}"


def key(name: str) -> str:
    """A member's name in an object literal. `__proto__` would set the prototype."""
    text = typescript_literal(name)
    return f"[{text}]" if name == "__proto__" else text


def dot(name: str) -> str:
    """Access to a member."""
    return f".{name}" if IDENTIFIER.fullmatch(name) else f"[{typescript_literal(name)}]"
