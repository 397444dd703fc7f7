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
    """The clock, and random UUIDs (version 4)."""
    ids = random_ids()
    return Sources(instants.now, lambda: next(ids))


def random_ids() -> Iterator[str]:
    """UUIDs (version 4), for which the system is asked for randomness once in a while: a call of
    its own for each would take longer than everything else about it."""
    while True:
        randomness = os.urandom(16 * 256)
        for start in range(0, len(randomness), 16):
            yield str(uuid.UUID(bytes=randomness[start : start + 16], version=4))


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
