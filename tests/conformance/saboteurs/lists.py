"""Defects in what a list holds, its order, its limit and its ranges."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import msgspec

from .planting import Modules, defect, fix_argument, flip_default, rewrite, whole


def reselect(modules: Modules, edit: Any) -> None:
    """Let `edit` make another selection of identifiers than the one asked for."""
    identifiers = modules.store_class.identifiers

    def other(self: Any, kind: str, selection: Any) -> Any:
        return identifiers(self, kind, edit(selection))

    modules.store_class.identifiers = other


@defect("semantics", "law/identifiers-are-ordered")
def identifiers_are_unsorted(modules: Modules) -> None:
    """Identifiers come the other way round."""
    reselect(modules, lambda s: replace(s, descending=not s.descending))


@defect("semantics", "law/identifiers-are-ordered")
def an_updated_filter_orders_by_updated(modules: Modules) -> None:
    """A range of updates changes what identifiers are ordered by."""
    reselect(
        modules,
        lambda s: replace(s, order="updated") if {r.time for r in s.ranges} == {"updated"} else s,
    )


@defect("semantics", "law/identifiers-are-ordered")
def identifiers_are_ordered_as_text(modules: Modules) -> None:
    """Identifiers are in the alphabet's order."""

    def edit(type: Any, body: Any) -> Any:
        body[type.items].sort(key=lambda item: item[type.id])
        return body

    rewrite(modules, "identifiers", edit)


@defect("semantics", "law/identifiers-are-limited")
def limit_is_off_by_one(modules: Modules) -> None:
    """Identifiers are one more than asked for."""
    reselect(modules, lambda s: replace(s, limit=None if s.limit is None else s.limit + 1))


@defect("semantics", "law/identifiers-are-limited")
def no_limit_is_zero(modules: Modules) -> None:
    """A limit of 0 is taken for none."""
    reselect(modules, lambda s: replace(s, limit=s.limit or None))


@defect("semantics", "law/identifiers-are-limited")
def a_limit_of_one_is_taken_for_two(modules: Modules) -> None:
    """A limit has to be two at least."""
    reselect(modules, lambda s: replace(s, limit=2 if s.limit == 1 else s.limit))


@defect("semantics", "law/identifiers-are-limited")
def the_limit_comes_before_the_filter(modules: Modules) -> None:
    """The limit is applied to all identifiers, the ranges to what is left."""
    identifiers = modules.resource_class.identifiers

    async def early(self: Any, *, limit: Any = None, ranges: Any, **keywords: Any) -> Any:
        first = msgspec.json.decode(
            await whole((await identifiers(self, limit=limit, **keywords)).body)
        )
        body = msgspec.json.decode(
            await whole((await identifiers(self, ranges=ranges, **keywords)).body)
        )
        items = self._type.items
        body[items] = [item for item in body[items] if item in first[items]]
        return modules.replies.json_reply(msgspec.json.encode(body))

    modules.resource_class.identifiers = early


@defect("semantics", "law/identifiers-are-limited")
def a_filter_lifts_the_limit(modules: Modules) -> None:
    """With a range the limit is ignored."""
    reselect(modules, lambda s: replace(s, limit=None) if s.ranges else s)


@defect("semantics", "law/identifiers-are-limited")
def the_oldest_are_kept(modules: Modules) -> None:
    """A limit cuts off the first identifiers instead of the last."""
    identifiers = modules.resource_class.identifiers

    async def last(self: Any, *, limit: Any = None, **keywords: Any) -> Any:
        reply = await identifiers(self, **keywords)
        body = msgspec.json.decode(await whole(reply.body))
        if limit is not None:
            items = body[self._type.items]
            body[self._type.items] = items[len(items) - min(limit, len(items)) :]
        return modules.replies.json_reply(msgspec.json.encode(body))

    modules.resource_class.identifiers = last


@defect("semantics", "law/ranges-are-joined")
def filters_are_anded(modules: Modules) -> None:
    """A thing has to be in all ranges instead of any."""
    identifiers = modules.resource_class.identifiers

    async def intersect(self: Any, *, ranges: Any, limit: Any = None, **keywords: Any) -> Any:
        each = [
            await identifiers(self, ranges={time: ends}, **keywords)
            for time, ends in ranges.items()
        ]
        bodies = [msgspec.json.decode(await whole(reply.body)) for reply in each]
        items = self._type.items
        common = [i for i in bodies[0][items] if all(i in b[items] for b in bodies)]
        body = bodies[0] | {items: common[:limit]}
        return modules.replies.json_reply(msgspec.json.encode(body))

    modules.resource_class.identifiers = intersect


