"""What JSON would change without a word."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import isfinite
from typing import Any

from ._model import ApiModel
from .errors import InvalidArgument

_MINUTE = timedelta(minutes=1)
_NONE = timedelta()


def check(value: Any) -> None:
    """Raise InvalidArgument for NaN and infinities, which would be sent as null, and for date-times
    whose offset has seconds, which would be rounded: those of zones in the days of local time.

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
            waiting += [getattr(value, name) for name in value.__struct_fields__]
        elif isinstance(value, dict):
            waiting += value.values()
        elif isinstance(value, list | tuple | set | frozenset):
            waiting += value
