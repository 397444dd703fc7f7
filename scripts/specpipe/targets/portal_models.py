"""What the portal says of types: of parameters, members and models."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from specpipe.render import markdown_code
from specpipe.spec.model import Api, Document, Operation
from specpipe.targets.python_models import field_name
from specpipe.targets.wording import limits

PAGE = "models.html"


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a type's name, and where it leads to if it is a model's."""

    text: str
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A parameter or a member. `python` and `typescript` are its names there; `text` and `limits`
    are Markdown."""

    wire: str
    python: str
    typescript: str
    type: tuple[Part, ...]
    required: bool
    text: str
    limits: str


@dataclass(frozen=True, slots=True)
class Model:
    """A component schema. `values` of an enumeration have their constant in Python beside them;
    `used_by` are titles of models and operations that it is part of, with links."""

    name: str
    text: str
    type: tuple[Part, ...]
    rows: tuple[Row, ...]
    values: tuple[tuple[str, str], ...]
    used_by: tuple[Part, ...]

    @property
    def link(self) -> str:
        """Where it is described."""
        return f"{PAGE}#{self.name}"


Constants = Mapping[str, Mapping[str, str]]
"""What Python calls the values of enumerations: by schema, by value."""


def models(
    document: Document, api: Api, places: Mapping[str, str], constants: Constants
) -> tuple[Model, ...]:
    """All of them, in document order. `places` is where operations are, by id."""
    schemas: Mapping[str, Any] = document.data.get("components", {}).get("schemas", {})
    used_by: dict[str, list[Part]] = {name: [] for name in schemas}
    for operation in api.operations:
        for name in dict.fromkeys(named(operation)):
            used_by[name].append(Part(operation.id, places[operation.id]))
    for user, schema in schemas.items():
        for name in dict.fromkeys(references(schema)):
            if name != user:
                used_by[name].append(Part(user, f"{PAGE}#{user}"))
    return tuple(
        model(name, schema, used_by[name], constants.get(name, {}))
        for name, schema in schemas.items()
    )


def model(
    name: str, schema: Mapping[str, Any], used_by: list[Part], constants: Mapping[str, str]
) -> Model:
    """One of them."""
    required = schema.get("required", ())
    return Model(
        name,
        str(schema.get("description", "")),
        () if "properties" in schema else type_of(schema),
        tuple(
            Row(
                wire,
                field_name(wire),
                wire,
                type_of(member),
                wire in required,
                described(member),
                limits(member, shown),
            )
            for wire, member in schema.get("properties", {}).items()
        ),
        tuple((str(value), constants.get(str(value), "")) for value in schema.get("enum", ())),
        tuple(used_by),
    )


def named(operation: Operation) -> Iterator[str]:
    """The schemas that an operation's bodies have."""
    if operation.body is not None:
        yield operation.body.schema
    yield from (response.schema for response in operation.responses if response.schema)


def references(schema: Any) -> Iterator[str]:
    """The component schemas that one refers to, at any depth."""
    if not isinstance(schema, Mapping):
        return
    if "$ref" in schema:
        yield str(schema["$ref"]).rpartition("/")[2]
    inner = (schema.get("items"), schema.get("additionalProperties"))
    for each in (*schema.get("properties", {}).values(), *inner):
        yield from references(each)


def described(schema: Any) -> str:
    """The description of a member's schema."""
    return str(schema.get("description", "")) if isinstance(schema, Mapping) else ""


def type_of(schema: Any) -> tuple[Part, ...]:
    """A schema's type in words."""
    if not isinstance(schema, Mapping):
        return (Part("any"),)
    if "$ref" in schema:
        name = str(schema["$ref"]).rpartition("/")[2]
        return (Part(name, f"{PAGE}#{name}"),)
    kind, further = schema.get("type"), schema.get("additionalProperties")
    if kind == "array":
        return (Part("array of "), *type_of(schema.get("items")))
    if kind == "object" and "properties" not in schema and isinstance(further, Mapping):
        return (Part("map of "), *type_of(further))
    if kind == "string" and "format" in schema:
        return (Part(str(schema["format"])),)
    return (Part(str(kind or "any")),)


def shown(value: Any) -> str:
    """A value of the spec as Markdown."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return markdown_code(text)
