"""Valid values of schemas, drawn with a die: plain ones and those that break careless code."""

from __future__ import annotations

import math
import random
import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import jsonschema_rs

from specpipe.conformance.samples import sample
from specpipe.conformance.shapes import Shapes, is_open

TEXTS = (
    *("", " ", "a", "a b", " a ", "\t", "\r\n", "a\nb", "\0", "\x7f", '"', "\\", "'", "/", "a/b"),
    *("%2F", "%", "+", "a+b", "&x=1", "?", "#", ";", ":", "@", "=", "~", "!*'()", "{}", "[0]"),
    *(
        "..a",
        "...",
        "é",
        "e\u0301",
        "ß",
        "日本",
        "\U0001f600",
        "\u2028\u2029",
        "\ufeff",
        "\u202eabc",
    ),
    *("null", "true", "0", "1e3", "undefined", "NaN", "__proto__", "constructor", "<b>&amp;</b>"),
    *("2024-10-08T07:41:12.1234567890Z", "2024-10-08t07:41:12z", "x" * 300, "é" * 100),
)
INTEGERS = (0, 1, -1, 7, 255, 65536, 2**31 - 1, -(2**31), 2**31, 2**53 - 1, -(2**53) + 1)
NUMBERS = (
    *(0, 1, -1, 0.5, -0.25, 0.1, 1 / 3, 1e-7, 5e-324, 1.7976931348623157e308, 123456789.987654321),
    *(2**53 - 1, 1e21, 1e22, -1e-300, 3.0),
)
TIMES = (
    *("2024-10-08T07:41:12Z", "2024-10-08T07:41:12.5Z", "2024-10-08T07:41:12.123Z"),
    *("2024-10-08T07:41:12.123456Z", "2024-10-08T07:41:12.123456789Z", "2024-02-29T23:59:59-00:30"),
    *("2024-10-08T13:11:12.000001+05:30", "2024-10-08T07:41:12.999999-23:59"),
    *("0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999Z"),
    *("2024-10-08t07:41:12z", "2016-12-31T23:59:60Z", "1900-01-01T00:00:00+00:00"),
)
STRANGE = (
    *("a member that no spec knows", "__proto__", "constructor", "toJSON", "", "é", 'a"b', "a.b"),
    *("\U0001f600", "0", "additionalProperties", "$ref"),
)
"""Names of members that no spec has."""
FREE: tuple[Any, ...] = (
    *(None, True, 0, 2.5, "text", [], {}, [None, [1, {"x": None}]], {"deep": {"er": [0.1, ""]}}),
    *("2024-10-08T07:41:12.1234567890Z", "2024-10-08t07:41:12+00:00", -0.5, {"null": None}),
)
"""What such members hold."""
DEPTH = 5
"""From here on inwards, only what has to be there is."""
LETTERS = "abc XYZ09-_.~%+/é😀\u0301\u00a0"


class Values:
    """Draws values of the schemas of one spec; the same ones for the same die."""

    def __init__(self, schemas: Mapping[str, Any], dice: random.Random) -> None:
        self._shapes = Shapes(schemas)
        self._dice = dice

    def valid(self, schema: Any, depth: int = 0) -> Any:
        """A value that the schema allows."""
        schema = self._shapes.resolved(schema)
        if "enum" in schema:
            return self._dice.choice(schema["enum"])
        match schema.get("type"):
            case "object":
                return self._object(schema, depth)
            case "array":
                return self._array(schema, depth)
            case "boolean":
                return self._dice.random() < 0.5
            case None:
                return self._dice.choice(FREE)
            case _:
                return self._scalar(schema)

    def _object(self, schema: Mapping[str, Any], depth: int) -> Any:
        dice, own = self._dice, schema.get("properties", {})
        chance = 0.5 if depth < DEPTH else 0
        value = {
            name: self.valid(member, depth + 1)
            for name, member in own.items()
            if name in schema.get("required", ()) or dice.random() < chance
        }
        more = schema.get("additionalProperties", True)
        if more is not False and dice.random() < (0.4 if own else 0.9):
            for name in dice.sample(STRANGE, dice.randint(1, 2)):
                if name not in own:
                    free = is_open(schema)
                    value[name] = dice.choice(FREE) if free else self.valid(more, depth + 1)
        return value

    def _array(self, schema: Mapping[str, Any], depth: int) -> Any:
        least, most = schema.get("minItems", 0), schema.get("maxItems", math.inf)
        count = self._dice.choice((0, 1, 2, 3)) if depth < DEPTH else 0
        items = schema.get("items", {})
        return [self.valid(items, depth + 1) for _ in range(int(max(least, min(most, count))))]

    def _scalar(self, schema: Mapping[str, Any]) -> Any:
        allowed = scalars(frozen(schema))
        if schema["type"] == "string" and not schema.keys() & {"format", "pattern"}:
            length = self._dice.randint(schema.get("minLength", 0), schema.get("maxLength", 20))
            text = "".join(self._dice.choices(LETTERS, k=min(length, 300)))
            allowed = (*allowed, *(text for _ in allowed[:1]))
        return self._dice.choice(allowed)


