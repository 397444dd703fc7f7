"""Laws of one thing: it is what was sent, wherever it is read, until it is deleted."""

from __future__ import annotations

import copy
import random
import uuid
from typing import Any

from specpipe.conformance.exchange import same
from specpipe.conformance.law import agree, holds, law
from specpipe.conformance.ledger import Broken
from specpipe.conformance.subject import Missing, Object, Subject, instant, member
from specpipe.spec.model import (
    Associate,
    BatchFetch,
    Create,
    Delete,
    Get,
    Identifiers,
    Increment,
    Snapshot,
    Update,
)

STRANGE: Object = {
    "x_text": " \t line\r\nend \u00e9 e\u0301 \U0001f9ea \u202e'\"\\",
    "x_long": "0123456789" * 500,
    "x_numbers": [0, -1, 9007199254740991, 0.1, 1e-7, -2.5e300],
    "x_nested": {"deep": [{"er": {"list": [[], {}, [None, True]]}}], "and": {"so": "on"}},
    "x_null": None,
}
"""Members that no spec knows, with values that are easily damaged."""


def random_id(random: random.Random) -> str:
    """An id that nothing has."""
    return str(uuid.UUID(int=random.getrandbits(128), version=4))


def carried(subject: Subject, body: Object) -> Object:
    """The members of a create's body that must be found again in what was created."""
    _, behaviour = subject.one(Create)
    resource = subject.resource
    changed = {behaviour.id, resource.id, resource.created[0], resource.updated[0]}
    for reference, collection in behaviour.adopts:
        changed |= {reference, collection}
    return {name: value for name, value in body.items() if name not in changed}


def expect_members(thing: Object, wanted: Object, where: str) -> None:
    """Check that `thing` has every member of `wanted`, unchanged."""
    for name, value in wanted.items():
        holds(name in thing, f"member {name} is lost in {where}")
        found = thing[name]
        holds(same(found, value), f"member {name} is {found!r} in {where}, was sent as {value!r}")


@law(Create, Get)
def create_is_read_back(subject: Subject, random: random.Random) -> None:
    """What a create replies is what a get gives, and holds every member that was sent."""
    for body in (subject.seed(), subject.seed() | copy.deepcopy(STRANGE)):
        reply = subject.create(body, full=True)
        thing = subject.read(subject.id_of(reply))
        agree(reply, thing, "what a create replied and what a get gives")
        expect_members(thing, carried(subject, body), "get")


@law(Create)
def create_without_a_body(subject: Subject, random: random.Random) -> None:
    """A create without a body stores the documented default."""
    operation, behaviour = subject.one(Create)
    if operation.body is None or operation.body.required:
        raise Missing("optional body")
    reply = subject.create({}, full=True)
    expect_members(reply, carried(subject, dict(behaviour.without_body)), "the reply")


@law(Create)
def create_gives_a_new_id(subject: Subject, random: random.Random) -> None:
    """Each create gives a new id; a proposed one is taken when it is free, and only then."""
    _, behaviour = subject.one(Create)
    first, second = subject.id_of(subject.create()), subject.id_of(subject.create())
    holds(first != second, f"two creates gave the id {first}")
    if behaviour.id is None:
        return
    wanted = random_id(random)
    proposal = subject.seed() | {behaviour.id: wanted}
    given = subject.id_of(subject.create(proposal))
    holds(given == wanted, f"the free id {wanted} was proposed, {given} was given")
    again = subject.id_of(subject.create(proposal))
    holds(again != wanted, f"the id {wanted} was given twice")


@law(Create)
def create_adopts(subject: Subject, random: random.Random) -> None:
    """A reference in a create's body becomes an element of the collection that adopts it."""
    _, behaviour = subject.one(Create)
    if not behaviour.adopts:
        raise Missing("adopted reference")
    for reference, collection in behaviour.adopts:
        other = random_id(random)
        body = subject.seed() | {reference: {subject.resource.id: other, "x_kept": True}}
        thing = subject.read(subject.id_of(subject.create(body)))
        holds(reference not in thing, f"{reference} is stored as it came")
        items = (thing.get(collection) or {}).get(subject.resource.items, [])
        wanted = {subject.resource.id: other, "x_kept": True}
        holds(wanted in items, f"{wanted} was sent as {reference}, {collection} holds {items}")


@law(Create, Snapshot, BatchFetch, Identifiers)
def created_is_listed(subject: Subject, random: random.Random) -> None:
    """A created thing is in the snapshot, the identifiers and a batch, and the same there."""
    id = subject.id_of(subject.create())
    thing = subject.read(id)
    for operation, snapshot in subject.operations(Snapshot):
        things = subject.snapshot()[subject.resource.items]
        expect_listed(subject, thing, things, snapshot.omits, operation.id)
    for operation, batch in subject.operations(BatchFetch):
        things = subject.found(subject.batch([id]))
        expect_listed(subject, thing, things, batch.omits, operation.id)
    if subject.operations(Identifiers):
        holds(id in subject.identifiers(), f"{id} was created but is not among the identifiers")


