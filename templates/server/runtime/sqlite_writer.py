"""The writer of a SQLite store: one thread that commits what is waiting in groups."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import sqlite3
import threading
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from .store import Record, StoreError

LARGE_GROUP = 256
"""Writes that are enough for a commit of their own."""
LARGE_RESULTS = 16 * 1024 * 1024
"""Bytes of records given by writes, that are enough as well."""
FAULTS = (sqlite3.Error, MemoryError)
"""What the database raises: its own errors, and that SQLite got no memory."""

Job = Callable[[sqlite3.Connection], Any]
Outcome = tuple[Any, BaseException | None]


class Write(NamedTuple):
    """A job for the writer thread, and where its outcome goes."""

    job: Job
    settled: asyncio.Future[Any]
    apart: bool
    """Whether it is done outside of any transaction."""


class Writer:
    """Does jobs on `connection`, which is its own. A job writes by one statement at most, and may
    be done again from the start when its transaction could not be committed. Jobs come from one
    event loop at a time."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._arriving: list[Write] = []
        self._waiting: queue.SimpleQueue[Sequence[Write] | None] = queue.SimpleQueue()
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
        """Note a job. What the requests of one round of the event loop bring is handed over
        together: one call for the thread, and one group to commit."""
        if self._closed:
            raise StoreError("the database is closed: the server is stopping")
        loop = asyncio.get_running_loop()
        write = Write(job, loop.create_future(), apart)
        if not self._arriving:
            loop.call_soon(self._hand_over)
        self._arriving.append(write)
        return write.settled

    def _hand_over(self) -> None:
        if self._arriving:
            self._waiting.put(self._arriving)
            self._arriving = []

    async def close(self) -> None:
        """Finish what is waiting; there can be nothing more afterwards."""
        self._closed = True
        self._hand_over()
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

    def _group(self, first: Sequence[Write]) -> tuple[list[Write], bool]:
        """`first` and what else is waiting, until there is enough for a commit, and whether the
        end was among it."""
        group = [*first]
        while len(group) < LARGE_GROUP:
            try:
                more = self._waiting.get_nowait()
            except queue.Empty:
                break
            if more is None:
                return group, True
            group += more
        return group, False

    def _commit(self, group: Sequence[Write]) -> None:
        """Do a group's jobs, in one transaction unless what they give is large: then in several,
        so that no more than that is kept for those who wait."""
        while group:
            group = group[self._commit_some(group) :]

    def _commit_some(self, group: Sequence[Write]) -> int:
        """Do as many of a group's jobs in one transaction as give LARGE_RESULTS bytes; if that
        fails, each in one of its own, since the fault may lie in one of them. None is acknowledged
        that is not committed. Returns how many are done."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        except FAULTS as error:  # of no job's making
            self._fail(group, error)
            return len(group)
        try:
            outcomes = self._outcomes(group)
            self._connection.execute("COMMIT")
        except FAULTS as error:
            with contextlib.suppress(*FAULTS):  # some errors have rolled back already
                self._connection.execute("ROLLBACK")
            if len(group) == 1:
                self._fail(group, error)
            else:
                for write in group:
                    self._commit_some([write])
            return len(group)
        self._settle(group[: len(outcomes)], outcomes)
        return len(outcomes)

    def _outcomes(self, group: Sequence[Write]) -> list[Outcome]:
        """What the first jobs give, until it has LARGE_RESULTS bytes. Raises FAULTS."""
        outcomes: list[Outcome] = []
        size = 0
        for write in group:
            outcome = self._outcome(write.job)
            outcomes.append(outcome)
            if isinstance(outcome[0], Record):
                size += outcome[0].size
                if size >= LARGE_RESULTS:
                    break
        return outcomes

    def _do_apart(self, write: Write) -> None:
        try:
            self._settle([write], [self._outcome(write.job)])
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

    def _fail(self, group: Sequence[Write], error: Exception) -> None:
        text = f"the database refused to write: {error}"
        self._settle(group, [(None, StoreError(text)) for _ in group])

    def _settle(self, group: Sequence[Write], outcomes: Sequence[Outcome]) -> None:
        """Hand the outcomes to the waiting tasks: all at once, as each call wakes the loop."""
        loop = group[0].settled.get_loop()
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(tell, group, outcomes)


def tell(group: Sequence[Write], outcomes: Sequence[Outcome]) -> None:
    """Settle each write of the group, on the event loop."""
    for write, (result, error) in zip(group, outcomes, strict=True):
        if write.settled.done():  # the client went away
            continue
        if error is None:
            write.settled.set_result(result)
        else:
            write.settled.set_exception(error)
