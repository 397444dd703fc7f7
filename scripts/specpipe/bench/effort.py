"""How much work a run of the benchmarks is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Effort:
    """`rounds` in which the subjects take turns; `seconds` that one load lasts (whole ones, as wrk
    counts them); the numbers of `connections` to measure at; the things in a `large` and in a
    `small` database."""

    rounds: int
    seconds: int
    connections: tuple[int, ...]
    large: int
    small: int


FULL = Effort(rounds=3, seconds=2, connections=(1, 16, 64), large=1_000_000, small=1_000)
QUICK = Effort(rounds=1, seconds=1, connections=(16, 64), large=20_000, small=1_000)
"""Shows that everything works; its figures say little."""
