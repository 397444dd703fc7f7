"""Storage, as the behaviour of resources needs it: a small interface, whatever the engine."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

LARGEST_INTEGER = 2**63 - 1
"""That every engine can hold."""


class Record(NamedTuple):
    """A stored thing. `base` and `heavy` are JSON objects that together hold its members; times
    are microseconds since the epoch, and `updated` is never before `created`."""

    id: str
    created: int
    updated: int
    base: bytes
    heavy: bytes = b"{}"

    @property
    def size(self) -> int:
        """Bytes of its text."""
        return len(self.base) + len(self.heavy)


@dataclass(frozen=True, slots=True)
class Range:
    """An inclusive range of times; None is an open end."""

    time: Literal["created", "updated"]
    start: int | None
    end: int | None


@dataclass(frozen=True, slots=True)
class Selection:
    """Which ids to list: those in any of `ranges` (all, when there are none), in order of
    `order`, `limit` at most."""

    order: Literal["created", "updated"]
    descending: bool
    ranges: tuple[Range, ...] = ()
    limit: int | None = None


class StoreError(Exception):
    """The database cannot be used; the text says why in one line."""


class Snapshot(Protocol):
    """All records of a kind as of one moment, in order of creation, newest first unless told
    otherwise, in batches that are not empty, and small enough to have many of them in memory."""

    def records(
        self, *, heavy: bool, oldest_first: bool = False
    ) -> AsyncIterator[Sequence[Record]]:
        """The records. Without `heavy` that part is not read, and is empty in them."""
        ...

    def identifiers(self) -> AsyncIterator[Sequence[str]]:
        """Their ids, in the same order."""
        ...


class Store(Protocol):
    """Keeps records apart by `kind`. A write returns once it is on disk; each is atomic. All
    methods raise StoreError when the database fails; it may be back at the next call."""

    async def insert(self, kind: str, record: Record) -> bool:
        """Add `record`; False, and nothing is changed, when its id is taken."""
        ...

    async def insert_all(self, kind: str, records: Sequence[Record]) -> int:
        """Add those of `records` whose ids are free, all at once, in their order. Returns how
        many."""
        ...

    async def change(
        self, kind: str, id: str, change: Callable[[Record], Record | None]
    ) -> Record | None:
        """Replace the record of `id` by what `change` makes of it, with no other write between;
        it stays as it is when that is None. Returns the record as it is afterwards, None when
        there is none. What `change` raises is raised here, and nothing is changed. It may be
        called more than once; the last call counts."""
        ...

    async def delete(self, kind: str, id: str) -> bool:
        """Remove a record; False when there is none."""
        ...

    async def get(self, kind: str, id: str) -> Record | None:
        """One record."""
        ...

    def fetch(
        self, kind: str, ids: Sequence[str], *, heavy: bool
    ) -> AsyncGenerator[Sequence[Record], None]:
        """The records that exist, in the order of `ids` (which has each once), as of one moment,
        in batches; at least one batch, which may be empty."""
        ...

    def identifiers(self, kind: str, selection: Selection) -> AsyncGenerator[Sequence[str], None]:
        """The ids that `selection` names, as of one moment, in batches; at least one batch, which
        may be empty. Among equal times the latest insertion comes first when descending."""
        ...

    def snapshot(self, kind: str) -> AbstractAsyncContextManager[Snapshot]:
        """The moment of now, for as long as it is read. Few can be read at once: others wait, and
        fail when that takes too long."""
        ...

    async def check(self) -> None:
        """Raise StoreError unless the database answers."""
        ...

    async def close(self) -> None:
        """Finish what was begun and let go of the database."""
        ...


async def open_store(url: str) -> Store:
    """The store that `url` names: `sqlite:///relative.db`, `sqlite:////absolute.db`, or
    `postgresql://user@host/database`, as PostgreSQL's own programs take it.

    Raises StoreError, with a line for a person, when it cannot be opened.
    """
    scheme, separator, rest = url.partition("://")
    if separator and scheme in ("postgresql", "postgres"):
        from .postgres import PostgreSQLStore

        store = PostgreSQLStore(url)
        await store.open(url)
        return store
    path = rest.removeprefix("/")
    if scheme != "sqlite" or not separator or path in ("", rest):
        raise StoreError(
            f"{shown_url(url)!r} names no database: use sqlite:///file.db, "
            "sqlite:////folder/file.db or postgresql://user@host/database"
        )
    if path.startswith(":memory:"):
        raise StoreError(f"{url!r} would be lost when the server stops: use sqlite:///file.db")
    if "?" in path:
        raise StoreError(f"{url!r} has options after '?', which are not supported: leave them out")
    from .sqlite import SQLiteStore

    return SQLiteStore(path)


def shown_url(url: str) -> str:
    """`url` without the passwords in it, however they are written there."""
    scheme, separator, rest = url.partition("://")
    account, at, place = rest.rpartition("@")
    user, colon, _ = account.partition(":")
    secret = f"{user}:***" if colon else user
    shown = f"{scheme}{separator}{secret}{at}{place}"
    return re.sub(r"(password)=[^&]*", r"\1=***", shown)
