"""What JSON would change without a word, and what no receiver would take."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import isfinite
from typing import Any

from ._model import ApiModel
from ._shape import members
from .errors import InvalidArgument

_MINUTE = timedelta(minutes=1)
_NONE = timedelta()


def check(value: Any, *, nulls: bool = True) -> None:
    """Raise InvalidArgument for NaN and infinities, which would be sent as null, for date-times
    whose offset has seconds, which would be rounded (those of zones in the days of local time), and
    for what a member of a model cannot be: a date-time without an offset, or None unless `nulls`
    may be. A null that a server sent is in no such member.

    `value` is what has been encoded: nothing in it contains itself.
    """
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, float):
            if not isfinite(value):
                raise InvalidArgument(f"cannot be sent as JSON: {value!r} is no number there")
        elif isinstance(value, datetime):
            if (value.utcoffset() or _NONE) % _MINUTE:
                raise InvalidArgument(
                    f"cannot be sent as JSON: {value}: an offset has no seconds; "
                    "use .astimezone(UTC)"
                )
        elif isinstance(value, ApiModel):
            _check_members(value, nulls)
            waiting += [getattr(value, name) for name in value.__struct_fields__]
        elif isinstance(value, dict):
            waiting += value.values()
        elif isinstance(value, list | tuple | set | frozenset):
            waiting += value


def _check_members(model: ApiModel, nulls: bool) -> None:
    for member in members(type(model)):
        value = getattr(model, member.name)
        place = f"{type(model).__name__}.{member.name}"
        if value is None and member.never_null and not nulls:
            reason = "the contract has no null there; UNSET leaves it out"
            raise InvalidArgument(f"{place}: None: {reason}")
        if member.is_time and _has_local(value):
            reason = "a date-time without an offset; give it one, as in datetime.now(UTC)"
            raise InvalidArgument(f"{place}: {reason}")


def _has_local(value: Any) -> bool:
    """Whether there is a date-time without an offset in date-times, lists or maps of them."""
    if isinstance(value, datetime):
        return value.utcoffset() is None
    inner = value.values() if isinstance(value, dict) else value
    return isinstance(value, dict | list) and any(map(_has_local, inner))
