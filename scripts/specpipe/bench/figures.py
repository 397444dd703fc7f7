"""Figures of several rounds: medians, spreads, and ratios of what was measured in one round."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Figure:
    """A quantity as each round measured it, in the order of the rounds; one at least."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        """The value in the middle."""
        return statistics.median(self.values)

    @property
    def low(self) -> float:
        """The least value."""
        return min(self.values)

    @property
    def high(self) -> float:
        """The largest value."""
        return max(self.values)

    def over(self, other: Figure) -> Figure:
        """The ratio of this and `other`, round by round: what slowed a whole round down is in both
        and cancels out. Raises ValueError when they have not as many rounds."""
        pairs = zip(self.values, other.values, strict=True)
        return Figure(tuple(ours / theirs if theirs else float("inf") for ours, theirs in pairs))


def highest(figures: list[Figure]) -> Figure | None:
    """In each round the largest of several figures; None when there are none."""
    if not figures:
        return None
    return Figure(tuple(map(max, zip(*(figure.values for figure in figures), strict=True))))


@dataclass(frozen=True, slots=True)
class Place:
    """What a figure is of: a `case` of a benchmark's `row`, a `subject`, and a `measure`."""

    row: str
    case: str
    subject: str
    measure: str


@dataclass(frozen=True, slots=True)
class Results:
    """All that was measured, in the order of measuring."""

    values: dict[Place, list[float]] = field(default_factory=dict)

    def add(self, row: str, case: str, subject: str, **measures: float) -> None:
        """Note what one round gave."""
        for measure, value in measures.items():
            self.values.setdefault(Place(row, case, subject, measure), []).append(value)

    def figure(self, row: str, case: str, subject: str, measure: str) -> Figure | None:
        """The figure of a place; None when it was not measured."""
        values = self.values.get(Place(row, case, subject, measure))
        return Figure(tuple(values)) if values else None

    def ratio(self, row: str, case: str, ours: str, theirs: str, measure: str) -> Figure | None:
        """Of two subjects in one case; None unless both were measured."""
        one = self.figure(row, case, ours, measure)
        other = self.figure(row, case, theirs, measure)
        return one.over(other) if one is not None and other is not None else None

    def figures(self) -> Iterator[tuple[Place, Figure]]:
        """All of them."""
        for place, values in self.values.items():
            yield place, Figure(tuple(values))
