"""How far a long command has come, told to the person who waits for it."""

from __future__ import annotations

import time
from typing import TextIO

OFTEN = 0.5
"""Seconds between two words to a terminal, which replace each other."""
SELDOM = 10.0
"""Seconds between two lines to a log."""


class Progress:
    """Tells on `stream`, each line with the name of the `program`."""

    def __init__(self, program: str, stream: TextIO) -> None:
        self._program = program
        self._stream = stream
        self._live = stream.isatty()
        self._told = time.monotonic()

    def now(self, text: str) -> None:
        """How far it is; most of these are not shown."""
        moment = time.monotonic()
        if moment - self._told < (OFTEN if self._live else SELDOM):
            return
        self._told = moment
        self._write(text, "" if self._live else "\n")

    def last(self, text: str) -> None:
        """How it ended."""
        self._write(text, "\n")

    def _write(self, text: str, end: str) -> None:
        start = "\r\x1b[K" if self._live else ""
        self._stream.write(f"{start}{self._program}: {text}{end}")
        self._stream.flush()
