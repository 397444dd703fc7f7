"""Schemas in the words of the house: one type each, no combinations, integers with bounds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from specpipe.adopt.combining import Combiner
from specpipe.adopt.draft import SCHEMAS, Draft
from specpipe.adopt.naming import class_name, folded, unused
from specpipe.spec.nodes import escape, unescape

LEFT = frozenset({"description", "deprecated", "externalDocs"})
"""What a schema says about itself that stays."""
SILENT = frozenset(
    {"title", "example", "examples", "xml", "$comment", "$schema", "$id", "discriminator",
     "default", "readOnly", "writeOnly", "nullable", "type", "contentMediaType", "contentEncoding"}
)  # fmt: skip
"""What goes without a note: it lets no value in or out, or is noted where it is acted on."""
FORMATS: Mapping[str, tuple[str, ...]] = {
    "string": ("date-time", "uuid"),
    "integer": ("int32", "int64"),
    "number": ("float", "double"),
}
INTEGERS = {"int32": (-(2**31), 2**31 - 1)}
WIDEST = (-(2**63), 2**63 - 1)
_MEMBER = re.compile(r"_?[A-Za-z][A-Za-z0-9_ .-]*", re.ASCII)
_AT = SCHEMAS[1:]
_WORDS = {"properties": "", "items": "item", "additionalProperties": "value"}


@dataclass(frozen=True, slots=True)
class Lowered:
    """A schema of the house, and whether null was allowed besides."""

    schema: dict[str, Any]
    nullable: bool = False


class Lowering:
    """Lowers the schemas of one draft. None for one that the house has no words for."""

    def __init__(self, draft: Draft) -> None:
        """Of `draft`, whose schemas are still as they were."""
        self._draft = draft
        self._raw = dict(draft.schemas)
        self._combiner = Combiner(self._raw)
        self._done: dict[str, Lowered | None] = {}
        self._open: set[str] = set()
        self._hoisted: dict[str, Any] = {}
        self._used = {folded(name) for name in self._raw}

    def components(self) -> dict[str, Any]:
        """All component schemas that can be said."""
        found = {name: self.component(name) for name in self._raw}
        said = {name: lowered.schema for name, lowered in found.items() if lowered is not None}
        return said | self._hoisted

    def component(self, name: str) -> Lowered | None:
        """One of them. One that is asked for while it is being lowered counts as possible."""
        if name in self._open or name not in self._raw:
            return Lowered({}) if name in self._open else None
        if name not in self._done:
            self._open.add(name)
            raw = self._raw[name]
            lowered = self.lower(raw, f"/components/schemas/{name}")
            if lowered is not None and isinstance(raw, dict) and "example" in raw:
                lowered.schema["example"] = raw["example"]
            self._done[name] = lowered
            self._open.discard(name)
        return self._done[name]

    def target(self, schema: Mapping[str, Any]) -> Any:
        """The schema that a reference leads to, as it was."""
        return self._combiner.resolved(schema)

    def lower(self, schema: Any, at: str) -> Lowered | None:
        """One schema, which is at `at`."""
        if not isinstance(schema, dict) or "$ref" in schema:
            return self._reference(schema) if isinstance(schema, dict) else None
        combined = self._combiner.combine(schema)
        for told, what in combined.notes:
            self._draft.note(at, told, what)
        one = combined.schema
        if one is None or "$ref" in one:
            found = None if one is None else self._reference(one)
            return found and Lowered(found.schema, found.nullable or combined.nullable)
        kind, nullable = type_of(one)
        more = self._typed(one, at, kind)
        if more is None:
            return None
        about = {key: value for key, value in one.items() if key in LEFT and value}
        return Lowered({"type": kind, **about, **more}, nullable or combined.nullable)

    def _typed(self, schema: Mapping[str, Any], at: str, kind: str | None) -> dict[str, Any] | None:
        """What a schema of one type says besides that; None when it cannot be said."""
        match kind:
            case "object":
                return self._object(schema, at)
            case "array":
                return self._array(schema, at)
            case "string":
                return self._string(schema, at)
            case "integer" | "number":
                return self._number(schema, at, kind)
            case "boolean":
                return self._keep(schema, at)
        return None

    def _array(self, schema: Mapping[str, Any], at: str) -> dict[str, Any] | None:
        items = self.lower(schema.get("items"), f"{at}/items")
        if items is None or items.nullable:
            return None
        return {
            "items": self._named(items.schema, f"{at}/items"),
            **self._keep(schema, at, "minItems", "maxItems", beside=("items",)),
        }

    def _reference(self, schema: Mapping[str, Any]) -> Lowered | None:
        """A reference to what can be said; what is beside it goes, as in OpenAPI 3.0."""
        name = str(schema["$ref"]).removeprefix(SCHEMAS)
        target = self.component(name)
        if target is None:
            return None
        beside = {"description": schema["description"]} if schema.get("description") else {}
        nullable = target.nullable or schema.get("nullable") is True
        return Lowered({"$ref": f"{SCHEMAS}{name}", **beside}, nullable)

    def _object(self, schema: Mapping[str, Any], at: str) -> dict[str, Any]:
        required = [name for name in schema.get("required") or [] if isinstance(name, str)]
        properties = {}
        for name, child in (schema.get("properties") or {}).items():
            place = f"{at}/properties/{escape(name)}"
            lowered = self.lower(child, place)
            if lowered is None:
                self._draft.note(place, "left out", f"member of {described(child)}")
                continue
            if name in required and (lowered.nullable or is_one_way(child)):
                required.remove(name)
                what = "required member that can be null" if lowered.nullable else "readOnly member"
                self._draft.note(place, "loosened", f"{what}, no longer required")
            elif lowered.nullable:
                self._draft.note(place, "narrowed", "null as a value to send")
            properties[name] = self._named(lowered.schema, place)
        found: dict[str, Any] = {"properties": properties} if properties else {}
        if kept := [name for name in dict.fromkeys(required) if name in properties]:
            found["required"] = kept
        more = schema.get("additionalProperties")
        self._keep(schema, at, beside=("properties", "required", "additionalProperties"))
        if more is False:
            self._draft.note(at, "loosened", "additionalProperties: false")
        elif isinstance(more, dict) and more and properties:
            self._draft.note(at, "loosened", "additionalProperties beside properties")
        elif isinstance(more, dict) and more:
            value = self.lower(more, f"{at}/additionalProperties")
            if value is not None and not value.nullable:
                named = self._named(value.schema, f"{at}/additionalProperties")
                return found | {"additionalProperties": named}
            self._draft.note(at, "loosened", f"additionalProperties of {described(more)}")
        return found

    def _named(self, schema: dict[str, Any], at: str) -> dict[str, Any]:
        """A reference in place of an object or an enum inside of a component: generators would
        have to name it, and could take the name of a component."""
        needs_name = "properties" in schema or "enum" in schema
        if not needs_name or not at.startswith(_AT):
            return schema
        steps = [unescape(step) for step in at[len(_AT) :].split("/")]
        words = [_WORDS.get(step, step) for step in steps]
        name = unused(
            class_name("".join(word[:1].upper() + word[1:] for word in words)), self._used
        )
        self._used.add(folded(name))
        self._hoisted[name] = schema
        self._draft.moved[f"{_AT}{name}"] = self._draft.before(at)
        return {"$ref": f"{SCHEMAS}{name}"}

    def _string(self, schema: Mapping[str, Any], at: str) -> dict[str, Any]:
        enum = schema.get("enum", [schema["const"]] if "const" in schema else None)
        beside = ("enum", "const", "format")
        members = [value for value in enum or () if value is not None]
        if members and all(isinstance(v, str) and _MEMBER.fullmatch(v) for v in members):
            self._keep(schema, at, beside=beside)
            return {"enum": list(dict.fromkeys(members))}
        if members:
            self._draft.note(at, "loosened", "enum with members that no identifier can be made of")
        if schema.get("format") in FORMATS["string"]:
            self._keep(schema, at, beside=beside)
            return {"format": schema["format"]}
        return self._keep(schema, at, "pattern", "minLength", "maxLength", beside=beside)

    def _number(self, schema: Mapping[str, Any], at: str, kind: str) -> dict[str, Any]:
        wanted = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"]
        wanted += ["multipleOf"] if kind == "integer" else []
        bounds = self._keep(exclusive_as_numbers(schema), at, *wanted, beside=("format",))
        shape = schema.get("format")
        said = {"format": shape} if shape in FORMATS[kind] else {}
        if kind == "number":
            return said | bounds
        lowest, highest = INTEGERS.get(str(shape), WIDEST)
        whole = {key: int(value) for key, value in bounds.items() if value == int(value)}
        whole = {key: value for key, value in whole.items() if WIDEST[0] <= value <= WIDEST[1]}
        if not whole.keys() & {"minimum", "exclusiveMinimum"}:
            whole["minimum"] = lowest
        if not whole.keys() & {"maximum", "exclusiveMaximum"}:
            whole["maximum"] = highest
        return said | whole

    def _keep(
        self, schema: Mapping[str, Any], at: str, *wanted: str, beside: tuple[str, ...] = ()
    ) -> dict[str, Any]:
        """The keywords that are wanted; those that are not known at all are noted."""
        for key in schema:
            if key not in (*wanted, *beside, *SILENT, *LEFT) and not key.startswith("x-"):
                self._draft.note(at, "loosened", key)
        return {key: schema[key] for key in wanted if key in schema}


def type_of(schema: Mapping[str, Any]) -> tuple[str | None, bool]:
    """The one type that a schema has or must mean, and whether null is another."""
    given = schema.get("type")
    kinds = given if isinstance(given, list) else [given] if isinstance(given, str) else []
    nullable = "null" in kinds or schema.get("nullable") is True
    rest = [kind for kind in kinds if kind != "null"]
    if len(rest) == 1:
        return rest[0], nullable
    if rest or kinds:
        return None, nullable
    if {"properties", "additionalProperties", "required"} & schema.keys():
        return "object", nullable
    if "items" in schema:
        return "array", nullable
    values = schema.get("enum", [schema["const"]] if "const" in schema else [])
    if values and all(isinstance(value, str) for value in values):
        return "string", nullable
    return ("string" if {"pattern", "minLength"} & schema.keys() else None), nullable


def is_one_way(schema: Any) -> bool:
    """Whether a member is in answers only, or in requests only."""
    return isinstance(schema, dict) and True in (schema.get("readOnly"), schema.get("writeOnly"))


def exclusive_as_numbers(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Exclusive bounds as OpenAPI 3.1 writes them."""
    found = dict(schema)
    for exclusive, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if isinstance(found.get(exclusive), bool):
            applies = found.pop(exclusive) and bound in found
            found |= {exclusive: found.pop(bound)} if applies else {}
    return found


def described(schema: Any) -> str:
    """What a schema is that there are no words for."""
    if not isinstance(schema, dict):
        return f"schema {str(schema).lower()}"
    for key in ("oneOf", "anyOf", "allOf", "not", "patternProperties", "prefixItems"):
        if key in schema:
            return key
    if "$ref" in schema:
        return "a type that cannot be said"
    kind = schema.get("type")
    if isinstance(kind, list):
        return "several types"
    return f"type {kind} with items that cannot be said" if kind == "array" else "any type"
