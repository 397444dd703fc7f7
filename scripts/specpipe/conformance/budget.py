"""About how many requests a plan will send: said up front, and what shards are weighed by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from specpipe.conformance.plan import Plan
from specpipe.conformance.trial import Trial
from specpipe.spec.model import Operation

STEPS = 5
"""Requests of a scenario in which one builds on another's answer; seldom more, often fewer."""


@dataclass(frozen=True, slots=True)
class Budget:
    """Requests: of each operation fuzzed by itself, by id, and of all that build on each other."""

    fuzzed: Mapping[str, int]
    linked: int

    def line(self, plan: Plan, rate: float) -> str:
        """What will be sent for a plan, or a part of it, in one line."""
        checks = sum(check.cost for check in plan.checks)
        fuzzed = sum(self.fuzzed[o.id] for o in plan.fuzzed) + (self.linked if plan.linked else 0)
        text = f"{len(plan.checks)} checks, about {checks:,} requests"
        if fuzzed:
            count = len({o.id for o in (*plan.fuzzed, *plan.linked)})
            text += f"; {count} operation{'s' * (count != 1)} fuzzed, about {fuzzed:,} requests"
        if rate:
            text += f"; {(checks + fuzzed) / rate / 60:.0f} minutes or more at this rate"
        return text


def budget(plan: Plan, trial: Trial) -> Budget:
    """What a plan will send. The cases of the coverage phase, which are by far the most, are
    counted; the rest is what the profile allows for."""
    covered: Mapping[str, int] = {}
    if "coverage" in trial.profile.phases and plan.fuzzed:
        covered = coverage(trial, {operation.id for operation in plan.fuzzed})
    return Budget(
        {o.id: examples(o, trial) + covered.get(o.id, 0) for o in plan.fuzzed},
        trial.profile.examples * STEPS,
    )


def examples(operation: Operation, trial: Trial) -> int:
    """How many are drawn for an operation; where it takes nothing there is but one request."""
    takes_something = operation.parameters or operation.body is not None
    return trial.profile.examples if takes_something else 1


def coverage(trial: Trial, ids: set[str]) -> dict[str, int]:
    """How many cases the coverage phase has for operations, by id: they are made, and not sent.
    It takes seconds for a large spec, where sending them takes minutes."""
    import schemathesis
    from schemathesis.core.result import Err

    schema = schemathesis.openapi.from_path(trial.spec)
    if trial.foreign:
        schema.config.phases.coverage.unexpected_methods = set()
    counts = {}
    for result in schema.get_all_operations():
        if isinstance(result, Err):
            continue  # schemathesis will say so when it fuzzes
        operation = result.ok()
        id = operation.definition.raw.get("operationId")
        if id in ids:
            config = schema.config.generation_for(operation=operation, phase="coverage")
            cases = schema.iter_coverage_cases(
                operation, generation_modes=config.modes, generation_config=config
            )
            counts[id] = sum(1 for _ in cases)
    return counts
