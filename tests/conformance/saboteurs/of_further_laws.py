"""Defects that only one law looks for, in what is done twice, at once or with odd values."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from typing import Any

import msgspec

from .planting import Modules, deeply, defect, parsing, rewrite, stored, texts

UNKNOWN = "x_"
"""What members that the spec does not know begin with, in the judge's bodies."""


def thing_of(record: Any) -> dict[str, Any]:
    """What a record holds."""
    return msgspec.json.decode(record.base) | msgspec.json.decode(record.heavy)


# --- life ----------------------------------------------------------------------------------------


@defect("semantics", "law/a-second-delete-is-refused")
def the_third_delete_succeeds(modules: Modules) -> None:
    """What was deleted and refused a second delete can be deleted again."""
    delete = modules.resource_class.delete
    asked: Counter[str] = Counter()

    async def patient(self: Any, id: str) -> Any:
        asked[id] += 1
        return modules.replies.Reply(204) if asked[id] == 3 else await delete(self, id)

    modules.resource_class.delete = patient


@defect("memory", "law/a-deleted-id-begins-anew")
def deleted_members_come_back(modules: Modules) -> None:
    """A thing that is created with the id of a deleted one has its members, too."""
    resource = modules.resource_class
    delete, create = resource.delete, resource.create
    deleted: dict[str, dict[str, Any]] = {}

    async def remember(self: Any, id: str) -> Any:
        record = await self._store.get(self._kind, id)
        reply = await delete(self, id)
        deleted[id] = thing_of(record)
        return reply

    async def haunted(self: Any, body: Any, *, proposed: Any = None, **keywords: Any) -> Any:
        if body is not None:
            for name, value in deleted.get(body.value.get(proposed), {}).items():
                body.value.setdefault(name, value)
        return await create(self, body, proposed=proposed, **keywords)

    resource.delete, resource.create = remember, haunted


# --- values --------------------------------------------------------------------------------------


@defect("values", "law/what-was-not-sent-is-not-there")
def heavy_members_that_are_absent_are_null(modules: Modules) -> None:
    """A get has null for each heavy member that a thing lacks."""

    def complete(type: Any, thing: Any) -> Any:
        return dict.fromkeys(type.heavy) | thing

    rewrite(modules, "get", complete)


@defect("values", "law/the-order-of-members-does-not-matter")
def a_first_member_has_to_be_known(modules: Modules) -> None:
    """A body that begins with a member that the spec does not know loses it."""
    parse = modules.http_input.parse_json

    def parse_from_second(raw: bytes) -> Any:
        value = parse(raw)
        first = next(iter(value), "") if isinstance(value, dict) and len(value) > 1 else ""
        if first.startswith(UNKNOWN):
            del value[first]
        return value

    parsing(modules, parse_from_second)


@defect("values", "law/moments-are-kept-exactly")
def offsets_of_zero_become_z(modules: Modules) -> None:
    """Text that looks like a moment with the offset +00:00 is stored with Z."""
    texts(modules, lambda text: re.sub(r"(?<=\d)[+-]00:00$", "Z", text))


@defect("values", "law/any-json-is-kept-exactly")
def lists_lose_their_nulls(modules: Modules) -> None:
    """A null in a list is left out."""

    def full(value: Any) -> Any:
        return [v for v in value if v is not None] if isinstance(value, list) else value

    stored(modules, lambda value: deeply(value, full))


@defect("values", "law/references-are-kept-whole")
def adopted_references_are_cut(modules: Modules) -> None:
    """Of a reference that is adopted what the spec does not know is left out."""
    adopted = modules.resource_class._adopted

    def cut(self: Any, thing: Any, adopts: Any) -> Any:
        return [
            (collection, {n: v for n, v in reference.items() if not n.startswith(UNKNOWN)})
            for collection, reference in adopted(self, thing, adopts)
        ]

    modules.resource_class._adopted = cut


