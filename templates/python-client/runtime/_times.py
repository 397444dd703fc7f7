"""Date-times finer than microseconds, which is all that a datetime holds."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import msgspec

FINER = re.compile(rb"\.\d{7,}[Zz+-]")
"""Found in JSON text that may have such a date-time."""
_SURPLUS = re.compile(r"(?<=\.\d{6})\d+(?=[Zz+-])", re.ASCII)
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


def cut(text: str) -> str:
    """`text` without the digits behind microseconds: never later than it was, as when rounded."""
    return _SURPLUS.sub("", text)


def is_finer(value: Any) -> bool:
    """Whether `value`, which stands for a date-time, has such digits."""
    return isinstance(value, str) and cut(value) != value


def is_cut_of(value: Any, original: Any) -> bool:
    """Whether `value` is the moment that is left of the text `original`."""
    try:
        wanted = msgspec.convert(cut(original), datetime) if is_finer(original) else None
        return wanted is not None and msgspec.convert(value, datetime) == wanted
    except msgspec.ValidationError:
        return False


def is_date_time(text: str) -> bool:
    """Whether `text` is a date-time of RFC 3339, and there is such a moment."""
    try:
        msgspec.convert(cut(text), datetime)
    except msgspec.ValidationError:
        return False
    return bool(_RFC3339.fullmatch(text))
