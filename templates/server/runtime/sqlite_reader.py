"""The readers of a SQLite store: connections that are shared, each read in one transaction."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import sqlite3
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Sequence
from typing import Any, TypeVar

from .store import Record, Selection, StoreError

T = TypeVar("T")
Row = tuple[Any, ...]
COLUMNS = "id, created, updated, base, heavy"
BLOBS = 3
"""Place of the first of COLUMNS that can be large."""
LARGEST_INTEGER = 2**63 - 1
"""That SQLite can hold."""
LARGEST_BATCH = 256 * 1024
"""Bytes after which a batch ends; its last record may be of any size."""
COST_OF_ROW = 256
"""Bytes that a row takes besides its text, about."""
MOST_IDLE = 4
"""Connections that are kept open for the next read."""
MOST_SNAPSHOTS = 8
"""Snapshots at once: each has a batch in memory, and a slow client holds one for long."""
PATIENCE = 10.0
"""Seconds that a snapshot may wait for its turn."""


@contextlib.contextmanager
def telling() -> Iterator[None]:
    """Turn an error of the database into StoreError."""
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError(f"the database cannot be read: {error}") from error


class Readers:
    """Connections for reading, by `connect`."""

    def __init__(self, connect: Callable[[], sqlite3.Connection]) -> None:
        self._connect = connect
        self._idle: queue.Queue[sqlite3.Connection] = queue.Queue(MOST_IDLE)
        self._snapshots = asyncio.Semaphore(MOST_SNAPSHOTS)

    async def read(self, job: Callable[[sqlite3.Connection], T]) -> T:
        """What `job` reads, in a thread. Raises StoreError."""

        def run() -> T:
            with self._transaction() as connection:
                return job(connection)

        return await asyncio.to_thread(run)

    async def batches(
        self, statement: str, arguments: Sequence[Any], first: int
    ) -> AsyncGenerator[list[Row], None]:
        """The rows of a statement, batch by batch (see `next_batch`), one at least, in one
        transaction. Raises StoreError."""
        with self._transaction() as connection:
            cursor = connection.cursor()
            await asyncio.to_thread(cursor.execute, statement, arguments)
            rows = await asyncio.to_thread(next_batch, cursor, first)
            yield rows
            while rows:
                if rows := await asyncio.to_thread(next_batch, cursor, first):
                    yield rows

    @contextlib.asynccontextmanager
    async def snapshot(self, kind: str) -> AsyncIterator[SQLiteSnapshot]:
        """See `Store.snapshot`."""
        try:
            async with asyncio.timeout(PATIENCE):
                await self._snapshots.acquire()
        except TimeoutError:
            text = f"{MOST_SNAPSHOTS} clients are reading everything just now; try again later"
            raise StoreError(text) from None
        try:
            with self._transaction() as connection:
                yield SQLiteSnapshot(connection, kind)
        finally:
            self._snapshots.release()

    def close(self) -> None:
        """Close the idle connections."""
        with contextlib.suppress(queue.Empty):
            while True:
                self._idle.get_nowait().close()

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """A connection for one read. It is closed after one that was broken off, as a statement
        may still be running on it, and when enough are idle."""
        with telling():
            try:
                connection = self._idle.get_nowait()
            except queue.Empty:
                connection = self._connect()
            try:
                connection.execute("BEGIN")
                yield connection
                connection.execute("ROLLBACK")
                self._idle.put_nowait(connection)
            except queue.Full:
                connection.close()
            except BaseException:
                connection.close()
                raise


class SQLiteSnapshot:
    """See `store.Snapshot`: two passes over an index, inside one transaction."""

    def __init__(self, connection: sqlite3.Connection, kind: str) -> None:
        self._connection = connection
        self._kind = kind

    async def records(
        self, *, heavy: bool, oldest_first: bool = False
    ) -> AsyncIterator[list[Record]]:
        """See `store.Snapshot.records`."""
        columns = COLUMNS if heavy else COLUMNS.replace("heavy", "x'7b7d'")
        async for rows in self._batches(columns, BLOBS, "ASC" if oldest_first else "DESC"):
            yield [Record(*row) for row in rows]

    async def identifiers(self) -> AsyncIterator[list[str]]:
        """See `store.Snapshot.identifiers`."""
        async for rows in self._batches("id", 0):
            yield [row[0] for row in rows]

    async def _batches(
        self, columns: str, first: int, order: str = "DESC"
    ) -> AsyncIterator[list[Row]]:
        statement = (
            f"SELECT {columns} FROM records WHERE kind=? ORDER BY created {order}, seq {order}"
        )
        cursor = self._connection.cursor()
        await asyncio.to_thread(cursor.execute, statement, (self._kind,))
        while rows := await asyncio.to_thread(next_batch, cursor, first):
            yield rows


def next_batch(cursor: sqlite3.Cursor, first: int) -> list[Row]:
    """The next rows, one at least, until their cells from the `first` on, which are text and
    bytes, have LARGEST_BATCH bytes; none at the end."""
    rows: list[Row] = []
    size = 0
    for row in cursor:
        rows.append(row)
        size += COST_OF_ROW + sum(map(len, row[first:]))
        if size >= LARGEST_BATCH:
            break
    return rows


def get_record(connection: sqlite3.Connection, kind: str, id: str) -> Record | None:
    """One record."""
    statement = f"SELECT {COLUMNS} FROM records WHERE kind=? AND id=?"
    row = connection.execute(statement, (kind, id)).fetchone()
    return None if row is None else Record(*row)


def select_identifiers(kind: str, selection: Selection) -> tuple[str, list[Any]]:
    """The statement, and its arguments, that lists ids: one index scan a range, joined."""
    arguments: list[Any] = []
    scans = []
    for range_ in selection.ranges or (None,):
        condition = "kind=?"
        arguments.append(kind)
        if range_ is not None and range_.start is not None:
            condition += f" AND {range_.time}>=?"
            arguments.append(range_.start)
        if range_ is not None and range_.end is not None:
            condition += f" AND {range_.time}<=?"
            arguments.append(range_.end)
        scans.append(f"SELECT {selection.order} AS at, seq, id FROM records WHERE {condition}")
    direction = "DESC" if selection.descending else "ASC"
    statement = (
        f"SELECT id FROM ({' UNION '.join(scans)}) ORDER BY at {direction}, seq {direction} LIMIT ?"
    )
    limit = -1 if selection.limit is None else min(selection.limit, LARGEST_INTEGER)
    return statement, [*arguments, limit]
