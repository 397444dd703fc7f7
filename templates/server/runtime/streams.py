"""Replies that may be long, as JSON, piece by piece: a batch of what is read makes one piece.

What is short is no concern of this module: `replies.begin` puts that into one piece.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Collection, Sequence

import msgspec

from .contract import ResourceType
from .store import Record, Snapshot

encode = msgspec.json.encode
IDS_A_PIECE = 5_000


def as_json(record: Record, full: bool, omits: Collection[str] = ()) -> bytes:
    """One thing, by joining its stored parts; the heavy part only when it is wanted in `full`, and
    without its members in `omits`."""
    heavy = record.heavy
    if not full or heavy == b"{}":
        return record.base
    if any(encode(name) in heavy for name in omits):  # or deeper in it
        parts = msgspec.json.decode(heavy, type=dict[str, msgspec.Raw])
        heavy = encode({name: part for name, part in parts.items() if name not in omits})
        if heavy == b"{}":
            return record.base
    return record.base[:-1] + b"," + heavy[1:]


class Stream:
    """Writes things of one type, each as `as_json` does."""

    def __init__(self, type: ResourceType, full: bool, omits: Collection[str] = ()) -> None:
        self._items = encode(type.items)
        self._positions = encode(type.positions)
        self._full = full
        self._omits = omits
        self._omitted = [encode(name) for name in omits]

    def things(self, records: Sequence[Record]) -> bytes:
        """The things, with commas between them."""
        if not self._full:
            return b",".join([base for _, _, _, base, _ in records])
        # As `as_json` would join them, at half the cost of a call for each.
        text = b",".join(
            [
                base if heavy == b"{}" else base[:-1] + b"," + heavy[1:]
                for _, _, _, base, heavy in records
            ]
        )
        if any(name in text for name in self._omitted):
            return b",".join([as_json(record, True, self._omits) for record in records])
        return text

    async def everything(self, snapshot: Snapshot) -> AsyncGenerator[bytes, None]:
        """The collection of all things. The positions come from a second pass over the same
        moment, as the ids may be more than fit into memory; of a single batch they are at hand."""
        yield b"{%s:[" % self._items
        batches = 0
        first: list[str] = []
        async for records in snapshot.records(heavy=self._full):
            yield (b"," if batches else b"") + self.things(records)
            batches += 1
            first = [record.id for record in records] if batches == 1 else []
        yield b"],%s:{" % self._positions
        if batches < 2:
            yield _positions(first, 0) + b"}}"
            return
        count = 0
        async for ids in snapshot.identifiers():
            yield (b"," if count else b"") + _positions(ids, count)
            count += len(ids)
        yield b"}}"

    async def found(
        self,
        batches: AsyncGenerator[Sequence[Record], None],
        asked: Sequence[str],
        names: tuple[str, str],
    ) -> AsyncGenerator[bytes, None]:
        """`{found: collection, missing: ids}` by these names: the things in `batches`, and those
        of the ids `asked` for that are not among them."""
        found, missing = map(encode, names)
        yield b"{%s:{%s:[" % (found, self._items)
        ids: list[str] = []
        async with contextlib.aclosing(batches):
            async for records in batches:
                if records:
                    yield (b"," if ids else b"") + self.things(records)
                    ids += [record.id for record in records]
        yield b"],%s:{" % self._positions
        for place in range(0, len(ids), IDS_A_PIECE):
            yield (b"," if place else b"") + _positions(ids[place : place + IDS_A_PIECE], place)
        known = set(ids)
        yield b"}},%s:%s}" % (missing, encode([id for id in asked if id not in known]))


async def references(
    type: ResourceType, batches: AsyncGenerator[Sequence[str], None]
) -> AsyncGenerator[bytes, None]:
    """A collection of references to the ids in `batches`, without positions."""
    yield b"{%s:[" % encode(type.items)
    before = b""
    async with contextlib.aclosing(batches):
        async for ids in batches:
            if ids:
                yield before + encode([{type.id: id} for id in ids])[1:-1]
                before = b","
    yield b"],%s:{}}" % encode(type.positions)


def _positions(ids: Sequence[str], first: int) -> bytes:
    """The members of the object that gives each id its position, which is `first` for the first."""
    return encode({id: position for position, id in enumerate(ids, first)})[1:-1]
