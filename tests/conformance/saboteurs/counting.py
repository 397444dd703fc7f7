"""Defects in counters and references."""

from __future__ import annotations

from typing import Any

from .planting import Modules, defect


@defect("semantics", "law/increments-are-exact")
def increment_adds_two(modules: Modules) -> None:
    """An increment counts everything double."""
    increment = modules.resource_class.increment

    async def twice(self: Any, *arguments: Any, **keywords: Any) -> Any:
        await increment(self, *arguments, **keywords)
        return await increment(self, *arguments, **keywords)

    modules.resource_class.increment = twice


@defect("semantics", "law/increments-are-exact")
def the_total_counts_requests(modules: Modules) -> None:
    """The total grows by one for a request, however many counters it raises."""
    increment = modules.resource_class.increment

    async def once(self: Any, id: str, body: Any, *, member: str, total: str, **rest: Any) -> Any:
        record = await self._store.get(self._kind, id)
        reply = await increment(self, id, body, member=member, total=total, **rest)
        flags = {} if body is None else body.value.get(rest["reads"], {})
        named = [name for name in rest["counters"] if flags.get(name) is True]
        if record is not None and len(named) > 1:

            def lower(thing: Any) -> bool:
                thing[member][total] -= len(named) - 1
                return True

            await self._change(id, lower)
        return reply

    modules.resource_class.increment = once


@defect("semantics", "law/increments-are-exact")
def the_neighbour_is_counted(modules: Modules) -> None:
    """An increment raises the counter after the one that was asked for."""
    increment = modules.resource_class.increment

    async def shifted(self: Any, id: str, body: Any, *, reads: str, **rest: Any) -> Any:
        flags = None if body is None else body.value.get(reads)
        if isinstance(flags, dict):
            names = list(rest["counters"])
            after = dict(zip(names, names[1:] + names[:1], strict=True))
            body.value[reads] = {after.get(name, name): on for name, on in flags.items()}
        return await increment(self, id, body, reads=reads, **rest)

    modules.resource_class.increment = shifted


@defect("semantics", "law/neighbours-are-left-alone")
def another_thing_is_counted(modules: Modules) -> None:
    """An increment also raises the counters of the newest thing."""
    increment = modules.resource_class.increment

    async def stray(self: Any, id: str, body: Any, **keywords: Any) -> Any:
        reply = await increment(self, id, body, **keywords)
        selection = modules.store.Selection("created", True, (), 1)
        batches = self._store.identifiers(self._kind, selection)
        for other in [other async for batch in batches for other in batch]:
            if other != id:
                await increment(self, other, body, **keywords)
        return reply

    modules.resource_class.increment = stray


@defect("semantics", "law/increments-are-exact")
def false_counts_too(modules: Modules) -> None:
    """A counter that is named is raised, although the request says false."""
    increment = modules.resource_class.increment

    async def eager(self: Any, id: str, body: Any, *, reads: str, **rest: Any) -> Any:
        flags = None if body is None else body.value.get(reads)
        if isinstance(flags, dict):
            body.value[reads] = {
                n: True if n in rest["counters"] else on for n, on in flags.items()
            }
        return await increment(self, id, body, reads=reads, **rest)

    modules.resource_class.increment = eager


@defect("semantics", "law/increments-are-exact")
def the_total_is_forgotten(modules: Modules) -> None:
    """An increment raises its counters but not the total."""
    increment = modules.resource_class.increment

    async def partial(
        self: Any, id: str, body: Any, *, member: str, total: str, **rest: Any
    ) -> Any:
        record = await self._store.get(self._kind, id)
        reply = await increment(self, id, body, member=member, total=total, **rest)
        before = {} if record is None else modules.json_input.parse_json(record.base)

        def restore(thing: Any) -> bool:
            if total in thing.get(member, {}):
                thing[member][total] = before.get(member, {}).get(total, 0)
            return True

        await self._change(id, restore)
        return reply

    modules.resource_class.increment = partial


