"""The write-ahead log of a SQLite file. It starts over only when nobody reads a moment that lies in
it: while large reads follow each other without a gap it would grow as long as there are writes."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3

from .sqlite_schema import LONGEST_LOG, TIMEOUT
from .sqlite_writer import Writer
from .store import StoreError
from .turns import Turns

GAP = 2.0
"""Seconds that large reads wait for those before them, when the log is too long."""
BUSY = 1.0
"""Seconds that cutting the log may wait for what else is read, with all writes behind it."""
INTERVAL = 30.0
"""Seconds until it is tried again when that did not help, as a client took its reply slowly."""


class Log:
    """The log of the file at `path`."""

    def __init__(self, path: str, writer: Writer, turns: Turns) -> None:
        self._file = f"{path}-wal"
        self._writer = writer
        self._turns = turns
        self._one = asyncio.Lock()
        self._next = 0.0

    @property
    def is_long(self) -> bool:
        """Whether it is so long that it had better be cut."""
        try:
            return os.stat(self._file).st_size > LONGEST_LOG
        except FileNotFoundError:
            return False

    async def shorten(self) -> None:
        """Call it before each large read. When the log is too long this makes a gap between them,
        and cuts it there."""
        if not self.is_long:
            return
        async with self._one:
            now = asyncio.get_running_loop().time()
            if now < self._next or not self.is_long:
                return
            await self._turns.quiet(GAP)
            with contextlib.suppress(StoreError):  # on a full disk it fails; reading need not
                await self._writer.do_apart(cut)
            if self.is_long:
                self._next = now + INTERVAL


def cut(connection: sqlite3.Connection) -> None:
    """Take what is in the log over into the file, and cut the log to nothing, unless it is read
    all the time."""
    connection.execute(f"PRAGMA busy_timeout={int(BUSY * 1000)}")
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.execute(f"PRAGMA busy_timeout={int(TIMEOUT * 1000)}")
