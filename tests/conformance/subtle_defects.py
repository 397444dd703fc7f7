"""Defects that a glance at the replies would not show; each takes the server's modules.

They came out of a review that looked for servers which the laws let pass.
"""

from __future__ import annotations

import importlib
import os
import re
from collections.abc import Callable
from typing import Any

import msgspec


class Modules:
    """The runtime modules of a generated server, by name."""

    def __init__(self, package: str) -> None:
        self._package = package

    def __getattr__(self, name: str) -> Any:
        return importlib.import_module(f"{self._package}.runtime.{name}")

    @property
    def resource_class(self) -> Any:
        return self.resource.Resource

    @property
    def contract_table(self) -> Any:
        return importlib.import_module(f"{self._package}.contract").CONTRACT


def fix_argument(modules: Modules, method: str, **fixed: Any) -> None:
    """Let a verb ignore an argument."""
    original = getattr(modules.resource_class, method)

    async def deaf(self: Any, *arguments: Any, **keywords: Any) -> Any:
        return await original(self, *arguments, **{**keywords, **fixed})

    setattr(modules.resource_class, method, deaf)


def flip_default(modules: Modules, operation: str, value: bool) -> None:
    """Give the boolean parameter of an operation another default."""
    for candidate in modules.contract_table.operations:
        if operation in candidate.id:
            for parameter in candidate.parameters:
                if parameter.kind == "boolean":
                    object.__setattr__(parameter, "default", value)


def rewrite(modules: Modules, method: str, edit: Callable[[Any, Any], Any]) -> None:
    """Let `edit` make another JSON of a verb's reply."""
    original = getattr(modules.resource_class, method)

    async def edited(self: Any, *arguments: Any, **keywords: Any) -> Any:
        body = (await original(self, *arguments, **keywords)).body
        if not isinstance(body, bytes):
            body = b"".join([piece async for piece in body])
        changed = edit(self._type, msgspec.json.decode(body))
        return modules.replies.json_reply(msgspec.json.encode(changed))

    setattr(modules.resource_class, method, edited)


def batch_is_full_by_default(modules: Modules) -> None:
    flip_default(modules, "batch", True)


def snapshot_is_light_by_default(modules: Modules) -> None:
    flip_default(modules, "events_snapshot", False)


def batch_is_always_full(modules: Modules) -> None:
    fix_argument(modules, "batch_fetch", full=True)


def snapshot_is_always_full(modules: Modules) -> None:
    fix_argument(modules, "snapshot", full=True)


def create_is_always_full(modules: Modules) -> None:
    fix_argument(modules, "create", full=True)


def update_is_always_full(modules: Modules) -> None:
    fix_argument(modules, "update", full=True)


def get_is_always_light(modules: Modules) -> None:
    fix_argument(modules, "get", full=False)


def snapshot_omits_nothing(modules: Modules) -> None:
    fix_argument(modules, "snapshot", omits=())


def batch_omits_nothing(modules: Modules) -> None:
    fix_argument(modules, "batch_fetch", omits=())


def batch_positions_are_wrong(modules: Modules) -> None:
    def edit(type: Any, body: Any) -> Any:
        for member in body.values():
            if isinstance(member, dict):
                member[type.positions] = dict.fromkeys(member[type.positions], 99)
        return body

    rewrite(modules, "batch_fetch", edit)


def snapshot_has_no_positions(modules: Modules) -> None:
    rewrite(modules, "snapshot", lambda type, body: {type.items: body[type.items]})


def batch_ignores_positions(modules: Modules) -> None:
    modules.references.References.listed = lambda self, collection: [
        self.id_of(item) for item in collection.get(self._items, ())
    ]


def batch_counts_removed_positions(modules: Modules) -> None:
    modules.references.References.listed = lambda self, collection: [
        *(self.id_of(item) for item in collection.get(self._items, ())),
        *collection.get(self._positions, {}),
    ]


