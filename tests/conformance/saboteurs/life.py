"""Defects in the life of one thing: created, read, updated, deleted."""

from __future__ import annotations

import asyncio
from typing import Any

from .planting import Modules, defect, fix_argument


@defect("semantics", "law/gone-after-delete")
def delete_does_nothing(modules: Modules) -> None:
    """A delete answers as if it had deleted."""

    async def delete(self: Any, id: str) -> Any:
        self._known(await self._store.get(self._kind, id), id)
        return modules.replies.Reply(204)

    modules.resource_class.delete = delete


@defect("semantics", "law/gone-after-delete")
def second_delete_succeeds(modules: Modules) -> None:
    """A delete of what is gone already answers as if it had been there."""

    async def delete(self: Any, id: str) -> Any:
        await self._store.delete(self._kind, id)
        return modules.replies.Reply(204)

    modules.resource_class.delete = delete


@defect("semantics", "law/gone-after-delete")
def delete_takes_what_is_older(modules: Modules) -> None:
    """A delete removes all older things too."""
    delete, store = modules.resource_class.delete, modules.store

    async def greedy(self: Any, id: str) -> Any:
        record = await self._store.get(self._kind, id)
        reply = await delete(self, id)
        older = store.Selection("created", True, (store.Range("created", None, record.created),))
        batches = self._store.identifiers(self._kind, older)
        for other in [id async for batch in batches for id in batch]:
            await self._store.delete(self._kind, other)
        return reply

    modules.resource_class.delete = greedy


@defect("semantics", "law/gone-after-delete")
def delete_hides_from_lists_only(modules: Modules) -> None:
    """What was deleted is in no list, but a get still gives it."""
    resource = modules.resource_class
    delete, get = resource.delete, resource.get
    graves: dict[str, Any] = {}

    async def bury(self: Any, id: str) -> Any:
        record = await self._store.get(self._kind, id)
        reply = await delete(self, id)
        graves[id] = modules.replies.json_reply(modules.streams.as_json(record, True))
        return reply

    async def dig(self: Any, id: str, **keywords: Any) -> Any:
        return graves[id] if id in graves else await get(self, id, **keywords)

    resource.delete, resource.get = bury, dig


@defect("semantics", "law/gone-after-delete")
def deleted_is_associated(modules: Modules) -> None:
    """An associate with a thing that is gone answers as if it had been made."""
    associate = modules.resource_class.associate

    async def polite(self: Any, *arguments: Any, **keywords: Any) -> Any:
        try:
            return await associate(self, *arguments, **keywords)
        except modules.replies.Refusal:
            return modules.replies.Reply(204)

    modules.resource_class.associate = polite


@defect("semantics", "law/unknown-is-gone")
def update_creates_what_is_unknown(modules: Modules) -> None:
    """An update of an id that nothing has stores a new thing."""
    resource = modules.resource_class
    update = resource.update

    async def upsert(self: Any, body: Any, **keywords: Any) -> Any:
        try:
            return await update(self, body, **keywords)
        except modules.replies.Refusal as refusal:
            if refusal.status != self._type.gone:
                raise
        now = self._sources.now()
        await self._store.insert(self._kind, self._record(now, now, dict(body.value)))
        return await update(self, body, **keywords)

    resource.update = upsert


@defect("semantics", "law/create-is-read-back")
def create_stores_nothing(modules: Modules) -> None:
    """A create replies the thing that it would have stored."""
    create = modules.resource_class.create

    class Forgetful:
        async def insert(self, kind: str, record: Any) -> bool:
            return True

    async def forget(self: Any, *arguments: Any, **keywords: Any) -> Any:
        store, self._store = self._store, Forgetful()
        try:
            return await create(self, *arguments, **keywords)
        finally:
            self._store = store

    modules.resource_class.create = forget


@defect("semantics", "law/create-gives-a-new-id")
def proposed_ids_are_ignored(modules: Modules) -> None:
    """A create gives an id of its own although the one proposed is free."""
    create = modules.resource_class.create

    async def own(self: Any, body: Any, *, proposed: Any = None, **keywords: Any) -> Any:
        if body is not None and proposed is not None:
            body.value.pop(proposed, None)
        return await create(self, body, proposed=proposed, **keywords)

    modules.resource_class.create = own


@defect("semantics", "law/create-gives-a-new-id")
def a_taken_id_replaces(modules: Modules) -> None:
    """A create that proposes the id of a thing puts the new one in its place."""
    insert = modules.store_class.insert

    async def replace(self: Any, kind: str, record: Any) -> bool:
        await self.delete(kind, record.id)
        return bool(await insert(self, kind, record))

    modules.store_class.insert = replace


@defect("semantics", "law/create-adopts")
def create_does_not_adopt(modules: Modules) -> None:
    """A reference in a create's body stays where it came, and is in no collection."""
    fix_argument(modules, "create", adopts={})


