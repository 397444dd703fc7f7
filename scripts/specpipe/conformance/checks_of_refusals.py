"""What is wrong is refused: requests that are right but for one thing, one kind of it a check.

The fuzzer sends values that a schema does not let in; it never sends what is no JSON, has a member
twice, or asks for another media type. And of what was refused nothing may be left behind.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from specpipe.conformance import wrong
from specpipe.conformance.check import Check
from specpipe.conformance.exchange import Exchange
from specpipe.conformance.headers import header_faults
from specpipe.conformance.ledger import Broken
from specpipe.conformance.session import Session
from specpipe.conformance.target import Target
from specpipe.conformance.trial import Trial
from specpipe.conformance.wrong import Request
from specpipe.spec.model import Operation, reads_only

REFUSALS = (400, 406, 413, 415, 422)
"""Statuses that refuse a request for what is in it."""
INVALID = 24
"""Bodies that do not fit their schema, for each operation and round."""
Wrongs = Callable[[Session, Operation, Request], Iterator[Request]]


def malformed_json(session: Session, operation: Operation, right: Request) -> Iterator[Request]:
    """A body that is not JSON, or not only, is refused."""
    yield from wrong.malformed(right)


def media_type(session: Session, operation: Operation, right: Request) -> Iterator[Request]:
    """A body of another media type, or that claims to be compressed, is refused."""
    yield from wrong.mistyped(right)


def missing_body(session: Session, operation: Operation, right: Request) -> Iterator[Request]:
    """Where a body is required, a request without one is refused."""
    yield replace(right, what="no body", body=None)


def invalid_body(session: Session, operation: Operation, right: Request) -> Iterator[Request]:
    """A body that does not fit its schema is refused."""
    trial = session.trial
    assert operation.body is not None
    name = operation.body.schema
    shape = wrong.Shape(
        {"$ref": f"#/components/schemas/{name}"},
        trial.document.data["components"]["schemas"],
        session.oracle.validator(name),
    )
    drawn = random.Random(f"{trial.seed}/{operation.id}")
    yield from wrong.invalid(right, shape, drawn, INVALID * trial.profile.rounds)


def parameters(session: Session, operation: Operation, right: Request) -> Iterator[Request]:
    """A parameter that does not fit its schema is refused."""
    for parameter in operation.parameters:
        yield from wrong.misspelt(right, parameter)


def accept(session: Session, operation: Operation, right: Request) -> Iterator[Request]:
    """Who takes none of the documented media types is refused."""
    yield replace(right, what="Accept image/png", headers={"accept": "image/png"})


KINDS: Sequence[tuple[Wrongs, Callable[[Operation], object]]] = (
    (malformed_json, lambda o: o.body is not None),
    (media_type, lambda o: o.body is not None),
    (missing_body, lambda o: o.body is not None and o.body.required),
    (invalid_body, lambda o: o.body is not None),
    (parameters, lambda o: o.parameters),
    (accept, lambda o: any(response.status == 406 for response in o.responses)),
)
"""What is wrong, and with which operations it can be."""


def refusal_checks(trial: Trial) -> Iterator[Check]:
    """A check for each way to be wrong. To somebody's server only what reads is sent wrongly: it
    might take it for something else."""
    allowed = [o for o in trial.api.operations if not trial.foreign or reads_only(o)]
    for kind, concerns in KINDS:
        operations = [operation for operation in allowed if concerns(operation)]
        if operations:
            yield check_of(kind, operations, trial)


def check_of(kind: Wrongs, operations: Sequence[Operation], trial: Trial) -> Check:
    """The check of one way to be wrong."""
    each = INVALID * trial.profile.rounds if kind is invalid_body else 10
    return Check(
        "refusal",
        kind.__name__.replace("_", "-"),
        kind.__doc__ or "",
        "/paths",
        tuple(operation.id for operation in operations),
        writes=not trial.foreign,
        cost=each * len(operations),
        judge=partial(faults, kind, operations),
    )


def faults(kind: Wrongs, operations: Sequence[Operation], session: Session) -> Iterator[Broken]:
    """What is not refused as it should be: the first of each operation."""
    for operation in operations:
        try:
            fault(kind, operation, session)
        except Broken as broken:
            yield broken


def fault(kind: Wrongs, operation: Operation, session: Session) -> None:
    """Send all that is wrong to an operation. Raises Broken."""
    target = Target(session, operation)
    for request in kind(session, operation, target.request):
        exchange = session.send(operation, request)
        refused = (*REFUSALS, 404) if request.unknown else REFUSALS
        if exchange.status not in (*refused, target.gone):
            message = f"{operation.id} with {request.what} answered {exchange.status}"
            raise Broken(f"{message}, which does not refuse it", exchange)
        expect_documented(session, operation, request, exchange)
    target.expect_untouched()


def expect_documented(
    session: Session, operation: Operation, request: Request, exchange: Exchange
) -> None:
    """Check that an answer is as documented for its status, where that is documented with a body:
    others are for the fuzzer to tell. Raises Broken."""
    described = {r.status for r in operation.responses if r.media_type is not None}
    if exchange.status not in described:
        return
    faults = [
        *session.oracle.answer_faults(operation, exchange),
        *header_faults(session.trial.document, operation, exchange),
    ]
    if faults:
        raise Broken(f"{operation.id} with {request.what}: {faults[0]}", exchange)
