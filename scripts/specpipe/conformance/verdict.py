"""What a judgement comes to."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from specpipe.conformance.check import Check
from specpipe.conformance.fuzz import Outcome
from specpipe.conformance.ledger import Broken
from specpipe.conformance.trial import Trial
from specpipe.spec.model import Operation


@dataclass(frozen=True, slots=True)
class Finding:
    """A departure from the spec: which check found it, in what, and how to see it again."""

    kind: str
    """Of the check, or `reach`, or `clean-up`."""
    name: str
    statement: str
    message: str
    pointer: str
    """What of the spec it departs from, a JSON pointer."""
    operations: tuple[str, ...] = ()
    """Ids of the operations that it is about: of the one that answered where that is known."""
    curl: str | None = None
    replay: str | None = None
    """What REPLAY has to be for making this check again."""

    @classmethod
    def of(cls, check: Check, broken: Broken, trial: Trial) -> Finding:
        """What a check found."""
        exchange = broken.exchange
        return cls(
            check.kind,
            check.name,
            check.statement,
            broken.message,
            check.pointer,
            check.operations,
            exchange.curl() if exchange is not None else None,
            f"{check.id}@{trial.profile.name}.{trial.seed}",
        )


class Enough(Exception):
    """A departure was found, and one was all that was asked for."""


@dataclass(slots=True)
class Verdict:
    """What a judgement came to so far. With `until_broken` the first finding ends it."""

    until_broken: bool = False
    findings: list[Finding] = field(default_factory=list)
    held: list[Check] = field(default_factory=list)
    """What was checked and found right."""
    passed_over: list[tuple[str, str]] = field(default_factory=list)
    """(name, reason) of what does not apply."""
    left_out: list[str] = field(default_factory=list)
    """Names of what should have been judged and could not be here."""
    fuzzing: Outcome = field(default_factory=lambda: Outcome(passed=True, ran=False))
    accepted: dict[str, int] = field(default_factory=dict)
    """By operation id: how often a request was accepted."""
    unjudged: str = ""
    """Why the judgement could not be brought to its end; empty when it was."""

    @property
    def conforms(self) -> bool:
        """Whether nothing was found, by the fuzzer or by us."""
        return self.fuzzing.passed and not self.findings

    def note(self, finding: Finding) -> None:
        """Add a finding, and say so. Raises Enough when no more of them are wanted."""
        self.findings.append(finding)
        print(f"  {finding.kind} broken: {finding.name}: {finding.message}", flush=True)
        if self.until_broken:
            raise Enough

    def leave_out(self, name: str, reason: str) -> None:
        """Note what cannot be judged here, once, and say so: the verdict is not about it."""
        if name not in self.left_out:
            self.left_out.append(name)
            self.passed_over.append((name, reason))
            print(f"  {name} left out: {reason}", flush=True)

    def count(self, accepted: Mapping[str, int]) -> None:
        """Count accepted requests, by operation id."""
        for name, number in accepted.items():
            self.accepted[name] = self.accepted.get(name, 0) + number

    def check_reach(self, operations: Collection[Operation]) -> None:
        """Every operation must have accepted a request: a server that refuses everything conforms
        to nothing."""
        statement = "Every operation accepts a valid request, with a body where it takes one."
        for operation in operations:
            if not self.accepted.get(operation.id):
                message = f"{operation.method} {operation.path} accepted no request"
                pointer, ids = operation.pointer, (operation.id,)
                self.note(Finding("reach", operation.id, statement, message, pointer, ids))

    def line(self, operations: Collection[Operation], scope: str, seconds: float) -> str:
        """The verdict in one line; `scope` says what of the spec it is about."""
        word = "CONFORMS" if self.conforms else "DEPARTS"
        if self.unjudged:
            word = "COULD NOT JUDGE"
        reached = sum(1 for operation in operations if self.accepted.get(operation.id))
        requests = sum(self.fuzzing.cases.values())
        fuzzing = "" if self.fuzzing.passed else ", and schemathesis found failures"
        broken = len({(finding.kind, finding.name) for finding in self.findings})
        return (
            f"{word}{scope}: {reached} of {len(operations)} operations reached, {requests} fuzzed "
            f"requests, {len(self.held)} laws and stories held, {broken} broken{fuzzing} "
            f"({seconds:.0f} s)"
        )