@defect("semantics", "law/create-without-a-body")
def the_default_is_empty(modules: Modules) -> None:
    """A create without a body stores the values of the documented default, emptied."""
    create = modules.resource_class.create

    async def bare(self: Any, body: Any, *, without_body: Any = None, **keywords: Any) -> Any:
        emptied = {
            name: {n: "" if isinstance(v, str) else v for n, v in value.items()}
            for name, value in (without_body or {}).items()
        }
        return await create(self, body, without_body=emptied, **keywords)

    modules.resource_class.create = bare


@defect("semantics", "law/update-replaces-and-keeps")
def update_clears(modules: Modules) -> None:
    """An update drops the members that it does not send."""
    resource = modules.resource_class

    async def update(self: Any, body: Any, *, full: bool = True) -> Any:
        if body is None:
            raise modules.replies.Refusal(400, "a body is needed")
        fixed = {self._type.id, self._type.created[0], self._type.updated[0]}
        sent = {name: value for name, value in body.value.items() if name not in fixed}

        def clear(thing: Any) -> bool:
            for name in thing.keys() - fixed:
                del thing[name]
            thing.update(sent)
            return True

        record = await self._change(body.value[self._type.id], clear)
        return modules.replies.json_reply(modules.streams.as_json(record, full))

    resource.update = update


@defect("semantics", "law/update-replaces-and-keeps")
def update_merges_deeply(modules: Modules) -> None:
    """An update puts the members of an object into the one that is there."""

    def merge(into: Any, new: Any) -> None:
        for name, value in new.items():
            if isinstance(value, dict) and isinstance(into.get(name), dict):
                merge(into[name], value)
            else:
                into[name] = value

    async def update(self: Any, body: Any, *, full: bool = True) -> Any:
        if body is None:
            raise modules.replies.Refusal(400, "a body is needed")
        fixed = {self._type.id, self._type.created[0], self._type.updated[0]}
        sent = {name: value for name, value in body.value.items() if name not in fixed}
        id = body.value[self._type.id]
        record = await self._change(id, lambda thing: merge(thing, sent) is None)
        return modules.replies.json_reply(modules.streams.as_json(record, full))

    modules.resource_class.update = update


@defect("semantics", "law/update-replaces-and-keeps")
def update_replies_but_does_not_store(modules: Modules) -> None:
    """An update replies the thing as it would be, and stores it as it was."""
    update = modules.resource_class.update

    async def pretend(self: Any, body: Any, **keywords: Any) -> Any:
        store = self._store
        if body is None:
            return await update(self, body, **keywords)
        before = await store.get(self._kind, body.value.get(self._type.id))
        reply = await update(self, body, **keywords)
        await store.change(self._kind, before.id, lambda record: before)
        return reply

    modules.resource_class.update = pretend


@defect("semantics", "law/update-moves-time-forward")
def update_changes_created(modules: Modules) -> None:
    """An update takes over the time of creation that it is sent."""
    resource = modules.resource_class
    update = resource.update

    async def forge(self: Any, body: Any, **keywords: Any) -> Any:
        if body is None:
            return await update(self, body, **keywords)
        sent, created = body.value, self._type.created[0]
        await self._change(
            sent[self._type.id], lambda thing: thing.update({created: sent[created]}) is None
        )
        return await update(self, body, **keywords)

    resource.update = forge


@defect("semantics", "law/update-moves-time-forward")
def update_takes_the_time_it_is_sent(modules: Modules) -> None:
    """The time of update is what the client says, not when it was."""
    update = modules.resource_class.update

    async def believe(self: Any, body: Any, **keywords: Any) -> Any:
        reply = await update(self, body, **keywords)
        thing = modules.json_input.parse_json(reply.body)
        name = self._type.updated[0]
        thing[name] = body.value.get(name, thing[name])

        def change(record: Any) -> Any:
            kept = thing | modules.json_input.parse_json(record.heavy)
            return self._record(record.created, record.updated, kept)

        await self._store.change(self._kind, thing[self._type.id], change)
        return modules.replies.json_reply(modules.replies.msgspec.json.encode(thing))

    modules.resource_class.update = believe


@defect("semantics", "law/update-moves-time-forward")
def update_keeps_the_time(modules: Modules) -> None:
    """An update does not touch the time of update."""
    resource = modules.resource_class

    async def change(self: Any, id: str, edit: Any) -> Any:
        def edited(record: Any) -> Any:
            decode = modules.replies.msgspec.json.decode
            thing = {**decode(record.base), **decode(record.heavy)}
            edit(thing)
            return self._record(record.created, record.updated, thing)

        return self._known(await self._store.change(self._kind, id, edited), id)

    resource._change = change


@defect("memory", "law/increments-at-once-add-up")
def updates_are_lost_under_concurrency(modules: Modules) -> None:
    """A change reads, waits and writes back, so that one made meanwhile is lost."""

    async def racy(self: Any, kind: str, id: str, change: Any) -> Any:
        present = await self.get(kind, id)
        if present is None or (wanted := change(present)) is None:
            return present
        await asyncio.sleep(0.005)
        return await write(self, kind, id, lambda record: wanted)

    write = modules.store_class.change
    modules.store_class.change = racy
