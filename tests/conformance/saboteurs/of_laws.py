"""Defects that only one law looks for."""

from __future__ import annotations

import asyncio
import re
import unicodedata
from collections import Counter
from typing import Any

import msgspec

from .planting import Modules, deeply, defect, rewrite


@defect("semantics", "law/a-new-thing-was-created-and-updated-at-once")
def new_things_were_updated_later(modules: Modules) -> None:
    """The time of update of a new thing is a microsecond after that of its creation."""
    resource = modules.resource_class
    record = resource._record

    def later(self: Any, created: int, updated: int, thing: Any, *rest: Any) -> Any:
        if created == updated:
            text = modules.instants.render(updated + 1)
            modules.resource._set(thing, self._type.updated, text)
        return record(self, created, updated, thing, *rest)

    resource._record = later


@defect("semantics", "law/open-ranges-are-joined")
def open_ranges_narrow_each_other(modules: Modules) -> None:
    """Of two ranges with an open end both have to fit."""
    identifiers = modules.resource_class.identifiers

    async def narrow(self: Any, *, ranges: Any, **keywords: Any) -> Any:
        given = {time: ends for time, ends in ranges.items() if any(ends)}
        if len(given) < 2 or all(all(ends) for ends in given.values()):
            return await identifiers(self, ranges=ranges, **keywords)
        bodies = [
            msgspec.json.decode((await identifiers(self, ranges={time: ends}, **keywords)).body)
            for time, ends in given.items()
        ]
        items = self._type.items
        common = [i for i in bodies[0][items] if all(i in body[items] for body in bodies)]
        return modules.replies.json_reply(msgspec.json.encode(bodies[0] | {items: common}))

    modules.resource_class.identifiers = narrow


@defect("semantics", "law/bounds-are-exact")
def bounds_end_at_microseconds(modules: Modules) -> None:
    """What a bound has beyond microseconds is cut off."""
    parse = modules.instants.parse
    modules.instants.parse = lambda text: parse(re.sub(r"(\.\d{6})\d+", r"\1", text))


@defect("memory", "law/deleted-things-leave-lists")
def ranges_hold_what_was_deleted(modules: Modules) -> None:
    """A filtered list has what was deleted, too."""
    resource = modules.resource_class
    delete, identifiers = resource.delete, resource.identifiers
    deleted: list[str] = []

    async def remember(self: Any, id: str) -> Any:
        reply = await delete(self, id)
        deleted.append(id)
        return reply

    async def haunted(self: Any, *, ranges: Any, **keywords: Any) -> Any:
        reply = await identifiers(self, ranges=ranges, **keywords)
        body = msgspec.json.decode(reply.body)
        if sum(any(ends) for ends in ranges.values()) == 1:
            body[self._type.items] += [{self._type.id: id} for id in deleted[-1:]]
        return modules.replies.json_reply(msgspec.json.encode(body))

    resource.delete, resource.identifiers = remember, haunted


@defect("semantics", "law/batches-are-exact")
def a_batch_forgets_what_is_asked_for_often(modules: Modules) -> None:
    """An id that a batch has three times is neither found nor missing."""
    listed = modules.references.References.listed

    def few(self: Any, collection: Any) -> Any:
        ids = listed(self, collection)
        counts = Counter(ids)
        return [id for id in ids if counts[id] < 3]

    modules.references.References.listed = few


@defect("semantics", "law/light-replies-lose-nothing")
def a_light_create_stores_light(modules: Modules) -> None:
    """A create that replies without the heavy members stores none."""
    create = modules.resource_class.create

    async def light(self: Any, body: Any, *, full: bool = True, **keywords: Any) -> Any:
        if body is not None and not full:
            for name in self._type.heavy:
                body.value.pop(name, None)
        return await create(self, body, full=full, **keywords)

    modules.resource_class.create = light


@defect("semantics", "law/positions-close-up")
def only_ends_close_up(modules: Modules) -> None:
    """When a reference is taken out of the middle, those after it keep their positions."""
    removed = modules.references.References.removed

    def gap(self: Any, collection: Any, id: str) -> Any:
        items = (collection or {}).get(self._items, [])
        ids = [self.id_of(item) for item in items]
        result = removed(self, collection, id)
        if id in ids[1:-1]:
            kept = {**collection.get(self._positions, {}), id: -1}
            result = result | {self._positions: kept}
        return result

    modules.references.References.removed = gap


@defect("semantics", "law/taking-out-undoes-adding")
def taking_out_what_is_not_there_takes_another(modules: Modules) -> None:
    """A disassociate of what was never associated takes out the last reference."""
    removed = modules.references.References.removed

    def greedy(self: Any, collection: Any, id: str) -> Any:
        items = (collection or {}).get(self._items, [])
        ids = [self.id_of(item) for item in items]
        known = (collection or {}).get(self._positions, {})
        return removed(self, collection, id if id in known or not ids else ids[-1])

    modules.references.References.removed = greedy


