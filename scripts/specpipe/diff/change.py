"""A change and how bad it is. Everything that compares gives these; everything that prints takes
them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

from specpipe.diagnostics import Location, one_line
from specpipe.spec.nodes import Node

Area = Literal["api", "server", "python", "typescript"]
AREAS: tuple[Area, ...] = ("api", "server", "python", "typescript")
"""In the order of reports."""
SDKS = ("python", "typescript")
EVERYBODY = (*SDKS, "server")
SERVER = ("server",)
DOCS = ("docs",)
LONGEST = 80
"""Characters of the spec's text that a sentence shows."""


class Impact(IntEnum):
    """What a change asks of the version. Worse is greater."""

    PATCH = 1
    MINOR = 2
    BREAKING = 3

    @property
    def word(self) -> str:
        """As people write it, and the type of a change fragment."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a change is: `location`, in the base when `in_base`, and the nearest place in the
    head (the same one otherwise)."""

    location: Location
    in_base: bool
    head: Location

    def __str__(self) -> str:
        return f"{self.location.file}:{self.location.line}{' (base)' * self.in_base}"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is different. `kind` is a stable name, `sentence` is for people."""

    impact: Impact
    area: Area
    kind: str
    sentence: str
    place: Place
    affects: tuple[str, ...]
    """SDKs, `server`, or `docs` where nothing but text changes."""

    def __str__(self) -> str:
        return one_line(f"{self.place}: {self.impact.word}: {self.sentence}")


def worst_first(change: Change) -> tuple[int, int, str, int, str, str]:
    """The order of changes in all that is printed: the same for the same changes."""
    where = change.place.location
    area = AREAS.index(change.area)
    return (-change.impact, area, where.file, where.line, change.kind, change.sentence)


def at_head(node: Node) -> Place:
    """The place of something that the head has."""
    return Place(node.location, False, node.location)


def at_base(node: Node, head: Node) -> Place:
    """The place of something that only the base has; `head` is what held it."""
    return Place(node.location, True, head.location)


def code(text: object) -> str:
    """A name or value of the spec inside a sentence, as a code span of Markdown: in there nothing
    acts, whatever it is."""
    shown = one_line(str(text)).strip() or " "
    if len(shown) > LONGEST:
        shown = f"{shown[:LONGEST]}…"
    fence = "`"
    while fence in shown:
        fence += "`"
    pad = " " if "`" in shown else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def change(
    impact: Impact,
    kind: str,
    sentence: str,
    place: Place,
    *,
    affects: tuple[str, ...] = EVERYBODY,
    area: Area = "api",
) -> Change:
    """A change that is everybody's, unless told otherwise."""
    return Change(impact, area, kind, sentence, place, affects)
