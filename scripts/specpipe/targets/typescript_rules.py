"""What a schema asks of a scalar or an array beyond its type, as conditions of TypeScript."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from specpipe.targets.python_constraints import bounds

SAFE = 2**53
"""From here on JavaScript's numbers are not exact: no bound beyond can be broken."""
_BROKEN: Mapping[str, tuple[str, str]] = {
    "gt": ("<=", ">"),
    "ge": ("<", ">="),
    "lt": (">=", "<"),
    "le": (">", "<="),
}
"""How a bound is broken, and what is expected then."""
INTEGER: Mapping[str, str] = {"ge": "-Infinity", "le": "Infinity"}
"""Bounds that the check of an integer takes, and what it takes for none."""
_LENGTHS: Mapping[str, tuple[str, str]] = {
    "minLength": ("<", ">="),
    "maxLength": (">", "<="),
    "minItems": ("<", ">="),
    "maxItems": (">", "<="),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """What breaks a rule: `measure operator limit`. `expected` is what a message says then."""

    measure: str
    operator: str
    limit: int | float
    expected: str


def limits(schema: Mapping[str, Any]) -> tuple[str, ...]:
    """What the check of an integer is given besides the value: its inclusive bounds."""
    if schema["type"] != "integer":
        return ()
    # That it is at most the last number before is checked of every integer.
    known = {key: limit for key, limit in bounds(schema).items() if abs(limit) < SAFE - 1}
    if not known.keys() & INTEGER.keys():
        return ()
    return tuple(str(known.get(key, none)) for key, none in INTEGER.items())


def rules(schema: Mapping[str, Any]) -> list[Rule]:
    """What a scalar or an array has to keep beyond its type, but for a pattern."""
    kind = schema["type"]
    found = []
    for key, limit in bounds(schema).items():
        if key == "multiple_of":
            text = f"`{kind}` that's a multiple of {limit}"
            found.append(Rule(f"it % {limit}", "!==", 0, text))
        elif kind != "integer" or (key not in INTEGER and abs(limit) < SAFE):
            operator, wanted = _BROKEN[key]
            found.append(Rule("it", operator, limit, f"`{kind}` {wanted} {limit}"))
    for key, (operator, wanted) in _LENGTHS.items():
        if schema.get(key):
            measure = "it.length" if kind == "array" else "points(it)"
            limit = schema[key]
            found.append(Rule(measure, operator, limit, f"`{kind}` of length {wanted} {limit}"))
    return found
