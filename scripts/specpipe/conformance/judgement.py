"""A judgement from beginning to end: its checks, the fuzzing, its reports."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from specpipe.conformance import console, fuzz, publish
from specpipe.conformance.baseline import Entry, applied
from specpipe.conformance.gate import may_call
from specpipe.conformance.judge import clean_up, judge_checks, opened
from specpipe.conformance.ledger import Trespass
from specpipe.conformance.plan import Plan
from specpipe.conformance.progress import Progress
from specpipe.conformance.replay import REACH, Replay
from specpipe.conformance.report import Circumstances, Report, compose
from specpipe.conformance.sequence import Sequence
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
        if plan.checks:
            self._check(plan)
        for operations, linked in self._rounds(plan):
            self._fuzz(operations, linked)
        if self.again is not None:
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

    def _check(self, plan: Plan) -> None:
        """Make the checks. Whatever happens, what they created is removed again."""
        with opened(self.trial, plan.writes) as session:
            try:
                for kind, group in groupby(plan.checks, key=lambda check: check.kind):
                    checks = list(group)
                    self.progress.stage(kind, len(checks))
                    judge_checks(checks, session, self.verdict, self.progress)
                    self.progress.end(f"{len(checks)} check{'s' * (len(checks) != 1)}")
            except Trespass:
                self.progress.line("  nothing more is written: it could destroy what is somebody's")
            finally:
                clean_up(session, self.verdict)
                self.verdict.count(session.accepted, session.wire.sent, session.wire.refused)
                self.sequence.absorb(session.sequence)

    def _rounds(self, plan: Plan) -> Iterator[tuple[Operations, Operations]]:
        """What to fuzz, by itself and linked, one round after the other; a replay ends when it has
        found it again."""
        if self.again is None:
            yield from [(plan.fuzzed, plan.linked)] if plan.fuzzed or plan.linked else []
            return
        for operations in filter(None, self.again.rounds(self.plan)):
            # Whether an operation is reached is not told by what else is found on the way.
            if self.again.kind == REACH or self.verdict.conforms:
                yield operations, operations

    def _fuzz(self, operations: Operations, linked: Operations) -> None:
        """Fuzz, and note what departs."""
        self.progress.stage("fuzz")
        folder = self.folder.resolve() / "schemathesis"
        outcome = fuzz.run(
            self.trial, operations, linked, folder, progress=self.progress, found=self._found
        )
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
