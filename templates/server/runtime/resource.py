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
from .streams import Stream, as_json, references
from .things import record_of

Object = dict[str, Any]
encode = msgspec.json.encode
decode = msgspec.json.decode


class Resource:
    """One kind of thing: each method is a verb, and answers a request."""

    def __init__(self, context: Context, type: ResourceType) -> None:
        self._store = context.store
        self._sources = context.sources
        self._limits = context.limits
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
            thing[collection] = self._references.added(thing.get(collection), reference)
        record = self._record(now, now, thing)
        while not await self._store.insert(self._kind, record):
            thing[self._type.id] = self._sources.new_id()
            record = self._record(now, now, thing)
        return json_reply(as_json(record, full))

    async def get(self, id: str, *, full: bool = True) -> Reply:
        """The thing of that id."""
        record = await self._store.get(self._kind, id)
        return json_reply(as_json(self._known(record, id), full))

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
        return json_reply(as_json(record, full))

    async def delete(self, id: str) -> Reply:
        """Remove the thing of that id."""
        if not await self._store.delete(self._kind, id):
            raise self._gone(id)
        return Reply(204)

    async def associate(self, id: str, *, other: str, member: str) -> Reply:
        """Add a reference to `other` to the collection `member`."""

        def add(thing: Object) -> bool:
            thing[member] = self._references.added(thing.get(member), {self._type.id: other})
            return True

        await self._change(id, add)
        return Reply(204)

    async def disassociate(self, id: str, *, other: str, member: str) -> Reply:
        """Take the reference to `other` out of the collection `member`, and mark it removed."""

        def remove(thing: Object) -> bool:
            thing[member] = self._references.removed(thing.get(member), other)
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
        return json_reply(await begin(self._everything(Stream(self._type, full, omits))))

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
        asked = list(dict.fromkeys(self._references.listed(collection)))
        batches = self._store.fetch(self._kind, asked, heavy=full)
        stream = Stream(self._type, full, omits)
        return json_reply(await begin(stream.found(batches, asked, (found, missing))))

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
        return json_reply(await begin(references(self._type, batches)))

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
            return self._record(record.created, updated, thing, record.size)

        return self._known(await self._store.change(self._kind, id, change), id)

    def _record(self, created: int, updated: int, thing: Object, largest: int = 0) -> Record:
        """The thing as it is stored. Raises Refusal (413) when it is larger than a thing may be,
        and than `largest`."""
        record = record_of(self._type, created, updated, thing)
        if record.size > max(self._limits.thing, largest):
            raise Refusal(
                413,
                f"the {self._type.noun} would have {record.size} bytes; this server stores "
                f"{self._limits.thing} at most: send less, or take something out of it first",
            )
        return record

    async def _everything(self, stream: Stream) -> AsyncGenerator[bytes, None]:
        async with self._store.snapshot(self._kind) as snapshot:
            async for piece in stream.everything(snapshot):
                yield piece

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
