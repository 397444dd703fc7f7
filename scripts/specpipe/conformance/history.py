"""Long random histories of one resource, each answer held against the reference model.

Hypothesis chooses the steps; what goes wrong it shrinks to the shortest history that shows it.
This module imports hypothesis, so it is imported where histories are made only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import hypothesis
from hypothesis import strategies as st
from hypothesis.errors import Flaky
from hypothesis.stateful import Bundle, rule, run_state_machine_as_test

from specpipe.conformance.drawn import Over, settings
from specpipe.conformance.history_machine import Departed, History, Told
from specpipe.conformance.ledger import Broken
from specpipe.conformance.profile import Profile
from specpipe.conformance.samples import resolved
from specpipe.conformance.subject import Subject
from specpipe.spec.model import (
    Associate,
    BatchFetch,
    Create,
    Delete,
    Get,
    Identifiers,
    Increment,
    Operation,
    Snapshot,
    Update,
)

THINGS: Bundle[str] = Bundle("things")
FULL = st.sampled_from((True, None, False))
VALUES = st.one_of(
    st.none(),
    st.integers(0, 9),
    st.text("ab \u00e9\U0001f9ea", max_size=3),
    st.lists(st.integers(0, 2), max_size=2),
    st.dictionaries(st.sampled_from("ab"), st.integers(0, 2), max_size=2),
)
OTHERS = st.integers(0, 3)
"""Which of the few others is associated: few, so that the same one comes again."""


def machine(subject: Subject, told: Told, seed: str) -> type[History]:
    """The class of the histories of a resource, with a rule for each verb that it has."""
    rules = {rule.__name__: rule for rule in (*changing(subject), *reading(subject))}
    return type("Machine", (History,), {"subject": subject, "told": told, "seed": seed, **rules})


Rules = Iterator[Callable[..., Any]]


def changing(subject: Subject) -> Rules:
    """Rules for the verbs that change something."""
    members = edits(subject)
    yield rule(target=THINGS, members=members)(History.create)
    for _, create in subject.operations(Create):
        if create.id is not None:
            yield rule(target=THINGS, thing=THINGS, members=members)(History.create_again)
    if subject.operations(Update):
        yield rule(thing=THINGS, members=members)(History.update)
    if subject.operations(Delete):
        yield rule(thing=THINGS)(History.delete)
    for number, pair in enumerate(subject.operations(Associate)):
        given = rule(thing=THINGS, pair=st.just(pair), number=OTHERS)(History.associate)
        given.__name__ += str(number)
        yield given
    for _, increment in subject.operations(Increment):
        counters = st.sets(st.sampled_from(increment.counters), max_size=3)
        yield rule(thing=THINGS, counters=counters)(History.increment)


def reading(subject: Subject) -> Rules:
    """Rules for the verbs that read, and for what all verbs say of an unknown thing."""
    yield rule()(History.ask_for_nobody)
    if subject.operations(Get):
        yield rule(thing=THINGS, full=FULL)(History.get)
    if subject.operations(BatchFetch):
        things = st.lists(st.integers(0, 4), max_size=5)
        yield rule(things=things, full=FULL)(History.batch)
    if subject.operations(Snapshot):
        yield rule(full=FULL)(History.snapshot)
    for operation, listing in subject.operations(Identifiers):
        limit = limits(operation, listing)
        yield rule(limit=limit)(History.identifiers)
        if listing.ranges:
            which = st.sampled_from([time for time, _, _ in listing.ranges])
            ends = st.sampled_from(("from to", "from", "to"))
            yield rule(which=which, first=THINGS, last=THINGS, ends=ends, limit=limit)(
                History.identifiers_within
            )


def limits(operation: Operation, listing: Identifiers) -> st.SearchStrategy[int | None]:
    """Limits that the spec lets in, or none."""
    for parameter in operation.parameters:
        if parameter.wire == listing.limit:
            low = parameter.schema.get("minimum", 0)
            high = min(low + 4, parameter.schema.get("maximum", low + 4))
            return st.one_of(st.none(), st.integers(low, high))
    return st.none()


def edits(subject: Subject) -> st.SearchStrategy[dict[str, Any]]:
    """Members to create or update a thing with; `Steps` says what the values mean."""
    optional: dict[str, st.SearchStrategy[Any]] = {"x_one": VALUES, "x_two": VALUES}
    for _, behaviour in subject.operations(Associate):
        optional[behaviour.member] = st.lists(OTHERS, unique=True, max_size=3)
    for _, counting in subject.operations(Increment):
        optional[counting.member] = st.integers(0, 3)
    for name in subject.resource.heavy:
        schema = resolved(subject.schema["properties"][name], subject.schemas)
        if schema.get("type") == "object":
            optional[name] = VALUES
    return st.fixed_dictionaries({}, optional=optional)


def tell(subject: Subject, profile: Profile, seed: int, salt: str, most: int) -> Broken | None:
    """Make the histories of a resource, with `most` requests: the shortest story that departs from
    the contract, if one does. `salt` goes into ids. Raises Trespass and Unreachable."""
    told = Told(most)
    subject.one(Create)
    told_by = hypothesis.seed(seed)(machine(subject, told, f"{seed}/{salt}"))
    with suppress(Over, Departed, Flaky):
        run_state_machine_as_test(told_by, settings=settings(profile.histories, profile.steps))
    if told.ended is not None:
        raise told.ended
    return told.as_broken() if told.broken is not None else None
