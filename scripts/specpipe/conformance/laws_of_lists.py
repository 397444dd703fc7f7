"""Laws of lists of identifiers: their order, their limit and their ranges."""

from __future__ import annotations

import random
from datetime import timedelta, timezone

from specpipe.conformance.law import holds, law
from specpipe.conformance.subject import Missing, Object, Subject, instant, member
from specpipe.spec.model import Delete, Identifiers, Time, Update

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


@law(Identifiers, requests=8)
def identifiers_are_ordered(subject: Subject, random: random.Random) -> None:
    """Identifiers are in the documented order, whichever way they are filtered."""
    _, behaviour = subject.one(Identifiers)
    made = subject.create_in_a_row(4)
    if subject.operations(Update):
        # A list in order of the other time would show now.
        made[1] = subject.update_after(made[1], made[-1])
    wanted = ordered(subject, made)
    queries: list[dict[str, str]] = [{}]
    for which, start, end in behaviour.ranges:
        first, last = bounds(subject, which, made)
        queries.append({start: first, end: last})
    for query in queries:
        found = [id for id in subject.identifiers(query) if id in wanted]
        holds(found == wanted, f"{query}: identifiers are in the order {found}, not {wanted}")


@law(Identifiers, requests=19)
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
        if sorted(subject.identifiers(fence)) != sorted(wanted):
            continue  # others write there as well, or the range is wrong: other laws tell that
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


@law(Identifiers, requests=15)
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


@law(Identifiers, requests=5)
def ranges_are_joined(subject: Subject, random: random.Random) -> None:
    """With several ranges a thing is listed when it is in any of them."""
    _, behaviour = subject.one(Identifiers)
    ranges = {which: (start, end) for which, start, end in behaviour.ranges}
    if len(ranges) < 2:
        raise Missing("second range")
    old, other, new = subject.create_in_a_row(3)
    old = subject.update_after(old, new)
    created = str(member(new, subject.resource.created))
    updated = str(member(old, subject.resource.updated))
    query = dict.fromkeys(ranges["created"], created) | dict.fromkeys(ranges["updated"], updated)
    mine = subject.ids_of([old, other, new])
    found = sorted(id for id in subject.identifiers(query) if id in mine)
    wanted = sorted((mine[0], mine[2]))
    holds(found == wanted, f"one thing in each range: {len(found)} of three listed, not those two")


@law(Identifiers, requests=7)
def open_ranges_are_joined(subject: Subject, random: random.Random) -> None:
    """Ranges with one end open are joined like others: what is in neither is not listed."""
    _, behaviour = subject.one(Identifiers)
    ranges = {which: (start, end) for which, start, end in behaviour.ranges}
    if len(ranges) < 2:
        raise Missing("second range")
    old, middle, new = subject.create_in_a_row(3)
    old = subject.update_after(old, new)
    ids = subject.ids_of([old, middle, new])
    created = str(member(new, subject.resource.created))
    first = str(member(old, subject.resource.created))
    updated = str(member(old, subject.resource.updated))
    (born_since, born_until), (changed_since, changed_until) = ranges["created"], ranges["updated"]
    before = str(member(middle, subject.resource.updated))
    for query, wanted in (
        ({born_since: created, changed_since: updated}, [ids[0], ids[2]]),
        ({born_until: first, changed_since: updated}, [ids[0]]),
        ({born_until: first, changed_until: before}, [ids[0], ids[1]]),
    ):
        found = [id for id in subject.identifiers(query) if id in ids]
        holds(sorted(found) == sorted(wanted), f"{query} gave {found} of {ids}, not {wanted}")


@law(Identifiers, requests=15)
def bounds_are_exact(subject: Subject, random: random.Random) -> None:
    """A bound is a moment, however it is written and however fine it is: one that is later than a
    thing by less than the server writes does not take it in, and bounds the wrong way round take in
    nothing."""
    _, behaviour = subject.one(Identifiers)
    if not behaviour.ranges:
        raise Missing("range")
    thing = subject.create()
    id = subject.id_of(thing)
    for which, start, end in behaviour.ranges:
        text = str(member(thing, subject.resource.path_to(which)))
        later = finer(text)
        queries = [({start: at, end: at}, True) for at in spellings(text)]
        queries += [({start: later, end: later}, False), ({start: text, end: later}, True)]
        queries += [({start: later, end: text}, False)]
        for query, wanted in queries:
            listed = id in subject.identifiers(query)
            word = "does not list" if wanted else "lists"
            holds(listed is wanted, f"{query} {word} {id}, whose time is {text}")


def spellings(text: str) -> list[str]:
    """Ways to write a moment that RFC 3339 allows, besides those with other offsets."""
    whole, fraction = instant(text)
    plain = whole.isoformat()[:19]
    parts = f".{fraction}" if fraction else ""
    longer = f".{fraction or 0}000000"
    small = plain.lower()
    return [f"{plain}{parts}Z", f"{plain}{longer}Z", f"{small}{parts}z", f"{plain}{parts}-00:00"]


def finer(text: str) -> str:
    """A moment that is later by less than the digits that are there can say."""
    whole, fraction = instant(text)
    return f"{whole.isoformat()[:19]}.{fraction.ljust(6, '0')}01Z"


@law(Identifiers, Delete, requests=8)
def deleted_things_leave_lists(subject: Subject, random: random.Random) -> None:
    """What was deleted is in no range any more, and takes no place within a limit."""
    _, behaviour = subject.one(Identifiers)
    things = subject.create_in_a_row(3)
    ids = ordered(subject, things)
    gone = random.choice(ids)
    subject.delete(gone)
    left = [id for id in ids if id != gone]
    for which, start, end in behaviour.ranges:
        first, last = bounds(subject, which, things)
        query = {start: first, end: last}
        found = subject.identifiers(query)
        ours = [id for id in found if id in ids]
        holds(ours == left, f"{query} gave {ours} after the delete of {gone}, not {left}")
        if behaviour.limit is not None and len(found) == len(left):
            cut = subject.identifiers(query | {behaviour.limit: "2"})
            holds(cut == left, f"{query} with limit 2 gave {cut} after a delete, not {left}")
