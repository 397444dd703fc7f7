"""What a law is, and the register of all of them."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from specpipe.conformance.difference import difference
from specpipe.conformance.exchange import same
from specpipe.conformance.ledger import Broken
from specpipe.conformance.subject import Subject
from specpipe.spec.model import Behaviour

Keep = Callable[[Subject, random.Random], None]


@dataclass(frozen=True, slots=True)
class Law:
    """Something that must hold because of what `x-resource` says. `keep` raises Broken when it
    does not, and Missing when the spec lacks an operation that it needs."""

    name: str
    statement: str
    about: tuple[type[Behaviour], ...]
    """The verbs whose contract it is; it may use others to get there."""
    keep: Keep
    requests: int
    """About how many it sends."""


LAWS: list[Law] = []


def law(*about: type[Behaviour], requests: int) -> Callable[[Keep], Keep]:
    """Register a function as a law about these verbs that takes about so many requests: its name
    is the function's, its statement the docstring."""

    def register(keep: Keep) -> Keep:
        statement = " ".join((keep.__doc__ or "").split())
        LAWS.append(Law(keep.__name__.replace("_", "-"), statement, about, keep, requests))
        return keep

    return register


def agree(first: Any, second: Any, what: str) -> None:
    """Raise Broken, with what differs, unless two JSON values are the same; `what` says what they
    are."""
    holds(same(first, second), f"{what} differ: {difference(first, second)}")


def holds(condition: object, message: str) -> None:
    """Raise Broken with `message` unless `condition`."""
    if not condition:
        raise Broken(message)
