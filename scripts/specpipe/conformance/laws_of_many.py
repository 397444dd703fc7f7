"""Laws that a handful of things cannot break."""

from __future__ import annotations

import random

from specpipe.conformance.law import holds, law
from specpipe.conformance.subject import Missing, Subject
from specpipe.spec.model import BatchFetch, Create, Get, Identifiers, Snapshot

MANY = 120
"""More than a server keeps that has room for a hundred."""


@law(Create, Get, BatchFetch, Identifiers, Snapshot)
def many_things_are_kept(subject: Subject, random: random.Random) -> None:
    """However many things are created, each is still there."""
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
