"""Points in time, as RFC 3339 writes them, in microseconds since 1970-01-01T00:00:00Z.

`datetime` cannot hold all that RFC 3339 can (year 0000, leap seconds, a UTC instant before year
1), so the arithmetic is done on integers.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from functools import lru_cache

_FORM = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:([Zz])|([+-])(\d\d):?(\d\d))",
    re.ASCII,
)
_BASIC_OFFSET = re.compile(r"([+-]\d\d)(\d\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Instant:
    """A point in time that may be finer than the clock: `floor` and `ceiling` are the
    microseconds at or before it and at or after it."""

    text: str
    floor: int
    ceiling: int


def canonical(text: str) -> str:
    """`text` with a basic-format offset (+0530, ISO 8601) written as RFC 3339 wants (+05:30)."""
    head, offset = text[:-5], text[-5:]
    match = _BASIC_OFFSET.fullmatch(offset)
    return f"{head}{match[1]}:{match[2]}" if match and ":" in head else text


def parse(text: str) -> Instant:
    """The instant that a valid RFC 3339 date-time names. Raises ValueError on text of another
    form; a day that no calendar has is for the schema's `format` to refuse."""
    match = _FORM.fullmatch(text)
    if match is None:
        raise ValueError("not an RFC 3339 date-time")
    year, month, day, hour, minute, second = map(int, match.group(1, 2, 3, 4, 5, 6))
    days = days_since_epoch(year, month, day)
    seconds = days * 86_400 + hour * 3_600 + minute * 60 + second
    if match[9]:
        offset = int(match[10]) * 3_600 + int(match[11]) * 60
        seconds += -offset if match[9] == "+" else offset
    fraction = match[7] or ""
    floor = seconds * 1_000_000 + int(fraction[:6].ljust(6, "0"))
    return Instant(text, floor, floor + bool(fraction[6:].strip("0")))


def days_since_epoch(year: int, month: int, day: int) -> int:
    """Days from 1970-01-01 in the proleptic Gregorian calendar, year 0 included."""
    shifted = year - (month <= 2)
    era, year_of_era = divmod(shifted, 400)
    day_of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    day_of_era = year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year
    return era * 146_097 + day_of_era - 719_468


def now() -> int:
    """The current time, in microseconds since the epoch."""
    return time.time_ns() // 1_000


def render(micros: int) -> str:
    """RFC 3339, UTC, with six digits of fraction: 2024-05-06T07:08:09.123456+00:00."""
    seconds, fraction = divmod(micros, 1_000_000)
    return f"{_second(seconds)}.{fraction:06d}+00:00"


@lru_cache(maxsize=16)
def _second(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
