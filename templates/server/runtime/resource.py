"""What the verbs of `x-resource` do, over any store and for any kind of thing.

A stored thing is a JSON object, kept as a value equal to the one that was sent: members that
the spec does not know survive, and nothing is added but the id, the times and what the verb
itself says. Its text is our own: integers keep every digit, while numbers with a fraction or an
exponent are doubles (IEEE 754), so that digits beyond those are rounded away.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Collection, Mapping
from typing import Any

import msgspec

from . import instants
from .context import Context
from .contract import ResourceType
from .instants import Instant
from .json_input import Json, check
from .references import References
from .replies import Refusal, Reply, begin, json_reply
from .store import Range, Record, Selection
from .things import NOTHING, joined, record_of

Object = dict[str, Any]
encode = msgspec.json.encode
decode = msgspec.json.decode


class Resource:
    """One kind of thing: each method is a verb, and answers a request."""

    def __init__(self, context: Context, type: ResourceType) -> None:
        self._store = context.store
        self._sources = context.sources
        self._type = type
        self._kind = type.name
        self._references = References(type)
        self._schema = context.schemas.component(type.schema)

    async def create(
        self,
        body: Json[Any] | None,
        *,
        full: bool = True,
        proposed: str | None = None,
        adopts: Mapping[str, str] | None = None,
        without_body: Mapping[str, Any] | None = None,
    ) -> Reply:
        """Store the body as a new thing, with an id of its own: the one in its member
        `proposed` if that is free and no path hides it, a random one otherwise. A reference in a
        member named by `adopts` becomes an element of that collection."""
        thing: Object = dict(body.value if body is not None else without_body or {})
        adopted = self._adopted(thing, adopts or {})
        wanted = thing.pop(proposed, None) if proposed is not None else None
        if wanted in self._type.reserved:
            wanted = None
        now = self._sources.now()
        for path in (self._type.created, self._type.updated):
            _set(thing, path, instants.render(now))
        thing[self._type.id] = wanted or self._sources.new_id()
        # A member that only the stored thing's schema knows has not been checked yet.
        check(self._schema, thing, "the body")
        for collection, reference in adopted:
            self._references.check(thing.get(collection, {}), collection)
            thing[collection] = self._with(thing.get(collection), reference)
        record = record_of(self._type, now, now, thing)
        while not await self._store.insert(self._kind, record):
            thing[self._type.id] = self._sources.new_id()
            record = record_of(self._type, now, now, thing)
        return json_reply(self._shown(record, full))

    async def get(self, id: str, *, full: bool = True) -> Reply:
        """The thing of that id."""
        record = await self._store.get(self._kind, id)
        return json_reply(self._shown(self._known(record, id), full))

    async def update(self, body: Json[Any] | None, *, full: bool = True) -> Reply:
        """Replace the members that the body has; those it lacks stay. Id and time of creation
        never change; the time of the update always advances."""
        if body is None:
            raise Refusal(400, f"there is nothing to update: send a {self._type.noun} as the body")
        sent: Object = body.value
        id = self._references.checked_id(sent, "the body")
        fixed = {self._type.id, self._type.created[0], self._type.updated[0]}
        members = {name: value for name, value in sent.items() if name not in fixed}
        record = await self._change(id, lambda thing: thing.update(members) is None)
        return json_reply(self._shown(record, full))

    async def delete(self, id: str) -> Reply:
        """Remove the thing of that id."""
        if not await self._store.delete(self._kind, id):
            raise self._gone(id)
        return Reply(204)

    async def associate(self, id: str, *, other: str, member: str) -> Reply:
        """Add a reference to `other` to the collection `member`."""

        def add(thing: Object) -> bool:
            thing[member] = self._with(thing.get(member), {self._type.id: other})
            return True

        await self._change(id, add)
        return Reply(204)

    async def disassociate(self, id: str, *, other: str, member: str) -> Reply:
        """Take the reference to `other` out of the collection `member`, and mark it removed."""

        def remove(thing: Object) -> bool:
            thing[member] = self._without(thing.get(member), other)
            return True

        await self._change(id, remove)
        return Reply(204)

    async def increment(
        self,
        id: str,
        body: Json[Any] | None,
        *,
        reads: str,
        member: str,
        counters: Collection[str],
        total: str,
        starts: Collection[str],
        maximum: int,
    ) -> Reply:
        """Add one to each of `counters` that is true in the body's member `reads`, and their
        number to the counter `total`. A counter that has reached `maximum` stays there."""
        flags = {} if body is None else body.value.get(reads, {})
        named = [counter for counter in counters if flags.get(counter) is True]

        def add(thing: Object) -> bool:
            if not named:
                return False
            counts = {**dict.fromkeys(starts, 0), **thing.get(member, {})}
            for counter, steps in (*((name, 1) for name in named), (total, len(named))):
                counts[counter] = min(int(counts.get(counter, 0)) + steps, maximum)
            thing[member] = counts
            return True

        await self._change(id, add)
        return Reply(204)

    async def snapshot(self, *, full: bool = True, omits: Collection[str] = ()) -> Reply:
        """Everything, newest first, sent while it is read."""
        return json_reply(await begin(self._collection(full, omits)))

    async def batch_fetch(
        self,
        body: Json[Any],
        *,
        ids: str,
        found: str,
        missing: str,
        full: bool = False,
        omits: Collection[str] = (),
    ) -> Reply:
        """The things whose ids the body lists, and the ids that are unknown."""
        collection = body.value.get(ids, {})
        self._references.check(collection, ids)
        asked = list(dict.fromkeys(self._listed(collection)))
        batches = self._store.fetch(self._kind, asked, heavy=full)
        records = [record async for batch in batches for record in batch]
        things = b",".join(self._shown(record, full, omits) for record in records)
        positions = {record.id: position for position, record in enumerate(records)}
        unknown = [id for id in asked if id not in positions]
        return json_reply(
            b"{%s:{%s:[%s],%s:%s},%s:%s}"
            % (
                encode(found),
                encode(self._type.items),
                things,
                encode(self._type.positions),
                encode(positions),
                encode(missing),
                encode(unknown),
            )
        )

    async def identifiers(
        self,
        *,
        order: Any = "created",
        descending: bool = True,
        limit: int | None = None,
        ranges: Mapping[Any, tuple[Instant | None, Instant | None]] | None = None,
    ) -> Reply:
        """The ids of what is in any of `ranges`, both ends included; of everything, when every
        range is open at both ends."""
        chosen = tuple(
            Range(
                time,
                None if start is None else start.ceiling,
                None if end is None else end.floor,
            )
            for time, (start, end) in (ranges or {}).items()
            if start is not None or end is not None
        )
        selection = Selection(order, descending, chosen, limit)
        batches = self._store.identifiers(self._kind, selection)
        found = [id async for batch in batches for id in batch]
        items = [{self._type.id: id} for id in found]
        return json_reply(encode({self._type.items: items, self._type.positions: {}}))

    # --- parts -----------------------------------------------------------------------------

    def _gone(self, id: str) -> Refusal:
        return Refusal(
            self._type.gone,
            f"{self._kind}: none has the id {id!r}; it was deleted or never created",
        )

    def _known(self, record: Record | None, id: str) -> Record:
        if record is None:
            raise self._gone(id)
        return record

    async def _change(self, id: str, edit: Callable[[Object], bool]) -> Record:
        """Let `edit` change the thing in place; when it says so, store it as updated now."""

        def change(record: Record) -> Record | None:
            thing: Object = {**decode(record.base), **decode(record.heavy)}
            if not edit(thing):
                return None
            updated = max(self._sources.now(), record.updated + 1)
            _set(thing, self._type.updated, instants.render(updated))
            return record_of(self._type, record.created, updated, thing)

        return self._known(await self._store.change(self._kind, id, change), id)

    def _shown(self, record: Record, full: bool, omits: Collection[str] = ()) -> bytes:
        """The thing as JSON, by joining its stored parts."""
        heavy = record.heavy if full else NOTHING
        if omits and heavy != NOTHING:
            parts = msgspec.json.decode(heavy, type=dict[str, msgspec.Raw])
            heavy = encode({name: part for name, part in parts.items() if name not in omits})
        return joined(record.base, heavy)

    async def _collection(self, full: bool, omits: Collection[str]) -> AsyncGenerator[bytes, None]:
        """The JSON of a collection of everything, piece by piece. The positions come from a second
        pass over the same moment, as the ids may be more than fit into memory."""
        items, positions = encode(self._type.items), encode(self._type.positions)
        async with self._store.snapshot(self._kind) as snapshot:
            before = b"{%s:[" % items
            between = before + b"],%s:{" % positions
            async for records in snapshot.records(heavy=full):
                yield before + b",".join(self._shown(record, full, omits) for record in records)
                before, between = b",", b"],%s:{" % positions
            count = 0
            async for ids in snapshot.identifiers():
                yield between + encode({id: n for n, id in enumerate(ids, count)})[1:-1]
                count, between = count + len(ids), b","
            yield (b"" if count else between) + b"}}"

    def _listed(self, collection: Mapping[str, Any]) -> list[str]:
        return self._references.listed(collection)

    def _with(self, collection: Mapping[str, Any] | None, reference: Mapping[str, Any]) -> Object:
        return self._references.added(collection, reference)

    def _without(self, collection: Mapping[str, Any] | None, id: str) -> Object:
        return self._references.removed(collection, id)

    def _adopted(
        self, thing: Object, adopts: Mapping[str, str]
    ) -> list[tuple[str, Mapping[str, Any]]]:
        """The references in the members that `adopts` names, taken out of `thing`, each with the
        collection that it goes to. Raises Refusal (422) for one without an id."""
        adopted = []
        for member, collection in adopts.items():
            if member in thing:
                reference = thing.pop(member)
                self._references.checked_id(reference, member)
                adopted.append((collection, reference))
        return adopted


def _set(thing: Object, path: tuple[str, ...], value: Any) -> None:
    """Put `value` at the members `path` of `thing`, keeping what else is on the way."""
    *parents, last = path
    for name in parents:
        inner = thing.get(name)
        thing[name] = thing = dict(inner) if isinstance(inner, dict) else {}
    thing[last] = value
