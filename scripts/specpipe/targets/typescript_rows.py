"""Types and members of the TypeScript SDK's models, as tables have them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from specpipe.render import markdown_code, markdown_text
from specpipe.spec.model import Document
from specpipe.targets.rows import Link, Row
from specpipe.targets.typescript_calls import Call
from specpipe.targets.typescript_values import Values
from specpipe.targets.wording import limits, sentences

SCALARS: Mapping[str, str] = {
    "string": "string",
    "integer": "number",
    "number": "number",
    "boolean": "boolean",
    "null": "null",
}


class Rows:
    """What tables say of component schemas; `link` gives the targets of links to them."""

    def __init__(self, document: Document, link: Link) -> None:
        """Of the SDK that is made from `document`."""
        self._link = link
        self.schemas: Mapping[str, Any] = document.data.get("components", {}).get("schemas", {})
        self.values = Values(self.schemas)

    def result(self, call: Call) -> str:
        """What a call gives, as Markdown."""
        names = [answer.schema or answer.type for answer in call.answers]
        linked = (self._named(name) for name in dict.fromkeys(names))
        return " or ".join("nothing" if it == "void" else it for it in linked)

    def members(self, name: str) -> Iterator[Row]:
        """The members of a component schema."""
        schema = self.values.component(name)
        required = schema.get("required", ())
        for wire, member in schema.get("properties", {}).items():
            text = sentences(markdown_text(member.get("description", "")), limits(member, shown))
            yield Row(wire, wire, self.type(member), wire in required, text)

    def is_object(self, name: str) -> bool:
        """Whether it has members to be listed."""
        return "properties" in self.values.component(name)

    def type(self, schema: Any) -> str:
        """A schema's type as Markdown: component schemas lead to where they are described."""
        if not isinstance(schema, Mapping):
            return "unknown"
        if "$ref" in schema:
            return self._named(str(schema["$ref"]).rpartition("/")[2])
        kinds = schema.get("type", ())
        arms = [self._arm(kind, schema) for kind in ([kinds] if isinstance(kinds, str) else kinds)]
        return " \\| ".join(arms) or "unknown"

    def _arm(self, kind: str, schema: Mapping[str, Any]) -> str:
        if kind == "array":
            return f"Array&lt;{self.type(schema.get('items'))}&gt;"
        if kind == "object" and "properties" not in schema:
            return f"Record&lt;string, {self.type(schema.get('additionalProperties'))}&gt;"
        if kind == "string" and schema.get("format") == "date-time":
            return "Date"
        return SCALARS.get(kind, "object")

    def _named(self, name: str) -> str:
        return f"[{name}]({self._link(name)})" if name in self.schemas else name


def shown(value: Any) -> str:
    """A value of the spec as Markdown."""
    if isinstance(value, bool):
        return markdown_code("true" if value else "false")
    return markdown_text(str(value))
