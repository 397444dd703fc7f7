"""The SQLite store: one writer thread that commits in groups, readers that never wait for it.

WAL and synchronous=FULL: what a write has acknowledged survives a crash of the process and a
loss of power (https://www.sqlite.org/pragma.html#pragma_synchronous).
"""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager

from .sqlite_reader import COLUMNS, Readers, get_record, select_identifiers, telling
from .sqlite_writer import Writer
from .store import Record, Selection, Snapshot, StoreError

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


class SQLiteStore:
    """Records in one SQLite file."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._writer = Writer(self._prepare())
        self._reader = self._connect()
        self._readers = Readers(self._connect)

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

    async def insert(self, kind: str, record: Record) -> bool:
        """See `Store.insert`."""
        row = (kind, record.id, record.created, record.updated, record.base, record.heavy)

        def job(connection: sqlite3.Connection) -> bool:
            statement = f"INSERT OR IGNORE INTO records (kind, {COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)"
            return connection.execute(statement, row).rowcount == 1

        return bool(await self._writer.do(job))

    async def insert_all(self, kind: str, records: Sequence[Record]) -> int:
        """See `Store.insert_all`."""
        rows = [(kind, r.id, r.created, r.updated, r.base, r.heavy) for r in records]

        def job(connection: sqlite3.Connection) -> int:
            statement = f"INSERT OR IGNORE INTO records (kind, {COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)"
            return connection.executemany(statement, rows).rowcount

        return int(await self._writer.do(job))

    async def change(
        self, kind: str, id: str, change: Callable[[Record], Record | None]
    ) -> Record | None:
        """See `Store.change`."""

        def job(connection: sqlite3.Connection) -> Record | None:
            present = get_record(connection, kind, id)
            if present is None or (wanted := change(present)) is None:
                return present
            connection.execute(
                "UPDATE records SET updated=?, base=?, heavy=? WHERE kind=? AND id=?",
                (wanted.updated, wanted.base, wanted.heavy, kind, id),
            )
            return wanted

        record: Record | None = await self._writer.do(job)
        return record

    async def delete(self, kind: str, id: str) -> bool:
        """See `Store.delete`."""

        def job(connection: sqlite3.Connection) -> bool:
            statement = "DELETE FROM records WHERE kind=? AND id=?"
            return connection.execute(statement, (kind, id)).rowcount == 1

        return bool(await self._writer.do(job))

    async def get(self, kind: str, id: str) -> Record | None:
        """See `Store.get`. On the event loop: a look-up by key is shorter than a thread switch."""
        with telling():
            return get_record(self._reader, kind, id)

    async def fetch(
        self, kind: str, ids: Sequence[str], *, heavy: bool
    ) -> AsyncGenerator[Sequence[Record], None]:
        """See `Store.fetch`."""

        def read(connection: sqlite3.Connection) -> list[Record]:
            records = (get_record(connection, kind, id) for id in ids)
            return [record for record in records if record is not None]

        yield await self._readers.read(read)

    async def identifiers(
        self, kind: str, selection: Selection
    ) -> AsyncGenerator[Sequence[str], None]:
        """See `Store.identifiers`."""
        statement, arguments = select_identifiers(kind, selection)
        async for rows in self._readers.batches(statement, arguments, 0):
            yield [row[0] for row in rows]

    def snapshot(self, kind: str) -> AbstractAsyncContextManager[Snapshot]:
        """See `Store.snapshot`."""
        return self._readers.snapshot(kind)

    async def check(self) -> None:
        """See `Store.check`."""
        with telling():
            self._reader.execute("SELECT 1 FROM records LIMIT 1").fetchone()

    async def close(self) -> None:
        """See `Store.close`."""
        await self._writer.close()
        self._reader.close()
        self._readers.close()
