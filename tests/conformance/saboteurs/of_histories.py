"""Defects that show only after several steps in a certain order, which no single law takes."""

from __future__ import annotations

from typing import Any

from .planting import Modules, defect


@defect("histories", "history")
def an_associate_after_a_disassociate_forgets_a_position(modules: Modules) -> None:
    """Adding a reference where one was taken out before gives it no position, from the second on."""
    references = modules.references.References
    added = references.added

    def forget(self: Any, collection: Any, reference: Any) -> Any:
        result = added(self, collection, reference)
        positions = result[self._positions]
        if len(result[self._items]) > 1 and -1 in positions.values():
            del positions[reference[self._id]]
        return result

    references.added = forget


@defect("histories", "history")
def an_update_forgets_what_was_counted(modules: Modules) -> None:
    """After an increment the next update takes the counters back to what they were before."""
    resource = modules.resource_class
    increment, update = resource.increment, resource.update
    before: dict[str, Any] = {}

    async def count(self: Any, id: str, *arguments: Any, member: str, **keywords: Any) -> Any:
        record = await self._store.get(self._kind, id)
        if record is not None:
            before[id] = (member, modules.resource.decode(record.base).get(member))
        return await increment(self, id, *arguments, member=member, **keywords)

    async def forget(self: Any, body: Any, **keywords: Any) -> Any:
        id = body.value.get(self._type.id) if body is not None else None
        if id in before:
            member, counts = before.pop(id)
            if counts is not None and member not in body.value:
                body.value[member] = counts
        return await update(self, body, **keywords)

    resource.increment, resource.update = count, forget


@defect("histories", "history")
def what_was_counted_stays_in_the_snapshot(modules: Modules) -> None:
    """A thing that was incremented is in the snapshot after its delete as well."""
    resource = modules.resource_class
    increment, delete, snapshot = resource.increment, resource.delete, resource.snapshot
    counted: set[str] = set()
    ghosts: dict[str, Any] = {}

    async def count(self: Any, id: str, *arguments: Any, **keywords: Any) -> Any:
        reply = await increment(self, id, *arguments, **keywords)
        counted.add(id)
        return reply

    async def keep(self: Any, id: str) -> Any:
        record = await self._store.get(self._kind, id)
        if id in counted and record is not None:
            ghosts[id] = modules.resource.decode(record.base)
        return await delete(self, id)

    async def haunted(self: Any, **keywords: Any) -> Any:
        body = (await snapshot(self, **keywords)).body
        if not isinstance(body, bytes):
            body = b"".join([piece async for piece in body])
        things = modules.resource.decode(body)
        for ghost in ghosts.values():
            items, positions = things[self._type.items], things[self._type.positions]
            positions[ghost[self._type.id]] = len(items)
            items.append(ghost)
        return modules.replies.json_reply(modules.resource.encode(things))

    resource.increment, resource.delete, resource.snapshot = count, keep, haunted
