"""How to list ids by ranges of time without reading more than it takes.

Two queries give the same list. One *sorts* the matches: right when they are few. The other *scans*
all records in the order of the list until it has enough: right when matches are many and lie
early. Which is cheaper cannot be known beforehand, so both are tried a little, then a little more:
either soon ends, and what was spent on trying stays a fraction of it. A scan begins and ends where
matches can be: nothing is updated before it is created, so a range of one time bounds the other.

The SQL is what SQLite and PostgreSQL both understand; `?` stands for an argument. They need an
index on (kind, created, seq, updated, id), and one with the two times exchanged. A unary plus
before a column keeps the engine from using its index, and does nothing else.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Literal

from .store import LARGEST_INTEGER, Range, Selection

STEPS = (1_000, 50_000)
"""Rows that are looked at before a query is chosen, in one try after the other."""


@dataclass(frozen=True, slots=True)
class Query:
    """A statement and its arguments."""

    text: str
    arguments: tuple[str | int, ...]


def choose(
    kind: str, selection: Selection, steps: Sequence[int] = STEPS
) -> Generator[Query, int, Query]:
    """The query that lists what `selection` names, one id a row. Each query that is yielded
    counts something (one row, one number), which is to be sent back."""
    listing = Listing(kind, selection)
    limit = selection.limit
    if listing.has_everything or limit == 0:
        return listing.scan()
    for size in steps:
        unbounded = listing.ranges_to_count(size)
        if not unbounded or (yield listing.count(unbounded, size)) < size:
            return listing.sort()
        if limit is not None and limit <= size and (yield listing.count_among(size)) == limit:
            return listing.scan()
    return listing.scan()


class Listing:
    """The queries for one selection."""

    def __init__(self, kind: str, selection: Selection) -> None:
        direction = "DESC" if selection.descending else "ASC"
        self._kind = kind
        self._order = selection.order
        self._ranges = selection.ranges
        self._limit = None if selection.limit is None else min(selection.limit, LARGEST_INTEGER)
        self._span = span(selection.order, selection.ranges)
        self._by_index = f"ORDER BY {self._order} {direction}, seq {direction}"
        self._sorted = f"ORDER BY at {direction}, seq {direction}"

    @property
    def has_everything(self) -> bool:
        """Whether every record matches."""
        return not self._ranges or any(r.start is None and r.end is None for r in self._ranges)

    def ranges_to_count(self, size: int) -> list[Range]:
        """The ranges of which more than `size` rows might have to be read for sorting: one on the
        time that is ordered by is read up to the limit only."""
        ends_early = self._limit is not None and self._limit <= size
        return [r for r in self._ranges if not (ends_early and r.time == self._order)]

    def count(self, ranges: Sequence[Range], size: int) -> Query:
        """How many rows `ranges` have, those in two of them twice; `size` stands for any more."""
        parts: list[str] = []
        arguments: list[str | int] = []
        for range_ in ranges:
            condition, bounds = _within(range_)
            parts.append(f"SELECT 1 FROM records WHERE kind=? AND {condition}")
            arguments += [self._kind, *bounds]
        text = (
            f"SELECT count(*) FROM (SELECT 1 FROM ({' UNION ALL '.join(parts)}) AS a LIMIT ?) AS b"
        )
        return Query(text, (*arguments, size))

    def count_among(self, size: int) -> Query:
        """How many of the first `size` rows of all match, up to the limit, which must be given."""
        span, ends = _within(self._span)
        condition, bounds = self._condition()
        text = (
            "SELECT count(*) FROM (SELECT 1 FROM (SELECT created, updated FROM records WHERE "
            f"kind=? AND {span} {self._by_index} LIMIT ?) AS a WHERE {condition} LIMIT ?) AS b"
        )
        return Query(text, (self._kind, *ends, size, *bounds, self._limit or 0))

    def scan(self) -> Query:
        """All rows in order; those that match, until there are enough."""
        span, ends = _within(self._span)
        condition, bounds = self._condition()
        text = f"SELECT id FROM records WHERE kind=? AND {span} AND {condition} {self._by_index}"
        return self._limited(text, (self._kind, *ends, *bounds))

    def sort(self) -> Query:
        """The first rows of each range, put together and sorted."""
        parts = [self._part(range_) for range_ in self._ranges]
        text = " UNION ".join(f"SELECT at, seq, id FROM ({part.text}) AS a" for part in parts)
        arguments = tuple(argument for part in parts for argument in part.arguments)
        return self._limited(f"SELECT id FROM ({text}) AS b {self._sorted}", arguments)

    def _part(self, range_: Range) -> Query:
        condition, bounds = _within(range_)
        sign = "" if range_.time == self._order else "+"
        columns = f"{sign}{self._order} AS at, seq, id"
        text = f"SELECT {columns} FROM records WHERE kind=? AND {condition} {self._sorted}"
        return self._limited(text, (self._kind, *bounds))

    def _limited(self, text: str, arguments: tuple[str | int, ...]) -> Query:
        if self._limit is None:
            return Query(text, arguments)
        return Query(f"{text} LIMIT ?", (*arguments, self._limit))

    def _condition(self) -> tuple[str, list[int]]:
        """What a row has to match, for a scan."""
        if self.has_everything:
            return "true", []
        parts = [_within(range_, sign="+") for range_ in self._ranges]
        text = " OR ".join(condition for condition, _ in parts)
        return f"({text})", [bound for _, bounds in parts for bound in bounds]


def span(order: Literal["created", "updated"], ranges: Sequence[Range]) -> Range:
    """The range of the time `order` in which everything lies that is in any of `ranges`."""
    starts = [r.start if r.time == "created" or order == "updated" else None for r in ranges]
    ends = [r.end if r.time == "updated" or order == "created" else None for r in ranges]
    known_starts = [start for start in starts if start is not None]
    known_ends = [end for end in ends if end is not None]
    return Range(
        order,
        min(known_starts) if known_starts and len(known_starts) == len(ranges) else None,
        max(known_ends) if known_ends and len(known_ends) == len(ranges) else None,
    )


def _within(range_: Range, sign: str = "") -> tuple[str, list[int]]:
    """The condition that a row is in a range, and its arguments."""
    ends = [(">=", range_.start), ("<=", range_.end)]
    given = [(comparison, bound) for comparison, bound in ends if bound is not None]
    text = " AND ".join(f"{sign}{range_.time}{comparison}?" for comparison, _ in given)
    return f"({text or 'true'})", [bound for _, bound in given]
