"""Defects of a server that does not keep what it was given."""

from __future__ import annotations

import asyncio
import os
import time
from collections import Counter, OrderedDict
from typing import Any

from .planting import Modules, defect


@defect("memory", "law/ids-are-not-given-out-again")
def ids_are_given_out_again(modules: Modules) -> None:
    """The id of what was deleted is given to the next thing."""
    resource = modules.resource_class
    delete, create = resource.delete, resource.create
    free: list[str] = []

    async def release(self: Any, id: str) -> Any:
        reply = await delete(self, id)
        free.append(id)
        return reply

    async def reuse(self: Any, body: Any, *, proposed: Any = None, **keywords: Any) -> Any:
        if free and body is not None and proposed is not None and proposed not in body.value:
            body.value[proposed] = free.pop()
        return await create(self, body, proposed=proposed, **keywords)

    resource.delete, resource.create = release, reuse


@defect("memory", "law/update-replaces-and-keeps")
def reads_are_cached(modules: Modules) -> None:
    """A get shows a thing as it was when it was first read."""
    get = modules.store_class.get
    cache: dict[str, Any] = {}

    async def cached(self: Any, kind: str, id: str) -> Any:
        record = await get(self, kind, id)
        return record if record is None else cache.setdefault(id, record)

    modules.store_class.get = cached


@defect("memory", "law/many-things-are-kept")
def deletes_are_seen_late(modules: Modules) -> None:
    """What was read lately is still there for a get after its delete."""
    get = modules.store_class.get
    cache: OrderedDict[str, Any] = OrderedDict()

    async def cached(self: Any, kind: str, id: str) -> Any:
        record = await get(self, kind, id)
        if record is None:
            return cache.get(id)
        cache[id] = record
        return record

    modules.store_class.get = cached


@defect("memory", "law/update-replaces-and-keeps")
def changes_are_seen_late(modules: Modules) -> None:
    """For fifty milliseconds a get shows a changed thing as it was."""
    get, change = modules.store_class.get, modules.store_class.change
    before: dict[str, tuple[float, Any]] = {}

    async def lagging(self: Any, kind: str, id: str) -> Any:
        since, record = before.get(id, (0.0, None))
        if record is not None and time.monotonic() < since + 0.05:
            return record
        return await get(self, kind, id)

    async def noted(self: Any, kind: str, id: str, edit: Any) -> Any:
        was = await get(self, kind, id)
        record = await change(self, kind, id, edit)
        before[id] = time.monotonic(), was
        return record

    modules.store_class.get, modules.store_class.change = lagging, noted


@defect("memory", "law/many-things-are-kept")
def only_ten_things_are_kept(modules: Modules) -> None:
    """The eleventh create removes the oldest thing."""
    insert = modules.store_class.insert
    kept: list[str] = []

    async def bounded(self: Any, kind: str, record: Any) -> bool:
        if not await insert(self, kind, record):
            return False
        kept.append(record.id)
        if len(kept) > 10:
            await self.delete(kind, kept.pop(0))
        return True

    modules.store_class.insert = bounded


@defect("memory", "law/many-things-are-kept")
def a_hundred_things_are_kept(modules: Modules) -> None:
    """The hundred-and-first create removes the thing that was longest not read."""
    insert, get = modules.store_class.insert, modules.store_class.get
    used: OrderedDict[str, None] = OrderedDict()

    async def bounded(self: Any, kind: str, record: Any) -> bool:
        if not await insert(self, kind, record):
            return False
        used[record.id] = None
        if len(used) > 100:
            await self.delete(kind, used.popitem(last=False)[0])
        return True

    async def touched(self: Any, kind: str, id: str) -> Any:
        if id in used:
            used.move_to_end(id)
        return await get(self, kind, id)

    modules.store_class.insert, modules.store_class.get = bounded, touched


@defect("memory", "law/many-things-are-kept")
def every_tenth_create_is_lost(modules: Modules) -> None:
    """Of ten creates one is answered and not stored."""
    insert = modules.store_class.insert
    made = Counter[str]()

    async def leaky(self: Any, kind: str, record: Any) -> bool:
        made[kind] += 1
        return True if made[kind] % 10 == 0 else bool(await insert(self, kind, record))

    modules.store_class.insert = leaky


