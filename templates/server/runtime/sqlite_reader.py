"""What a SQLite store reads: in batches, each read in one transaction."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Sequence
from functools import partial
from operator import itemgetter
from typing import Any, Generic, TypeVar

from .listing import choose
from .sqlite_log import Log
from .sqlite_schema import connect
from .sqlite_transaction import Connections, TakesLong, Transaction
from .sqlite_writer import Writer
from .store import Record, Selection
from .turns import Turns

T = TypeVar("T")
first_column: Callable[[Sequence[str]], str] = itemgetter(0)
record_of_row: Callable[[tuple[Any, ...]], Record] = partial(tuple.__new__, Record)
"""Like Record._make, which is slower."""
COLUMNS = "id, created, updated, base, heavy"
LARGEST_BATCH = 256 * 1024
"""Bytes after which a batch ends; its last item may be of any size."""
COST_OF_ITEM = 256
"""Bytes that an item takes besides its text, about."""


class Batches(Generic[T]):
    """The items that `read` gives in a transaction, a batch at a time; `cost` tells the bytes that
    an item takes."""

    def __init__(
        self,
        transaction: Transaction,
        read: Callable[[sqlite3.Connection], Iterator[T]],
        cost: Callable[[T], int],
    ) -> None:
        self._transaction = transaction
        self._read = read
        self._cost = cost
        self._items: Iterator[T] | None = None
        self._ahead: list[T] = []
        self.ended = False
        transaction.at_end(self._let_go)

    def _let_go(self) -> None:
        self._items = None

    async def next(self) -> list[T]:
        """The next items, one at least unless there is none, until they have LARGEST_BATCH
        bytes. The first are read on the event loop, if that is brief: often they are all."""
        if self._items is None:
            with contextlib.suppress(TakesLong):
                return self._transaction.run_briefly(self._read_on)
            self._items = None
        return await self._transaction.run(self._read_on)

    def _read_on(self, connection: sqlite3.Connection) -> list[T]:
        """A batch. Looks whether there is one more item, so as to know the end."""
        if self._items is None:
            self._items = self._read(connection)
        batch, self._ahead = self._ahead, []
        cost = self._cost
        total = sum(map(cost, batch))
        for item in self._items:
            if batch and total >= LARGEST_BATCH:
                self._ahead = [item]
                return batch
            batch.append(item)
            total += cost(item)
        self.ended = True
        return batch


class Readers:
    """Readers of the file at `path`, which `writer` writes to."""

    def __init__(self, path: str, writer: Writer) -> None:
        self._connections = Connections(lambda: connect(path))
        self._turns = Turns()
        self._log = Log(path, writer, self._turns)

    async def fetch(
        self, kind: str, ids: Sequence[str], *, heavy: bool
    ) -> AsyncGenerator[list[Record], None]:
        """See `Store.fetch`."""
        columns = columns_with(heavy)

        def read(connection: sqlite3.Connection) -> Iterator[Record | None]:
            return (get_record(connection, kind, id, columns) for id in ids)

        def cost(record: Record | None) -> int:
            return COST_OF_ITEM if record is None else cost_of_record(record)

        async with contextlib.aclosing(self._batches(read, cost)) as batches:
            async for batch in batches:
                yield [record for record in batch if record is not None]

    async def identifiers(self, kind: str, selection: Selection) -> AsyncGenerator[list[str], None]:
        """See `Store.identifiers`."""

        def read(connection: sqlite3.Connection) -> Iterator[str]:
            return map(first_column, select_identifiers(connection, kind, selection))

        async with contextlib.aclosing(self._batches(read, cost_of_id)) as batches:
            async for batch in batches:
                yield batch

    @contextlib.asynccontextmanager
    async def snapshot(self, kind: str) -> AsyncIterator[SQLiteSnapshot]:
        """See `Store.snapshot`."""
        await self._log.shorten()
        async with self._turns.one():
            with self._connections.transaction() as transaction:
                yield SQLiteSnapshot(transaction, kind)

    def close(self) -> None:
        """Let go of connections that are not in use."""
        self._connections.close()

    async def _batches(
        self, read: Callable[[sqlite3.Connection], Iterator[T]], cost: Callable[[T], int]
    ) -> AsyncGenerator[list[T], None]:
        """The items in batches, one at least, in one transaction. What fits into one batch waits
        for nobody. More needs a turn; and nobody waits for that with a transaction open, which
        would keep the log from being shortened: the read starts over then."""
        with self._connections.transaction() as transaction:
            batches = Batches(transaction, read, cost)
            first = await batches.next()
            if batches.ended:
                yield first
                return
            if self._turns.free and not self._log.is_long:
                async with self._turns.one():
                    yield first
                    while not batches.ended:
                        yield await batches.next()
                return
        await self._log.shorten()
        async with self._turns.one():
            with self._connections.transaction() as transaction:
                batches = Batches(transaction, read, cost)
                while not batches.ended:
                    yield await batches.next()


class SQLiteSnapshot:
    """See `store.Snapshot`: passes over an index, inside one transaction."""

    def __init__(self, transaction: Transaction, kind: str) -> None:
        self._transaction = transaction
        self._kind = kind

    async def records(
        self, *, heavy: bool, oldest_first: bool = False
    ) -> AsyncIterator[list[Record]]:
        """See `store.Snapshot.records`."""
        columns, order = columns_with(heavy), "ASC" if oldest_first else "DESC"
        statement = (
            f"SELECT {columns} FROM records WHERE kind=? ORDER BY created {order}, seq {order}"
        )

        def read(connection: sqlite3.Connection) -> Iterator[Record]:
            return map(record_of_row, connection.execute(statement, (self._kind,)))

        batches = Batches(self._transaction, read, cost_of_record)
        while not batches.ended:
            if batch := await batches.next():
                yield batch

    async def identifiers(self) -> AsyncIterator[list[str]]:
        """See `store.Snapshot.identifiers`."""

        def read(connection: sqlite3.Connection) -> Iterator[str]:
            statement = "SELECT id FROM records WHERE kind=? ORDER BY created DESC, seq DESC"
            return map(first_column, connection.execute(statement, (self._kind,)))

        batches = Batches(self._transaction, read, cost_of_id)
        while not batches.ended:
            if batch := await batches.next():
                yield batch


def columns_with(heavy: bool) -> str:
    """The columns of a record; without `heavy` that part is not read."""
    return COLUMNS if heavy else COLUMNS.replace("heavy", "x'7b7d'")


def cost_of_record(record: Record) -> int:
    """The bytes that a record takes, about."""
    return COST_OF_ITEM + len(record.base) + len(record.heavy)


def cost_of_id(id: str) -> int:
    """The bytes that an id takes, about."""
    return COST_OF_ITEM + len(id)


def get_record(
    connection: sqlite3.Connection, kind: str, id: str, columns: str = COLUMNS
) -> Record | None:
    """One record."""
    statement = f"SELECT {columns} FROM records WHERE kind=? AND id=?"
    row = connection.execute(statement, (kind, id)).fetchone()
    return None if row is None else record_of_row(row)


def select_identifiers(
    connection: sqlite3.Connection, kind: str, selection: Selection
) -> sqlite3.Cursor:
    """The ids that `selection` names, by the query that `listing` chooses."""
    choice = choose(kind, selection)
    count = None
    while True:
        try:
            query = next(choice) if count is None else choice.send(count)
        except StopIteration as chosen:
            query = chosen.value
            return connection.execute(query.text, query.arguments)
        (count,) = connection.execute(query.text, query.arguments).fetchone()
