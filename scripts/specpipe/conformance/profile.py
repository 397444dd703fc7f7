"""How much work a judgement is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Profile:
    """`phases` of schemathesis, and how many examples it draws per operation; `rounds` of the
    laws, each with other random choices. `calls` of each operation through each SDK, and `answers`
    to it with something odd about their JSON."""

    name: str
    phases: tuple[str, ...]
    examples: int
    rounds: int
    calls: int
    answers: int


PROFILES = {
    "smoke": Profile("smoke", ("examples", "fuzzing", "stateful"), 3, 1, 6, 30),
    "quick": Profile("quick", ("examples", "coverage", "fuzzing", "stateful"), 40, 3, 40, 200),
    "deep": Profile("deep", ("examples", "coverage", "fuzzing", "stateful"), 1000, 20, 500, 4000),
}
