"""Laws of one thing: it is what was sent, wherever it is read, until it is deleted."""

from __future__ import annotations

import copy
import random
import uuid
from typing import Any

from specpipe.conformance.exchange import same
from specpipe.conformance.law import holds, law
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
    "x_numbers": [0, -1, 9007199254740991, 0.1, 1e-7, -2.5e300],
    "x_nested": {"deep": [{"er": {"list": [[], {}, [None, True]]}}]},
    "x_null": None,
}
"""Members that no spec knows, with values that are easily damaged."""


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


@law
def create_is_read_back(subject: Subject, random: random.Random) -> None:
    """What a create replies is what a get gives, and holds every member that was sent."""
    for body in (subject.seed(), subject.seed() | copy.deepcopy(STRANGE)):
        reply = subject.create(body)
        thing = subject.read(subject.id_of(reply))
        holds(same(reply, thing), f"create replied {reply}, get gives {thing}")
        expect_members(thing, carried(subject, body), "get")


@law
def create_without_a_body(subject: Subject, random: random.Random) -> None:
    """A create without a body stores the documented default."""
    operation, behaviour = subject.one(Create)
    if operation.body is None or operation.body.required:
        raise Missing("optional body")
    reply = subject.ok(subject.wire.send(operation), operation)
    subject.created.append(subject.id_of(reply))
    expect_members(reply, dict(behaviour.without_body), "the reply")


@law
def create_gives_a_new_id(subject: Subject, random: random.Random) -> None:
    """Each create gives a new id; a proposed one is taken when it is free, and only then."""
    _, behaviour = subject.one(Create)
    first, second = subject.id_of(subject.create()), subject.id_of(subject.create())
    holds(first != second, f"two creates gave the id {first}")
    if behaviour.id is None:
        return
    wanted = str(uuid.UUID(int=random.getrandbits(128), version=4))
    proposal = subject.seed() | {behaviour.id: wanted}
    given = subject.id_of(subject.create(proposal))
    holds(given == wanted, f"the free id {wanted} was proposed, {given} was given")
    again = subject.id_of(subject.create(proposal))
    holds(again != wanted, f"the id {wanted} was given twice")


@law
def create_adopts(subject: Subject, random: random.Random) -> None:
    """A reference in a create's body becomes an element of the collection that adopts it."""
    _, behaviour = subject.one(Create)
    if not behaviour.adopts:
        raise Missing("adopts")
    for reference, collection in behaviour.adopts:
        other = str(uuid.UUID(int=random.getrandbits(128), version=4))
        body = subject.seed() | {reference: {subject.resource.id: other}}
        thing = subject.read(subject.id_of(subject.create(body)))
        holds(reference not in thing, f"{reference} is stored as it came")
        items = subject.ids_in(thing.get(collection) or {subject.resource.items: []})
        holds(other in items, f"{other} was sent as {reference} but is not in {collection}")


@law
def created_is_listed(subject: Subject, random: random.Random) -> None:
    """A created thing is in the snapshot, the identifiers and a batch, and the same there."""
    id = subject.id_of(subject.create())
    thing = subject.read(id)
    for kind, where in ((Snapshot, "the snapshot"), (BatchFetch, "a batch")):
        pairs: Any = subject.operations(kind)
        if pairs:
            things = subject.listed() if kind is Snapshot else subject.batch([id])[0]
            found = next((t for t in things if t.get(subject.resource.id) == id), None)
            if found is None:
                holds(False, f"{id} was created but is not in {where}")
                return
            wanted = {k: v for k, v in thing.items() if k not in pairs[0][1].omits}
            holds(same(found, wanted), f"{id} is {found} in {where}, {wanted} by get")
    if subject.operations(Identifiers):
        holds(id in subject.identifiers(), f"{id} was created but is not among the identifiers")


@law
def snapshot_has_positions(subject: Subject, random: random.Random) -> None:
    """A snapshot gives each thing's position."""
    for _ in range(2):
        subject.create()
    reply = subject.snapshot()
    ids = subject.ids_in(reply)
    holds(len(ids) == len(set(ids)), "a thing is in the snapshot twice")
    positions = reply.get(subject.resource.positions)
    if positions is not None:
        wanted = {id: position for position, id in enumerate(ids)}
        holds(same(positions, wanted), f"positions are {positions}, the items say {wanted}")


