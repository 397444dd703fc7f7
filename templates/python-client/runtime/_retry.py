"""When a request is sent again, and after how long."""

from __future__ import annotations

import time
from collections.abc import Mapping

import msgspec

from .errors import ConnectionError, TimeoutError
from .transport import Request, Response

_STATUSES = frozenset({408, 429, 502, 503, 504})
_FIRST = 0.2
_LONGEST = 5.0
_PATIENCE = 3600.0
"""Seconds that a server may ask for, however much time there is: what is further off is an
outage, and its error says more than silence."""


class Attempts:
    """The attempts at one call: at most `retries` more than one, all within `budget` seconds."""

    __slots__ = ("_deadline", "_left", "_number", "_repeatable")

    def __init__(self, repeatable: bool, retries: int, budget: float | None) -> None:
        self._repeatable = repeatable
        self._left = retries
        self._number = 0
        self._deadline = None if budget is None else time.monotonic() + budget

    def timed(self, request: Request) -> Request:
        """`request` with what is left of the budget as its timeout."""
        if self._deadline is None or self._number == 0:
            return request
        left = max(self._deadline - time.monotonic(), 0.001)
        timeout = msgspec.structs.replace(request.timeout, total=left)
        return msgspec.structs.replace(request, timeout=timeout)

    def after_error(self, error: ConnectionError | TimeoutError) -> float | None:
        """Seconds to wait before the next attempt; None when there is none."""
        if error.sent and not self._repeatable:
            return None
        return self._next(None)

    def after(self, response: Response) -> float | None:
        """Seconds to wait before the next attempt; None when `response` is the result."""
        if response.status not in _STATUSES or not self._repeatable:
            return None
        return self._next(_retry_after(response.headers))

    def _next(self, wanted: float | None) -> float | None:
        if self._left <= 0:
            return None
        delay = _jitter(self._number) if wanted is None else wanted
        if delay > _PATIENCE:
            return None
        if self._deadline is not None and time.monotonic() + delay >= self._deadline:
            return None
        self._left -= 1
        self._number += 1
        return delay


def _jitter(number: int) -> float:
    """Full jitter: anything up to a bound that doubles with each attempt."""
    from random import random

    return random() * min(_LONGEST, _FIRST * 2.0 ** min(number, 30))


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the server asks for, in either form of RFC 9110, 10.2.3."""
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    if value.isascii() and value.isdigit():
        return float(value[:9])
    from email.utils import parsedate_to_datetime

    try:
        return max(parsedate_to_datetime(value).timestamp() - time.time(), 0.0)
    except (ValueError, OverflowError):
        return None
