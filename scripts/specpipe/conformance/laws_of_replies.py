"""Laws of what a reply holds: heavy members, positions, complete batches."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection

from specpipe.conformance.exchange import same
from specpipe.conformance.law import agree, holds, law
from specpipe.conformance.readings import expect_members, readings, the_one, without
from specpipe.conformance.subject import Missing, Object, Subject
from specpipe.spec.model import BatchFetch, Create, Delete, Get, Operation, Snapshot, Update

Reply = Callable[[bool | None], Object]


def laden(subject: Subject) -> Object:
    """A body for a create with every heavy member in it. Raises Missing when there is none."""
    body = subject.laden()
    if not any(name in body for name in subject.resource.heavy):
        raise Missing("heavy member in the body of a create")
    return body


@law(Create, Get, Update, Snapshot, BatchFetch, requests=17)
def heavy_members_are_left_out(subject: Subject, random: random.Random) -> None:
    """Heavy members are in a reply exactly when the request, or the default, says so."""
    body = laden(subject)
    heavy = {name: body[name] for name in subject.resource.heavy if name in body}
    thing = subject.create(body)
    id = subject.id_of(thing)
    whole = subject.read(id)
    expect_members(whole, heavy, "a full get")

    def listed(things: list[Object]) -> Object:
        return the_one(subject, things, id, "a list")

    for operation, create in subject.operations(Create):
        expect_heavy(
            operation, create.full, (), heavy, lambda full: subject.create(body, full=full)
        )
    for operation, get in subject.operations(Get):
        expect_heavy(operation, get.full, (), heavy, lambda full: subject.read(id, full=full))
    for operation, update in subject.operations(Update):
        expect_heavy(
            operation, update.full, (), heavy, lambda full: subject.update(whole, full=full)
        )
    for operation, snapshot in subject.operations(Snapshot):
        expect_heavy(
            operation,
            snapshot.full,
            snapshot.omits,
            heavy,
            lambda full: listed(subject.snapshot(full=full)[subject.resource.items]),
        )
    for operation, batch in subject.operations(BatchFetch):
        expect_heavy(
            operation,
            batch.full,
            batch.omits,
            heavy,
            lambda full: listed(subject.found(subject.batch([id], full=full))),
        )


def expect_heavy(
    operation: Operation,
    parameter: str | None,
    omits: Collection[str],
    heavy: Object,
    reply: Reply,
) -> None:
    """Check which heavy members are in the replies with the parameter true, false and not sent."""
    if parameter is None:
        return
    default = next(p.default for p in operation.parameters if p.wire == parameter)
    for asked, full in ((True, True), (False, False), (None, bool(default))):
        thing = reply(asked)
        how = f"{operation.id} with {parameter} " + ("not sent" if asked is None else str(asked))
        for name, value in heavy.items():
            if full and name not in omits:
                expect_members(thing, {name: value}, how)
            else:
                holds(name not in thing, f"{name} is in the reply of {how}")


@law(Snapshot, BatchFetch, requests=5)
def lists_have_positions(subject: Subject, random: random.Random) -> None:
    """A snapshot and a batch give the position of each thing in them."""
    ids = [subject.id_of(subject.create()) for _ in range(3)]
    collections = []
    if subject.operations(Snapshot):
        collections.append(subject.snapshot(full=False))
    for _, batch in subject.operations(BatchFetch):
        collections.append(subject.batch(ids)[batch.found])
    if not collections:
        raise Missing("snapshot or batch-fetch")
    for collection in collections:
        found = subject.ids_in(collection)
        holds(len(found) == len(set(found)), "a thing is listed twice")
        positions = collection.get(subject.resource.positions)
        wanted = {id: position for position, id in enumerate(found)}
        holds(same(positions, wanted), f"positions are {positions}, the items say {wanted}")


@law(BatchFetch, requests=4)
def batch_is_complete(subject: Subject, random: random.Random) -> None:
    """A batch gives exactly the things that exist, each once, and names the other ids."""
    known = [subject.id_of(subject.create()) for _ in range(2)]
    unknown = [subject.fresh_id(random) for _ in range(2)]
    reply = subject.batch([unknown[0], known[0], known[1], unknown[1], known[0]])
    found, missing = subject.ids_of(subject.found(reply)), subject.missing(reply)
    holds(sorted(found) == sorted(known), f"asked for {known}, found {found}")
    holds(
        sorted(missing) == sorted(unknown), f"{unknown} are unknown, {missing} are listed as such"
    )
    nothing = subject.batch([])
    empty = not subject.found(nothing) and not subject.missing(nothing)
    holds(empty, f"an empty batch gave {nothing}")


@law(BatchFetch, requests=3)
def batch_takes_positions(subject: Subject, random: random.Random) -> None:
    """An id with a position is asked for in a batch, unless the position is negative: removed."""
    active, removed = (subject.id_of(subject.create()) for _ in range(2))
    reply = subject.batch([], positions={active: 0, removed: -1})
    found, missing = subject.ids_of(subject.found(reply)), subject.missing(reply)
    holds(
        found == [active] and not missing,
        f"of an active and a removed position {len(found)} things were found, {missing} missing",
    )


@law(BatchFetch, requests=8)
def batches_are_exact(subject: Subject, random: random.Random) -> None:
    """Whatever mix of known, deleted and unknown ids is asked for, in whatever order and however
    often: each known one is found once, each other one is missing once."""
    known = [subject.id_of(subject.create()) for _ in range(4)]
    deleted = known[3:] if subject.operations(Delete) else []
    for id in deleted:
        subject.delete(id)
        known.remove(id)
    absent = [*deleted, subject.fresh_id(random), subject.fresh_id(random)]
    for size in (1, 3, 12):
        asked = random.choices([*known, *absent], k=size)
        reply = subject.batch(asked)
        found, missing = subject.ids_of(subject.found(reply)), subject.missing(reply)
        wanted = sorted({id for id in asked if id in known})
        lacking = sorted({id for id in asked if id in absent})
        holds(sorted(found) == wanted, f"a batch of {asked} found {found}, not {wanted}")
        holds(sorted(missing) == lacking, f"a batch of {asked} misses {missing}, not {lacking}")


@law(Get, Snapshot, BatchFetch, Update, requests=8)
def a_thing_reads_the_same_everywhere(subject: Subject, random: random.Random) -> None:
    """A thing is the same by every path, before and after an update, but for what is omitted."""
    thing = subject.create(subject.laden() | {"x_kept": [1, {"a": None}]}, full=True)
    id = subject.id_of(thing)
    for change in (None, {"x_kept": "changed", "x_new": {"b": []}}):
        if change is not None and subject.operations(Update):
            thing = subject.update({subject.resource.id: id} | change, full=True)
        for where, found, omits in readings(subject, id):
            wanted = without(thing, omits)
            agree(found, wanted, f"a thing by {where} and the same by its last change")


@law(Create, Get, Update, requests=5)
def light_replies_lose_nothing(subject: Subject, random: random.Random) -> None:
    """What a reply leaves out is stored all the same."""
    body = laden(subject)
    heavy = {name: body[name] for name in subject.resource.heavy if name in body}
    id = subject.id_of(subject.create(body, full=False))
    expect_members(subject.read(id), heavy, "get after a create with a light reply")
    subject.read(id, full=False)
    if subject.operations(Update):
        subject.update({subject.resource.id: id, "x_new": 1}, full=False)
    expect_members(subject.read(id), heavy, "get after light replies")