@defect("values", "law/a-thing-reads-the-same-everywhere")
def a_batch_leaves_nulls_out(modules: Modules) -> None:
    """A batch lacks the members that are null, at any depth."""

    def full(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {name: inner for name, inner in value.items() if inner is not None}

    rewrite(modules, "batch_fetch", lambda _, reply: deeply(reply, full))


# --- changes -------------------------------------------------------------------------------------


@defect("semantics", "law/repeated-updates-are-all-kept")
def the_third_update_drops_what_is_heavy(modules: Modules) -> None:
    """The third update of a thing removes the heavy members that it does not have."""
    update = modules.resource_class.update
    updates: Counter[str] = Counter()

    async def forgetful(self: Any, body: Any, *, full: bool = True) -> Any:
        id = body.value.get(self._type.id) if body is not None else None
        updates[id] += 1
        lost = set(self._type.heavy) - set(body.value) if body is not None else set()
        if updates[id] == 3 and lost:
            await self._change(id, lambda thing: [thing.pop(n, None) for n in lost] != [])
        return await update(self, body, full=full)

    modules.resource_class.update = forgetful


@defect("semantics", "law/a-refused-update-changes-nothing")
def updates_are_checked_late(modules: Modules) -> None:
    """Of an update that is refused, for a member of a wrong type, the unknown ones are stored."""
    inputs, update = modules.http_input, modules.resource_class.update
    check, body_of = inputs.check, inputs.Arguments.body
    wrong: dict[int, Exception] = {}

    def lax(validator: Any, value: Any, where: str) -> None:
        try:
            check(validator, value, where)
        except modules.replies.Refusal as refusal:
            if where != "the body":
                raise
            wrong[id(value)] = refusal

    def body(self: Any, raw: bytes, headers: Any) -> Any:
        read = body_of(self, raw, headers)
        if read is not None and id(read.value) in wrong and "update" not in self._operation.id:
            raise wrong.pop(id(read.value))
        return read

    async def hasty(self: Any, body: Any, *, full: bool = True) -> Any:
        refusal = wrong.pop(id(body.value), None) if body is not None else None
        if refusal is None:
            return await update(self, body, full=full)
        kept = {n: v for n, v in body.value.items() if n == "id" or n.startswith(UNKNOWN)}
        await update(self, modules.json_input.Json(kept, dict), full=full)
        raise refusal

    inputs.check, inputs.Arguments.body, modules.resource_class.update = lax, body, hasty


@defect("semantics", "law/empty-increments-change-nothing")
def empty_increments_are_updates(modules: Modules) -> None:
    """An increment that names nothing moves the time of the update."""
    increment = modules.resource_class.increment

    async def touching(self: Any, id: str, body: Any, *, reads: str, **keywords: Any) -> Any:
        reply = await increment(self, id, body, reads=reads, **keywords)
        flags = {} if body is None else body.value.get(reads, {})
        if not any(flags.values()):
            await self._change(id, lambda _: True)
        return reply

    modules.resource_class.increment = touching


# --- at once -------------------------------------------------------------------------------------

MOMENT = 0.02
"""Seconds between looking and writing: others come in between."""


@defect("concurrency", "law/a-proposed-id-is-given-once")
def inserts_look_before_they_write(modules: Modules) -> None:
    """Of two creates with one id at once the later overwrites the thing of the first."""
    insert = modules.store_class.insert

    async def racing(self: Any, kind: str, record: Any) -> bool:
        there = await self.get(kind, record.id) is not None
        await asyncio.sleep(MOMENT)
        while not (written := await insert(self, kind, record)) and not there:
            await self.delete(kind, record.id)
        return written

    modules.store_class.insert = racing


@defect("concurrency", "law/associations-at-once-are-all-kept")
def associations_write_what_they_read(modules: Modules) -> None:
    """A reference is added to the collection as it was a moment before."""
    associate = modules.resource_class.associate

    async def stale(self: Any, id: str, *, other: str, member: str) -> Any:
        record = await self._store.get(self._kind, id)
        if record is None:
            return await associate(self, id, other=other, member=member)
        await asyncio.sleep(MOMENT)
        added = self._references.added(thing_of(record).get(member), {self._type.id: other})
        await self._change(id, lambda thing: thing.update({member: added}) is None)
        return modules.replies.Reply(204)

    modules.resource_class.associate = stale


@defect("concurrency", "law/updates-at-once-keep-each-others-members")
def updates_write_what_they_read(modules: Modules) -> None:
    """An update puts back all members as they were a moment before, but for its own."""
    update = modules.resource_class.update

    async def stale(self: Any, body: Any, *, full: bool = True) -> Any:
        id = body.value.get(self._type.id) if body is not None else None
        record = await self._store.get(self._kind, id) if isinstance(id, str) else None
        if record is None:
            return await update(self, body, full=full)
        await asyncio.sleep(MOMENT)
        kept = body.value | {self._type.created[0]: thing_of(record)[self._type.created[0]]}

        def put_back(thing: dict[str, Any]) -> bool:
            thing.clear()
            thing.update(thing_of(record) | kept)
            return True

        changed = await self._change(id, put_back)
        return modules.replies.json_reply(modules.resource.as_json(changed, full))

    modules.resource_class.update = stale
