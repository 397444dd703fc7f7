"""A path takes the methods that the spec gives it, says so when it is asked for others, and does
nothing then."""

from __future__ import annotations

from collections.abc import Iterator

from specpipe.conformance.check import Check
from specpipe.conformance.ledger import Broken
from specpipe.conformance.session import Session
from specpipe.conformance.target import Target
from specpipe.conformance.trial import Trial
from specpipe.spec.model import Operation

STATEMENT = "A method that a path does not have is refused with 405, naming those that it has."
METHODS = ("PUT", "PATCH", "DELETE", "POST", "GET")
ALWAYS = {"HEAD", "OPTIONS"}
"""Methods that any path may have besides."""


def method_checks(trial: Trial) -> Iterator[Check]:
    """One check. Somebody's server is not asked: nobody knows what it would do."""
    if not trial.foreign:
        operations = tuple(operation.id for operation in trial.api.operations)
        cost = 4 * len(operations)
        yield Check("refusal", "other-methods", STATEMENT, "/paths", operations, True, cost, faults)


def faults(session: Session) -> Iterator[Broken]:
    """The first fault of each path."""
    first = {operation.path: operation for operation in session.trial.api.operations}
    for operation in first.values():
        try:
            fault(operation, session)
        except Broken as broken:
            yield broken


def fault(operation: Operation, session: Session) -> None:
    """Ask a path for all that it does not have. Raises Broken."""
    known = {o.method for o in session.trial.api.operations if o.path == operation.path}
    target = Target(session, operation)
    for method in METHODS:
        if method in known:
            continue
        exchange = session.wire.send(operation, target.request.path, method=method)
        what = f"{method} {operation.path} is not in the spec and answered {exchange.status}"
        if exchange.status != 405:
            raise Broken(f"{what}, not 405", exchange)
        listed = {name.strip() for name in exchange.headers.get("allow", "").split(",")}
        if listed - ALWAYS != known - ALWAYS:
            shown = ", ".join(sorted(known))
            raise Broken(f"{what} with Allow: {', '.join(sorted(listed))}, not {shown}", exchange)
    target.expect_untouched()
