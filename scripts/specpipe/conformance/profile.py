"""How much work a judgement is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Profile:
    """`phases` of schemathesis, and how many examples it draws per operation; `rounds` of the
    laws, each with other random choices. `calls` of each operation through each SDK, and `answers`
    to it with something odd about their JSON. `histories` of each resource, with so many `steps`.
    """

    name: str
    phases: tuple[str, ...]
    examples: int
    rounds: int
    calls: int
    answers: int
    histories: int
    steps: int


ALL = ("examples", "coverage", "fuzzing", "stateful")
PROFILES = {
    "smoke": Profile("smoke", ("examples", "fuzzing", "stateful"), 3, 1, 6, 30, 15, 16),
    "quick": Profile("quick", ALL, 40, 3, 40, 200, 50, 30),
    "deep": Profile("deep", ALL, 1000, 20, 500, 4000, 300, 60),
}
