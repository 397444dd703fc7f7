"""What behaviour needs from outside: storage, schemas, the time, new ids, and limits."""

from __future__ import annotations

import itertools
import os
import random
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from . import instants
from .json_input import Schemas
from .limits import Limits
from .store import Store


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the time (microseconds since the epoch) and new ids come from."""

    now: Callable[[], int]
    new_id: Callable[[], str]


def real_sources() -> Sources:
    """The clock, and UUIDs that begin with it (version 7)."""
    ids = ids_in_order()
    return Sources(instants.now, lambda: next(ids))


def ids_in_order() -> Iterator[str]:
    """UUIDs of version 7 (RFC 9562, 5.7): 48 bits of milliseconds, then 74 random ones. Those that
    are made after one another stand beside one another in an index, so that storing them costs a
    database less than half of what random ones do (spec/DECISIONS.md has the figures).

    The system is asked for randomness once in a while: a call of its own for each id would take
    longer than everything else about it.
    """
    while True:
        randomness = os.urandom(10 * 256)
        for start in range(0, len(randomness), 10):
            milliseconds = instants.now() // 1_000
            high, low = divmod(int.from_bytes(randomness[start : start + 10]) >> 6, 1 << 62)
            number = (milliseconds << 80) | (0x7 << 76) | (high << 64) | (0x2 << 62) | low
            yield str(uuid.UUID(int=number))


def repeatable_sources(seed: int) -> Sources:
    """A clock that advances by a millisecond whenever it is read, and ids from `seed`: the same
    requests then get the same answers. For tests only."""
    numbers = random.Random(seed)
    ticks = itertools.count(1_700_000_000_000_000, 1_000)
    return Sources(
        lambda: next(ticks), lambda: str(uuid.UUID(int=numbers.getrandbits(128), version=4))
    )


@dataclass(frozen=True, slots=True)
class Context:
    """All of it."""

    store: Store
    schemas: Schemas
    sources: Sources
    limits: Limits
