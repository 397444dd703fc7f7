"""How much work a judgement is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Profile:
    """`phases` of schemathesis, and how many examples it draws per operation; `rounds` of the
    laws, each with other random choices. `calls` of each operation through each SDK, and `answers`
    to it with something odd about their JSON; `mirrored` ones of each schema are drawn by
    schemathesis, which takes long, and as many that are not of it. `histories` of each resource,
    with so many `steps`."""

    name: str
    phases: tuple[str, ...]
    examples: int
    rounds: int
    calls: int
    answers: int
    mirrored: int
    histories: int
    steps: int


ALL = ("examples", "coverage", "fuzzing", "stateful")
PROFILES = {
    "smoke": Profile(
        name="smoke",
        phases=("examples", "fuzzing", "stateful"),
        examples=3,
        rounds=1,
        calls=6,
        answers=30,
        mirrored=0,
        histories=15,
        steps=16,
    ),
    "quick": Profile(
        name="quick",
        phases=ALL,
        examples=40,
        rounds=3,
        calls=40,
        answers=200,
        mirrored=0,
        histories=50,
        steps=30,
    ),
    "deep": Profile(
        name="deep",
        phases=ALL,
        examples=1000,
        rounds=20,
        calls=500,
        answers=4000,
        mirrored=20,
        histories=300,
        steps=60,
    ),
}
