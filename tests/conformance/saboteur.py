"""A generated server with one defect: `python saboteur.py <package> <defect> [server options]`.

Each defect is planted in the behaviour of resources, which knows no API, so these servers are
wrong in the same way whatever the spec.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from typing import Any

import msgspec

Resource = Any


def delete_does_nothing(resource: Resource) -> None:
    """Answers as if it had deleted."""

    async def delete(self: Any, id: str) -> Any:
        self._known(await self._store.get(self._kind, id), id)
        return replies.Reply(204)

    resource.delete = delete


def create_stores_nothing(resource: Resource) -> None:
    """Replies the thing that it would have stored."""
    create = resource.create

    class Forgetful:
        async def insert(self, kind: str, record: Any) -> bool:
            return True

    async def forget(self: Any, *arguments: Any, **keywords: Any) -> Any:
        store, self._store = self._store, Forgetful()
        try:
            return await create(self, *arguments, **keywords)
        finally:
            self._store = store

    resource.create = forget


def identifiers_are_unsorted(resource: Resource) -> None:
    """Lists the oldest first."""
    rewrite(resource, "identifiers", lambda type, reply: reply[type.items].reverse())


def filters_are_anded(resource: Resource) -> None:
    """Wants all ranges met instead of any."""
    identifiers = resource.identifiers

    async def intersect(self: Any, *, ranges: Any, **keywords: Any) -> Any:
        each = [
            await identifiers(self, ranges={time: ends}, **keywords)
            for time, ends in ranges.items()
        ]
        bodies = [msgspec.json.decode(reply.body) for reply in each]
        common = [
            i for i in bodies[0][self._type.items] if all(i in b[self._type.items] for b in bodies)
        ]
        return replies.json_reply(msgspec.json.encode(bodies[0] | {self._type.items: common}))

    resource.identifiers = intersect


def limit_is_off_by_one(resource: Resource) -> None:
    """Gives one more than asked for."""
    identifiers = resource.identifiers

    async def generous(self: Any, *, limit: int | None = None, **keywords: Any) -> Any:
        return await identifiers(self, limit=None if limit is None else limit + 1, **keywords)

    resource.identifiers = generous


def batch_names_nothing_missing(resource: Resource) -> None:
    """Leaves unknown ids unmentioned."""
    batch_fetch = resource.batch_fetch

    async def silent(self: Any, *arguments: Any, missing: str, **keywords: Any) -> Any:
        reply = await batch_fetch(self, *arguments, missing=missing, **keywords)
        body = msgspec.json.decode(reply.body)
        del body[missing]
        return replies.json_reply(msgspec.json.encode(body))

    resource.batch_fetch = silent


def update_clears(resource: Resource) -> None:
    """Drops the members that an update does not send."""
    update = resource.update

    async def replace(self: Any, body: Any, **keywords: Any) -> Any:
        change = self._change

        async def cleared(id: str, edit: Callable[[Any], bool]) -> Any:
            def clear(thing: Any) -> bool:
                kept = {self._type.id, self._type.created[0], self._type.updated[0]}
                for name in thing.keys() - kept:
                    del thing[name]
                return edit(thing)

            return await change(id, clear)

        if body is not None:
            self._change = cleared
        try:
            return await update(self, body, **keywords)
        finally:
            self.__dict__.pop("_change", None)

    resource.update = replace


def increment_adds_two(resource: Resource) -> None:
    """Counts everything double."""
    increment = resource.increment

    async def twice(self: Any, *arguments: Any, **keywords: Any) -> Any:
        await increment(self, *arguments, **keywords)
        return await increment(self, *arguments, **keywords)

    resource.increment = twice


def rewrite(resource: Resource, method: str, edit: Callable[[Any, Any], None]) -> None:
    """Let `edit` change the JSON that a method replies."""
    original = getattr(resource, method)

    async def edited(self: Any, *arguments: Any, **keywords: Any) -> Any:
        reply = await original(self, *arguments, **keywords)
        body = msgspec.json.decode(reply.body)
        edit(self._type, body)
        return replies.json_reply(msgspec.json.encode(body))

    setattr(resource, method, edited)


def none(resource: Resource) -> None:
    """No defect: the control."""


def everything_is_refused(resource: Resource) -> None:
    """Takes no request for one of its things, valid or not."""

    async def refuse(self: Any, *arguments: Any, **keywords: Any) -> Any:
        raise replies.Refusal(422, "not today")

    for verb in ("create", "get", "update", "delete", "associate", "disassociate", "increment"):
        setattr(resource, verb, refuse)


def create_gives_out_what_is_there(resource: Resource) -> None:
    """Replies something that was there before instead of creating."""
    create = resource.create

    async def reuse(self: Any, *arguments: Any, **keywords: Any) -> Any:
        selection = importlib.import_module(f"{package}.runtime.store").Selection
        batches = self._store.identifiers(self._kind, selection("created", True, (), 1))
        ids = [id async for batch in batches for id in batch]
        return await (self.get(ids[0]) if ids else create(self, *arguments, **keywords))

    resource.create = reuse


def delete_fails(resource: Resource) -> None:
    """Deletes nothing, and says so."""

    async def fail(self: Any, id: str) -> Any:
        raise replies.Refusal(500, "cannot delete")

    resource.delete = fail


def deleted_ids_are_not_reused(resource: Resource) -> None:
    """No defect: an id that was deleted is not free, which the spec leaves open."""
    create, delete = resource.create, resource.delete
    deleted: set[str] = set()

    async def remember(self: Any, id: str) -> Any:
        reply = await delete(self, id)
        deleted.add(id)
        return reply

    async def avoid(self: Any, body: Any, *, proposed: str, **keywords: Any) -> Any:
        if body is not None and body.value.get(proposed) in deleted:
            body.value.pop(proposed)
        return await create(self, body, proposed=proposed, **keywords)

    resource.create, resource.delete = avoid, remember


def identifiers_fail(resource: Resource) -> None:
    """Cannot list."""

    async def fail(self: Any, **keywords: Any) -> Any:
        raise replies.Refusal(500, "cannot list")

    resource.identifiers = fail


def create_answers_201(resource: Resource) -> None:
    """Creates, with another status than the documented one."""
    create = resource.create

    async def created(self: Any, *arguments: Any, **keywords: Any) -> Any:
        reply = await create(self, *arguments, **keywords)
        return replies.Reply(201, reply.body, reply.media_type)

    resource.create = created


if __name__ == "__main__":
    package, defect, *options = sys.argv[1:]
    replies = importlib.import_module(f"{package}.runtime.replies")
    if defect in globals():
        globals()[defect](importlib.import_module(f"{package}.runtime.resource").Resource)
    else:
        subtle = importlib.import_module("subtle_defects")
        histories = importlib.import_module("history_defects")
        plant = getattr(subtle, defect, None) or getattr(histories, defect)
        plant(subtle.Modules(package))
    sys.argv[1:] = options
    importlib.import_module(f"{package}.__main__").run()
