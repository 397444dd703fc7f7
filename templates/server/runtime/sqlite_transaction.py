"""Connections for reading, and one read transaction on one of them."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import threading
from collections.abc import Callable, Iterator
from time import perf_counter
from typing import TypeVar

from .store import StoreError

T = TypeVar("T")
MOST_IDLE = 8
"""Connections that are kept open for the next read."""
BRIEF = 0.001
"""Seconds that a read may take on the event loop."""
INSTRUCTIONS = 1_000
"""Of SQLite's virtual machine, after which it is asked whether they are over: some 50 µs."""


class TakesLong(Exception):
    """A read is not brief: it has been interrupted, and has to be done in a thread."""


def unreadable(error: sqlite3.Error) -> StoreError:
    """What an error of the database is for those who asked it."""
    return StoreError(f"the database cannot be read: {error}")


class Connections:
    """Connections by `connect`, each for one transaction at a time."""

    def __init__(self, connect: Callable[[], sqlite3.Connection]) -> None:
        self._connect = connect
        self._idle: list[sqlite3.Connection] = []  # the last used first: it has most in its cache

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """One read transaction. Its connection is closed when the read is broken off, as a
        statement may still be running on it."""
        transaction = Transaction(self.take)
        try:
            yield transaction
            self._put(transaction.end())
        except BaseException:
            transaction.break_off()
            raise

    def take(self) -> sqlite3.Connection:
        """A connection that nobody uses."""
        try:
            return self._idle.pop()
        except IndexError:
            return self._connect()

    def close(self) -> None:
        """Close those that are idle."""
        while self._idle:
            self._idle.pop().close()

    def _put(self, connection: sqlite3.Connection | None) -> None:
        if connection is None:
            return
        if len(self._idle) < MOST_IDLE:
            self._idle.append(connection)
        else:
            connection.close()


class Transaction:
    """One moment of the database. It begins with the first job."""

    def __init__(self, take: Callable[[], sqlite3.Connection]) -> None:
        self._take = take
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._over = False
        self._at_end: list[Callable[[], None]] = []

    def at_end(self, release: Callable[[], None]) -> None:
        """Have `release` called when it is over. A statement that was not read to its end has to be
        let go of by it: that would keep its moment open, ROLLBACK or not, and the next transaction
        on the connection would read that moment."""
        self._at_end.append(release)

    async def run(self, job: Callable[[sqlite3.Connection], T]) -> T:
        """What `job` reads, in a thread. When this is cancelled the thread may go on for a while:
        then break the transaction off. Raises StoreError."""
        return await asyncio.to_thread(self._run, job)

    def run_briefly(self, job: Callable[[sqlite3.Connection], T]) -> T:
        """What `job` reads, on the event loop: most reads are shorter than a thread switch. Raises
        TakesLong when it is not done in BRIEF seconds, and StoreError."""
        until = perf_counter() + BRIEF

        def guarded(connection: sqlite3.Connection) -> T:
            connection.set_progress_handler(lambda: perf_counter() > until, INSTRUCTIONS)
            try:
                return job(connection)
            except sqlite3.OperationalError as error:
                if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT:
                    raise TakesLong from None
                raise
            finally:
                connection.set_progress_handler(None, 0)

        return self._run(guarded)

    def end(self) -> sqlite3.Connection | None:
        """End it, when no job is running; its connection, if it had begun. Raises StoreError."""
        self._over = True
        self._release()
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.execute("ROLLBACK")
            except sqlite3.Error as error:
                raise unreadable(error) from error
        return connection

    def break_off(self) -> None:
        """Interrupt what is running and close the connection, without waiting for either."""
        self._over = True
        if (connection := self._connection) is not None:
            with contextlib.suppress(sqlite3.Error):  # it may be closed by now
                connection.interrupt()
        self._discard()

    def _run(self, job: Callable[[sqlite3.Connection], T]) -> T:
        try:
            with self._lock:
                if self._over:
                    raise StoreError("the read was broken off")
                if self._connection is None:
                    self._connection = self._take()
                    self._connection.execute("BEGIN")
                return job(self._connection)
        except sqlite3.Error as error:
            raise unreadable(error) from error
        finally:
            if self._over:
                self._discard()

    def _discard(self) -> None:
        """Close the connection unless a job is running, which then does it when it ends."""
        if not self._lock.acquire(blocking=False):
            return
        try:
            self._release()
            if self._connection is not None:
                self._connection.close()
                self._connection = None
        finally:
            self._lock.release()

    def _release(self) -> None:
        while self._at_end:
            self._at_end.pop()()
