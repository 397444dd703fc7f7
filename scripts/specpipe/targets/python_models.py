"""From openapi-python-client's properties to the fields of msgspec models."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.properties.any import AnyProperty
from openapi_python_client.parser.properties.boolean import BooleanProperty
from openapi_python_client.parser.properties.const import ConstProperty
from openapi_python_client.parser.properties.date import DateProperty
from openapi_python_client.parser.properties.datetime import DateTimeProperty
from openapi_python_client.parser.properties.enum_property import EnumProperty
from openapi_python_client.parser.properties.float import FloatProperty
from openapi_python_client.parser.properties.int import IntProperty
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.model_property import ModelProperty
from openapi_python_client.parser.properties.none import NoneProperty
from openapi_python_client.parser.properties.string import StringProperty
from openapi_python_client.parser.properties.union import UnionProperty
from openapi_python_client.parser.properties.uuid import UuidProperty

from specpipe.diagnostics import ToolError
from specpipe.render import python_identifier
from specpipe.spec.model import Document
from specpipe.spec.names import Name
from specpipe.spec.reserved import SDK_MODELS
from specpipe.targets.python_constraints import Constraints

RESERVED_FIELDS = frozenset(
    {
        *("additional_properties", "from_dict", "to_dict", "from_json", "to_json"),
        *("bool", "int", "float", "str", "list", "dict", "date", "field"),
    }
)
"""Names that a field cannot have: a model's own, and those that annotations need."""

TAKEN = SDK_MODELS | {"None", "True", "False"}
"""Names that `models.py` imports, and constants of Python."""

SCALARS: Mapping[type, str] = {
    AnyProperty: "Any",
    BooleanProperty: "bool",
    DateProperty: "date",
    DateTimeProperty: "AwareDatetime",
    FloatProperty: "float",
    IntProperty: "int",
    NoneProperty: "None",
    StringProperty: "str",
    UuidProperty: "Uuid",
}
"""A UUID is a string: as an object it would lose its spelling."""
CONSTRAINED = (FloatProperty, IntProperty, StringProperty)
"""Scalars that a schema can say more about."""


PLAIN: Mapping[str, str] = {"AwareDatetime": "datetime", "Uuid": "str"}
"""Types of the SDK's own for scalars, as what they are."""


@dataclass(frozen=True, slots=True)
class Field:
    """One member of a model."""

    name: str
    wire: str
    annotation: str
    required: bool
    description: str


@dataclass(frozen=True, slots=True)
class Model:
    """One class. `fields` are in document order, required ones first."""

    name: str
    description: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Enumeration:
    """Named constants for an open set of values."""

    name: str
    base: str
    description: str
    members: tuple[tuple[str, str | int], ...]


@dataclass(frozen=True, slots=True)
class Alias:
    """A component schema that is a map, or a type under constraints."""

    name: str
    annotation: str
    description: str


@dataclass(frozen=True, slots=True)
class Models:
    """All that `models.py` holds."""

    models: tuple[Model, ...]
    enums: tuple[Enumeration, ...]
    maps: tuple[Alias, ...]
    types: Annotations

    @property
    def scalars(self) -> tuple[Alias, ...]:
        """Scalars under constraints."""
        return tuple(Alias(c.name, c.annotation, "") for c in self.types.constrained if c.is_scalar)

    @property
    def containers(self) -> tuple[Alias, ...]:
        """Lists and maps, which can refer to models and to `scalars`."""
        lists = (c for c in self.types.constrained if not c.is_scalar)
        return (*(Alias(c.name, c.annotation, "") for c in lists), *self.maps)

    @property
    def names(self) -> frozenset[str]:
        """What annotations can refer to."""
        aliases = (*self.scalars, *self.containers)
        return frozenset({*(m.name for m in self.models), *(a.name for a in aliases)})

    @classmethod
    def of(cls, data: GeneratorData, document: Document) -> Models:
        """The models of a parsed document."""
        types = Annotations(data, document)
        schemas = document.data.get("components", {}).get("schemas", {})
        return cls(
            tuple(
                model(m, schemas.get(m.class_info.name, {}), types)
                for m in data.models
                if not is_map(m)
            ),
            tuple(enumeration(e) for e in data.enums if isinstance(e, EnumProperty)),
            tuple(
                Alias(
                    str(m.class_info.name),
                    types.of(m, schemas[m.class_info.name]),
                    plain(m.description),
                )
                for m in data.models
                if is_map(m) and m.class_info.name in schemas
            ),
            types,
        )


def is_map(prop: ModelProperty) -> bool:
    """Whether an object has no members of its own."""
    return not prop.required_properties and not prop.optional_properties


