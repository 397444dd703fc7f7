"""A part of a judgement, for judging with several machines at once: SHARD=2/4."""

from __future__ import annotations

import re
from dataclasses import dataclass

from specpipe.conformance.budget import Budget
from specpipe.conformance.plan import Plan
from specpipe.diagnostics import ToolError

FORM = re.compile(r"([0-9]{1,4})/([0-9]{1,4})")
LINKED = "linked"


@dataclass(frozen=True, slots=True)
class Shard:
    """The part `number`, from 1, `of` so many. Together they are the whole, each thing once."""

    number: int
    of: int

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"

    def part(self, plan: Plan, budget: Budget) -> Plan:
        """What of a plan this shard does. The parts depend on nothing but plan and budget, and
        are about as much work each."""
        work = {f"check {check.id}": check.cost for check in plan.checks}
        work |= {f"fuzz {o.id}": budget.fuzzed[o.id] for o in plan.fuzzed}
        if plan.linked:
            work[LINKED] = budget.linked
        loads = [0] * self.of
        mine = set()
        for name in sorted(work, key=lambda name: (-work[name], name)):
            lightest = loads.index(min(loads))
            # One that sends nothing is work as well.
            loads[lightest] += max(1, work[name])
            if lightest == self.number - 1:
                mine.add(name)
        return Plan(
            tuple(check for check in plan.checks if f"check {check.id}" in mine),
            tuple(o for o in plan.fuzzed if f"fuzz {o.id}" in mine),
            plan.linked if LINKED in mine else (),
        )


def parse(text: str) -> Shard | None:
    """What SHARD asks for; None when it is empty. Raises ToolError."""
    if not text:
        return None
    match = FORM.fullmatch(text)
    if match is None or not 1 <= int(match[1]) <= int(match[2]):
        raise ToolError(f"SHARD: {text}: write it as 1/4, 2/4, 3/4 or 4/4")
    return Shard(int(match[1]), int(match[2]))
