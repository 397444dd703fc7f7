"""The state machine of one resource: what hypothesis may choose the next act from.

This module imports hypothesis, so it is imported where histories are made only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
)

from specpipe.conformance.drawn import Over
from specpipe.conformance.history_acts import Act, Telling, name
from specpipe.conformance.ledger import Trespass
from specpipe.conformance.samples import resolved
from specpipe.conformance.subject import Subject
from specpipe.conformance.wire import Unreachable
from specpipe.diagnostics import ToolError
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
Rules = dict[str, Callable[..., Any]]


class Histories(RuleBasedStateMachine):
    """One history: hypothesis calls a rule for each act. The subclasses that `machine` makes have
    a `telling` for the next one; without it nothing is done."""

    begin: Callable[[], Telling | None]
    most: int
    """How many things it may create."""

    def __init__(self) -> None:
        super().__init__()
        self._telling = type(self).begin()
        self.count = 0

    def made(self, *proposed: str, members: dict[str, Any]) -> str:
        """Create a thing, perhaps proposing the id of another; gives its name."""
        new = name(self.count)
        self.count += 1
        self.act(Act("create", (new, *proposed), {"members": members}))
        return new

    def numbered(self, numbers: Sequence[int]) -> tuple[str, ...]:
        """Names of things by their numbers, from 1 on and round again; 0 is of nothing."""
        return tuple(name((n - 1) % self.count) if n else "" for n in numbers)

    def act(self, act: Act) -> None:
        """Do it. Raises Over when something is wrong: that history is told."""
        if self._telling is not None:
            self._watch(self._telling, partial(self._telling.do, act))

    def teardown(self) -> None:
        """Read everything back, and remove it."""
        # After a trespass nothing may be written, and who does not answer need not be asked.
        if self._telling is not None and self._telling.stopped is None:
            self._watch(self._telling, self._telling.end)

    def _watch(self, telling: Telling, step: Callable[[], None]) -> None:
        """What ends everything is kept from hypothesis, which would do it again and, since it does
        not come again, complain of that instead."""
        try:
            step()
        except (Trespass, Unreachable, ToolError) as error:
            telling.stopped = error
            raise Over from None
        if telling.broken is not None:
            raise Over


def machine(subject: Subject, begin: Callable[[], Telling | None], most: int) -> type[Histories]:
    """The class of the histories of a resource, with a rule for each verb that it has."""
    rules = {**changing(subject), **reading(subject)}
    return type("Machine", (Histories,), {"begin": staticmethod(begin), "most": most, **rules})


def changing(subject: Subject) -> Rules:
    """Rules for the verbs that change something."""
    members = edits(subject)
    rules: Rules = {}

    def create(self: Histories, members: dict[str, Any]) -> str:
        return self.made(members=members)

    def propose(self: Histories, thing: str, members: dict[str, Any]) -> str:
        return self.made(thing, members=members)

    def update(self: Histories, thing: str, members: dict[str, Any]) -> None:
        self.act(Act("update", (thing,), {"members": members}))

    def delete(self: Histories, thing: str) -> None:
        self.act(Act("delete", (thing,)))

    def increment(self: Histories, thing: str, named: set[str]) -> None:
        self.act(Act("increment", (thing,), {"named": named}))

    rules["first"] = initialize(target=THINGS, members=members)(create)
    few = precondition(lambda self: self.count < self.most)
    rules["create"] = few(rule(target=THINGS, members=members)(create))
    if subject.one(Create)[1].id is not None:
        rules["propose"] = few(rule(target=THINGS, thing=THINGS, members=members)(propose))
    if subject.operations(Update):
        rules["update"] = rule(thing=THINGS, members=members)(update)
    if subject.operations(Delete):
        rules["delete"] = rule(thing=THINGS)(delete)
    for _, counting in subject.operations(Increment):
        named = st.sets(st.sampled_from(counting.counters), max_size=3)
        rules["increment"] = rule(thing=THINGS, named=named)(increment)
    for number, (_, behaviour) in enumerate(subject.operations(Associate)):
        for again in ("", "_again"):  # twice as likely as others: they have the most state
            rules[f"associate{number}{again}"] = association(again, number, behaviour)
    return rules


def association(suffix: str, place: int, behaviour: Associate) -> Callable[..., Any]:
    """The rule for one of the operations that add or remove references."""
    words = ("disassociate", "from") if behaviour.removes else ("associate", "with")

    def associate(self: Histories, thing: str, number: int) -> None:
        given = {"pair": place, "number": number, "words": words}
        self.act(Act("associate", (thing,), given))

    associate.__name__ += f"{place}{suffix}"
    return rule(thing=THINGS, number=OTHERS)(associate)


def reading(subject: Subject) -> Rules:
    """Rules for the verbs that read, and for what all verbs say of an unknown thing."""

    def ask(self: Histories) -> None:
        self.act(Act("ask_for_nobody"))

    def get(self: Histories, thing: str, full: bool | None) -> None:
        self.act(Act("get", (thing,), {"full": full}))

    def batch(self: Histories, things: list[int], full: bool | None) -> None:
        self.act(Act("batch", self.numbered(things), {"full": full}))

    def snapshot(self: Histories, full: bool | None) -> None:
        self.act(Act("snapshot", (), {"full": full}))

    rules: Rules = {"ask": rule()(ask)}
    if subject.operations(Get):
        rules["get"] = rule(thing=THINGS, full=FULL)(get)
    if subject.operations(BatchFetch):
        things = st.lists(st.integers(0, 4), max_size=5)
        rules["batch"] = rule(things=things, full=FULL)(batch)
    if subject.operations(Snapshot):
        rules["snapshot"] = rule(full=FULL)(snapshot)
    return rules | listing(subject)


def listing(subject: Subject) -> Rules:
    """Rules for lists of ids: all, and those within the times of two things."""
    rules: Rules = {}

    def identifiers(self: Histories, limit: int | None) -> None:
        self.act(Act("identifiers", (), {"limit": limit, "which": None}))

    def within(
        self: Histories, first: str, last: str, which: tuple[str, int, int], limit: int | None
    ) -> None:
        time, low, high = which
        things = (first if low else "", last if high else "")
        self.act(Act("identifiers", things, {"limit": limit, "which": time}))

    for operation, behaviour in subject.operations(Identifiers):
        limit = limits(operation, behaviour)
        rules["identifiers"] = rule(limit=limit)(identifiers)
        if behaviour.ranges:
            ends = ((1, 1), (1, 0), (0, 1))
            which = st.sampled_from(
                [(time, *two) for time, _, _ in behaviour.ranges for two in ends]
            )
            rules["within"] = rule(first=THINGS, last=THINGS, which=which, limit=limit)(within)
    return rules


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
    for heavy in subject.resource.heavy:
        schema = resolved(subject.schema["properties"][heavy], subject.schemas)
        if schema.get("type") == "object":
            optional[heavy] = VALUES
    return st.fixed_dictionaries({}, optional=optional)
