"""A judgement from beginning to end: its checks, the fuzzing, its reports."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from specpipe.conformance import console, fuzz, publish
from specpipe.conformance.baseline import Entry, applied
from specpipe.conformance.check import Check
from specpipe.conformance.gate import may_call
from specpipe.conformance.judge import clean_up, judge_checks, opened
from specpipe.conformance.ledger import Trespass
from specpipe.conformance.plan import Plan
from specpipe.conformance.progress import Progress
from specpipe.conformance.replay import REACH, Replay
from specpipe.conformance.report import Circumstances, Report, compose
from specpipe.conformance.sequence import Sequence
from specpipe.conformance.session import Session
from specpipe.conformance.shard import Shard
from specpipe.conformance.trial import Trial
from specpipe.conformance.verdict import Enough, Finding, Verdict, whole
from specpipe.conformance.wire import Unreachable
from specpipe.diagnostics import ToolError
from specpipe.spec.model import Operation
from specpipe.workspace import shown

Operations = tuple[Operation, ...]
STATUSES = {"conforms": 0, "departs": 1, "could-not-judge": 2, "interrupted": 130}
"""Exit statuses, by the word of a verdict."""


@dataclass(slots=True)
class Judgement:
    """One of them: of what `plan` has, or of the one check of it that `again` asks for."""

    trial: Trial
    plan: Plan
    folder: Path
    """Where reports go."""
    scope: tuple[str, ...] = ()
    """What of the spec the verdict is about, when it is not all of it."""
    given: Mapping[str, str] = field(default_factory=dict)
    """Variables of make beyond profile and seed that a replay needs as well."""
    again: Replay | None = None
    verdict: Verdict = field(default_factory=Verdict)
    sequence: Sequence = field(default_factory=Sequence)
    progress: Progress = field(default_factory=lambda: Progress(sys.stdout))
    shard: Shard | None = None
    """Which part of it `plan` is: what no request reached is judged when all are merged."""
    baseline: tuple[Entry, ...] = ()

    def run(self) -> int:
        """Make the checks, fuzz, report; gives the exit status. Raises ToolError when there is no
        check like the one that was asked for."""
        started, clock = datetime.now(UTC), time.monotonic()
        plan = self.plan if self.again is None else self.again.narrow(self.plan)
        server, profile = self.trial.server.base_url, self.trial.profile.name
        self.progress.line(f"judging {server} ({profile}, seed {self.trial.seed})")
        try:
            self._judge(plan)
        except Enough:
            self.progress.line("  stopped at the first departure")
        except (Unreachable, ToolError) as error:
            self.verdict.unjudged = whole(str(error))
        except KeyboardInterrupt:
            self.verdict.interrupted = True
        around = Circumstances(
            started,
            time.monotonic() - clock,
            self.given,
            (*self.scope, *(f"without the {name}" for name in self.verdict.left_out)),
            self.sequence.count,
            self.sequence.digest(),
            str(self.shard or ""),
        )
        report = compose(self.trial, plan, self._judged(plan), self.verdict, around)
        return conclude(report, self.baseline, self.folder, self.progress)

    def _judge(self, plan: Plan) -> None:
        if self.again is None:
            self._judge_all(plan)
        else:
            self._judge_again(plan, self.again)
            self.again.settle(self.verdict)
        if self.shard is None:
            self.verdict.check_reach(self._judged(plan), self.trial)
        if self.again is not None and self.again.kind == REACH:
            # What was done to get there is not what was asked for.
            self.verdict.findings = [f for f in self.verdict.findings if f.kind == REACH]

    def _judged(self, plan: Plan) -> tuple[Operation, ...]:
        """The operations that have to accept something, which are those that are judged."""
        ids = {o.id for o in (*plan.fuzzed, *plan.linked)}
        ids = ids.union(*(check.operations for check in plan.checks if check.writes))
        if self.again is not None:
            ids = {self.again.operation} if self.again.kind == REACH else set()
        return tuple(
            o
            for o in self.trial.api.operations
            if o.id in ids and may_call(o, foreign=self.trial.foreign)
        )

    def _judge_all(self, plan: Plan) -> None:
        """Make the checks and fuzz. What the server has no part in is done while it is fuzzed."""
        with ExitStack() as stack:

            def begin() -> fuzz.Fuzzing | None:
                if not plan.fuzzed and not plan.linked:
                    return None
                return stack.enter_context(self._fuzzing(plan.fuzzed, plan.linked))

            fuzzing = self._check(plan, begin) if plan.checks else begin()
            if fuzzing is not None:
                self._follow(fuzzing, plan.fuzzed, plan.linked)

    def _judge_again(self, plan: Plan, again: Replay) -> None:
        """Make one check again: fuzz in rounds, until it is found."""
        if plan.checks:
            self._check(plan)
        for operations in filter(None, again.rounds(self.plan)):
            # Whether an operation is reached is not told by what else is found on the way.
            if again.kind == REACH or self.verdict.conforms:
                with self._fuzzing(operations, operations) as fuzzing:
                    self._follow(fuzzing, operations, operations)

    def _check(
        self, plan: Plan, begin: Callable[[], fuzz.Fuzzing | None] = lambda: None
    ) -> fuzz.Fuzzing | None:
        """Make the checks, and `begin` to fuzz when no more of them ask the server. Whatever
        happens, what they created is removed before that."""
        with opened(self.trial, plan.writes) as session:
            try:
                self._ask([check for check in plan.checks if not check.apart], session)
                fuzzing = begin()
                self._make([check for check in plan.checks if check.apart], session)
            finally:
                self.sequence.absorb(session.sequence)
        return fuzzing

    def _ask(self, checks: list[Check], session: Session) -> None:
        """Make checks that ask the server, and remove what they created."""
        try:
            self._make(checks, session)
        except Trespass:
            self.progress.line("  nothing more is written: it could destroy what is somebody's")
        finally:
            clean_up(session, self.verdict)
            self.verdict.count(session.accepted, session.wire.sent, session.wire.refused)

    def _make(self, checks: list[Check], session: Session) -> None:
        """Make checks, kind by kind."""
        for kind, group in groupby(checks, key=lambda check: check.kind):
            some = list(group)
            self.progress.stage(kind, len(some))
            judge_checks(some, session, self.verdict, self.progress)
            self.progress.end(f"{len(some)} check{'s' * (len(some) != 1)}")

    def _fuzzing(
        self, operations: Operations, linked: Operations
    ) -> AbstractContextManager[fuzz.Fuzzing]:
        folder = self.folder.resolve() / "schemathesis"
        return fuzz.running(self.trial, operations, linked, folder)

    def _follow(self, fuzzing: fuzz.Fuzzing, operations: Operations, linked: Operations) -> None:
        """Wait for what fuzzing comes to, and note what departs."""
        self.progress.stage("fuzz", began=fuzzing.began)
        outcome = fuzzing.outcome(self.progress, self._found)
        self.verdict.fuzzing = outcome
        self.verdict.count(outcome.accepted, refused=outcome.refused)
        self.sequence.mark(outcome.sequence)
        self.sequence.count += outcome.requests
        cases = sum(outcome.cases.values())
        count = len({operation.id for operation in (*operations, *linked)})
        self.progress.end(f"{count} operation{'s' * (count != 1)}, {cases} requests")

    def _found(self, departure: Mapping[str, Any]) -> None:
        if self.again is not None and not self.again.wanted(departure):
            return
        if self.verdict.note(Finding.of_fuzzing(departure, self.trial)):
            self.progress.found()


def conclude(report: Report, baseline: tuple[Entry, ...], folder: Path, progress: Progress) -> int:
    """Write the reports and say what was found, the verdict last; gives the exit status."""
    report = applied(report, baseline, datetime.now(UTC).date())
    publish.write(report, folder)
    progress.line()
    for text in console.lines(report):
        progress.line(text)
    progress.line(f"report: {shown(folder / publish.PAGE)}")
    progress.line(report.line)
    if report.word == "could-not-judge":
        print(f"could not judge: {report.reason}", file=sys.stderr)
    elif report.word == "interrupted":
        print("interrupted: the report has what was found until then", file=sys.stderr)
    return STATUSES[report.word]
