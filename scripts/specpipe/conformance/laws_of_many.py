"""Laws that a handful of things cannot break."""

from __future__ import annotations

import random

from specpipe.conformance.law import agree, holds, law
from specpipe.conformance.subject import Missing, Subject
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

MANY = 120
"""More than a server keeps that has room for a hundred."""


@law(Create, Get, BatchFetch, Identifiers, Snapshot, requests=256)
def many_things_are_kept(subject: Subject, random: random.Random) -> None:
    """However many things are created, each is there until it is deleted, and then it is not."""
    subject.one(Delete)  # or they would be in the way of all that comes
    ids = [subject.id_of(subject.create()) for _ in range(MANY)]
    holds(len(set(ids)) == MANY, f"{MANY} creates gave {len(set(ids))} ids")
    lists = {}
    if subject.operations(Identifiers):
        lists["identifiers"] = subject.identifiers()
    if subject.operations(Snapshot):
        lists["the snapshot"] = subject.ids_in(subject.snapshot(full=False))
    if subject.operations(BatchFetch):
        lists["a batch of them"] = subject.ids_of(subject.found(subject.batch(ids, full=False)))
    if not lists and not subject.operations(Get):
        raise Missing("get or list")
    for what, found in lists.items():
        lost = [id for id in ids if id not in set(found)]
        holds(not lost, f"of {MANY} created things {len(lost)} are not in {what}: {lost[:3]}")
    for id in ids[:: MANY // 6] if subject.operations(Get) else ():
        subject.read(id, full=False)
    for id in ids:
        subject.delete(id)
    expect_none(subject, ids)


def expect_none(subject: Subject, ids: list[str]) -> None:
    """Check that none of the things is there."""
    if subject.operations(Identifiers):
        left = set(subject.identifiers()) & set(ids)
        holds(not left, f"{len(left)} of {len(ids)} deleted things are among the identifiers")
    for operation, get in subject.operations(Get):
        for id in ids[:: MANY // 6]:
            status = subject.send(operation, {get.id: id}).status
            gone = subject.resource.gone
            holds(status == gone, f"{operation.id} of deleted {id} answered {status}, not {gone}")


@law(Update, Associate, Increment, Delete, requests=10)
def neighbours_are_left_alone(subject: Subject, random: random.Random) -> None:
    """What is done to one thing is not done to those made before and after it."""
    before, thing, after = (subject.create(full=True) for _ in range(3))
    id = subject.id_of(thing)
    if subject.operations(Update):
        subject.update(thing | {"x_added": random.random()})
    for pair in subject.operations(Associate):
        subject.associate(id, subject.fresh_other(pair, random), pair)
    for _, increment in subject.operations(Increment):
        subject.increment(id, {increment.reads: dict.fromkeys(increment.counters, True)})
    if subject.operations(Delete):
        subject.delete(id)
    for neighbour in (before, after):
        found = subject.read(subject.id_of(neighbour))
        agree(neighbour, found, f"a thing before and after a change of another, {id},")
