"""`allOf`, `oneOf` and `anyOf` as one schema, where one can stand for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from specpipe.adopt.draft import SCHEMAS, Kind

DEPTH = 24
"""Combinations within combinations that are followed."""
STEPS = 200_000
"""Combinations that are followed in all: knots of them grow without bound."""
_CHOICES = ("oneOf", "anyOf")
_NOTES = frozenset({"description", "title", "example", "examples", "deprecated", "discriminator"})
_SCALARS = ("string", "integer", "number", "boolean")


@dataclass(frozen=True, slots=True)
class Combined:
    """A schema without combinations; None when no single one can stand for them."""

    schema: dict[str, Any] | None
    nullable: bool = False
    notes: tuple[tuple[Kind, str], ...] = ()


class Combiner:
    """Combines schemas of one document."""

    def __init__(self, schemas: Mapping[str, Any]) -> None:
        """`schemas` are the components, as they were."""
        self._schemas = schemas
        self._steps = 0

    def resolved(self, schema: Any) -> Any:
        """What a chain of references leads to; None when that is nothing."""
        for _ in range(DEPTH):
            if not isinstance(schema, dict) or "$ref" not in schema:
                return schema
            schema = self._schemas.get(str(schema["$ref"]).removeprefix(SCHEMAS))
        return None

    def combine(self, schema: dict[str, Any], depth: int = 0) -> Combined:
        """`schema` itself when it combines nothing."""
        self._steps += 1
        if depth > DEPTH or self._steps > STEPS:
            return Combined(None)
        for key in _CHOICES:
            if isinstance(schema.get(key), list):
                return self._choice(schema, key, depth)
        if isinstance(schema.get("allOf"), list):
            return self._all(schema, depth)
        return Combined(schema)

    def _all(self, schema: dict[str, Any], depth: int) -> Combined:
        outer = {key: value for key, value in schema.items() if key != "allOf"}
        parts = [part for part in schema["allOf"] if part not in ({}, None)]
        says = outer.keys() - _NOTES - {"nullable", "type"}
        if len(parts) == 1 and not says:
            beside = {k: v for k, v in outer.items() if k in ("description", "nullable")}
            inner = parts[0] | beside if isinstance(parts[0], dict) else parts[0]
            return self.combine(inner, depth + 1) if isinstance(inner, dict) else Combined(None)
        notes: list[tuple[Kind, str]] = []
        whole: dict[str, Any] = {}
        for part in [*parts, outer]:
            resolved = self.resolved(part)
            if not isinstance(resolved, dict):
                return Combined(None)
            combined = self.combine(resolved, depth + 1)
            notes += combined.notes
            found = combined.schema and self.resolved(combined.schema)
            if not isinstance(found, dict):
                return Combined(None)
            merged = merge(whole, found)
            if merged is None:
                return Combined(None)
            if _twice(whole, found):
                notes.append(("loosened", "allOf: members that are described twice, as the last"))
            whole = merged
        for key in _NOTES - outer.keys():
            whole.pop(key, None)
        return Combined(whole, outer.get("nullable") is True, tuple(notes))

    def _choice(self, schema: dict[str, Any], key: str, depth: int) -> Combined:
        outer = {k: v for k, v in schema.items() if k != key}
        nullable = outer.get("nullable") is True
        variants = []
        for variant in schema[key]:
            resolved = self.resolved(variant)
            if not isinstance(resolved, dict):
                return Combined(None)
            if resolved.get("type") == "null" or resolved.get("enum") == [None]:
                nullable = True
            else:
                variants.append(variant)
        if not variants:
            return Combined(None)
        says = outer.keys() - _NOTES - {"nullable", "type"}
        if len(variants) == 1 and not says:
            beside = {k: v for k, v in outer.items() if k == "description"}
            combined = self.combine({**variants[0], **beside}, depth + 1)
            return Combined(combined.schema, nullable or combined.nullable, combined.notes)
        found = []
        for variant in variants:
            combined = self.combine(self.resolved(variant), depth + 1)
            inner = combined.schema and self.resolved(combined.schema)
            if not isinstance(inner, dict):
                return Combined(None)
            found.append(inner)
        one = union(found, outer)
        what = f"{key}: one schema for all of them"
        return Combined(one, nullable, (("loosened", what),) if one is not None else ())


def merge(left: Mapping[str, Any], right: Mapping[str, Any]) -> dict[str, Any] | None:
    """What both ask for; None when they ask for different things. What both say of a member, the
    right one says."""
    kinds = {part["type"] for part in (left, right) if isinstance(part.get("type"), str)}
    known = left.keys() & right.keys() - _NOTES - {"type", "properties", "required"}
    if len(kinds) > 1 or any(left[key] != right[key] for key in known):
        return None
    whole = {**left, **right}
    if "properties" in left or "properties" in right:
        before, after = left.get("properties") or {}, right.get("properties") or {}
        whole["properties"] = {**before, **after}
    if "required" in left or "required" in right:
        required = [*(left.get("required") or []), *(right.get("required") or [])]
        whole["required"] = list(dict.fromkeys(required))
    return whole


def _twice(left: Mapping[str, Any], right: Mapping[str, Any]) -> bool:
    """Whether both say something of the same member, and not the same."""
    before, after = left.get("properties") or {}, right.get("properties") or {}
    return any(_core(before[name]) != _core(after[name]) for name in before.keys() & after.keys())


def union(parts: Sequence[dict[str, Any]], outer: Mapping[str, Any]) -> dict[str, Any] | None:
    """One schema that lets in whatever one of `parts` does; None when their types differ."""
    kinds = {kind_of(part) for part in parts} - {outer.get("type")}
    kinds |= {outer["type"]} if isinstance(outer.get("type"), str) else set()
    said = {key: value for key, value in outer.items() if key in _NOTES}
    if kinds == {"object"}:
        one = _objects([*parts])
        return merge(one, {k: v for k, v in outer.items() if k != "nullable"})
    if kinds == {"integer", "number"}:
        return {"type": "number", **said}
    if len(kinds) != 1 or next(iter(kinds)) not in _SCALARS:
        return None
    one = {"type": next(iter(kinds)), **said}
    enums = [part.get("enum", [part["const"]] if "const" in part else None) for part in parts]
    if all(isinstance(enum, list) for enum in enums):
        values = [value for enum in enums for value in enum or ()]
        one["enum"] = [value for at, value in enumerate(values) if value not in values[:at]]
    formats = {part.get("format") for part in parts}
    return one if len(formats) != 1 or None in formats else {**one, "format": formats.pop()}


def kind_of(part: Mapping[str, Any]) -> str | None:
    """The type of a part, or what it must be."""
    given = part.get("type")
    if given is None and {"properties", "required", "additionalProperties"} & part.keys():
        return "object"
    return given if isinstance(given, str) else None


def _objects(parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The members of all; those that differ are left to be open, those of all stay required."""
    properties: dict[str, Any] = {}
    differing: set[str] = set()
    for part in parts:
        for name, child in (part.get("properties") or {}).items():
            if name in properties and _core(properties[name]) != _core(child):
                both = _strings([properties[name], child])
                differing |= set() if both else {name}
                properties[name] = both or child
            else:
                properties.setdefault(name, child)
    required = [
        name
        for name in parts[0].get("required") or []
        if all(name in (part.get("required") or []) for part in parts)
    ]
    kept = {name: child for name, child in properties.items() if name not in differing}
    return {"type": "object", "properties": kept, "required": required}


def _strings(parts: Iterable[Any]) -> dict[str, Any] | None:
    """One schema for members that tell variants apart: strings of different enums."""
    found = list(parts)
    if all(isinstance(part, dict) and kind_of_value(part) == "string" for part in found):
        return union([{"type": "string", **part} for part in found], {})
    return None


def kind_of_value(part: Mapping[str, Any]) -> str | None:
    """The type of a part, read off its values when it does not say."""
    values = part.get("enum", [part["const"]] if "const" in part else [])
    is_text = bool(values) and all(isinstance(value, str) for value in values)
    given = part.get("type", "string" if is_text else None)
    return given if isinstance(given, str) else None


def _core(schema: Any) -> Any:
    """What a schema asks for, without what it tells."""
    if not isinstance(schema, dict):
        return schema
    return {key: value for key, value in schema.items() if key not in _NOTES}