def shifted(modules: Modules, start: int, end: int) -> None:
    """Move the ends of all ranges by microseconds."""

    def move(range_: Any) -> Any:
        first = None if range_.start is None else range_.start + start
        last = None if range_.end is None else range_.end + end
        return replace(range_, start=first, end=last)

    reselect(modules, lambda s: replace(s, ranges=tuple(map(move, s.ranges))))


@defect("semantics", "law/ranges-are-inclusive")
def ranges_exclude_their_start(modules: Modules) -> None:
    """What lies exactly at the start of a range is not in it."""
    shifted(modules, 1, 0)


@defect("semantics", "law/ranges-are-inclusive")
def ranges_exclude_their_end(modules: Modules) -> None:
    """What lies exactly at the end of a range is not in it."""
    shifted(modules, 0, -1)


@defect("semantics", "law/ranges-are-inclusive")
def ranges_go_on_for_a_second(modules: Modules) -> None:
    """A range ends a second late."""
    shifted(modules, 0, 1_000_000)


@defect("semantics", "law/ranges-are-inclusive")
def an_open_end_is_now_and_here(modules: Modules) -> None:
    """A range without an end takes in nothing but its start."""

    def close(range_: Any) -> Any:
        return replace(range_, end=range_.start if range_.end is None else range_.end)

    reselect(modules, lambda s: replace(s, ranges=tuple(map(close, s.ranges))))


@defect("semantics", "law/ranges-are-inclusive")
def offsets_are_ignored(modules: Modules) -> None:
    """The times of a range are read as UTC, whatever offset they have."""
    parse = modules.instants.parse
    modules.instants.parse = lambda text: parse(re.sub(r"[+-]\d\d:?\d\d$", "Z", text))


@defect("semantics", "law/ranges-are-joined")
def the_updated_range_is_of_creation(modules: Modules) -> None:
    """A range of updates is looked up among times of creation."""
    reselect(
        modules,
        lambda s: replace(s, ranges=tuple(replace(r, time="created") for r in s.ranges)),
    )


@defect("semantics", "law/ranges-are-joined")
def the_second_range_is_ignored(modules: Modules) -> None:
    """Of several ranges the first one counts."""
    reselect(modules, lambda s: replace(s, ranges=s.ranges[:1]))


@defect("semantics", "law/identifiers-are-ordered")
def identifiers_end_at_two(modules: Modules) -> None:
    """Identifiers are two at most, when no limit is given."""
    reselect(modules, lambda s: replace(s, limit=2 if s.limit is None else s.limit))


@defect("semantics", "law/created-is-listed")
def the_snapshot_leaves_one_out(modules: Modules) -> None:
    """A snapshot lacks the newest thing."""

    def edit(type: Any, body: Any) -> Any:
        kept = body[type.items][1:]
        places = {item[type.id]: place for place, item in enumerate(kept)}
        return {type.items: kept, type.positions: places}

    rewrite(modules, "snapshot", edit)


@defect("memory", "law/texts-are-exact")
def the_snapshot_is_stale(modules: Modules) -> None:
    """A snapshot shows the things as they were at the one before."""
    snapshot = modules.resource_class.snapshot
    kept: dict[str, bytes] = {}

    async def old(self: Any, **keywords: Any) -> Any:
        body = await whole((await snapshot(self, **keywords)).body)
        before = kept.get(str(keywords), body)
        kept[str(keywords)] = body
        return modules.replies.json_reply(before)

    modules.resource_class.snapshot = old


@defect("semantics", "law/batch-is-complete")
def batch_names_nothing_missing(modules: Modules) -> None:
    """A batch leaves unknown ids unmentioned."""
    batch_fetch = modules.resource_class.batch_fetch

    async def silent(self: Any, *arguments: Any, missing: str, **keywords: Any) -> Any:
        reply = await batch_fetch(self, *arguments, missing=missing, **keywords)
        body = msgspec.json.decode(await whole(reply.body))
        del body[missing]
        return modules.replies.json_reply(msgspec.json.encode(body))

    modules.resource_class.batch_fetch = silent


