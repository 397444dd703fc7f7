"""Histories as checks: one for each resource that can be created."""

from __future__ import annotations

import secrets
import zlib
from collections.abc import Iterator
from functools import partial

from specpipe.conformance.check import Check
from specpipe.conformance.ledger import Broken
from specpipe.conformance.profile import Profile
from specpipe.conformance.session import Session
from specpipe.conformance.trial import Trial
from specpipe.spec.model import Create, Resource

STATEMENT = "Whatever is done in whatever order, every answer is what the verbs' contract says."
REQUESTS = 3
"""About how many a history takes besides its steps: it reads everything back by every path, and
removes it."""
A_STEP = 1.6
"""About how many a step takes."""


def history_checks(trial: Trial) -> Iterator[Check]:
    """A check for each resource that has a create."""
    for resource in trial.api.resources:
        behaviours = {
            o.id: o.behaviour
            for o in trial.api.operations
            if o.behaviour is not None and o.behaviour.resource == resource
        }
        if any(isinstance(behaviour, Create) for behaviour in behaviours.values()):
            yield Check(
                "history",
                resource.name.kebab,
                STATEMENT,
                resource.pointer,
                tuple(behaviours),
                writes=True,
                cost=requests(trial.profile),
                judge=partial(histories_of, resource),
            )


def requests(profile: Profile) -> int:
    """About how many the histories of a resource take."""
    return int(profile.histories * (REQUESTS + profile.steps * A_STEP))


def histories_of(resource: Resource, session: Session) -> Iterator[Broken]:
    """The story of what goes wrong, as short as it could be made."""
    from specpipe.conformance.history import tell  # with hypothesis: kept out of start-up

    trial = session.trial
    # Other histories on a server that outlives the run: ids that were deleted may not be free.
    salt = secrets.token_hex(8) if trial.foreign else ""
    seed = zlib.crc32(f"{trial.seed}/{resource.name.kebab}".encode())
    story = tell(session.subject(resource), trial.profile, seed, salt)
    if story is not None:
        yield story
