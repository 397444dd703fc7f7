"""Laws of several writers at once: nothing that was accepted is lost."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from specpipe.conformance import interruption
from specpipe.conformance.law import holds, law
from specpipe.conformance.readings import expect_members
from specpipe.conformance.subject import Missing, Object, Subject
from specpipe.spec.model import (
    Associate,
    BatchFetch,
    Create,
    Delete,
    Get,
    Identifiers,
    Increment,
    Update,
)

R = TypeVar("R")
WRITERS = 8


def at_once(tasks: Sequence[Callable[[], R]]) -> list[R]:
    """The results of tasks that ran at the same time, in their order. An interruption waits until
    all are done, so that every create is noted. Raises what the first task that fails raises."""
    with interruption.put_off(), ThreadPoolExecutor(WRITERS) as pool:
        started = [pool.submit(task) for task in tasks]
    return [task.result() for task in started]


@law(Create, requests=18)
def creates_at_once_are_all_kept(subject: Subject, random: random.Random) -> None:
    """Of things that are created at once each has an id of its own, and all are there."""
    bodies = [subject.seed() | {"x_number": number} for number in range(2 * WRITERS)]
    things = at_once([partial(subject.create, body) for body in bodies])
    made = {subject.id_of(thing): number for number, thing in enumerate(things)}
    holds(len(made) == len(things), f"{len(things)} creates at once gave {len(made)} ids")
    if subject.operations(Identifiers):
        lost = sorted(made.keys() - set(subject.identifiers()))
        holds(not lost, f"{lost} were created at once with others and are not listed")
    if subject.operations(BatchFetch):
        found = subject.found(subject.batch(sorted(made)))
        numbers = {thing[subject.resource.id]: thing.get("x_number") for thing in found}
        holds(numbers == made, f"things that were created at once are mixed up: {numbers}, {made}")


@law(Create, requests=5)
def a_proposed_id_is_given_once(subject: Subject, random: random.Random) -> None:
    """Of creates at once that propose the same id at most one gets it, and none is lost."""
    _, behaviour = subject.one(Create)
    if behaviour.id is None:
        raise Missing("id that a create can propose")
    body = subject.seed() | {behaviour.id: subject.fresh_id(random)}
    things = at_once([partial(subject.create, body) for _ in range(4)])
    ids = subject.ids_of(things)
    holds(len(set(ids)) == len(ids), f"creates at once were given the same id: {ids}")
    if subject.operations(BatchFetch):
        found = subject.ids_of(subject.found(subject.batch(sorted(ids))))
        holds(sorted(found) == sorted(ids), f"{ids} were created at once, {found} are there")


@law(Associate, Get, requests=10)
def associations_at_once_are_all_kept(subject: Subject, random: random.Random) -> None:
    """Of references that are added at once to one thing none is lost, and each has its place."""
    items, positions = subject.resource.items, subject.resource.positions
    for pair in subject.adding():
        id = subject.id_of(subject.create())
        others = [subject.fresh_other(pair, random) for _ in range(WRITERS)]
        at_once([partial(subject.associate, id, other, pair) for other in others])
        collection: Object = subject.read(id).get(pair[1].member) or {items: []}
        found = subject.ids_in(collection)
        lost = sorted(set(others) - set(found))
        holds(not lost, f"{len(lost)} of {WRITERS} references added at once are lost: {lost}")
        holds(len(set(found)) == len(found), f"{pair[1].member} holds a reference twice: {found}")
        places = collection.get(positions, {})
        wrong = {o: places.get(o) for o in others if places.get(o) != found.index(o)}
        holds(not wrong, f"after adding at once, positions are wrong: {wrong} in {found}")


@law(Increment, Get, requests=18)
def increments_at_once_add_up(subject: Subject, random: random.Random) -> None:
    """Of increments at once of one thing every one counts."""
    _, behaviour = subject.one(Increment)
    before = subject.create(full=True)
    id, times = subject.id_of(before), 2 * WRITERS
    named = [random.choice(behaviour.counters) for _ in range(times)]
    at_once([partial(subject.increment, id, {behaviour.reads: {one: True}}) for one in named])
    was, now = before.get(behaviour.member, {}), subject.read(id).get(behaviour.member, {})
    steps = Counter(named) + Counter({behaviour.total: times})
    for counter, step in steps.items():
        wanted = min(was.get(counter, 0) + step, behaviour.maximum)
        found = now.get(counter, 0)
        right = found == wanted
        holds(right, f"{counter} is {found} after {step} increments at once, not {wanted}")


@law(Update, Get, requests=10)
def updates_at_once_keep_each_others_members(subject: Subject, random: random.Random) -> None:
    """Of updates at once of different members of one thing every one is kept."""
    thing = subject.create()
    id = subject.id_of(thing)
    required = {n: v for n, v in thing.items() if n in subject.schema.get("required", ())}
    members = {f"x_{number}": {"by": [number]} for number in range(WRITERS)}
    bodies = [required | {name: value} for name, value in members.items()]
    at_once([partial(subject.update, body) for body in bodies])
    expect_members(subject.read(id), members, "get after updates at once")


@law(Delete, requests=5)
def a_delete_succeeds_once(subject: Subject, random: random.Random) -> None:
    """Of deletes at once of one thing exactly one succeeds, the others find it gone."""
    operation, behaviour = subject.one(Delete)
    id = subject.id_of(subject.create())
    told = at_once([partial(subject.ask, operation, behaviour, id) for _ in range(4)])
    subject.ledger.release(id)
    statuses = sorted(exchange.status for exchange in told)
    wanted = sorted([operation.success.status] + 3 * [subject.resource.gone])
    holds(statuses == wanted, f"{operation.id} four times at once answered {statuses}")
