"""What SDKs have to take, what they have to refuse, and what has to come out of it.

A validator of JSON Schema decides, under the deliberate tolerances of the SDKs:

| what comes | Python | TypeScript |
|---|---|---|
| an unknown member of an enumeration | kept | kept |
| null for a member that may be left out | kept | kept |
| a date-time with a space for its T, or an offset without colon or minutes | kept | kept |
| a date-time of the year 0 | refused: there is no such datetime | kept |
| a whole number beyond 2^53 where one is declared | kept | refused: its neighbours look alike |
| a number beyond 2^53 where `number` is declared | the nearest double | the nearest double |
| a number beyond 2^53 where nothing is | kept | the nearest double, as JSON.parse gives it |
| half of a surrogate pair in the text of a body | refused: it is no text | sent, as JSON can |
| 407, which is for proxies | its error | ConnectionError: fetch shows nothing of it |
| 421, which says that nothing was done (RFC 9110, 15.5.20) | sent once | fetch asks again itself |

Each is in the code below once, and nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import jsonschema_rs

from specpipe.conformance.shapes import Path, Shapes, inner, shown
from specpipe.spec.model import Document

EXACT = 2**53
"""Whole numbers up to here are exact as doubles."""
TIME = re.compile(
    r"(\d{4})(-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(\.\d+)?([Zz]|[+-]\d\d(?::?\d\d)?)", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Language:
    """What a language cannot hold."""

    has_year_0: bool
    has_doubles_only: bool
    has_half_characters: bool
    repeats: frozenset[int]
    """Statuses after which its HTTP library sends a request a second time by itself."""
    hides: frozenset[int]
    """Statuses that its HTTP library makes a broken connection of."""


PYTHON = Language(
    has_year_0=False,
    has_doubles_only=False,
    has_half_characters=False,
    repeats=frozenset(),
    hides=frozenset(),
)
TYPESCRIPT = Language(
    has_year_0=True,
    has_doubles_only=True,
    has_half_characters=True,
    repeats=frozenset({421}),
    hides=frozenset({407}),
)


def moment(text: str) -> tuple[datetime, bool, str] | None:
    """The second in UTC (of the year 0 as of the year 400, which is the same in all but that),
    whether it is a leap second, and the digits of its fraction; None for what is no date-time.
    Written apart from the SDKs, so that they and it can disagree."""
    found = TIME.fullmatch(text)
    if not found:
        return None
    year, day, time, digits, zone = found.groups()
    leap = time.endswith(":60")
    zone = f"{zone}00" if len(zone) == 3 else zone.upper()
    time = time.replace(":60", ":59") if leap else time
    year = "0400" if year == "0000" else year
    try:
        there = datetime.strptime(f"{year}{day}T{time}{zone}", "%Y-%m-%dT%H:%M:%S%z")
        whole = there.replace(tzinfo=UTC) - (there.utcoffset() or there - there)
    except (ValueError, OverflowError):
        return None
    if leap and whole.strftime("%H:%M:%S") != "23:59:59":
        return None
    return whole, leap, (digits or "").strip(".").rstrip("0")


class Contract:
    """What a spec says about JSON, for an SDK of one language."""

    def __init__(self, document: Document, language: Language) -> None:
        self.language = language
        schemas = document.data.get("components", {}).get("schemas", {})
        self.shapes = Shapes(schemas)
        self._components = {"schemas": opened(schemas)}
        self._validators: dict[str, jsonschema_rs.Draft202012Validator] = {}

    def allows(self, schema: str, value: Any) -> bool:
        """Whether an SDK has to take `value` for a component; it has to refuse all else."""
        reference = {"$ref": f"#/components/schemas/{schema}"}
        if (validator := self._validators.get(schema)) is None:
            validator = self._validators[schema] = jsonschema_rs.Draft202012Validator(
                {**reference, "components": self._components},
                validate_formats=True,
                formats={"date-time": self._is_time},
            )
        return bool(validator.is_valid(self._without_nulls(value, reference))) and self._fits(
            value, reference
        )

    def difference(self, found: Any, wanted: Any, schema: Any) -> str | None:
        """The first place at which `found` is not `wanted`, in words; None when they are equal:
        date-times by moment, with all digits, numbers by value, all else exactly."""
        return next(self._differences(found, wanted, schema, ()), None)

    def _differences(self, found: Any, wanted: Any, schema: Any, path: Path) -> Iterator[str]:
        schema = self.shapes.resolved(schema)
        if isinstance(found, Mapping) and isinstance(wanted, Mapping):
            for name in [*wanted, *(found.keys() - wanted.keys())]:
                here = (*path, name)
                if name not in found or name not in wanted:
                    yield f"{shown(here)} is {'gone' if name in wanted else 'made up'}"
                else:
                    yield from self._differences(
                        found[name], wanted[name], inner(schema, name), here
                    )
        elif isinstance(found, list) and isinstance(wanted, list) and len(found) == len(wanted):
            for index, (one, other) in enumerate(zip(found, wanted, strict=True)):
                yield from self._differences(one, other, schema.get("items", {}), (*path, index))
        elif not self._equal(found, wanted, schema):
            yield f"{shown(path) or 'the whole'} is {clipped(found)}, not {clipped(wanted)}"

    def _equal(self, found: Any, wanted: Any, schema: Mapping[str, Any]) -> bool:
        if isinstance(found, bool) or isinstance(wanted, bool):
            return found is wanted
        if isinstance(found, int | float) and isinstance(wanted, int | float):
            if self.language.has_doubles_only or schema.get("type") == "number":
                return float(found) == float(wanted)
            return found == wanted
        if isinstance(found, str) and isinstance(wanted, str) and found != wanted:
            is_time = schema.get("format") == "date-time" and moment(wanted) is not None
            return is_time and moment(found) == moment(wanted)
        return type(found) is type(wanted) and bool(found == wanted)

    def _is_time(self, text: str) -> bool:
        there = moment(text)
        if there is None or self.language.has_year_0:
            return there is not None
        # As far as its own year goes: an offset can lead out of the years that there are.
        return not text.startswith("0000") and there[0].year >= 1

    def _without_nulls(self, value: Any, schema: Any) -> Any:
        """`value` without nulls of members that may be left out."""
        schema = self.shapes.resolved(schema)
        if isinstance(value, list):
            return [self._without_nulls(item, schema.get("items", {})) for item in value]
        if not isinstance(value, Mapping):
            return value
        optional = schema.get("properties", {}).keys() - set(schema.get("required", ()))
        return {
            name: self._without_nulls(item, inner(schema, name))
            for name, item in value.items()
            if not (item is None and name in optional)
        }

    def _fits(self, value: Any, schema: Any) -> bool:
        """Whether the language has all numbers that are declared to be whole."""
        if not self.language.has_doubles_only:
            return True
        return all(
            abs(place.value) < EXACT
            for place in self.shapes.places(value, schema)
            if place.schema.get("type") == "integer" and isinstance(place.value, int | float)
        )


def opened(schema: Any) -> Any:
    """A schema in which every enumeration takes any text."""
    if isinstance(schema, Mapping):
        # Under `properties` it is the name of a member.
        return {
            key: opened(value)
            for key, value in schema.items()
            if key != "enum" or isinstance(value, Mapping)
        }
    return [opened(item) for item in schema] if isinstance(schema, list) else schema


def clipped(value: Any, length: int = 120) -> str:
    """A value for people: not all of one that is long."""
    text = repr(value)
    return text if len(text) <= length else f"{text[:length]}…"