@defect("memory", "law/ids-are-exact")
def every_fifth_change_is_lost(modules: Modules) -> None:
    """Of five changes one is answered and not stored."""
    change = modules.store_class.change
    made = Counter[str]()

    async def leaky(self: Any, kind: str, id: str, edit: Any) -> Any:
        made[kind] += 1
        if made[kind] % 5:
            return await change(self, kind, id, edit)
        record = await self.get(kind, id)
        return record if record is None else edit(record) or record

    modules.store_class.change = leaky


@defect("memory", "law/creates-at-once-are-all-kept")
def creates_at_once_collide(modules: Modules) -> None:
    """Two creates in the same instant may be told that both have an id, and one is lost."""
    insert = modules.store_class.insert
    running: list[Any] = []

    async def racy(self: Any, kind: str, record: Any) -> bool:
        if running:
            return True
        running.append(record)
        try:
            await asyncio.sleep(0.005)
            return bool(await insert(self, kind, record))
        finally:
            running.pop()

    modules.store_class.insert = racy


@defect("memory", "history")
def what_is_made_again_remembers(modules: Modules) -> None:
    """A thing with the id of a deleted one has the members of that one, too."""
    resource = modules.resource_class
    delete, record_ = resource.delete, resource._record
    graves: dict[str, Any] = {}

    async def bury(self: Any, id: str) -> Any:
        record = await self._store.get(self._kind, id)
        reply = await delete(self, id)
        decode = modules.json_input.parse_json
        graves[id] = {**decode(record.base), **decode(record.heavy)}
        return reply

    def revived(self: Any, created: int, updated: int, thing: Any, *rest: Any) -> Any:
        return record_(
            self, created, updated, {**graves.get(thing[self._type.id], {}), **thing}, *rest
        )

    resource.delete, resource._record = bury, revived


@defect("memory", "law/neighbours-are-left-alone")
def a_change_reaches_the_neighbour(modules: Modules) -> None:
    """What is associated with a thing is also associated with the one made before it."""
    resource = modules.resource_class
    associate, create = resource.associate, resource.create
    made: list[str] = []

    async def noted(self: Any, *arguments: Any, **keywords: Any) -> Any:
        reply = await create(self, *arguments, **keywords)
        made.append(modules.json_input.parse_json(reply.body)[self._type.id])
        return reply

    async def both(self: Any, id: str, **keywords: Any) -> Any:
        reply = await associate(self, id, **keywords)
        place = made.index(id) if id in made else 0
        if place and await self._store.get(self._kind, made[place - 1]) is not None:
            await associate(self, made[place - 1], **keywords)
        return reply

    resource.create, resource.associate = noted, both


@defect("identity", "law/ids-are-exact")
def ids_have_no_case(modules: Modules) -> None:
    """A thing is found by its id in other letters, in capitals or not."""
    get = modules.store_class.get

    async def folded(self: Any, kind: str, id: str) -> Any:
        return await get(self, kind, id) or await get(self, kind, id.lower())

    modules.store_class.get = folded


@defect("identity", "law/ids-are-exact")
def paths_are_decoded_twice(modules: Modules) -> None:
    """An id with a percent sign in it is decoded once more."""
    text_of = modules.http_input.text_of
    routing = modules.routing

    def again(raw: bytes, what: str) -> Any:
        return text_of(text_of(raw, what).encode(), what)

    for module in (modules.http_input, routing):
        if hasattr(module, "text_of"):
            module.text_of = again


@defect("identity", "law/ids-are-exact")
def ids_are_trimmed(modules: Modules) -> None:
    """Blanks around an id in a path are lost."""
    text_of = modules.http_input.text_of
    for module in (modules.http_input, modules.routing):
        if hasattr(module, "text_of"):
            module.text_of = lambda raw, what: text_of(raw, what).strip()


@defect("dead")
def the_server_dies_on_update(modules: Modules) -> None:
    """The process ends in the middle of an update."""

    async def die(self: Any, *arguments: Any, **keywords: Any) -> Any:
        os._exit(1)

    modules.resource_class.update = die


@defect("dead")
def identifiers_never_answer(modules: Modules) -> None:
    """A list of identifiers is never answered."""

    async def hang(self: Any, **keywords: Any) -> Any:
        await asyncio.sleep(3600)

    modules.resource_class.identifiers = hang