@defect("semantics", "law/references-read-the-same-everywhere")
def the_snapshot_forgets_what_was_taken_out(modules: Modules) -> None:
    """In a snapshot positions of references that were taken out are missing."""

    def edit(type: Any, body: Any) -> Any:
        def positive(value: Any) -> Any:
            if isinstance(value, dict) and type.positions in value:
                places = value[type.positions].items()
                return value | {type.positions: {id: at for id, at in places if at >= 0}}
            return value

        return deeply(body, positive)

    rewrite(modules, "snapshot", edit)


@defect("semantics", "law/counts-add-up")
def counters_stop_at_five(modules: Modules) -> None:
    """A counter that has reached five stays there."""
    increment = modules.resource_class.increment

    async def few(self: Any, *arguments: Any, maximum: int, **keywords: Any) -> Any:
        return await increment(self, *arguments, maximum=5, **keywords)

    modules.resource_class.increment = few


@defect("semantics", "law/counters-keep-what-they-were-given")
def counters_have_32_bits(modules: Modules) -> None:
    """A counter that is raised never exceeds what 32 bits hold."""
    increment = modules.resource_class.increment

    async def small(self: Any, *arguments: Any, maximum: int, **keywords: Any) -> Any:
        return await increment(self, *arguments, maximum=2**31 - 1, **keywords)

    modules.resource_class.increment = small


@defect("semantics", "law/increments-read-their-member-only")
def other_members_count_too(modules: Modules) -> None:
    """An increment counts what any member of its body names."""
    increment = modules.resource_class.increment

    async def all_of(self: Any, id: str, body: Any, *, reads: str, **keywords: Any) -> Any:
        if body is not None and reads not in body.value:
            named = [value for value in body.value.values() if isinstance(value, dict)]
            body.value[reads] = named[0] if named else {}
        return await increment(self, id, body, reads=reads, **keywords)

    modules.resource_class.increment = all_of


@defect("values", "law/values-are-exact-at-any-depth")
def text_in_heavy_members_is_trimmed(modules: Modules) -> None:
    """Blanks around a text in a heavy member are lost."""
    record = modules.resource_class._record

    def trim(self: Any, created: int, updated: int, thing: Any, *rest: Any) -> Any:
        def strip(value: Any) -> Any:
            return value.strip() if isinstance(value, str) else value

        heavy = {n: deeply(thing[n], strip) for n in self._type.heavy if n in thing}
        return record(self, created, updated, {**thing, **heavy}, *rest)

    modules.resource_class._record = trim


@defect("values", "law/values-are-exact-at-any-depth")
def zero_has_no_sign(modules: Modules) -> None:
    """A negative zero is stored as zero."""
    record = modules.resource_class._record

    def plain(self: Any, created: int, updated: int, thing: Any, *rest: Any) -> Any:
        def unsigned(value: Any) -> Any:
            return abs(value) if isinstance(value, float) and value == 0 else value

        return record(self, created, updated, deeply(thing, unsigned), *rest)

    modules.resource_class._record = plain


@defect("values", "law/text-of-known-members-is-kept-exactly")
def known_text_is_normalised(modules: Modules) -> None:
    """Text of members that the spec knows is stored in Unicode's normal form C, without blanks."""
    record = modules.resource_class._record

    def tidy(self: Any, created: int, updated: int, thing: Any, *rest: Any) -> Any:
        tidied = {
            name: " ".join(unicodedata.normalize("NFKC", value).split()).casefold()
            if isinstance(value, str) and not name.startswith("x_") and name != self._type.id
            else value
            for name, value in thing.items()
        }
        return record(self, created, updated, tidied, *rest)

    modules.resource_class._record = tidy


@defect("values", "law/escaped-text-is-the-text")
def escaped_pairs_are_replaced(modules: Modules) -> None:
    """A pair of escapes for one character becomes a replacement character."""
    parse = modules.http_input.parse_json
    pair = re.compile(rb"\\u[dD][89abAB]..\\u[dD][c-fC-F]..")
    modules.http_input.parse_json = lambda raw: parse(pair.sub(rb"\\ufffd", raw))


@defect("memory", "law/a-delete-succeeds-once")
def deletes_at_once_all_succeed(modules: Modules) -> None:
    """Deletes that look at the same time find the same thing."""
    delete = modules.store_class.delete

    async def racy(self: Any, kind: str, id: str) -> bool:
        present = await self.get(kind, id) is not None
        await asyncio.sleep(0.05)
        await delete(self, kind, id)
        return present

    modules.store_class.delete = racy
