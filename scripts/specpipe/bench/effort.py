"""How much work a run of the benchmarks is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is done. `rounds` in which the subjects take turns, of SDKs `client_rounds`;
    `seconds` that one load lasts (whole ones, as wrk counts them); the numbers of `connections` to
    measure at; the things in a `large` and in a `small` database; the things in the `snapshot` that
    an SDK decodes, and how many processes `repeats` that in one round; the `operations` of
    synthetic specs; the rounds (`sizings`) of what takes long, these specs and several servers on
    one database; the `profile` that a server is judged in."""

    rounds: int
    client_rounds: int
    seconds: int
    connections: tuple[int, ...]
    large: int
    small: int
    snapshot: int
    repeats: int
    operations: tuple[int, ...]
    sizings: int
    profile: str


FULL = Effort(
    rounds=2,
    client_rounds=3,
    seconds=1,
    connections=(1, 16, 64),
    large=1_000_000,
    small=1_000,
    snapshot=10_000,
    repeats=1,
    operations=(10, 100, 500, 1_000),
    sizings=1,
    profile="quick",
)
QUICK = Effort(
    rounds=1,
    client_rounds=1,
    seconds=1,
    connections=(16, 64),
    large=20_000,
    small=1_000,
    snapshot=500,
    repeats=1,
    operations=(10, 20),
    sizings=1,
    profile="smoke",
)
"""Shows that everything works; its figures say little."""
