"""Laws of one thing: it is what was sent, wherever it is read, until it is deleted."""

from __future__ import annotations

import copy
import random

from specpipe.conformance.law import agree, holds, law
from specpipe.conformance.readings import expect_members, readings, without
from specpipe.conformance.samples import fresh_id
from specpipe.conformance.subject import Missing, Object, Subject, instant, member, nested
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


def carried(subject: Subject, body: Object) -> Object:
    """The members of a create's body that must be found again in what was created."""
    _, behaviour = subject.one(Create)
    resource = subject.resource
    changed = {behaviour.id, resource.id, resource.created[0], resource.updated[0]}
    for reference, collection in behaviour.adopts:
        changed |= {reference, collection}
    return {name: value for name, value in body.items() if name not in changed}


@law(Create, Get, requests=4)
def create_is_read_back(subject: Subject, random: random.Random) -> None:
    """What a create replies is what a get gives, and holds every member that was sent."""
    for body in (subject.seed(), subject.seed() | copy.deepcopy(STRANGE)):
        reply = subject.create(body, full=True)
        thing = subject.read(subject.id_of(reply))
        agree(reply, thing, "what a create replied and what a get gives")
        expect_members(thing, carried(subject, body), "get")


@law(Create, requests=1)
def create_without_a_body(subject: Subject, random: random.Random) -> None:
    """A create without a body stores the documented default."""
    operation, behaviour = subject.one(Create)
    if operation.body is None or operation.body.required:
        raise Missing("optional body")
    reply = subject.create({}, full=True)
    expect_members(reply, carried(subject, dict(behaviour.without_body)), "the reply")


@law(Create, requests=4)
def create_gives_a_new_id(subject: Subject, random: random.Random) -> None:
    """Each create gives a new id; a proposed one is taken when it is free, and only then."""
    _, behaviour = subject.one(Create)
    first, second = subject.id_of(subject.create()), subject.id_of(subject.create())
    holds(first != second, f"two creates gave the id {first}")
    if behaviour.id is None:
        return
    wanted = subject.fresh_id(random)
    proposal = subject.seed() | {behaviour.id: wanted}
    given = subject.id_of(subject.create(proposal))
    holds(given == wanted, f"the free id {wanted} was proposed, {given} was given")
    again = subject.id_of(subject.create(proposal))
    holds(again != wanted, f"the id {wanted} was given twice")


@law(Create, Delete, requests=6)
def ids_are_not_given_out_again(subject: Subject, random: random.Random) -> None:
    """An id that the server gave to a thing is given to no other, when the thing is deleted too."""
    gone = [subject.id_of(subject.create()) for _ in range(2)]
    for id in gone:
        subject.delete(id)
    for _ in range(2):
        given = subject.id_of(subject.create())
        holds(given not in gone, f"the id {given} of a deleted thing was given to a new one")


@law(Create, requests=2)
def create_adopts(subject: Subject, random: random.Random) -> None:
    """A reference in a create's body becomes an element of the collection that adopts it."""
    _, behaviour = subject.one(Create)
    if not behaviour.adopts:
        raise Missing("adopted reference")
    for reference, collection in behaviour.adopts:
        other = fresh_id({}, random)
        body = subject.seed() | {reference: {subject.resource.id: other, "x_kept": True}}
        thing = subject.read(subject.id_of(subject.create(body)))
        holds(reference not in thing, f"{reference} is stored as it came")
        items = (thing.get(collection) or {}).get(subject.resource.items, [])
        wanted = {subject.resource.id: other, "x_kept": True}
        holds(wanted in items, f"{wanted} was sent as {reference}, {collection} holds {items}")


@law(Create, Snapshot, BatchFetch, Identifiers, requests=6)
def created_is_listed(subject: Subject, random: random.Random) -> None:
    """A created thing is in the snapshot, the identifiers and a batch, and the same there."""
    id = subject.id_of(subject.create())
    thing = subject.read(id)
    for where, found, omits in readings(subject, id):
        agree(found, without(thing, omits), f"a thing by {where} and the same by a get")
    if subject.operations(Identifiers):
        holds(id in subject.identifiers(), f"{id} was created but is not among the identifiers")


