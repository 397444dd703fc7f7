"""All things of a collection, newest first.

The API lists ids of a range of time, and looks things up by their ids; it has no cursor. The moment
at which the last thing of a page was created takes its place: the next page ends there. What is
created at the same moment is told apart by id, so these ids are remembered, and no others.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator, Iterator, Mapping
from datetime import datetime, timedelta
from functools import reduce
from typing import Any, Generic, TypeVar

import msgspec

from ._engine import AsyncEngine, Engine
from ._operation import Operation
from ._secret import conceal
from ._settings import Settings
from .errors import ApiError, DecodeError, InvalidArgument
from .options import CallOptions

T = TypeVar("T")

_TICK = timedelta(microseconds=1)
"""What a datetime may be behind the moment it stands for: finer digits are cut."""


class Collection(msgspec.Struct, Generic[T], frozen=True):
    """How things of type `T` are listed and looked up."""

    listing: Operation[Any]
    lookup: Operation[Any]
    until: str
    """This and the next one are parameters of `listing`."""
    limit: str
    largest: int | None
    """The most that `limit` can be."""
    items: str
    """This and those below are attributes of models."""
    id: str
    found: str
    missing: str
    created: tuple[str, ...]


def things(
    engine: Engine,
    collection: Collection[T],
    *,
    page_size: int,
    bounds: Mapping[str, Any],
    lookup: Mapping[str, Any],
    options: CallOptions,
) -> Generator[T, None, None]:
    """The things within `bounds`, which are parameters of the listing; `lookup` are those of the
    other call. Raises InvalidArgument at once."""
    walk = _Walk(collection, page_size, bounds)
    walk.check(engine.settings, lookup, options)

    def pages() -> Generator[T, None, None]:
        while True:
            listed = engine.call(collection.listing, query=walk.query(), options=options)
            if not (pages := walk.pages(listed)):
                return
            for ids in pages:
                yield from walk.things(
                    ids, engine.call(collection.lookup, query=lookup, body=ids, options=options)
                )

    return pages()


def things_async(
    engine: AsyncEngine,
    collection: Collection[T],
    *,
    page_size: int,
    bounds: Mapping[str, Any],
    lookup: Mapping[str, Any],
    options: CallOptions,
) -> AsyncGenerator[T, None]:
    """The same, awaited."""
    walk = _Walk(collection, page_size, bounds)
    walk.check(engine.settings, lookup, options)

    async def pages() -> AsyncGenerator[T, None]:
        while True:
            listed = await engine.call(collection.listing, query=walk.query(), options=options)
            if not (pages := walk.pages(listed)):
                return
            for ids in pages:
                for thing in walk.things(
                    ids,
                    await engine.call(collection.lookup, query=lookup, body=ids, options=options),
                ):
                    yield thing

    return pages()


class _Walk(Generic[T]):
    """Where an iteration is. Asks for ids (`query`), is told them (`pages`), and is told what was
    looked up by them (`things`)."""

    def __init__(
        self, collection: Collection[T], page_size: int, bounds: Mapping[str, Any]
    ) -> None:
        self._collection = collection
        self._page_size = page_size
        self._limit = page_size
        self._bounds = dict(bounds)
        self._start: datetime | None = None
        """When the last thing of the pages before was created."""
        self._last: datetime | None = None
        """When the last thing given was created."""
        self._seen: dict[str, datetime | None] = {}
        """Ids that the next page may list once more, and when they were created if that is known:
        what was deleted before it was looked up has no time."""

    def check(self, settings: Settings, lookup: Mapping[str, Any], options: CallOptions) -> None:
        """Raise InvalidArgument for what cannot be asked."""
        conceal(options)
        _check_size(self._page_size, self._collection.largest)
        settings.request(self._collection.listing, (), {"query": self._bounds}, options)
        by_ids = self._collection.lookup
        request = settings.request(by_ids, (), {"query": lookup, "body": ()}, options)
        settings.attempts(by_ids, request, options)

    def query(self) -> dict[str, Any]:
        """The parameters that list what comes next. At least a page of it is new, however many are
        seen; while many share one moment pages double, so that they are not listed too often."""
        if self._last is not None and self._last != self._start:
            self._move(self._last)
        seen = len(self._seen)
        self._limit = seen + max(self._page_size, seen)
        if self._collection.largest is not None:
            self._limit = min(self._limit, self._collection.largest)
        return {**self._bounds, self._collection.limit: self._limit}

    def _move(self, start: datetime) -> None:
        end = _later(start)
        self._start = start
        self._bounds[self._collection.until] = end
        self._seen = {
            id: created
            for id, created in self._seen.items()
            if created is not None and created <= end
        }

    def pages(self, listed: Any) -> list[list[str]]:
        """The ids to look up, page by page; none at the end. Raises ApiError when those of one
        moment are more than can be listed."""
        items = getattr(listed, self._collection.items) or ()
        ids = dict.fromkeys(getattr(item, self._collection.id) for item in items)
        fresh = [id for id in ids if id not in self._seen]
        if not fresh and len(ids) >= self._limit:
            raise ApiError(
                f"cannot go beyond {self._start}: {len(ids)} were created then, "
                "and the API lists no more at once"
            )
        return [fresh[at : at + self._page_size] for at in range(0, len(fresh), self._page_size)]

    def things(self, ids: list[str], looked_up: Any) -> Iterator[T]:
        """The things of `ids` that still exist. Raises DecodeError when the answers do not fit
        together: going on would leave things out."""
        names = self._collection
        items = getattr(getattr(looked_up, names.found), names.items, None) or ()
        found = {getattr(thing, names.id): thing for thing in items}
        missing = {*(getattr(looked_up, names.missing) or ())}
        if lost := [id for id in ids if id not in found and id not in missing]:
            raise DecodeError(f"{names.lookup.id}: neither found nor missing: {lost[0]}")
        for id in ids:
            if (thing := found.get(id)) is None:
                self._seen[id] = None
                continue
            self._seen[id] = created = self._created(id, thing)
            if self._is_next(id, created):
                yield thing

    def _created(self, id: str, thing: Any) -> datetime:
        path = self._collection.created
        created = reduce(lambda value, name: getattr(value, name, None), path, thing)
        if not isinstance(created, datetime):
            raise DecodeError(f"{self._collection.lookup.id}: {id} has no {'.'.join(path)}")
        return created

    def _is_next(self, id: str, created: datetime) -> bool:
        """Whether what was created then is to be given. What lies behind the pages before, by less
        than a datetime can tell, was stored since: it would have been listed there."""
        start, last = self._start, self._last
        listing = self._collection.listing.id
        if start is not None and created > start:
            if created > _later(start):
                raise DecodeError(f"{listing}: {id} was created after {start}, where the list ends")
            return False
        if last is not None and created > last:
            raise DecodeError(f"{listing}: not newest first: {id} was created after the one before")
        self._last = created
        return True


def _check_size(size: object, largest: int | None) -> None:
    if not isinstance(size, int) or isinstance(size, bool) or size < 1:
        raise InvalidArgument(f"page_size: {size!r}: a whole number, at least 1")
    if largest is not None and size > largest:
        raise InvalidArgument(f"page_size: {size}: at most {largest}")


def _later(moment: datetime) -> datetime:
    """The end of the range that has all moments which are cut to `moment`."""
    try:
        return moment + _TICK
    except OverflowError:
        return moment