class Annotations:
    """The types of properties, as they stand in code.

    A property that refers to a model is a copy made before the model's members were read: what a
    model is made of, only `data.models` knows.
    """

    def __init__(self, data: GeneratorData, document: Document) -> None:
        """Of all that `data`, made of `document`, refers to."""
        self._models = {m.class_info.name: m for m in data.models}
        self._schemas = document.data.get("components", {}).get("schemas", {})
        classes = [*self._models, *(e.class_info.name for e in data.enums)]
        self.constrained = Constraints({*map(str, classes), *TAKEN})

    def of(self, prop: Any, schema: Mapping[str, Any], called: str = "") -> str:
        """The type of a property's values, which `schema` describes. `called` is its name if it
        needs one. Raises ToolError."""
        while "$ref" in schema:
            called = schema["$ref"].rpartition("/")[2]
            schema = self._schemas[called]
        if isinstance(prop, ModelProperty):
            return self._object(self._models.get(prop.class_info.name, prop), schema, called)
        if isinstance(prop, ListProperty):
            inner = self.of(prop.inner_property, schema.get("items", {}), f"{called}Item")
            return self.constrained.apply(f"list[{inner}]", schema, called)
        if isinstance(prop, EnumProperty):
            return "int" if prop.value_type is int else "str"
        if isinstance(prop, ConstProperty):
            return type(prop.value.raw_value).__name__
        if isinstance(prop, UnionProperty):
            return self._union(prop)
        for kind, text in SCALARS.items():
            if isinstance(prop, kind):
                return self.constrained.apply(text, schema, called) if kind in CONSTRAINED else text
        raise ToolError(f"{plain(prop.name)}: the Python SDK has no type for {type(prop).__name__}")

    def _object(self, prop: ModelProperty, schema: Mapping[str, Any], called: str) -> str:
        if not is_map(prop):
            return str(prop.class_info.name)
        inner, given = prop.additional_properties, schema.get("additionalProperties")
        if not inner:
            return "dict[str, Any]"
        described = given if isinstance(given, Mapping) else {}
        return f"dict[str, {self.of(inner, described, f'{called}Value')}]"

    def _union(self, prop: UnionProperty) -> str:
        """`X | Y | None`. Members that JSON cannot tell apart make it Any."""
        inner = list(dict.fromkeys(self.of(p, {}) for p in prop.inner_properties))
        kinds = [json_kind(text) for text in inner]
        if "Any" in inner or len(set(kinds)) != len(kinds):
            return "Any"
        return " | ".join(sorted(inner, key=lambda text: text == "None"))


def json_kind(text: str) -> str:
    """What JSON has for values of an annotation."""
    known = {
        "str": "string",
        "Uuid": "string",
        "AwareDatetime": "string",
        "date": "string",
        "None": "null",
    }
    if text in ("int", "float"):
        return "number"
    if text == "bool" or text.startswith("list["):
        return text[:4]
    return known.get(text, "object")


def model(prop: ModelProperty, schema: Mapping[str, Any], types: Annotations) -> Model:
    """The class for an object. `schema` is its component, for descriptions beside a `$ref`."""
    given = schema.get("properties", {})
    fields = [*(prop.required_properties or ()), *(prop.optional_properties or ())]
    return Model(
        str(prop.class_info.name),
        plain(prop.description),
        tuple(field(p, given.get(plain(p.name), {}), types) for p in fields),
    )


def field(prop: Any, schema: Any, types: Annotations) -> Field:
    """One member. An enumeration is named in its description: the type stays open."""
    own = schema.get("description") if isinstance(schema, Mapping) else None
    description = own or plain(prop.description)
    if isinstance(prop, EnumProperty):
        description = f"{description} See {prop.class_info.name}.".strip()
    wire = plain(prop.name)
    described = schema if isinstance(schema, Mapping) else {}
    annotation = types.of(prop, described, wire)
    return Field(field_name(wire), wire, annotation, prop.required, description)


def field_name(wire: str) -> str:
    """The Python name of a member."""
    name = Name.of(wire).snake
    return f"{name}_" if name in RESERVED_FIELDS else python_identifier(name)


def enumeration(prop: EnumProperty) -> Enumeration:
    """The constants of an enumeration."""
    name, description = str(prop.class_info.name), plain(prop.description)
    if prop.value_type is int:
        return Enumeration(name, "IntEnum", description, tuple(prop.values.items()))
    members: dict[str, str | int] = {}
    for value in prop.values.values():
        member = constant(str(value))
        while member in members:
            member += "_"
        members[member] = value
    return Enumeration(name, "StrEnum", description, tuple(members.items()))


def constant(value: str) -> str:
    """The name of the constant for `value`."""
    if re.fullmatch("[A-Z][A-Z0-9_]*", value):
        return value
    name = Name.of(value).snake.upper()
    return name if name.isidentifier() else f"VALUE_{name}".rstrip("_")


def plain(text: Any) -> str:
    """openapi-python-client's guarded text as a string; ours are the escaping filters."""
    if text is None or isinstance(text, str):
        return text or ""
    return str(text.get_untrusted_value())
