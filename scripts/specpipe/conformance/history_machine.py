"""One history of a resource, as hypothesis drives it: a story of steps, and what goes wrong."""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from hypothesis.stateful import RuleBasedStateMachine

from specpipe.conformance.drawn import Over
from specpipe.conformance.history_steps import Steps
from specpipe.conformance.judge import MISSHAPEN
from specpipe.conformance.ledger import Broken, Trespass
from specpipe.conformance.subject import Subject
from specpipe.conformance.wire import Unreachable
from specpipe.spec.model import Associate, Operation, Time

Pair = tuple[Operation, Associate]
SHRINKING = 2_000
"""How many more requests may go into finding the shortest history."""


class Departed(Exception):
    """A history found something. Always raised in one place, so that for hypothesis all that can
    go wrong is the same, and the shortest history wins."""


class Told:
    """What the histories of a run found: the shortest story, and what ended the run."""

    def __init__(self, budget: int) -> None:
        self.lines: list[str] = []
        self.broken: Broken | None = None
        self.ended: Exception | None = None
        self.left = budget
        """Requests until the run ends, whatever it has come to."""

    def note(self, lines: list[str], broken: Broken) -> None:
        """Keep a story that is shorter than what there was."""
        if self.broken is None:
            self.left = SHRINKING
        if self.broken is None or len(lines) <= len(self.lines):
            self.lines, self.broken = list(lines), broken

    def as_broken(self) -> Broken:
        """The story: what is wrong, then the steps that lead there, numbered."""
        assert self.broken is not None
        steps = [f"\n  {number}. {line}" for number, line in enumerate(self.lines, 1)]
        return Broken(self.broken.message + "".join(steps), self.broken.exchange)


class History(RuleBasedStateMachine):
    """One history. Rules are added by `machine`, for the verbs that the spec has."""

    subject: Subject
    told: Told
    seed: str

    def __init__(self) -> None:
        super().__init__()
        self._steps = Steps(self.subject, random.Random(self.seed))
        self._story: list[str] = []
        self._failed = False

    @contextmanager
    def _step(self, line: str = "") -> Iterator[Steps]:
        """Tell a step, and what goes wrong in it."""
        if line:
            self._story.append(self._steps.plain(line))
        before = self.subject.sent
        try:
            yield self._steps
        except (Trespass, Unreachable) as error:
            self._failed, self.told.ended = True, error
            raise Over from None
        except (Broken, *MISSHAPEN) as error:
            self._failed = True
            message = error.message if isinstance(error, Broken) else misshapen(error)
            broken = Broken(self._steps.plain(message), self.subject.last)
            self.told.note(self._story, broken)
            raise Departed from None
        finally:
            self.told.left -= self.subject.sent - before
        if self.told.left < 0:
            raise Over

    def create(self, members: dict[str, Any]) -> str:
        """Store a thing."""
        name = self._steps.next_name()
        with self._step(f"create {name}{with_(members)}") as steps:
            return steps.create(members)

    def create_again(self, thing: str, members: dict[str, Any]) -> str:
        """Store a thing, with the id of another as a proposal: it is free once that is deleted."""
        steps = self._steps
        line = f"create {steps.next_name()}, proposing the id of {steps.named(thing)}"
        with self._step(line + with_(members)):
            id = steps.create(members, proposed=thing)
        if id == thing:
            self._story[-1] = f"create {steps.named(thing)} again, with its id{with_(members)}"
        return id

    def update(self, thing: str, members: dict[str, Any]) -> None:
        """Send some members."""
        with self._step(f"update {thing}{with_(members)}") as steps:
            steps.update(thing, members)

    def associate(self, thing: str, pair: Pair, number: int) -> None:
        """Add a reference or take it out."""
        other = self._steps.other(pair, number)
        verb = "disassociate {} from" if pair[1].removes else "associate {} with"
        line = f"{verb.format(other)} {thing}"
        if len(self.subject.operations(Associate)) > 2:
            line += f" in {pair[1].member}"
        with self._step(line) as steps:
            steps.associate(thing, pair, number)

    def increment(self, thing: str, counters: set[str]) -> None:
        """Raise some counters."""
        with self._step(
            f"increment {', '.join(sorted(counters)) or 'nothing'} of {thing}"
        ) as steps:
            steps.increment(thing, counters)

    def delete(self, thing: str) -> None:
        """Delete a thing, perhaps again."""
        with self._step(f"delete {thing}") as steps:
            steps.delete(thing)

    def get(self, thing: str, full: bool | None) -> None:
        """Read a thing."""
        with self._step(f"get {thing}{how(full)}") as steps:
            steps.get(thing, full)

    def batch(self, things: list[int], full: bool | None) -> None:
        """Look up several things, by number: 0 is an unknown one."""
        ids = self._steps.numbered(things)
        with self._step(f"batch of {', '.join(ids) or 'nothing'}{how(full)}") as steps:
            steps.batch(ids, full)

    def snapshot(self, full: bool | None) -> None:
        """Read everything."""
        if not self._steps.crowded:
            with self._step(f"snapshot{how(full)}") as steps:
                steps.snapshot(full)

    def identifiers(self, limit: int | None) -> None:
        """List ids."""
        with self._step("identifiers" + ("" if limit is None else f", {limit} at most")) as steps:
            steps.identifiers(limit)

    def identifiers_within(
        self, which: Time, first: str, last: str, ends: str, limit: int | None
    ) -> None:
        """List ids within times of two things."""
        low, high = first if "from" in ends else None, last if "to" in ends else None
        line = f"identifiers, {which}"
        line += f" from that of {low}" if low else ""
        line += f" to that of {high}" if high else ""
        with self._step(line + ("" if limit is None else f", {limit} at most")) as steps:
            steps.identifiers(limit, which, (low, high))

    def ask_for_nobody(self) -> None:
        """Ask every operation for an unknown thing."""
        with self._step("ask for an unknown id") as steps:
            steps.ask_for_nobody()

    def teardown(self) -> None:
        """Read everything back by every path, when all went well; then remove it."""
        try:
            if not self._failed and sys.exc_info()[0] is None:
                with self._step() as steps:
                    steps.read_back()
        finally:
            self._remove()

    def _remove(self) -> None:
        try:
            self._steps.remove()
        except Broken:
            self._failed = True  # what could not be deleted is cleaned up, and told, at the end


def with_(members: dict[str, Any]) -> str:
    """Members, as a story tells them."""
    return f" with {json.dumps(members, ensure_ascii=False)}" if members else ""


def how(full: bool | None) -> str:
    """What is asked for, as a story tells it."""
    return {True: ", in full", False: ", light", None: ""}[full]


def misshapen(error: BaseException) -> str:
    """A reply that could not be read."""
    return f"a reply does not have the documented form: {type(error).__name__}: {error}"
