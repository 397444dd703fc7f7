"""Making checks and noting what they come to; and cleaning up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from specpipe.conformance.check import Check
from specpipe.conformance.journal import kept
from specpipe.conformance.ledger import Broken, Ledger, Trespass
from specpipe.conformance.own_gate import Own
from specpipe.conformance.progress import Progress
from specpipe.conformance.session import Session
from specpipe.conformance.subject import Missing, Subject
from specpipe.conformance.trial import Trial
from specpipe.conformance.typescript import LeftOut
from specpipe.conformance.verdict import Finding, Verdict
from specpipe.conformance.wire import Unreachable, Wire
from specpipe.diagnostics import ToolError
from specpipe.spec.model import Delete, Get, Identifiers, Resource

MISSHAPEN = (KeyError, TypeError, AttributeError, ValueError, IndexError)
"""What reading a reply of another form than the documented one raises."""
CLEAN_UP = "What the judge creates it can remove again."


def open_ledgers(trial: Trial) -> dict[Resource, Ledger]:
    """A ledger for each resource. Of a server that is not ours it knows what is there already.

    Raises ToolError when that cannot be found out: then nothing may be written.
    """
    if not trial.foreign:
        return {resource: Ledger(disposable=True) for resource in trial.api.resources}
    with trial.wire() as wire:
        return {
            resource: Ledger(frozenset(present(trial.subject(resource, wire, Ledger()))))
            for resource in trial.api.resources
        }


@contextmanager
def opened(trial: Trial, writes: bool) -> Iterator[Session]:
    """A session for checks, which write or do not. While it writes to somebody's server it keeps a
    journal. Raises ToolError when what is there, or the journal, cannot be had."""
    if not trial.foreign or not writes:
        with Session(trial, open_ledgers(trial) if writes else None) as session:
            yield session
        return
    with kept(trial.server.base_url) as journal:
        ledgers = open_ledgers(trial)
        with Session(trial, ledgers, Own(trial.pace, ledgers, journal)) as session:
            yield session


def present(subject: Subject) -> list[str]:
    """The ids of all that is on the server. Raises ToolError."""
    try:
        if subject.operations(Identifiers):
            return subject.identifiers()
        return subject.ids_in(subject.snapshot(full=False))
    except (Broken, Missing, *MISSHAPEN) as error:
        noun = subject.resource.name.wire
        raise ToolError(
            f"what is on the server cannot be listed, so nothing is written: {noun}: {error}"
        ) from None


def judge_checks(
    checks: Iterable[Check], session: Session, verdict: Verdict, progress: Progress | None = None
) -> None:
    """Make the checks, one after the other. Raises Trespass after noting it: then nothing may be
    written any more. Raises Unreachable and ToolError when a check could not be made."""
    for check in checks:
        if progress is not None:
            progress.step(check.name)
        session.sequence.mark(check.id)
        before = len(verdict.findings)
        try:
            judge_check(check, session, verdict)
        finally:
            if progress is not None and len(verdict.findings) > before:
                progress.found()


def judge_check(check: Check, session: Session, verdict: Verdict) -> None:
    """Make one check, as above."""
    before = len(verdict.findings)
    try:
        for broken in check.judge(session):
            verdict.note(Finding.of(check, broken, session.trial))
            if isinstance(broken, Trespass):
                raise broken
    except Missing as missing:
        verdict.passed_over.append((check.name, f"the spec has no {missing}"))
        return
    except LeftOut as error:
        verdict.leave_out(check.name, str(error))
        return
    except Broken as broken:
        if len(verdict.findings) == before or verdict.findings[-1].message != broken.message:
            verdict.note(Finding.of(check, broken, session.trial))
        if isinstance(broken, Trespass):
            raise
    except MISSHAPEN as error:
        message = f"a reply does not have the documented form: {misshapen(error)}"
        verdict.note(Finding.of(check, Broken(message), session.trial))
    if len(verdict.findings) == before:
        verdict.held.append(check)


def misshapen(error: Exception) -> str:
    """What of a reply made reading it fail, in words."""
    return f"it has no {error}" if isinstance(error, KeyError) else str(error)


def clean_up(session: Session, verdict: Verdict) -> None:
    """Remove what was created, and say what could not be where it matters: on somebody's server."""
    gate = session.wire.gate
    stuck = []
    for resource, ledger in session.ledgers.items():
        if not isinstance(gate, Own):
            ledger.keep(remaining(session, resource, ledger.own))
            continue
        there = listed(session, resource)
        ours = gate.ours(resource)
        left = remaining(
            session, resource, {*ledger.own, *(ours if there is None else ours & there)}
        )
        left = left | (ours & (listed(session, resource) or set()))
        gate.settle(resource, left)
        ledger.keep(left)
        if left:
            message = f"{len(left)} left behind on the server: {', '.join(sorted(left))}"
            name = resource.name.kebab
            stuck.append(Finding("clean-up", name, CLEAN_UP, message, resource.pointer))
    for finding in stuck:  # not before: one may be enough, and end it
        verdict.note(finding)


def listed(session: Session, resource: Resource) -> set[str] | None:
    """The ids of all that is on the server; None when it does not tell."""
    try:
        return set(present(session.subject(resource)))
    except (ToolError, Unreachable):
        return None


def remaining(session: Session, resource: Resource, ids: Iterable[str]) -> set[str]:
    """Delete things; gives those that could not be. In the same order whoever made them first. A
    server that has gone silent is not asked for each of them in turn."""
    waiting, stuck = sorted(ids), set[str]()
    for number, id in enumerate(waiting):
        try:
            if not removed(session.trial, resource, session.wire, id):
                stuck.add(id)
        except Unreachable:
            stuck.add(id)
            if not session.wire.answers():
                return stuck.union(waiting[number:])
    return stuck


def removed(trial: Trial, resource: Resource, wire: Wire, id: str) -> bool:
    """Delete one thing; whether it is gone now. Raises Unreachable."""
    subject = trial.subject(resource, wire, Ledger())
    try:
        for operation, delete in subject.operations(Delete):
            status = wire.send(operation, {delete.id: id}).status
            if status in (operation.success.status, resource.gone):
                return True
        return any(
            wire.send(operation, {get.id: id}).status == resource.gone
            for operation, get in subject.operations(Get)
        )
    except Broken:
        return False