@law
def gone_after_delete(subject: Subject, random: random.Random) -> None:
    """After its delete a thing is unknown to every operation, and in no list."""
    thing = subject.create()
    id = subject.id_of(thing)
    kept = subject.id_of(subject.create())
    subject.delete(id)
    expect_gone(subject, id, thing)
    holds(subject.read(kept), "deleting one thing deleted another")


@law
def unknown_is_gone(subject: Subject, random: random.Random) -> None:
    """An id that was never given out is unknown to every operation."""
    id = str(uuid.UUID(int=random.getrandbits(128), version=4))
    expect_gone(subject, id, subject.create() | {subject.resource.id: id})


def expect_gone(subject: Subject, id: str, thing: Object) -> None:
    """Check that nothing knows `id`; `thing` is what an update would send."""
    for kind in (Get, Delete, Associate, Increment, Update):
        pairs: Any = subject.operations(kind)
        for operation, behaviour in pairs:
            if kind is Update:
                exchange = subject.wire.send(operation, body=thing)
            else:
                path = {p.wire: "other" for p in operation.parameters_in("path")}
                exchange = subject.wire.send(operation, path | {behaviour.id: id})
            status = exchange.status
            gone = subject.resource.gone
            holds(status == gone, f"{operation.id} answered {status}, not {gone}, for unknown {id}")
    if subject.operations(BatchFetch):
        found, missing = subject.batch([id])
        holds(not found and missing == [id], f"a batch of unknown {id} gave {found}, {missing}")
    if subject.operations(Snapshot):
        ids = [t[subject.resource.id] for t in subject.listed()]
        holds(id not in ids, f"unknown {id} is in the snapshot")
    if subject.operations(Identifiers):
        holds(id not in subject.identifiers(), f"unknown {id} is among the identifiers")


@law
def update_replaces_and_keeps(subject: Subject, random: random.Random) -> None:
    """An update replaces the members that it sends and keeps the rest."""
    original = subject.create(subject.seed() | copy.deepcopy(STRANGE))
    id = subject.id_of(original)
    smaller = {name: value for name, value in original.items() if name in subject.required}
    sent = smaller | {"x_added": {"by": ["update", 1]}}
    reply = subject.update(sent)
    thing = subject.read(id)
    holds(same(reply, thing), f"update replied {reply}, get gives {thing}")
    kept = {k: v for k, v in original.items() if k != subject.resource.updated[0]}
    expect_members(thing, kept | {"x_added": sent["x_added"]}, "get after an update")
    subject.update(smaller | {"x_added": "replaced"})
    expect_members(subject.read(id), {"x_added": "replaced"}, "get after a second update")


@law
def update_moves_time_forward(subject: Subject, random: random.Random) -> None:
    """An update changes neither id nor time of creation, and its time of update always advances."""
    resource = subject.resource
    thing = subject.create()
    for _ in range(3):
        before = thing
        forged = copy.deepcopy(before)
        for path in (resource.created, resource.updated):
            put(forged, path, "2001-02-03T04:05:06.000007Z")
        thing = subject.update(forged)
        created, was = member(thing, resource.created), member(before, resource.created)
        holds(created == was, f"time of creation went from {was} to {created} by an update")
        now, was = member(thing, resource.updated), member(before, resource.updated)
        holds(instant(now) > instant(was), f"time of update went from {was} to {now}")


@law
def update_needs_a_body(subject: Subject, random: random.Random) -> None:
    """An update without a body is refused as a bad request."""
    operation, _ = subject.one(Update)
    exchange = subject.wire.send(operation)
    holds(exchange.status == 400, f"{operation.id} without a body answered {exchange.status}")


@law
def heavy_members_are_left_out(subject: Subject, random: random.Random) -> None:
    """Members that weigh much are left out exactly when the request says so."""
    body = subject.seed()
    heavy = [name for name in subject.resource.heavy if name in body]
    if not heavy:
        raise Missing("a heavy member in the example")
    id = subject.id_of(subject.create(body))
    expect_members(subject.read(id), {name: body[name] for name in heavy}, "a full get")
    light = subject.read(id, full=False)
    for name in heavy:
        holds(name not in light, f"{name} is in a get that leaves it out")
    rest = {k: v for k, v in subject.read(id).items() if k not in heavy}
    holds(same(light, rest), "leaving heavy members out changed another member")


def put(thing: Object, path: tuple[str, ...], value: Any) -> None:
    """Set the value at a path of members."""
    *parents, last = path
    for name in parents:
        thing = thing[name]
    thing[last] = value
