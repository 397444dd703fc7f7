"""Date-times that a datetime cannot hold as they are: finer than microseconds, leap seconds, and
offsets of hours alone."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import msgspec

FINER = re.compile(rb"\.\d{7,}[Zz+\\-]")
"""Found in JSON text that may have a date-time finer than microseconds. The backslash: some
servers escape the plus sign."""
_SURPLUS = re.compile(r"(?<=\.\d{6})\d+(?=[Zz+-])", re.ASCII)
_LEAP = re.compile(r"(?<=.[Tt ]\d\d:\d\d:)60(?:\.\d+)?(?=[Zz+-])", re.ASCII)
_HOURS = re.compile(r"(?<=\d)[+-]\d\d\Z", re.ASCII)
_DATE_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)([Tt ])(\d\d:\d\d:\d\d(?:\.\d+)?)(?:([Zz])|([+-]\d\d)(?::?(\d\d))?)",
    re.ASCII,
)


def cut(text: str) -> str:
    """`text` as a datetime can hold it: never later than it was, as when rounded. A leap second
    is the last microsecond before it. What is no date-time stays what it is."""
    if ":60" in text:
        leap = _LEAP.sub("59.999999", text)
        text = leap if _ends_a_day(leap) else text
    if _HOURS.search(text):
        text += ":00"
    return _SURPLUS.sub("", text)


def _ends_a_day(text: str) -> bool:
    """Whether `text` lies in the last second of a day of UTC, behind which leap seconds come."""
    try:
        moment = msgspec.convert(text, datetime).astimezone(UTC)
    except (msgspec.ValidationError, OverflowError):
        return False
    return (moment.hour, moment.minute, moment.second) == (23, 59, 59)


def rfc3339(text: str) -> str | None:
    """`text`, a date-time, as RFC 3339 has it, with all its digits: a T for a space, and minutes
    and a colon in its offset. None when it is none, or there is no such moment."""
    if not (match := _DATE_TIME.fullmatch(text)):
        return None
    day, letter, time, zulu, hours, minutes = match.groups()
    offset = zulu or f"{hours}:{minutes or '00'}"
    wire = day + ("T" if letter == " " else letter) + time + offset
    try:
        msgspec.convert(cut(wire), datetime)
    except msgspec.ValidationError:
        return None
    return wire
