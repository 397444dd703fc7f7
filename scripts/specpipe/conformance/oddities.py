"""Values that are wrong, or merely odd, in one place: what a generator of valid values never
gives. Which of them an SDK has to take is not said here but by `contract`."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from specpipe.conformance.shapes import Place, Shapes, put, without

GONE = object()
WRONG: Mapping[str, tuple[Any, ...]] = {
    "string": (5, True, ["x"], {"x": "y"}),
    "integer": ("5", 1.5, False, [5], {}),
    "number": ("5", "NaN", True, [0.5], {}),
    "boolean": ("yes", "true", 0, 1, []),
    "array": ({}, "text", 0, {"0": "x"}),
    "object": ("text", [], 7, True, [{}]),
}
"""By type, values that are not of it."""
TIMES = (
    *("2024-10-08t07:41:12z", "2024-10-08 07:41:12Z", "2024-10-08T07:41:12.123456789012Z"),
    *("2024-10-08T07:41:12+05:30", "2024-10-08T07:41:12-0530", "2024-10-08T07:41:12+05"),
    *("2016-12-31T23:59:60Z", "2017-01-01T05:29:60.25+05:30", "2024-10-08T07:41:60Z"),
    *("2024-10-08T07:41:12", "2024-10-08", "07:41:12Z", "2024-02-30T00:00:00Z", ""),
    *("2024-10-08T24:00:00Z", "2024-10-08T07:41:12+24:00", "2024-10-08T07:41Z", "now", "\uff11"),
    *("0000-01-01T00:00:00Z", "0000-12-31T12:00:00+01:00", "9999-12-31T23:59:59.999999Z"),
    *("10000-01-01T00:00:00Z", "+002024-10-08T07:41:12Z", "20241008T074112Z", "2024-W41-2"),
    *("2024-10-08T07:41:12.Z", "2024-10-08T07:41:12,5Z", " 2024-10-08T07:41:12Z", "1728373272"),
    *("2024-10-08T07:41:12Z\n", "2024-10-08T07:41:12 Z", "2024-10-08T7:41:12Z"),
)
NUMBERS = (2**53, 2**53 + 1, -(2**53) - 1, 2**63, 2**64 - 1, 1e300, 0.1, -0.5, 3.0)
STRANGE = {"a member that no spec knows": [1, {"x": None}], "__proto__": "kept", "": 0.5}


@dataclass(frozen=True, slots=True)
class Oddity:
    """One thing about a value that can be changed: `what`, in words, in `place`."""

    what: str
    place: Place
    instead: Any
    """GONE for leaving it out."""

    def of(self, value: Any) -> Any:
        """`value`, which has the place, with the change."""
        path = self.place.path
        return without(value, path) if self.instead is GONE else put(value, path, self.instead)

    def __str__(self) -> str:
        return f"{self.what} at {self.place.text}" if self.place.path else self.what


def oddities(value: Any, schema: Any, shapes: Shapes) -> Iterator[Oddity]:
    """What can be changed about `value`, which is of the schema, each by itself."""
    for place in shapes.places(value, schema):
        for what, odd in _instead(place):
            yield Oddity(what, place, odd)
        if place.path and isinstance(place.path[-1], str):
            yield Oddity(f"{'a required' if place.required else 'no'} member", place, GONE)


def _instead(place: Place) -> Iterator[tuple[str, Any]]:
    """What may stand in a place, and what is odd about it."""
    schema, kind = place.schema, place.schema.get("type")
    if kind is None:
        return
    yield "null", None
    for wrong in WRONG.get(str(kind), ()):
        yield f"{type(wrong).__name__} for {kind}", wrong
    if "enum" in schema:
        yield "an unknown member of an enumeration", "NOT_YET_KNOWN"
    if schema.get("format") == "date-time":
        for text in TIMES:
            yield f"the date-time {text!r}", text
    elif kind == "string":
        yield from _texts(schema)
    if kind in ("integer", "number"):
        yield from _numbers(schema)
    if isinstance(place.value, Mapping):
        yield "unknown members", {**place.value, **STRANGE}
    if isinstance(place.value, list):
        yield from _lists(place)


def _texts(schema: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    yield "text of odd characters", "\0\t\u2028\ufeff😀e\u0301"
    if "maxLength" in schema:
        yield "text too long", "é" * (schema["maxLength"] + 1)
    if schema.get("minLength"):
        yield "text too short", "é" * (schema["minLength"] - 1)
    if schema.keys() & {"pattern", "format"}:
        yield "text of another form", "\n not like this \n"
        yield "no text", ""


def _numbers(schema: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for number in NUMBERS:
        yield f"the number {number!r}", number
    for name in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"):
        if name in schema:
            for number in (schema[name] - 1, schema[name], schema[name] + 1):
                yield f"the number {number!r} by its {name}", number


def _lists(place: Place) -> Iterator[tuple[str, Any]]:
    items: list[Any] = place.value
    yield "null in a list", [*items, None]
    if items:
        yield "a list that is too long", items * (place.schema.get("maxItems", len(items)) + 1)
    yield "an empty list", []


def chosen(odd: Iterable[Oddity], count: int, dice: random.Random) -> list[Oddity]:
    """`count` of them, of every kind at least one if there is room."""
    waiting = list(odd)
    dice.shuffle(waiting)
    first: dict[str, Oddity] = {}
    for it in waiting:
        first.setdefault(it.what, it)
    picked = list(first.values())[:count]
    rest = (it for it in waiting if first[it.what] is not it)
    return picked + list(itertools.islice(rest, count - len(picked)))
