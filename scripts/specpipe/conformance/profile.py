"""How much work a judgement is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Profile:
    """`phases` of schemathesis, and how many examples it draws per operation; `rounds` of the
    laws, each with other random choices; `histories` of each resource, with so many `steps`."""

    name: str
    phases: tuple[str, ...]
    examples: int
    rounds: int
    histories: int
    steps: int


PROFILES = {
    "smoke": Profile("smoke", ("examples", "fuzzing", "stateful"), 3, 1, 10, 12),
    "quick": Profile("quick", ("examples", "coverage", "fuzzing", "stateful"), 40, 3, 50, 30),
    "deep": Profile("deep", ("examples", "coverage", "fuzzing", "stateful"), 1000, 20, 300, 60),
}
