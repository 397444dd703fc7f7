"""The SQLite store: one writer thread that commits in groups, readers that never wait for it.

WAL and synchronous=FULL: what a write has acknowledged survives a crash of the process and a
loss of power (https://www.sqlite.org/pragma.html#pragma_synchronous).
"""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager

from .sqlite_reader import COLUMNS, Readers, get_record
from .sqlite_schema import connect, open_for_writing
from .sqlite_transaction import unreadable
from .sqlite_writer import Writer
from .store import Record, Selection, Snapshot

INSERT = f"INSERT OR IGNORE INTO records (kind, {COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)"


class SQLiteStore:
    """Records in one SQLite file. Raises StoreError when it cannot be opened."""

    def __init__(self, path: str) -> None:
        self._writer = Writer(open_for_writing(path))
        self._reader = connect(path)
        self._readers = Readers(path, self._writer)

    async def insert(self, kind: str, record: Record) -> bool:
        """See `Store.insert`."""

        def job(connection: sqlite3.Connection) -> bool:
            return connection.execute(INSERT, (kind, *record)).rowcount == 1

        return bool(await self._writer.do(job))

    async def insert_all(self, kind: str, records: Sequence[Record]) -> int:
        """See `Store.insert_all`."""

        def job(connection: sqlite3.Connection) -> int:
            return connection.executemany(INSERT, [(kind, *r) for r in records]).rowcount

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
        try:
            return get_record(self._reader, kind, id)
        except sqlite3.Error as error:
            raise unreadable(error) from error

    def fetch(
        self, kind: str, ids: Sequence[str], *, heavy: bool
    ) -> AsyncGenerator[Sequence[Record], None]:
        """See `Store.fetch`."""
        return self._readers.fetch(kind, ids, heavy=heavy)

    def identifiers(self, kind: str, selection: Selection) -> AsyncGenerator[Sequence[str], None]:
        """See `Store.identifiers`."""
        return self._readers.identifiers(kind, selection)

    def snapshot(self, kind: str) -> AbstractAsyncContextManager[Snapshot]:
        """See `Store.snapshot`."""
        return self._readers.snapshot(kind)

    async def check(self) -> None:
        """See `Store.check`."""
        try:
            self._reader.execute("SELECT 1 FROM records LIMIT 1").fetchone()
        except sqlite3.Error as error:
            raise unreadable(error) from error

    async def close(self) -> None:
        """See `Store.close`."""
        await self._writer.close()
        self._reader.close()
        self._readers.close()
