"""Laws of lists, references and counters."""

from __future__ import annotations

import random
import time
from datetime import timedelta, timezone

from specpipe.conformance.law import agree, holds, law
from specpipe.conformance.laws_of_identity import expect_later, random_id
from specpipe.conformance.samples import sample
from specpipe.conformance.subject import (
    CLOCK_STEP,
    Missing,
    Object,
    Subject,
    instant,
    member,
)
from specpipe.spec.model import Associate, Identifiers, Increment, Time, Update

INDIA = timezone(timedelta(hours=5, minutes=30))


def ordered(subject: Subject, things: list[Object]) -> list[str]:
    """The ids of things that were made in a row, as identifiers should list them."""
    _, behaviour = subject.one(Identifiers)
    path = subject.resource.path_to(behaviour.order)
    by_time = sorted(things, key=lambda thing: instant(member(thing, path)))
    return subject.ids_of(by_time[::-1] if behaviour.descending else by_time)


def bounds(subject: Subject, which: Time, things: list[Object]) -> tuple[str, str]:
    """The first and the last time of things, as the server wrote them."""
    path = subject.resource.path_to(which)
    times = sorted((str(member(thing, path)) for thing in things), key=instant)
    return times[0], times[-1]


@law(Identifiers)
def identifiers_are_ordered(subject: Subject, random: random.Random) -> None:
    """Identifiers are in the documented order, whichever way they are filtered."""
    _, behaviour = subject.one(Identifiers)
    made = subject.create_in_a_row(4)
    if subject.operations(Update):
        time.sleep(CLOCK_STEP)
        made[1] = subject.update(made[1])  # a list in order of the other time would show now
    wanted = ordered(subject, made)
    queries: list[dict[str, str]] = [{}]
    for which, start, end in behaviour.ranges:
        first, last = bounds(subject, which, made)
        queries.append({start: first, end: last})
    for query in queries:
        found = [id for id in subject.identifiers(query) if id in wanted]
        holds(found == wanted, f"{query}: identifiers are in the order {found}, not {wanted}")


@law(Identifiers)
def identifiers_are_limited(subject: Subject, random: random.Random) -> None:
    """Identifiers are cut off at the limit, after filtering: 0 gives none."""
    _, behaviour = subject.one(Identifiers)
    if behaviour.limit is None:
        raise Missing("limit")
    made = subject.create_in_a_row(4)
    fences: list[tuple[dict[str, str], list[Object]]] = []
    for which, start, end in behaviour.ranges:
        first, last = bounds(subject, which, made[:3])
        fences.append(({start: first, end: last}, made[:3]))
    for fence, inside in fences:
        wanted = ordered(subject, inside)
        for limit in range(len(inside) + 2):
            found = subject.identifiers(fence | {behaviour.limit: str(limit)})
            holds(
                found == wanted[:limit],
                f"limit {limit} of a range with {len(inside)} gave {len(found)} identifiers, or "
                "not the first of them",
            )
    for limit in (0, 1, 2):
        found = subject.identifiers({behaviour.limit: str(limit)})
        holds(len(found) == limit, f"limit {limit} of 4 and more gave {len(found)} identifiers")


@law(Identifiers)
def ranges_are_inclusive(subject: Subject, random: random.Random) -> None:
    """A range takes in both its ends, whatever offset they have; either can be left open."""
    _, behaviour = subject.one(Identifiers)
    if not behaviour.ranges:
        raise Missing("range")
    things = subject.create_in_a_row(3)
    ids = subject.ids_of(things)
    for which, start, end in behaviour.ranges:
        text, _ = bounds(subject, which, things[1:2])
        for at in (text, elsewhere(text)):
            for query, wanted in (
                ({start: at, end: at}, ids[1:2]),
                ({start: at}, ids[1:]),
                ({end: at}, ids[:2]),
            ):
                found = [id for id in subject.identifiers(query) if id in ids]
                holds(
                    sorted(found) == sorted(wanted),
                    f"{query} gave {len(found)} of three things created in a row, not those "
                    f"{len(wanted)} that are in it",
                )


def elsewhere(text: str) -> str:
    """The same moment as `text`, on a clock in another zone."""
    whole, fraction = instant(text)
    moved = whole.astimezone(INDIA).isoformat()
    return f"{moved[:19]}.{fraction or 0}{moved[19:]}"


@law(Identifiers)
def ranges_are_joined(subject: Subject, random: random.Random) -> None:
    """With several ranges a thing is listed when it is in any of them."""
    _, behaviour = subject.one(Identifiers)
    ranges = {which: (start, end) for which, start, end in behaviour.ranges}
    if len(ranges) < 2:
        raise Missing("second range")
    old, other, new = subject.create_in_a_row(3)
    time.sleep(CLOCK_STEP)
    old = subject.update(old)
    created = str(member(new, subject.resource.created))
    updated = str(member(old, subject.resource.updated))
    query = dict.fromkeys(ranges["created"], created) | dict.fromkeys(ranges["updated"], updated)
    mine = subject.ids_of([old, other, new])
    found = sorted(id for id in subject.identifiers(query) if id in mine)
    wanted = sorted((mine[0], mine[2]))
    holds(found == wanted, f"one thing in each range: {len(found)} of three listed, not those two")


