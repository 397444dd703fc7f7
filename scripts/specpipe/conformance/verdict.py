"""What a judgement comes to."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from specpipe.conformance.fuzz import Outcome
from specpipe.conformance.ledger import Broken
from specpipe.spec.model import Operation


@dataclass(frozen=True, slots=True)
class Finding:
    """A departure from the spec: which check found it, in what, and how to see it again."""

    check: str
    name: str
    statement: str
    message: str
    curl: str | None = None


@dataclass(slots=True)
class Verdict:
    """What a judgement came to so far."""

    findings: list[Finding] = field(default_factory=list)
    held: list[tuple[str, str, str]] = field(default_factory=list)
    """(check, name, statement) of what was checked and found right."""
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

    def note(self, check: str, name: str, statement: str, broken: Broken) -> None:
        """Add a finding."""
        curl = broken.exchange.curl() if broken.exchange is not None else None
        self.findings.append(Finding(check, name, statement, broken.message, curl))
        print(f"  {check} broken: {name}: {broken.message}", flush=True)

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
                self.note("reach", operation.id, statement, Broken(message))

    def line(self, operations: Collection[Operation], scope: str, seconds: float) -> str:
        """The verdict in one line; `scope` says what of the spec it is about."""
        word = "CONFORMS" if self.conforms else "DEPARTS"
        if self.unjudged:
            word = "COULD NOT JUDGE"
        reached = sum(1 for operation in operations if self.accepted.get(operation.id))
        requests = sum(self.fuzzing.cases.values())
        fuzzing = "" if self.fuzzing.passed else ", and schemathesis found failures"
        broken = len({(finding.check, finding.name) for finding in self.findings})
        return (
            f"{word}{scope}: {reached} of {len(operations)} operations reached, {requests} fuzzed "
            f"requests, {len(self.held)} laws and stories held, {broken} broken{fuzzing} "
            f"({seconds:.0f} s)"
        )
