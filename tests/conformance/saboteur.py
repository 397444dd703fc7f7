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
    """Lists by id instead of by time."""
    rewrite(resource, "identifiers", lambda type, reply: reply[type.items].sort(key=str))


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


if __name__ == "__main__":
    package, defect, *options = sys.argv[1:]
    replies = importlib.import_module(f"{package}.runtime.replies")
    globals()[defect](importlib.import_module(f"{package}.runtime.resource").Resource)
    sys.argv[1:] = options
    importlib.import_module(f"{package}.__main__").run()
