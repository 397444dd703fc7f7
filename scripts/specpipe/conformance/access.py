"""Who may call: the key is asked for by every operation that says so."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from specpipe.conformance.check import Check
from specpipe.conformance.exchange import Exchange
from specpipe.conformance.headers import header_faults
from specpipe.conformance.ledger import Broken
from specpipe.conformance.session import Session
from specpipe.conformance.subject import Missing
from specpipe.conformance.target import Target
from specpipe.conformance.trial import Trial
from specpipe.spec.model import Operation, reads_only

STATEMENT = (
    "Without the key, with a wrong one or with one that is like it every secured operation is "
    "refused, and nothing is done."
)
REFUSED = (401, 403)


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
            cost=5 * len(operations),
            judge=lambda session: faults(operations, session),
        )


def faults(operations: Collection[Operation], session: Session) -> Iterator[Broken]:
    """The first fault of each operation that does not refuse. Raises Missing when there is no key
    to leave out."""
    key = session.trial.server.key
    if not session.wire.has_key or key is None:
        raise Missing("key to try: none was given")
    keys = {"no key": "", "a wrong key": "wrong" if key != "wrong" else "right"}
    for operation in operations:
        try:
            refuses(operation, session, keys)
        except Broken as broken:
            yield broken
    alike = {name: text for name, text in like(key).items() if text != key}
    yield from first_fault(operations, session, alike)


def like(key: str) -> Mapping[str, str]:
    """Keys that are nearly the right one, by what they are."""
    return {
        "the beginning of the key": key[:-1],
        "the key and more": f"{key}x",
        "the key in capitals": key.upper(),
        "the key in small letters": key.lower(),
        "another key of that length": "x" * len(key),
    }


def first_fault(
    operations: Collection[Operation], session: Session, keys: Mapping[str, str]
) -> Iterator[Broken]:
    """What is wrong with the first operation: keys are compared in one place. On our own server an
    empty header and a key in the URL are tried as well; somebody's would log that."""
    operation = next(iter(operations))
    try:
        refuses(operation, session, keys)
        if not session.trial.foreign:
            expect_header(operation, session)
    except Broken as broken:
        yield broken


def refuses(operation: Operation, session: Session, keys: Mapping[str, str]) -> None:
    """Check that an operation answers to none of `keys`, and does nothing. Raises Broken."""
    target = Target(session, operation)
    request = target.request
    for what, key in keys.items():
        exchange = session.send(operation, request, key)
        expect_refused(operation, session, what, exchange)
    target.expect_untouched()


def expect_header(operation: Operation, session: Session) -> None:
    """Check that the key counts in its header only, and that it must not be empty there."""
    assert session.trial.api.key is not None
    name, key = session.trial.api.key.header, session.trial.server.key or ""
    request = Target(session, operation).request
    for what, wrong in (
        ("an empty key", replace(request, headers={name: ""})),
        ("the key in the URL", replace(request, query={**request.query, name: key})),
    ):
        exchange = session.send(operation, wrong, key="")
        expect_refused(operation, session, what, exchange)


def expect_refused(operation: Operation, session: Session, what: str, exchange: Exchange) -> None:
    """Check that a request was refused, for want of the key. Raises Broken."""
    if exchange.status not in REFUSED:
        raise Broken(f"{operation.id} with {what} answered {exchange.status}", exchange)
    for told in header_faults(session.trial.document, operation, exchange):
        raise Broken(f"{operation.id} with {what}: {told}", exchange)
