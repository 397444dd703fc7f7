"""Long random histories of one resource, each answer held against the reference model.

Hypothesis chooses the acts; what goes wrong is made short by `history_shorter`, which knows what an
act is and so needs far fewer requests than hypothesis would, which knows the choices behind it.
This module imports hypothesis, so it is imported where histories are made only.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from functools import partial

import hypothesis
from hypothesis.stateful import run_state_machine_as_test

from specpipe.conformance.drawn import Over, settings
from specpipe.conformance.history_acts import Act, Telling, can_be_told, renamed
from specpipe.conformance.history_machine import machine
from specpipe.conformance.history_shorter import shortest
from specpipe.conformance.ledger import Broken
from specpipe.conformance.profile import Profile
from specpipe.conformance.subject import Subject

MOST = (2, 5, 2)
"""How many things histories create, in turn: few, so that much is done to each."""
SHORTENING = 3_000
"""How many more requests may go into making a history short."""


def tell(subject: Subject, profile: Profile, seed: int, salt: str) -> Broken | None:
    """Make the histories of a resource: the shortest story that departs from the contract, if one
    does. `salt` goes into ids. Raises Trespass, Unreachable and ToolError."""
    for number in range(profile.histories):
        telling = Telling(subject, f"{seed}/{number}/{salt}")
        # A run of hypothesis for each: in a longer one most would be variations of a few, which
        # find less than histories that have nothing in common. It begins with the simplest that
        # there is, the first rule over and over, which is not done.
        begin = partial(next, iter((None, telling)), None)
        kind = hypothesis.seed(seed + number)(machine(subject, begin, MOST[number % len(MOST)]))
        with contextlib.suppress(Over):
            run_state_machine_as_test(kind, settings=settings(2, profile.steps))
        if telling.stopped is not None:
            raise telling.stopped
        if telling.broken is not None:
            return story(subject, telling, f"{seed}/{number}/{salt}")
    return None


def story(subject: Subject, telling: Telling, seed: str) -> Broken:
    """What went wrong in a history, after as few acts as it takes."""
    most = subject.sent + SHORTENING
    found = telling
    tries = 0

    def fails(acts: Sequence[Act]) -> Sequence[Act] | None:
        nonlocal found, tries
        if subject.sent >= most or not can_be_told(acts):
            return None
        tries += 1
        again = Telling(subject, f"{seed}/{tries}")
        for act in acts:
            again.do(act)
            if again.broken is not None:
                break
        again.end()
        if again.broken is None:
            return None
        found = again
        return again.acts

    fails(renamed(shortest(telling.acts, fails)))
    assert found.broken is not None
    lines = [f"\n  {n}. {act.line()}" for n, act in enumerate(found.acts, 1)]
    once = "" if found is not telling else " (once: it did not come again)"
    return Broken(found.broken.message + once + "".join(lines), found.broken.exchange)
