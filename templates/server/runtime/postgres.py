"""The PostgreSQL store: any number of servers on one database, which keeps what they share.

No lock is held between statements, so that a server that stalls holds nobody up. A change reads a
record and writes it back if it is still the same version of the row, and begins anew otherwise;
within one server changes of one record take turns, so that this seldom happens. Measured beside
SELECT ... FOR UPDATE in pipelined transactions: as many changes a second, at four fifths of the
processor time for records apart and one and a half times for one record changed by three servers.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from enum import Enum
from typing import Literal
from weakref import WeakValueDictionary

import psycopg

from .postgres_connections import STATEMENT_TIME, Connections, Session, flat
from .postgres_reader import Readers, record_of
from .postgres_schema import prepare
from .postgres_writer import Inserter
from .store import Record, Selection, Snapshot, StoreError, shown_url

log = logging.getLogger(__name__)

MOST_CONNECTIONS = 8
"""For all but long reads, which have as many of their own (`turns.MOST`)."""
PATIENCE = 5.0
"""Seconds that a request may wait for one of them."""
MOST_TRIES = 50
"""Of a change, when servers change one record at once; each time one of them gets through."""
GET = "SELECT id, created, updated, base, heavy FROM records WHERE kind = %s AND id = %s"
GET_VERSION = GET.replace("SELECT", "SELECT seq, xmin::text,")
UPDATE = """
UPDATE records SET updated = %s::bigint, base = %s, heavy = %s
WHERE kind = %s AND id = %s AND seq = %s::bigint AND xmin = %s::xid RETURNING seq
"""
"""`xmin` is the transaction that wrote the row as it is."""
DELETE = "DELETE FROM records WHERE kind = %s AND id = %s RETURNING seq"


class PostgreSQLStore:
    """Records in a PostgreSQL database."""

    def __init__(self, url: str) -> None:
        busy = "the database is busy; try again later"
        self._connections = Connections(url, MOST_CONNECTIONS, PATIENCE, busy)
        self._readers = Readers(url, self._connections)
        self._inserter = Inserter(self._connections)
        self._turns: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    async def open(self, url: str) -> None:
        """Connect, and see to the tables. Raises StoreError, with a line for a person."""
        try:
            session = await self._connections.connect()
            try:
                await prepare(session)
                await _check_durability(session)
            finally:
                await session.close()
        except TimeoutError:
            raise StoreError(f"{shown_url(url)}: did not answer in time") from None
        except (psycopg.Error, StoreError) as error:
            raise StoreError(f"{shown_url(url)}: {flat(error)}") from error

    async def insert(self, kind: str, record: Record) -> bool:
        """See `Store.insert`."""
        return await self._inserter.insert(kind, record)

    async def insert_all(self, kind: str, records: Sequence[Record]) -> int:
        """See `Store.insert_all`."""
        return await self._inserter.insert_all(kind, records)

    async def change(
        self, kind: str, id: str, change: Callable[[Record], Record | None]
    ) -> Record | None:
        """See `Store.change`."""
        turn = self._turns.setdefault((kind, id), asyncio.Lock())
        try:
            async with asyncio.timeout(STATEMENT_TIME):
                await turn.acquire()
        except TimeoutError:
            raise StoreError(f"too many changes of {id} at once; try again later") from None
        try:
            return await self._change(kind, id, change)
        finally:
            turn.release()

    async def delete(self, kind: str, id: str) -> bool:
        """See `Store.delete`."""
        async with self._connections.lend() as session:
            return bool(await session.run(DELETE, (kind, id.encode())))

    async def get(self, kind: str, id: str) -> Record | None:
        """See `Store.get`."""
        async with self._connections.lend() as session:
            rows = await session.run(GET, (kind, id.encode()))
        return record_of(rows[0]) if rows else None

    def fetch(
        self, kind: str, ids: Sequence[str], *, heavy: bool
    ) -> AsyncGenerator[Sequence[Record], None]:
        """See `Store.fetch`."""
        return self._readers.fetch(kind, ids, heavy)

    def identifiers(self, kind: str, selection: Selection) -> AsyncGenerator[Sequence[str], None]:
        """See `Store.identifiers`."""
        return self._readers.identifiers(kind, selection)

    def snapshot(self, kind: str) -> AbstractAsyncContextManager[Snapshot]:
        """See `Store.snapshot`."""
        return self._readers.snapshot(kind)

    async def check(self) -> None:
        """See `Store.check`."""
        async with self._connections.lend() as session:
            await session.run("SELECT 1 FROM records LIMIT 1")

    async def close(self) -> None:
        """See `Store.close`."""
        await self._inserter.close()
        await self._readers.close()
        await self._connections.close()

    async def _change(
        self, kind: str, id: str, change: Callable[[Record], Record | None]
    ) -> Record | None:
        for _ in range(MOST_TRIES):
            async with self._connections.lend() as session:
                tried = await _try(session, kind, id.encode(), change)
            if isinstance(tried, Exception):
                raise tried
            if tried is not Tried.IN_VAIN:
                return tried
        raise StoreError(f"{id} is being changed all the while; try again later")


class Tried(Enum):
    """What became of a change, besides what it gives."""

    IN_VAIN = 0


async def _try(
    session: Session, kind: str, key: bytes, change: Callable[[Record], Record | None]
) -> Record | Exception | Literal[Tried.IN_VAIN] | None:
    """Change a record unless another write comes between. Read and written on one session, so
    that no more records are in memory than there are sessions. What `change` raises is returned:
    it is no fault of the session's."""
    rows = await session.run(GET_VERSION, (kind, key))
    if not rows:
        return None
    ((seq, version, *row),) = rows
    present = record_of(tuple(row))
    try:
        wanted = change(present)
    except Exception as error:
        return error
    if wanted is None:
        return present
    text = wanted.updated, wanted.base, wanted.heavy
    written = await session.run(UPDATE, (*text, kind, key, seq, version))
    return wanted if written else Tried.IN_VAIN


async def _check_durability(session: Session) -> None:
    """Say so when what is acknowledged may be lost all the same."""
    ((fsync,),) = await session.run("SELECT current_setting('fsync')")
    if fsync != "on":
        log.warning("PostgreSQL runs with fsync=%s: a loss of power can lose everything", fsync)
