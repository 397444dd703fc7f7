"""Whether a client takes what is sent to it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Stall:
    """Follows how many bytes wait to be taken on one connection."""

    waiting: int = 0
    since: float = 0.0

    def lasts(self, waiting: int, now: float, enough: int) -> float:
        """For how many seconds it has been since at least `enough` of them were taken."""
        if not self.waiting or not waiting or waiting <= self.waiting - enough:
            self.waiting = waiting
            self.since = now
        elif waiting > self.waiting:
            self.waiting = waiting
        return now - self.since

    def clear(self) -> None:
        """All but a little was taken."""
        self.waiting = 0
