"""What newer servers turned out to send beyond the contract.

Members that a model lacks tend to come again with each answer. Those seen once are noted here, so
that `_twins` can make decoders that expect them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

LIMIT = 32
"""Members noted for one model: more of them are not a newer contract, but names made up."""
LONGEST = 128
"""Characters of such a member's name: what is noted stays for as long as the process."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """Members of one model, by their wire names: those it lacks, and those that were null although
    the contract has no null there."""

    surplus: frozenset[str] = frozenset()
    nulls: frozenset[str] = frozenset()


_lessons: dict[type, Lesson] = {}
_made: list[dict[Any, Any]] = [{}]


def made() -> dict[Any, Any]:
    """What has been made of the notes. It holds until the next one, which brings a new dict: what
    another thread makes of the notes before it goes into the old one, and is gone with it."""
    return _made[0]


def learn(model: type, surplus: Iterable[str], nulls: Iterable[str]) -> None:
    """Note what an object of `model` had. Two threads at once can lose a note: it comes again."""
    known = lesson(model)
    more = Lesson(known.surplus.union(filter(_is_plain, surplus)), known.nulls.union(nulls))
    if more != known and len(more.surplus) <= LIMIT:
        _lessons[model] = more
        _made[0] = {}


def lesson(model: type) -> Lesson:
    """What has been noted for `model`."""
    return _lessons.get(model, Lesson())


def _is_plain(name: str) -> bool:
    """Whether a member of a struct can have the name."""
    return len(name) <= LONGEST and name.isprintable() and not {'"', "\\"} & set(name)
