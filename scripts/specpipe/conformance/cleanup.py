"""Removing from somebody's server what a run that was killed left there, by its journal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from specpipe.conformance.gate import Gate
from specpipe.conformance.journal import kept, pending
from specpipe.conformance.judge import removed
from specpipe.conformance.ledger import Broken, Ledger
from specpipe.conformance.own_gate import replied
from specpipe.conformance.subject import member
from specpipe.conformance.trial import Trial
from specpipe.conformance.wire import Wire
from specpipe.diagnostics import ToolError
from specpipe.spec.model import Get, Resource

REMOVED, GONE, STUCK = "removed", "gone already", "could not be removed"
OTHER = "left alone: created at another time than the judge's, so not its own"


def clean_up_after(trial: Trial, say: Callable[[str], None]) -> int:
    """Delete what the journal of the server names, and nothing else. Gives the exit status: 0 when
    nothing is left there. Raises ToolError and Unreachable."""
    url = trial.server.base_url
    if not pending(url):
        say(f"nothing to remove: no run has left anything on {url} that is known here")
        return 0
    counts: Counter[str] = Counter()
    with kept(url) as journal, trial.wire() as wire:
        wire.gate = Gate(trial.pace)
        found = pending(url)
        resources = {resource.name.wire: resource for resource in trial.api.resources}
        for of in {of for of, _ in found.things} - resources.keys():
            raise ToolError(f"the journal names a {of}, which is not in this spec: say its SPEC")
        for (of, id), created in found.things.items():
            result = outcome(trial, wire, resources[of], id, created)
            counts[result] += 1
            if result != STUCK:
                journal.gone(of, id)
        for number, at in found.unanswered.items():
            say(
                f"a create sent at {at} had no answer that names it: "
                "what it made, if anything, is known to none"
            )
            journal.answered(number)
    for what, count in sorted(counts.items()):
        say(f"{count} {what}")
    return 1 if counts[STUCK] else 0


def outcome(trial: Trial, wire: Wire, resource: Resource, id: str, created: Any) -> str:
    """Delete one thing, unless something else has its id by now: ids may come again.
    Raises Unreachable."""
    try:
        status, at = state(trial, wire, resource, id)
    except Broken:  # nobody knows whose it is by now
        return STUCK
    if status == resource.gone:
        return GONE
    if created is not None and at is not None and at != created:
        return OTHER
    return REMOVED if removed(trial, resource, wire, id) else STUCK


def state(trial: Trial, wire: Wire, resource: Resource, id: str) -> tuple[int | None, Any]:
    """What a get answers, and the time of creation of what it gives; None for what is unknown."""
    subject = trial.subject(resource, wire, Ledger())
    for operation, get in subject.operations(Get):
        exchange = wire.send(operation, {get.id: id})
        return exchange.status, member(replied(exchange), resource.created)
    return None, None
