"""The laws as checks: each on every resource, as often as the profile says."""

from __future__ import annotations

import random
import secrets
from collections.abc import Iterator

from specpipe.conformance import (
    laws_of_concurrency,
    laws_of_counters,
    laws_of_exactness,
    laws_of_identity,
    laws_of_lists,
    laws_of_many,
    laws_of_references,
    laws_of_replies,
    laws_of_updates,
    laws_of_values,
)
from specpipe.conformance.check import Check
from specpipe.conformance.law import LAWS, Law
from specpipe.conformance.ledger import Broken
from specpipe.conformance.session import Session
from specpipe.conformance.trial import Trial
from specpipe.spec.model import Resource

MODULES = (
    laws_of_identity,
    laws_of_values,
    laws_of_exactness,
    laws_of_updates,
    laws_of_lists,
    laws_of_replies,
    laws_of_references,
    laws_of_counters,
    laws_of_many,
    laws_of_concurrency,
)
"""Where laws are, in the order in which they are checked. Those of several writers come last: what
they leave on the server differs from run to run."""

ORDER = [module.__name__ for module in MODULES]


def law_checks(trial: Trial) -> Iterator[Check]:
    """A check for each law and resource."""
    for resource in trial.api.resources:
        for law in sorted(LAWS, key=lambda law: ORDER.index(law.keep.__module__)):
            yield law_check(law, resource, trial)


def law_check(law: Law, resource: Resource, trial: Trial) -> Check:
    """The check that a law holds on a resource."""

    def judge(session: Session) -> Iterator[Broken]:
        # On a server that outlives the run, ids must differ from those of an earlier one.
        salt = secrets.token_hex(8) if trial.foreign else ""
        subject = session.subject(resource)
        for round_ in range(trial.profile.rounds):
            chance = random.Random(f"{trial.seed}/{law.name}/{round_}/{salt}")
            try:
                law.keep(subject, chance)
            except Broken as broken:
                broken.exchange = broken.exchange or subject.last
                raise
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
        cost=law.requests * trial.profile.rounds,
        judge=judge,
    )