@defect("semantics", "law/associations-keep-the-collection")
def associate_drops_what_it_does_not_know(modules: Modules) -> None:
    """An associate loses the members of a collection that are neither items nor positions."""
    added = modules.references.References.added

    def narrow(self: Any, collection: Any, reference: Any) -> Any:
        known = (self._items, self._positions)
        kept = {name: value for name, value in (collection or {}).items() if name in known}
        return added(self, kept, reference)

    modules.references.References.added = narrow


@defect("semantics", "law/associations-are-sets")
def disassociate_forgets_the_position(modules: Modules) -> None:
    """A disassociate takes the position away instead of making it negative."""
    removed = modules.references.References.removed

    def forget(self: Any, collection: Any, id: str) -> Any:
        result = removed(self, collection, id)
        positions = {k: v for k, v in result[self._positions].items() if k != id}
        return result | {self._positions: positions}

    modules.references.References.removed = forget


@defect("semantics", "law/associations-are-sets")
def an_association_is_made_twice(modules: Modules) -> None:
    """A reference that is there already is added once more."""

    def added(self: Any, collection: Any, reference: Any) -> Any:
        items = [*(collection or {}).get(self._items, ()), reference]
        positions = (collection or {}).get(self._positions, {})
        places = {**positions, reference[self._id]: len(items) - 1}
        return {**(collection or {}), self._items: items, self._positions: places}

    modules.references.References.added = added


@defect("semantics", "law/associations-are-sets")
def an_association_lands_elsewhere(modules: Modules) -> None:
    """A reference is put into another collection of the thing."""
    associate = modules.resource_class.associate

    async def astray(self: Any, id: str, *, other: str, member: str) -> Any:
        return await associate(self, id, other=other, member=f"{member}_")

    modules.resource_class.associate = astray


@defect("semantics", "law/associations-are-sets")
def disassociate_takes_all(modules: Modules) -> None:
    """A disassociate empties the collection."""
    removed = modules.references.References.removed

    def clear(self: Any, collection: Any, id: str) -> Any:
        return removed(self, {**(collection or {}), self._items: []}, id)

    modules.references.References.removed = clear


@defect("semantics", "law/associations-are-sets")
def positions_are_not_moved_up(modules: Modules) -> None:
    """After a disassociate the positions of the references behind are one too high."""

    def removed(self: Any, collection: Any, id: str) -> Any:
        collection = collection or {}
        items = [item for item in collection.get(self._items, ()) if self.id_of(item) != id]
        positions = {**collection.get(self._positions, {}), id: -1}
        return {**collection, self._items: items, self._positions: positions}

    modules.references.References.removed = removed


@defect("semantics", "law/associations-touch-nothing-else")
def an_association_is_no_update(modules: Modules) -> None:
    """An associate leaves the time of update as it was."""
    resource = modules.resource_class
    associate = resource.associate

    async def quiet(self: Any, id: str, **keywords: Any) -> Any:
        before = await self._store.get(self._kind, id)
        reply = await associate(self, id, **keywords)
        name = self._type.updated[0]
        was = modules.json_input.parse_json(before.base)[name]

        def restore(record: Any) -> Any:
            decode = modules.json_input.parse_json
            thing = {**decode(record.base), **decode(record.heavy), name: was}
            return self._record(record.created, before.updated, thing)

        await self._store.change(self._kind, id, restore)
        return reply

    resource.associate = quiet


@defect("semantics", "law/ids-are-exact")
def the_third_association_clears_the_first(modules: Modules) -> None:
    """A collection holds two references: a third pushes the first out."""
    added = modules.references.References.added

    def pushed(self: Any, collection: Any, reference: Any) -> Any:
        result = added(self, collection, reference)
        gone, kept = result[self._items][:-2], result[self._items][-2:]
        for item in gone:
            result = self.removed(result, self.id_of(item))
        return {**result, self._items: kept}

    modules.references.References.added = pushed
