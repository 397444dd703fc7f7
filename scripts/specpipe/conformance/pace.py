"""How fast requests may follow each other."""

from __future__ import annotations

import threading
import time

POLITE = 20.0
"""Requests a second to somebody's server, unless RATE says otherwise."""


class Pace:
    """At most `rate` requests a second, evenly, over all that share it; no bound when it is 0.
    Threads may share it."""

    def __init__(self, rate: float = 0) -> None:
        self.rate = rate
        self._lock = threading.Lock()
        self._next = 0.0

    def wait(self) -> None:
        """Wait until the next request may be sent."""
        if not self.rate:
            return
        with self._lock:
            now = time.monotonic()
            at = max(now, self._next)
            self._next = at + 1 / self.rate
        time.sleep(at - now)
