"""The laws as checks: each on every resource, as often as the profile says."""

from __future__ import annotations

import random
import secrets
from collections.abc import Iterator

from specpipe.conformance import (  # noqa: F401 - importing the modules registers their laws
    laws_of_identity,
    laws_of_lists,
    laws_of_many,
    laws_of_replies,
    laws_of_values,
)
from specpipe.conformance.check import Check
from specpipe.conformance.law import LAWS, Law
from specpipe.conformance.ledger import Broken
from specpipe.conformance.session import Session
from specpipe.conformance.trial import Trial
from specpipe.spec.model import Resource

REQUESTS = 25
"""About how many a law sends in one round."""


def law_checks(trial: Trial) -> Iterator[Check]:
    """A check for each law and resource."""
    for resource in trial.api.resources:
        for law in LAWS:
            yield law_check(law, resource, trial)


def law_check(law: Law, resource: Resource, trial: Trial) -> Check:
    """The check that a law holds on a resource."""

    def judge(session: Session) -> Iterator[Broken]:
        # On a server that outlives the run, ids must differ from those of an earlier one.
        salt = secrets.token_hex(8) if trial.foreign else ""
        subject = session.subject(resource)
        for round_ in range(trial.profile.rounds):
            law.keep(subject, random.Random(f"{trial.seed}/{law.name}/{round_}/{salt}"))
        return iter(())

    operations = tuple(
        operation.id
        for operation in trial.api.operations
        if isinstance(operation.behaviour, law.about) and operation.behaviour.resource == resource
    )
    return Check(
        "law",
        f"{resource.name.kebab}/{law.name}",
        law.statement,
        resource.pointer,
        operations,
        writes=True,
        cost=REQUESTS * trial.profile.rounds,
        judge=judge,
    )
