"""The SQLite store: one writer thread that commits in groups, readers that never wait for it.

WAL and synchronous=FULL: what a write has acknowledged survives a crash of the process and a
loss of power (https://www.sqlite.org/pragma.html#pragma_synchronous).
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from .store import Record, Selection, StoreError

SCHEMA_VERSION = 1
SCHEMA = """
CREATE TABLE records (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  base BLOB NOT NULL,
  heavy BLOB NOT NULL,
  UNIQUE (kind, id)
);
CREATE INDEX records_created ON records (kind, created, seq, id);
CREATE INDEX records_updated ON records (kind, updated, seq, created, id);
"""
COLUMNS = "id, created, updated, base, heavy"
LARGEST_GROUP = 256
LARGEST_BATCH = 256

Job = Callable[[sqlite3.Connection], Any]


@dataclass(frozen=True, slots=True)
class Write:
    """A job for the writer thread, and where its outcome goes."""

    job: Job
    loop: asyncio.AbstractEventLoop
    outcome: asyncio.Future[Any]

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


class SQLiteStore:
    """Records in one SQLite file."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._writes: queue.SimpleQueue[Write | None] = queue.SimpleQueue()
        self._readers: queue.SimpleQueue[sqlite3.Connection] = queue.SimpleQueue()
        connection = self._prepare()
        self._reader = self._connect()
        self._writer = threading.Thread(
            target=self._write_groups, args=(connection,), name="sqlite-writer", daemon=True
        )
        self._writer.start()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, timeout=30, isolation_level=None, check_same_thread=False
        )
        connection.execute("PRAGMA synchronous=FULL")
        return connection

    def _prepare(self) -> sqlite3.Connection:
        """Open the file for writing, with the schema this version knows."""
        try:
            connection = self._connect()
            connection.execute("BEGIN IMMEDIATE")
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version == 0:
                self._create_schema(connection)
            elif version > SCHEMA_VERSION:
                raise StoreError(
                    f"{self._path}: written by a newer version (schema {version}, this one knows "
                    f"{SCHEMA_VERSION}): upgrade the server, or use another file"
                )
            connection.execute("COMMIT")
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.Error as error:
            raise StoreError(f"{self._path}: cannot be used as a database: {error}") from error
        return connection

    def _create_schema(self, connection: sqlite3.Connection) -> None:
        """Make the tables in a new file; a file with tables of somebody else's is left alone."""
        if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            raise StoreError(f"{self._path}: is a database of another program: use another file")
        for statement in SCHEMA.split(";"):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version={SCHEMA_VERSION}")

    # --- writing ---------------------------------------------------------------------------

    def _write_groups(self, connection: sqlite3.Connection) -> None:
        """The writer thread: take what is waiting, do it in one transaction, then answer."""
        while (first := self._writes.get()) is not None:
            group, last = self._group(first)
            self._commit(connection, group)
            if last:
                break
        connection.close()

    def _group(self, first: Write) -> tuple[list[Write], bool]:
        """`first` and what else is waiting, and whether the end was among it."""
        group = [first]
        while len(group) < LARGEST_GROUP:
            try:
                write = self._writes.get_nowait()
            except queue.Empty:
                break
            if write is None:
                return group, True
            group.append(write)
        return group, False

    def _commit(self, connection: sqlite3.Connection, group: list[Write]) -> None:
        """Do a group's jobs in one transaction. Each job writes by one statement at most, so one
        that fails has changed nothing; if the commit fails, none of them is acknowledged."""
        outcomes: list[tuple[Any, BaseException | None]] = []
        try:
            connection.execute("BEGIN IMMEDIATE")
            for write in group:
                try:
                    outcomes.append((write.job(connection), None))
                except sqlite3.Error:
                    raise
                except Exception as error:
                    outcomes.append((None, error))
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            with contextlib.suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
            failure = StoreError(f"the database refused to write: {error}")
            outcomes = [(None, failure)] * len(group)
        for write, (result, failed) in zip(group, outcomes, strict=True):
            write.settle(result, failed)

    async def _write(self, job: Job) -> Any:
        loop = asyncio.get_running_loop()
        write = Write(job, loop, loop.create_future())
        self._writes.put(write)
        return await write.outcome

    async def insert(self, kind: str, record: Record) -> bool:
        """See `Store.insert`."""
        row = (kind, record.id, record.created, record.updated, record.base, record.heavy)

        def job(connection: sqlite3.Connection) -> bool:
            statement = f"INSERT OR IGNORE INTO records (kind, {COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)"
            return connection.execute(statement, row).rowcount == 1

        return bool(await self._write(job))

    async def change(
        self, kind: str, id: str, change: Callable[[Record], Record | None]
    ) -> Record | None:
        """See `Store.change`."""

        def job(connection: sqlite3.Connection) -> Record | None:
            present = _get(connection, kind, id)
            if present is None or (wanted := change(present)) is None:
                return present
            connection.execute(
                "UPDATE records SET updated=?, base=?, heavy=? WHERE kind=? AND id=?",
                (wanted.updated, wanted.base, wanted.heavy, kind, id),
            )
            return wanted

        record: Record | None = await self._write(job)
        return record

    async def delete(self, kind: str, id: str) -> bool:
        """See `Store.delete`."""

        def job(connection: sqlite3.Connection) -> bool:
            statement = "DELETE FROM records WHERE kind=? AND id=?"
            return connection.execute(statement, (kind, id)).rowcount == 1

        return bool(await self._write(job))

    # --- reading ---------------------------------------------------------------------------

    @contextlib.contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """A connection for one read in a thread of its own, inside one transaction."""
        try:
            connection = self._readers.get_nowait()
        except queue.Empty:
            connection = self._connect()
        connection.execute("BEGIN")
        try:
            yield connection
        finally:
            connection.execute("ROLLBACK")
            self._readers.put(connection)

    async def get(self, kind: str, id: str) -> Record | None:
        """See `Store.get`. On the event loop: a look-up by key is shorter than a thread switch."""
        return _get(self._reader, kind, id)

    async def fetch(self, kind: str, ids: Sequence[str]) -> list[Record]:
        """See `Store.fetch`."""

        def read() -> list[Record]:
            with self._reading() as connection:
                records = (_get(connection, kind, id) for id in dict.fromkeys(ids))
                return [record for record in records if record is not None]

        return await asyncio.to_thread(read)

    async def identifiers(self, kind: str, selection: Selection) -> list[str]:
        """See `Store.identifiers`."""
        statement, arguments = select_identifiers(kind, selection)

        def read() -> list[str]:
            with self._reading() as connection:
                return [row[0] for row in connection.execute(statement, arguments)]

        return await asyncio.to_thread(read)

    async def snapshot(self, kind: str, *, heavy: bool) -> AsyncIterator[Sequence[Record]]:
        """See `Store.snapshot`."""
        columns = COLUMNS if heavy else COLUMNS.replace("heavy", "'{}'")
        with self._reading() as connection:
            cursor = connection.execute(
                f"SELECT {columns} FROM records WHERE kind=? ORDER BY created DESC, seq DESC",
                (kind,),
            )
            while rows := await asyncio.to_thread(cursor.fetchmany, LARGEST_BATCH):
                yield [_record(row) for row in rows]

    async def close(self) -> None:
        """See `Store.close`."""
        self._writes.put(None)
        await asyncio.to_thread(self._writer.join)
        self._reader.close()
        with contextlib.suppress(queue.Empty):
            while True:
                self._readers.get_nowait().close()


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
    return statement, [*arguments, -1 if selection.limit is None else selection.limit]


def _get(connection: sqlite3.Connection, kind: str, id: str) -> Record | None:
    statement = f"SELECT {COLUMNS} FROM records WHERE kind=? AND id=?"
    row = connection.execute(statement, (kind, id)).fetchone()
    return None if row is None else _record(row)


def _record(row: tuple[Any, ...]) -> Record:
    heavy = row[4]
    return Record(row[0], row[1], row[2], row[3], heavy if isinstance(heavy, bytes) else b"{}")