@law(Delete, requests=15)
def gone_after_delete(subject: Subject, random: random.Random) -> None:
    """After its delete a thing is unknown to every operation, and in no list; others stay."""
    older, thing, newer = subject.create_in_a_row(3)
    id = subject.id_of(thing)
    subject.delete(id)
    expect_gone(subject, id)
    for kept in (older, newer):
        holds(subject.read(subject.id_of(kept)), "deleting one thing deleted another")


@law(Get, Delete, Associate, Increment, Update, BatchFetch, Snapshot, Identifiers, requests=9)
def unknown_is_gone(subject: Subject, random: random.Random) -> None:
    """An id that was never given out is unknown to every operation."""
    expect_gone(subject, subject.fresh_id(random))


def expect_gone(subject: Subject, id: str) -> None:
    """Check that nothing knows `id`."""
    gone = subject.resource.gone
    for operation, behaviour in subject.addressing():
        status = subject.ask(operation, behaviour, id).status
        holds(status == gone, f"{operation.id} answered {status}, not {gone}, for unknown {id}")
    if subject.operations(BatchFetch):
        reply = subject.batch([id])
        found, missing = subject.found(reply), subject.missing(reply)
        holds(not found and missing == [id], f"a batch of unknown {id} gave {found}, {missing}")
    if subject.operations(Snapshot):
        ids = subject.ids_in(subject.snapshot(full=False))
        holds(id not in ids, f"unknown {id} is in the snapshot")
    if subject.operations(Identifiers):
        holds(id not in subject.identifiers(), f"unknown {id} is among the identifiers")


@law(Delete, requests=6)
def a_second_delete_is_refused(subject: Subject, random: random.Random) -> None:
    """A thing is deleted once; asking again answers that it is gone, and changes nothing else."""
    operation, behaviour = subject.one(Delete)
    ids = subject.ids_of([subject.create(), subject.create()])
    subject.delete(ids[0])
    for _ in range(2):
        status = subject.ask(operation, behaviour, ids[0]).status
        gone = subject.resource.gone
        holds(status == gone, f"{operation.id} answered {status}, not {gone}, for deleted {ids[0]}")
    if subject.operations(Get):
        subject.read(ids[1])


@law(Create, Delete, requests=4)
def a_deleted_id_begins_anew(subject: Subject, random: random.Random) -> None:
    """A thing that is created with the id of a deleted one has nothing of it."""
    _, behaviour = subject.one(Create)
    if behaviour.id is None:
        raise Missing("id that a create can propose")
    old = subject.create(subject.seed() | {"x_old": True, "x_kept": "old"})
    subject.delete(subject.id_of(old))
    body = subject.seed() | {behaviour.id: subject.id_of(old), "x_kept": "new"}
    new = subject.create(body, full=True)
    expect_members(new, {"x_kept": "new"}, "the reply")
    holds("x_old" not in new, "a new thing has the member x_old of the deleted one")
    if subject.operations(Get):
        read = subject.read(subject.id_of(new))
        agree(new, read, "what a create replied and what a get gives")


@law(Create, requests=2)
def a_new_thing_was_created_and_updated_at_once(subject: Subject, random: random.Random) -> None:
    """The times of a new thing are one moment, with an offset, and are not taken from the body."""
    resource = subject.resource
    early = "2001-02-03T04:05:06.000007Z"
    forged = nested(resource.created, early) | nested(resource.updated, early)
    for body in (subject.seed(), subject.seed() | forged):
        thing = subject.create(body)
        created, updated = (member(thing, p) for p in (resource.created, resource.updated))
        one = instant(created) == instant(updated)
        holds(one, f"a new thing was created at {created} and updated at {updated}")
        holds(instant(created) != instant(early), "a body set the times")
