"""What a law is, and the register of all of them."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from specpipe.conformance.ledger import Broken
from specpipe.conformance.subject import Subject

Check = Callable[[Subject, random.Random], None]


@dataclass(frozen=True, slots=True)
class Law:
    """Something that must hold because of what `x-resource` says. `check` raises Broken when it
    does not, and Missing when the spec lacks an operation that it needs."""

    name: str
    statement: str
    check: Check


LAWS: list[Law] = []


def law(check: Check) -> Check:
    """Register a check as a law: its name is the function's, its statement the docstring."""
    statement = " ".join((check.__doc__ or "").split())
    LAWS.append(Law(check.__name__.replace("_", "-"), statement, check))
    return check


def holds(condition: object, message: str) -> None:
    """Raise Broken with `message` unless `condition`."""
    if not condition:
        raise Broken(message)