@law(Associate)
def associations_are_sets(subject: Subject, random: random.Random) -> None:
    """An association is visible, made once however often asked for, and undone by its opposite."""
    pairs = subject.operations(Associate)
    adding = [pair for pair in pairs if not pair[1].removes]
    if not adding:
        raise Missing("associate")
    for pair in adding:
        member_ = pair[1].member
        id = subject.id_of(subject.create())
        first, second = (random_id(random) for _ in range(2))
        for other in (first, second, first):
            subject.associate(id, other, pair)
        expect_references(subject, id, member_, [first, second])
        for removing in (p for p in pairs if p[1].removes and p[1].member == member_):
            for _ in range(2):
                subject.associate(id, first, removing)
                positions = expect_references(subject, id, member_, [second])
                removed = positions.get(first)
                holds(
                    isinstance(removed, int) and removed < 0,
                    f"{member_}: the position of removed {first} is {removed}, not negative",
                )
            subject.associate(id, first, pair)
            expect_references(subject, id, member_, [second, first])


def expect_references(subject: Subject, id: str, member_: str, wanted: list[str]) -> Object:
    """Check the ids in a collection of one thing, and their positions; gives the positions."""
    collection = subject.read(id).get(member_, {subject.resource.items: []})
    found = subject.ids_in(collection)
    seeded = [other for other in found if other not in wanted]
    ours = [other for other in found if other in wanted]
    holds(sorted(ours) == sorted(wanted), f"{member_} holds {found}, {wanted} were associated")
    holds(len(set(seeded)) == len(seeded), f"{member_} holds a reference twice: {found}")
    positions: Object = collection.get(subject.resource.positions, {})
    for other in wanted:
        position = positions.get(other)
        holds(
            position == found.index(other),
            f"{member_}: the position of {other} is {position}, it stands at {found.index(other)}",
        )
    return positions


@law(Associate)
def associations_touch_nothing_else(subject: Subject, random: random.Random) -> None:
    """An association moves the time of update forward and touches nothing else."""
    pairs = subject.operations(Associate)
    if not pairs:
        raise Missing("associate")
    resource = subject.resource
    before = subject.create(full=True)
    for pair in pairs:
        subject.associate(subject.id_of(before), "other", pair)
        after = subject.read(subject.id_of(before))
        left_out = {pair[1].member, resource.updated[0]}
        rest = f"besides {pair[1].member}, a thing before and after {pair[0].id}"
        agree(without(before, left_out), without(after, left_out), rest)
        expect_later(subject, before, after, pair[0].id)
        before = after


@law(Associate)
def associations_keep_the_collection(subject: Subject, random: random.Random) -> None:
    """An association keeps the collection's other members, and its other references whole."""
    pairs = [pair for pair in subject.operations(Associate) if not pair[1].removes]
    if not pairs:
        raise Missing("associate")
    items = subject.resource.items
    for pair in pairs:
        schema = subject.schema["properties"][pair[1].member]
        collection: Object = {items: []} | sample(schema, subject.schemas) | {"x_note": ["kept"]}
        collection[items] = [{subject.resource.id: random_id(random), "x_kept": {"a": 1}}]
        thing = subject.update(subject.create() | {pair[1].member: collection})
        subject.associate(subject.id_of(thing), random_id(random), pair)
        after = subject.read(subject.id_of(thing))[pair[1].member]
        kept = after.get("x_note") == ["kept"] and collection[items][0] in after[items]
        holds(kept, f"{pair[0].id} made {after} out of {collection}")


@law(Increment)
def increments_are_exact(subject: Subject, random: random.Random) -> None:
    """An increment adds one to each counter that it names, their number to the total, no more."""
    operation, behaviour = subject.one(Increment)
    total = behaviour.total
    before = subject.create(full=True)
    id = subject.id_of(before)
    chosen = random.sample(behaviour.counters, min(2, len(behaviour.counters)))
    for named in (chosen[:1], chosen, list(behaviour.counters)):
        flags = {counter: counter in named for counter in behaviour.counters}
        subject.increment(id, {behaviour.reads: flags})
        after = subject.read(id)
        counts, was = after.get(behaviour.member, {}), before.get(behaviour.member, {})
        for counter in {*behaviour.counters, *behaviour.starts}:
            step = (counter in named) + (len(named) if counter == total else 0)
            found, wanted = counts.get(counter, 0), was.get(counter, 0) + step
            holds(
                found == wanted,
                f"{behaviour.member}.{counter} is {found} after naming {named}, not {wanted}",
            )
        left_out = {behaviour.member, subject.resource.updated[0]}
        rest = f"besides {behaviour.member}, a thing before and after {operation.id}"
        agree(without(before, left_out), without(after, left_out), rest)
        expect_later(subject, before, after, operation.id)
        before = after


@law(Increment)
def empty_increments_change_nothing(subject: Subject, random: random.Random) -> None:
    """An increment that names nothing changes nothing."""
    operation, behaviour = subject.one(Increment)
    before = subject.create(full=True)
    id = subject.id_of(before)
    flags = dict.fromkeys(behaviour.counters, False)
    bodies: list[Object | None] = [{}, {behaviour.reads: {}}, {behaviour.reads: flags}]
    if operation.body is not None and not operation.body.required:
        bodies.append(None)
    for body in bodies:
        subject.increment(id, body)
        after = subject.read(id)
        agree(before, after, f"a thing before and after {operation.id} with {body}")


def without(thing: Object, names: set[str]) -> Object:
    """The thing without some members."""
    return {name: value for name, value in thing.items() if name not in names}