def an_updated_filter_orders_by_updated(modules: Modules) -> None:
    identifiers = modules.resource_class.identifiers

    async def other(self: Any, *, ranges: Any, order: str, **keywords: Any) -> Any:
        given = [time for time, (start, end) in ranges.items() if start or end]
        order = "updated" if given == ["updated"] else order
        return await identifiers(self, ranges=ranges, order=order, **keywords)

    modules.resource_class.identifiers = other


def the_limit_comes_before_the_filter(modules: Modules) -> None:
    identifiers = modules.resource_class.identifiers

    async def early(self: Any, *, limit: Any = None, ranges: Any, **keywords: Any) -> Any:
        first = msgspec.json.decode((await identifiers(self, limit=limit, **keywords)).body)
        body = msgspec.json.decode((await identifiers(self, ranges=ranges, **keywords)).body)
        items = self._type.items
        body[items] = [item for item in body[items] if item in first[items]]
        return modules.replies.json_reply(msgspec.json.encode(body))

    modules.resource_class.identifiers = early


def a_filter_lifts_the_limit(modules: Modules) -> None:
    identifiers = modules.resource_class.identifiers

    async def lifted(self: Any, *, limit: Any = None, ranges: Any, **keywords: Any) -> Any:
        filtered = any(start or end for start, end in ranges.values())
        limit = None if filtered else limit
        return await identifiers(self, limit=limit, ranges=ranges, **keywords)

    modules.resource_class.identifiers = lifted


def offsets_are_ignored(modules: Modules) -> None:
    parse = modules.instants.parse
    modules.instants.parse = lambda text: parse(re.sub(r"[+-]\d\d:?\d\d$", "Z", text))


def update_merges_deeply(modules: Modules) -> None:
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


def delete_takes_what_is_older(modules: Modules) -> None:
    delete = modules.resource_class.delete
    store = modules.store

    async def greedy(self: Any, id: str) -> Any:
        record = await self._store.get(self._kind, id)
        reply = await delete(self, id)
        older = store.Selection("created", True, (store.Range("created", None, record.created),))
        batches = self._store.identifiers(self._kind, older)
        for other in [id async for batch in batches for id in batch]:
            await self._store.delete(self._kind, other)
        return reply

    modules.resource_class.delete = greedy


def long_text_is_cut(modules: Modules) -> None:
    record = modules.resource_class._record

    def cut(self: Any, created: int, updated: int, thing: Any, *rest: Any) -> Any:
        short = {k: v[:255] if isinstance(v, str) else v for k, v in thing.items()}
        return record(self, created, updated, short, *rest)

    modules.resource_class._record = cut


def associate_drops_what_it_does_not_know(modules: Modules) -> None:
    added = modules.references.References.added

    def narrow(self: Any, collection: Any, reference: Any) -> Any:
        known = (self._items, self._positions)
        kept = {name: value for name, value in (collection or {}).items() if name in known}
        return added(self, kept, reference)

    modules.references.References.added = narrow


def disassociate_forgets_the_position(modules: Modules) -> None:
    removed = modules.references.References.removed

    def forget(self: Any, collection: Any, id: str) -> Any:
        result = removed(self, collection, id)
        positions = {k: v for k, v in result[self._positions].items() if k != id}
        return result | {self._positions: positions}

    modules.references.References.removed = forget


def the_key_guards_reading_only(modules: Modules) -> None:
    for operation in modules.contract_table.operations:
        if operation.method != "GET":
            object.__setattr__(operation, "secured", False)


def nothing_but_a_log_of_requests(modules: Modules) -> None:
    """No defect: notes the method and path of each request in the file REQUEST_LOG."""
    dispatcher = modules.dispatch.Dispatcher
    call = dispatcher.__call__

    async def noted(self: Any, scope: Any, receive: Any, send: Any, others: Any) -> None:
        with open(os.environ["REQUEST_LOG"], "a") as log:
            log.write(f"{scope['method']} {scope['path']}\n")
        await call(self, scope, receive, send, others)

    dispatcher.__call__ = noted
