"""Answers have the documented form, in each of the ways in which an operation can be asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial

from specpipe.conformance.check import Check
from specpipe.conformance.headers import header_faults
from specpipe.conformance.ledger import Broken
from specpipe.conformance.samples import sample, written
from specpipe.conformance.session import Session
from specpipe.conformance.subject import Missing, batch_body
from specpipe.conformance.target import Target
from specpipe.conformance.trial import Trial
from specpipe.conformance.wrong import Request
from specpipe.spec.model import (
    Associate,
    BatchFetch,
    Delete,
    Get,
    Identifiers,
    Increment,
    Operation,
    Snapshot,
    reads_only,
)

STATEMENT = "Every answer is as documented: its status, media type, headers and schema."
NOTHING = "00000000-0000-4000-8000-000000000000"
"""The id of nothing."""


def form_checks(trial: Trial) -> Iterator[Check]:
    """A check for each operation; of somebody's server for those that change nothing."""
    for operation in trial.api.operations:
        if reads_only(operation) or not trial.foreign:
            yield Check(
                "form",
                operation.id,
                STATEMENT,
                operation.pointer,
                (operation.id,),
                writes=not trial.foreign,
                cost=4,
                judge=partial(faults, operation),
            )


def faults(operation: Operation, session: Session) -> Iterator[Broken]:
    """The first answer that is not as documented."""
    provide(operation, session)
    for request in ways(operation, Target(session, operation).request, session):
        exchange = session.send(operation, request)
        for told in (
            *session.oracle.answer_faults(operation, exchange),
            *header_faults(session.trial.document, operation, exchange),
        ):
            raise Broken(f"{operation.id}: {told}", exchange)
    yield from ()


def provide(operation: Operation, session: Session) -> None:
    """Let there be some things for an operation that lists them, if they can be made by us."""
    behaviour = operation.behaviour
    if isinstance(behaviour, Snapshot | Identifiers | BatchFetch) and not session.trial.foreign:
        with suppress(Missing):
            for _ in range(3):
                session.subject(behaviour.resource).create()


def ways(operation: Operation, right: Request, session: Session) -> Iterator[Request]:
    """A right request as it is, with each parameter that can be left out, without a body where
    that is allowed, and of a batch: of nothing, of what is there, of what is not."""
    yield right
    for parameter in operation.parameters_in("query"):
        values = [True, False] if parameter.type == "boolean" else [sample(parameter.schema, {})]
        for value in values:
            yield replace(right, query={**right.query, parameter.wire: written(value)})
    if operation.body is not None and not operation.body.required:
        yield replace(right, body=None)
    if isinstance(behaviour := operation.behaviour, BatchFetch):
        own = session.ledgers[behaviour.resource].own[-3:]
        for ids in ([], own, [NOTHING], [*own, NOTHING]):
            yield replace(right, body=batch_body(behaviour, ids))
    if isinstance(behaviour, Get | Delete | Associate | Increment):
        yield replace(right, path={**right.path, behaviour.id: NOTHING})
