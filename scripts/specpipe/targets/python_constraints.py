"""From the constraints of a schema to msgspec's, each set with a name of its own."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from specpipe.render import python_literal
from specpipe.spec.names import Name

_LENGTHS: Mapping[str, str] = {
    "minLength": "min_length",
    "maxLength": "max_length",
    "minItems": "min_length",
    "maxItems": "max_length",
}
_INT32, _INT64 = (-(2**31), 2**31 - 1), (-(2**63), 2**63 - 1)
_SPACES = r" \t\n\r\f\v\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
_CLASSES: Mapping[str, str] = {r"\d": "0-9", r"\w": "A-Za-z0-9_", r"\s": _SPACES}
"""What is in JSON Schema's classes of characters. Python's have more."""
_TOKEN = re.compile(r"\\.|\[\^?|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Constrained:
    """A type under constraints, with a name. `base` is an annotation, `meta` arguments of Meta."""

    name: str
    base: str
    meta: tuple[tuple[str, Any], ...]

    @property
    def is_scalar(self) -> bool:
        """Whether its definition refers to no model."""
        return "[" not in self.base

    @property
    def annotation(self) -> str:
        """Its definition."""
        arguments = ", ".join(f"{key}={python_literal(value)}" for key, value in self.meta)
        return f"Annotated[{self.base}, Meta({arguments})]"


class Constraints:
    """The constrained types of a package, each once."""

    def __init__(self, taken: Iterable[str]) -> None:
        """Types with names other than those `taken`."""
        self._taken = set(taken)
        self._known: dict[tuple[str, tuple[tuple[str, Any], ...]], Constrained] = {}

    def __iter__(self) -> Iterator[Constrained]:
        return iter(self._known.values())

    def apply(self, base: str, schema: Mapping[str, Any], called: str) -> str:
        """The name of `base` under the constraints of `schema`, after `called` unless a range says
        more; `base` when there are none."""
        meta = tuple(arguments(schema).items())
        if not meta:
            return base
        known = self._known.get((base, meta))
        if known is None:
            name = range_name(dict(meta)) if base == "int" else None
            known = Constrained(self._free(name or Name.of(called).pascal), base, meta)
            self._known[base, meta] = known
        return known.name

    def _free(self, name: str) -> str:
        while name in self._taken:
            name += "_"
        self._taken.add(name)
        return name


def arguments(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of `msgspec.Meta` for what `schema` asks beyond its type."""
    found = {ours: schema[key] for key, ours in _LENGTHS.items() if schema.get(key)}
    if schema.get("pattern"):
        found["pattern"] = python_pattern(schema["pattern"])
    return {**bounds(schema), **found}


def bounds(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The tighter one of inclusive and exclusive bounds, whole for integers, and a divisor."""
    whole = schema.get("type") == "integer"
    at_least, above = schema.get("minimum"), schema.get("exclusiveMinimum")
    at_most, below = schema.get("maximum"), schema.get("exclusiveMaximum")
    found: dict[str, Any] = {}
    if above is not None and (at_least is None or above >= at_least):
        found["gt"] = math.floor(above) if whole else above
    elif at_least is not None:
        found["ge"] = math.ceil(at_least) if whole else at_least
    if below is not None and (at_most is None or below <= at_most):
        found["lt"] = math.ceil(below) if whole else below
    elif at_most is not None:
        found["le"] = math.floor(at_most) if whole else at_most
    if whole and schema.get("multipleOf"):
        step = Fraction(str(schema["multipleOf"])).numerator
        found |= {"multiple_of": step} if step != 1 else {}
    return found


def range_name(meta: Mapping[str, Any]) -> str | None:
    """What integers with these bounds are called; None for what has no short name."""
    if set(meta) != {"ge", "le"}:
        return None
    low, high = meta["ge"], meta["le"]
    known = {_INT32: "Int32", _INT64: "Int64"}.get((low, high))
    spelled = [f"Minus{-bound}" if bound < 0 else str(bound) for bound in (low, high)]
    return known or f"Int{spelled[0]}To{spelled[1]}"


def python_pattern(pattern: str) -> str:
    """A pattern of JSON Schema for Python's `re`: `$` is the very end, and classes are those of
    ECMAScript."""
    parts = []
    inside = False
    for token in _TOKEN.findall(pattern):
        if token.lower() in _CLASSES:
            parts.append(_character_class(token, inside))
        elif inside:
            parts.append(r"\[" if token == "[" else token)
            inside = token != "]"
        else:
            parts.append(r"\Z" if token == "$" else token)
            inside = token.startswith("[")
    return "".join(parts)


def _character_class(token: str, inside: bool) -> str:
    members = _CLASSES[token.lower()]
    if inside:
        return token if token.isupper() else members
    return f"[^{members}]" if token[1].isupper() else f"[{members}]"
