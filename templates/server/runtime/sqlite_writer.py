"""The writer of a SQLite store: one thread that commits what is waiting in groups."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .store import StoreError

LARGEST_GROUP = 256
FAULTS = (sqlite3.Error, MemoryError)
"""What the database raises: its own errors, and that SQLite got no memory."""

Job = Callable[[sqlite3.Connection], Any]
Outcome = tuple[Any, BaseException | None]


@dataclass(frozen=True, slots=True)
class Write:
    """A job for the writer thread, and where its outcome goes."""

    job: Job
    loop: asyncio.AbstractEventLoop
    outcome: asyncio.Future[Any]
    apart: bool = False
    """Whether it is done outside of any transaction."""

    def settle(self, result: Any, error: BaseException | None) -> None:
        """Hand the outcome to the waiting task, from the writer thread."""
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self.loop.call_soon_threadsafe(self._set, result, error)

    def _set(self, result: Any, error: BaseException | None) -> None:
        if self.outcome.done():  # the client went away
            return
        if error is None:
            self.outcome.set_result(result)
        else:
            self.outcome.set_exception(error)


class Writer:
    """Does jobs on `connection`, which is its own. A job writes by one statement at most, and may
    be done again from the start when its transaction could not be committed."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._waiting: queue.SimpleQueue[Write | None] = queue.SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="sqlite-writer", daemon=True)
        self._thread.start()

    async def do(self, job: Job) -> Any:
        """The result of a job, once it is on disk. Raises what the job does, and StoreError. The
        job is done even when this is cancelled: nobody is told then."""
        return await self._put(job)

    async def do_apart(self, job: Job) -> Any:
        """Like `do`, but outside of any transaction: for what concerns the whole database."""
        return await self._put(job, apart=True)

    def _put(self, job: Job, *, apart: bool = False) -> asyncio.Future[Any]:
        if self._closed:
            raise StoreError("the database is closed: the server is stopping")
        loop = asyncio.get_running_loop()
        write = Write(job, loop, loop.create_future(), apart)
        self._waiting.put(write)
        return write.outcome

    async def close(self) -> None:
        """Finish what is waiting; there can be nothing more afterwards."""
        self._closed = True
        self._waiting.put(None)
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        """The thread: take what is waiting, do it in one transaction, then answer."""
        while (first := self._waiting.get()) is not None:
            group, last = self._group(first)
            if together := [write for write in group if not write.apart]:
                self._commit(together)
            for write in group:
                if write.apart:
                    self._do_apart(write)
            if last:
                break
        self._connection.close()

    def _group(self, first: Write) -> tuple[list[Write], bool]:
        """`first` and what else is waiting, and whether the end was among it."""
        group = [first]
        while len(group) < LARGEST_GROUP:
            try:
                write = self._waiting.get_nowait()
            except queue.Empty:
                break
            if write is None:
                return group, True
            group.append(write)
        return group, False

    def _commit(self, group: list[Write]) -> None:
        """Do a group's jobs in one transaction; if that fails, each in one of its own, since the
        fault may lie in one of them. None is acknowledged that is not committed."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        except FAULTS as error:  # of no job's making
            self._fail(group, error)
            return
        try:
            outcomes = [self._outcome(write.job) for write in group]
            self._connection.execute("COMMIT")
        except FAULTS as error:
            with contextlib.suppress(*FAULTS):  # some errors have rolled back already
                self._connection.execute("ROLLBACK")
            if len(group) == 1:
                self._fail(group, error)
            else:
                for write in group:
                    self._commit([write])
            return
        for write, (result, failed) in zip(group, outcomes, strict=True):
            write.settle(result, failed)

    def _do_apart(self, write: Write) -> None:
        try:
            write.settle(*self._outcome(write.job))
        except FAULTS as error:
            self._fail([write], error)

    def _outcome(self, job: Job) -> Outcome:
        """What a job gives or raises: one that raises has changed nothing. Raises FAULTS."""
        try:
            return job(self._connection), None
        except FAULTS:
            raise
        except Exception as error:
            return None, error

    def _fail(self, group: list[Write], error: Exception) -> None:
        for write in group:
            write.settle(None, StoreError(f"the database refused to write: {error}"))
