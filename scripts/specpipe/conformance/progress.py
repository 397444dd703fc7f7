"""Saying how far it is: a line that is written over on a terminal, and now and then a line into a
pipe or a log."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from typing import TextIO

from specpipe.diagnostics import fitted, one_line

WIDTH = 100
"""Columns of a line that stays."""
PAUSE = 10.0
"""Seconds between two lines of one stage where lines stay."""


class Progress:
    """One stage after the other, each of so many steps; `broken` counts what was found in it."""

    def __init__(self, output: TextIO) -> None:
        self._output = output
        self._terminal = output.isatty()
        self._stage = ""
        self._total = self._done = self._broken = 0
        self._began = self._told = 0.0

    def line(self, text: str = "") -> None:
        """Say something that stays, now, also through a pipe."""
        self._wipe()
        print(text, file=self._output, flush=True)

    def stage(self, name: str, total: int = 0, began: float | None = None) -> None:
        """Begin a stage of `total` steps, 0 when it is not known how many. What was at work
        before somebody looked at it `began` then, by the monotonic clock."""
        self._stage, self._total, self._done, self._broken = name, total, 0, 0
        self._told = time.monotonic()
        self._began = self._told if began is None else began
        self.say("")

    def step(self, what: str) -> None:
        """The next step of the stage begins."""
        self._done += 1
        self.say(what)

    def found(self) -> None:
        """Something was found."""
        self._broken += 1

    def say(self, what: str) -> None:
        """Say how far the stage is."""
        told = ", ".join(filter(None, [*self._counted(), what]))
        text = one_line(f"  {self._stage:<10} {told}")
        if self._terminal:
            self._wipe()
            width = shutil.get_terminal_size().columns - 1
            print(text[:width], end="", file=self._output, flush=True)
        elif time.monotonic() - self._told > PAUSE:
            self._told = time.monotonic()
            print(fitted(text, WIDTH), file=self._output, flush=True)

    def end(self, summary: str) -> None:
        """The stage is over; `summary` says what it came to."""
        broken = f", {self._broken} broken" if self._broken else ""
        seconds = time.monotonic() - self._began
        self.line(f"  {self._stage:<10} {summary}{broken} ({seconds:.1f} s)")

    def _counted(self) -> Iterator[str]:
        if self._total:
            yield f"{self._done} of {self._total}"
        if self._broken:
            yield f"{self._broken} broken"

    def _wipe(self) -> None:
        if self._terminal:
            print("\r\x1b[K", end="", file=self._output)
