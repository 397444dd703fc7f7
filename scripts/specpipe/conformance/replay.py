"""Making one check again, by the id that a finding gives: REPLAY=kind/name@profile.seed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from specpipe.conformance.fuzz_checks import NAMES
from specpipe.conformance.plan import Plan
from specpipe.conformance.profile import PROFILES
from specpipe.conformance.verdict import Verdict
from specpipe.diagnostics import ToolError
from specpipe.spec.model import Operation

FORM = re.compile(r"(?P<kind>[a-z-]+)/(?P<name>.+)@(?P<profile>[a-z]+)\.(?P<seed>\d+)")
FUZZ, REACH = "fuzz", "reach"


@dataclass(frozen=True, slots=True)
class Replay:
    """What to make again: the check `kind/name`, with the requests of that profile and seed."""

    kind: str
    name: str
    profile: str
    seed: int

    @property
    def operation(self) -> str:
        """The operation that it is about, where the name says so."""
        return self.name.rpartition("/")[0] if self.kind == FUZZ else self.name

    def narrow(self, plan: Plan) -> Plan:
        """What of a plan has to be done for it. Raises ToolError when there is no such check."""
        checks = tuple(check for check in plan.checks if check.id == f"{self.kind}/{self.name}")
        fuzzed: tuple[Operation, ...] = ()
        if self.kind in (FUZZ, REACH):
            fuzzed = tuple(o for o in plan.fuzzed if o.id == self.operation)
            checks = plan.about([self.operation]).checks if self.kind == REACH else ()
        unknown = self.kind == FUZZ and self.name.rpartition("/")[2] not in NAMES
        if unknown or (not checks and not fuzzed):
            raise ToolError(f"REPLAY: there is no check {self.kind}/{self.name} of this server")
        return Plan(checks, fuzzed)

    def rounds(self, whole: Plan) -> Iterator[tuple[Operation, ...]]:
        """What to fuzz until it is found again: the operation alone, which is quick, then all of
        them, since what one does may need what another did before."""
        yield self.narrow(whole).fuzzed
        if self.kind == FUZZ:
            yield whole.fuzzed

    def wanted(self, found: Mapping[str, Any]) -> bool:
        """Whether a `departures.Departure` is what was to be found again."""
        return self.kind == FUZZ and self.name == f"{found['operation']}/{found['check']}"

    def settle(self, verdict: Verdict) -> None:
        """Raises ToolError when it could not be made, and so neither holds nor departs."""
        skipped = [reason for name, reason in verdict.passed_over if name == self.name]
        if skipped:
            raise ToolError(f"{self.kind}/{self.name} cannot be made here: {skipped[0]}")


def parse(text: str) -> Replay | None:
    """What REPLAY asks for; None when it is empty. Raises ToolError."""
    if not text:
        return None
    match = FORM.fullmatch(text)
    if match is None or match["profile"] not in PROFILES:
        raise ToolError(f"REPLAY: {text}: write it as a finding does: kind/name@profile.seed")
    return Replay(match["kind"], match["name"], match["profile"], int(match["seed"]))
