"""Who may call: the key is asked for by every operation that says so."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator

from specpipe.conformance.check import Check
from specpipe.conformance.laws_of_identity import random_id
from specpipe.conformance.ledger import Broken
from specpipe.conformance.session import Session
from specpipe.conformance.subject import Missing
from specpipe.conformance.trial import Trial
from specpipe.conformance.wire import Wire
from specpipe.spec.model import Operation, reads_only

STATEMENT = "Without the key, or with a wrong one, every secured operation is refused."


def access_checks(trial: Trial) -> Iterator[Check]:
    """One check, when the spec has a key: of somebody's server it calls only what changes nothing,
    since it might let us in."""
    operations = [
        o for o in trial.api.operations if o.secured and (reads_only(o) or not trial.foreign)
    ]
    if trial.api.key is not None and operations:
        yield Check(
            "access",
            "key",
            STATEMENT,
            trial.api.key.pointer,
            tuple(operation.id for operation in operations),
            writes=not trial.foreign,
            cost=2 * len(operations),
            judge=lambda session: faults(operations, session),
        )


def faults(operations: Collection[Operation], session: Session) -> Iterator[Broken]:
    """The operations that do not refuse. Raises Missing when there is no key to leave out."""
    if not session.wire.has_key:
        raise Missing("key to try: none was given")
    for operation in operations:
        yield from let_in(operation, session.wire)


def let_in(operation: Operation, wire: Wire) -> Iterator[Broken]:
    """Whether an operation answers without the right key. Where a path wants an id, it is of
    nothing."""
    source = random.Random(operation.id)
    path = {p.wire: random_id(source) for p in operation.parameters_in("path")}
    body = operation.body.example if operation.body is not None else None
    for key in ("", "wrong"):
        exchange = wire.send(operation, path, body=body, key=key)
        what = "a wrong key" if key else "no key"
        if exchange.status not in (401, 403):
            yield Broken(f"{operation.id} with {what} answered {exchange.status}", exchange)