def expect_listed(
    subject: Subject, thing: Object, things: list[Object], omits: tuple[str, ...], where: str
) -> None:
    """Check that `things` has `thing`, without the members that are omitted there."""
    id = subject.id_of(thing)
    found = next((t for t in things if t.get(subject.resource.id) == id), None)
    if found is None:
        raise Broken(f"{id} was created but is not in the reply of {where}")
    wanted = {name: value for name, value in thing.items() if name not in omits}
    agree(found, wanted, f"a thing by {where} and the same by a get")


@law(Delete)
def gone_after_delete(subject: Subject, random: random.Random) -> None:
    """After its delete a thing is unknown to every operation, and in no list; others stay."""
    older, thing, newer = subject.create_in_a_row(3)
    id = subject.id_of(thing)
    subject.delete(id)
    expect_gone(subject, id, thing)
    for kept in (older, newer):
        holds(subject.read(subject.id_of(kept)), "deleting one thing deleted another")


@law(Get, Delete, Associate, Increment, Update, BatchFetch, Snapshot, Identifiers)
def unknown_is_gone(subject: Subject, random: random.Random) -> None:
    """An id that was never given out is unknown to every operation."""
    id = random_id(random)
    expect_gone(subject, id, subject.create() | {subject.resource.id: id})


def expect_gone(subject: Subject, id: str, thing: Object) -> None:
    """Check that nothing knows `id`; `thing` is what an update would send."""
    gone = subject.resource.gone
    for kind in (Get, Delete, Associate, Increment, Update):
        pairs: Any = subject.operations(kind)
        for operation, behaviour in pairs:
            if kind is Update:
                exchange = subject.wire.send(operation, body=thing)
            else:
                path = {p.wire: "other" for p in operation.parameters_in("path")}
                body = operation.body.example if operation.body is not None else None
                exchange = subject.wire.send(operation, path | {behaviour.id: id}, body=body)
            status = exchange.status
            message = f"{operation.id} answered {status}, not {gone}, for unknown {id}"
            if status != gone:
                raise Broken(message, exchange)
    if subject.operations(BatchFetch):
        reply = subject.batch([id])
        found, missing = subject.found(reply), subject.missing(reply)
        holds(not found and missing == [id], f"a batch of unknown {id} gave {found}, {missing}")
    if subject.operations(Snapshot):
        ids = subject.ids_in(subject.snapshot(full=False))
        holds(id not in ids, f"unknown {id} is in the snapshot")
    if subject.operations(Identifiers):
        holds(id not in subject.identifiers(), f"unknown {id} is among the identifiers")


@law(Update)
def update_replaces_and_keeps(subject: Subject, random: random.Random) -> None:
    """An update replaces the members that it sends, whole, and keeps the rest."""
    original = subject.create(subject.seed() | copy.deepcopy(STRANGE), full=True)
    id = subject.id_of(original)
    required = subject.schema.get("required", ())
    smaller = {name: value for name, value in original.items() if name in required}
    sent = smaller | {"x_added": {"by": ["update", 1]}, "x_nested": {"other": {}}}
    reply = subject.update(sent, full=True)
    thing = subject.read(id)
    agree(reply, thing, "what an update replied and what a get gives")
    wanted = original | {"x_added": sent["x_added"], "x_nested": sent["x_nested"]}
    del wanted[subject.resource.updated[0]]
    expect_members(thing, wanted, "get after an update")
    subject.update(smaller | {"x_added": "replaced"})
    expect_members(subject.read(id), {"x_added": "replaced"}, "get after a second update")


@law(Update)
def update_moves_time_forward(subject: Subject, random: random.Random) -> None:
    """An update changes neither id nor time of creation; its time of update always advances."""
    resource = subject.resource
    thing = subject.create()
    for _ in range(3):
        before = thing
        forged = copy.deepcopy(before)
        for path in (resource.created, resource.updated):
            put(forged, path, "2001-02-03T04:05:06.000007Z")
        thing = subject.update(forged)
        holds(thing[resource.id] == before[resource.id], "an update changed the id")
        created, was = member(thing, resource.created), member(before, resource.created)
        kept = instant(created) == instant(was)
        holds(kept, f"time of creation went from {was} to {created} by an update")
        expect_later(subject, before, thing, "update")


@law(Update)
def update_needs_a_body(subject: Subject, random: random.Random) -> None:
    """An update without a body is refused as a bad request."""
    operation, _ = subject.one(Update)
    exchange = subject.wire.send(operation)
    holds(exchange.status == 400, f"{operation.id} without a body answered {exchange.status}")


def expect_later(subject: Subject, before: Object, after: Object, operation: str) -> None:
    """Check that the time of update has moved forward."""
    was = member(before, subject.resource.updated)
    now = member(after, subject.resource.updated)
    holds(instant(now) > instant(was), f"{operation} moved the time of update from {was} to {now}")


def put(thing: Object, path: tuple[str, ...], value: Any) -> None:
    """Set the value at a path of members."""
    *parents, last = path
    for name in parents:
        thing = thing[name]
    thing[last] = value