@defect("semantics", "law/batch-is-complete")
def a_batch_gives_a_thing_twice(modules: Modules) -> None:
    """An id that is asked for twice is answered twice."""
    batch_fetch = modules.resource_class.batch_fetch

    async def double(self: Any, body: Any, *, ids: str, found: str, **keywords: Any) -> Any:
        reply = await batch_fetch(self, body, ids=ids, found=found, **keywords)
        answer = msgspec.json.decode(await whole(reply.body))
        items, id = self._type.items, self._type.id
        things = {thing[id]: thing for thing in answer[found][items]}
        asked = [item[id] for item in body.value.get(ids, {}).get(items, ())]
        repeated = [i for n, i in enumerate(asked) if i in things and i in asked[:n]]
        answer[found][items] += [things[i] for i in repeated]
        return modules.replies.json_reply(msgspec.json.encode(answer))

    modules.resource_class.batch_fetch = double


@defect("semantics", "law/batch-is-complete")
def a_batch_stops_at_what_is_missing(modules: Modules) -> None:
    """A batch gives nothing when one of its ids is unknown."""
    fetch = modules.store_class.fetch

    async def strict(self: Any, kind: str, ids: Any, **keywords: Any) -> Any:
        batches = [batch async for batch in fetch(self, kind, ids, **keywords)]
        whole_ = sum(map(len, batches)) == len(ids)
        for batch in batches if whole_ else [[]]:
            yield batch

    modules.store_class.fetch = strict


@defect("semantics", "law/batch-takes-positions")
def batch_ignores_positions(modules: Modules) -> None:
    """A batch looks at items only, not at positions."""
    modules.references.References.listed = lambda self, collection: [
        self.id_of(item) for item in collection.get(self._items, ())
    ]


@defect("semantics", "law/batch-takes-positions")
def batch_counts_removed_positions(modules: Modules) -> None:
    """A batch gives things whose position is negative, too."""
    modules.references.References.listed = lambda self, collection: [
        *(self.id_of(item) for item in collection.get(self._items, ())),
        *collection.get(self._positions, {}),
    ]


@defect("semantics", "law/lists-have-positions")
def batch_positions_are_wrong(modules: Modules) -> None:
    """The positions in a batch are not those of its items."""

    def edit(type: Any, body: Any) -> Any:
        for member in body.values():
            if isinstance(member, dict):
                member[type.positions] = dict.fromkeys(member[type.positions], 99)
        return body

    rewrite(modules, "batch_fetch", edit)


@defect("semantics", "law/lists-have-positions")
def snapshot_has_no_positions(modules: Modules) -> None:
    """A snapshot leaves positions out."""
    rewrite(modules, "snapshot", lambda type, body: {type.items: body[type.items]})


HEAVY = "law/heavy-members-are-left-out"


@defect("semantics", HEAVY)
def batch_is_full_by_default(modules: Modules) -> None:
    """A batch has heavy members unless told otherwise."""
    flip_default(modules, "batch", True)


@defect("semantics", HEAVY)
def snapshot_is_light_by_default(modules: Modules) -> None:
    """A snapshot lacks heavy members unless told otherwise."""
    flip_default(modules, "events_snapshot", False)


@defect("semantics", HEAVY)
def batch_is_always_full(modules: Modules) -> None:
    """A batch has heavy members, whatever is asked for."""
    fix_argument(modules, "batch_fetch", full=True)


@defect("semantics", HEAVY)
def snapshot_is_always_full(modules: Modules) -> None:
    """A snapshot has heavy members, whatever is asked for."""
    fix_argument(modules, "snapshot", full=True)


@defect("semantics", HEAVY)
def create_is_always_full(modules: Modules) -> None:
    """A create replies heavy members, whatever is asked for."""
    fix_argument(modules, "create", full=True)


@defect("semantics", HEAVY)
def update_is_always_full(modules: Modules) -> None:
    """An update replies heavy members, whatever is asked for."""
    fix_argument(modules, "update", full=True)


@defect("semantics", HEAVY)
def get_is_always_light(modules: Modules) -> None:
    """A get lacks heavy members, whatever is asked for."""
    fix_argument(modules, "get", full=False)


@defect("semantics", HEAVY)
def snapshot_omits_nothing(modules: Modules) -> None:
    """A snapshot has the members that it never has."""
    fix_argument(modules, "snapshot", omits=())


@defect("semantics", HEAVY)
def batch_omits_nothing(modules: Modules) -> None:
    """A batch has the members that it never has."""
    fix_argument(modules, "batch_fetch", omits=())


@defect("semantics", HEAVY)
def get_takes_it_the_other_way_round(modules: Modules) -> None:
    """A get leaves heavy members out when they are asked for, and has them when not."""
    get = modules.resource_class.get

    async def inverted(self: Any, id: str, *, full: bool = True) -> Any:
        return await get(self, id, full=not full)

    modules.resource_class.get = inverted
