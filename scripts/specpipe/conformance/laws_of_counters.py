"""Laws of counters: an increment counts exactly what it names, there and nowhere else."""

from __future__ import annotations

import random

from specpipe.conformance.exchange import same
from specpipe.conformance.law import agree, holds, law
from specpipe.conformance.laws_of_updates import expect_later
from specpipe.conformance.readings import readings, without
from specpipe.conformance.samples import resolved, sample
from specpipe.conformance.subject import Missing, Object, Subject
from specpipe.spec.model import Create, Increment


@law(Increment, requests=7)
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


@law(Increment, requests=9)
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


@law(Increment, requests=12)
def counts_add_up(subject: Subject, random: random.Random) -> None:
    """After many increments each counter holds how often it was named, by every path."""
    _, behaviour = subject.one(Increment)
    before = subject.create(full=True)
    id = subject.id_of(before)
    wanted = dict(before.get(behaviour.member, {}))
    for _ in range(8):
        named = random.sample(behaviour.counters, random.randint(1, len(behaviour.counters)))
        subject.increment(id, {behaviour.reads: dict.fromkeys(named, True)})
        for counter, step in (*((name, 1) for name in named), (behaviour.total, len(named))):
            wanted[counter] = min(wanted.get(counter, 0) + step, behaviour.maximum)
    for where, thing, omits in readings(subject, id):
        if behaviour.member in omits:
            continue
        found = thing.get(behaviour.member, {})
        counts = {name: found.get(name, 0) for name in wanted}
        holds(same(counts, wanted), f"{where}: the counters are {counts}, not {wanted}")


@law(Increment, requests=5)
def increments_read_their_member_only(subject: Subject, random: random.Random) -> None:
    """What other members of the body name counts for something else: nothing changes here."""
    operation, behaviour = subject.one(Increment)
    assert operation.body is not None
    members = subject.schemas[operation.body.schema].get("properties", {})
    flags = dict.fromkeys(behaviour.counters, True)
    own = resolved(members[behaviour.reads], subject.schemas)
    others = [
        name
        for name, schema in members.items()
        if name != behaviour.reads and resolved(schema, subject.schemas) == own
    ]
    if not others:
        raise Missing("second member to increment by")
    before = subject.create(full=True)
    id = subject.id_of(before)
    for name in random.sample(others, min(2, len(others))):
        subject.increment(id, {name: flags})
        after = subject.read(id)
        agree(before, after, f"a thing before and after {operation.id} of {name}")


@law(Create, Increment, requests=10)
def counters_keep_what_they_were_given(subject: Subject, random: random.Random) -> None:
    """Counting goes on from the numbers that a thing was created with, large ones too, up to the
    bound of their schema, where it stays."""
    _, behaviour = subject.one(Increment)
    if behaviour.member not in subject.members(Create):
        raise Missing("counters in the body of a create")
    schema = subject.members(Create)[behaviour.member]
    plain: Object = sample(schema, subject.schemas)
    for start in (behaviour.maximum - 1, behaviour.maximum // 2 + 1):
        counter = random.choice(behaviour.counters)
        given = plain | {counter: start, behaviour.total: start}
        thing = subject.create(subject.seed() | {behaviour.member: given})
        id = subject.id_of(thing)
        for step in (1, 2):
            subject.increment(id, {behaviour.reads: {counter: True}})
            found = subject.read(id)[behaviour.member]
            wanted = min(start + step, behaviour.maximum)
            for name in (counter, behaviour.total):
                right = found.get(name) == wanted
                holds(right, f"{name} is {found.get(name)}, {step} after {start}, not {wanted}")