def least(schema: Any, schemas: Mapping[str, Any]) -> Any:
    """A value that the schema allows, with no more in it than has to be."""
    schema = Shapes(schemas).resolved(schema)
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "object":
            own = schema.get("properties", {})
            return {name: least(own.get(name, {}), schemas) for name in schema.get("required", ())}
        case "array":
            return [least(schema["items"], schemas) for _ in range(schema.get("minItems", 0))]
        case "boolean" | None:
            return True
        case _:
            return scalars(frozen(schema))[0]


def frozen(schema: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    """A schema of a scalar as a key."""
    notes = {"description", "example", "title", "default"}
    return tuple(
        (key, value) for key, value in schema.items() if key not in notes and key[:2] != "x-"
    )


@cache
def scalars(key: tuple[tuple[str, Any], ...]) -> Sequence[Any]:
    """Values that a schema of a scalar allows; at least one."""
    schema = dict(key)
    validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    found = [value for value in _candidates(schema) if validator.is_valid(value)]
    return tuple(found) or (sample(schema, {}),)


def _candidates(schema: Mapping[str, Any]) -> Iterator[Any]:
    match schema.get("type"):
        case "string" if "pattern" in schema:
            yield from of_pattern(schema["pattern"])
        case "string" if schema.get("format") == "date-time":
            yield from TIMES
            yield (datetime(2024, 1, 1, tzinfo=UTC) + timedelta(microseconds=1)).isoformat()
        case "string" if schema.get("format") == "uuid":
            for text in (uuid.UUID(int=0), uuid.UUID(int=2**128 - 1), uuid.UUID(int=2**126 // 3)):
                yield from (str(text), str(text).upper())
        case "string":
            yield from TEXTS
            length = schema.get("minLength", 0), schema.get("maxLength", 0)
            yield from ("é" * number for number in length)
        case kind:
            yield from INTEGERS if kind == "integer" else NUMBERS
            yield from _around_bounds(schema, 1 if kind == "integer" else 0.5)


def _around_bounds(schema: Mapping[str, Any], step: float) -> Iterator[Any]:
    """Numbers at bounds and a little within them; exact as doubles."""
    bounds = [schema[key] for key in schema if key.endswith(("imum", "imumExact"))]
    factor = schema.get("multipleOf", step)
    numbers = [bound + sign * step for bound in bounds for sign in (-1, 0, 1)]
    numbers += [factor * count for count in range(1, 9)]
    numbers += [math.ceil(bound / factor) * factor for bound in bounds]
    for number in numbers:
        whole = step == 1 or float(number).is_integer()
        value = int(number) if whole and number == int(number) else number
        if abs(value) < 2**53 or not whole:
            yield value


@cache
def of_pattern(pattern: str) -> Sequence[str]:
    """Texts that a pattern of the spec is found in."""
    from hypothesis import HealthCheck, Phase, given, seed, settings  # kept out of start-up
    from hypothesis import strategies as st

    found: list[str] = []

    @seed(1)
    @settings(
        max_examples=20,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.from_regex(pattern))
    def collect(text: str) -> None:
        if not any("\ud800" <= character <= "\udfff" for character in text):
            found.append(text)

    collect()
    return tuple(dict.fromkeys(found))
