"""The parts of a judgement that are not fuzzing: laws, access and stories, and cleaning up."""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable, Iterator

from specpipe.conformance import (  # noqa: F401 - importing the modules registers their laws
    access,
    answers,
    laws_of_identity,
    laws_of_lists,
    laws_of_replies,
)
from specpipe.conformance.law import LAWS, Law
from specpipe.conformance.ledger import Broken, Ledger, Trespass
from specpipe.conformance.process import Running
from specpipe.conformance.sdk import AsyncDriver, Driver, SyncDriver, load
from specpipe.conformance.story import Story
from specpipe.conformance.subject import Missing, Subject
from specpipe.conformance.trial import Trial
from specpipe.conformance.typescript import NAME, LeftOut, TypeScriptDriver
from specpipe.conformance.verdict import Verdict
from specpipe.conformance.wire import Unreachable, Wire
from specpipe.diagnostics import ToolError
from specpipe.spec.model import Delete, Get, Identifiers, Resource, reads_only

MISSHAPEN = (KeyError, TypeError, AttributeError, ValueError, IndexError)
"""What reading a reply of another form than the documented one raises."""


def open_ledgers(trial: Trial) -> dict[Resource, Ledger]:
    """A ledger for each resource. Of a server that is not ours it knows what is there already.

    Raises ToolError when that cannot be found out: then nothing may be written.
    """
    if not trial.foreign:
        return {resource: Ledger() for resource in trial.api.resources}
    with trial.wire() as wire:
        return {
            resource: Ledger(frozenset(present(trial.subject(resource, wire, Ledger()))))
            for resource in trial.api.resources
        }


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


def judge_laws(trial: Trial, ledgers: dict[Resource, Ledger], verdict: Verdict) -> None:
    """Check every law, on every resource, as often as the profile says. Raises Trespass."""
    with trial.wire() as wire:
        for resource in trial.api.resources:
            subject = trial.subject(resource, wire, ledgers[resource])
            for law in LAWS:
                judge_law(law, subject, trial, verdict)
        verdict.count(wire.accepted)


def judge_law(law: Law, subject: Subject, trial: Trial, verdict: Verdict) -> None:
    """Check one law until it breaks or its rounds are over. Raises Trespass."""
    name = f"{subject.resource.name.kebab}/{law.name}"
    # On a server that outlives the run, ids must differ from those of an earlier one.
    salt = secrets.token_hex(8) if trial.foreign else ""
    try:
        for round_ in range(trial.profile.rounds):
            law.check(subject, random.Random(f"{trial.seed}/{law.name}/{round_}/{salt}"))
    except Missing as missing:
        verdict.passed_over.append((name, f"the spec has no {missing}"))
    except Trespass as trespass:
        verdict.note("law", name, law.statement, trespass)
        raise
    except Broken as broken:
        verdict.note("law", name, law.statement, broken)
    except MISSHAPEN as error:
        message = f"a reply does not have the documented form: {type(error).__name__}: {error}"
        verdict.note("law", name, law.statement, Broken(message))
    else:
        verdict.held.append(("law", name, law.statement))


def judge_access(trial: Trial, verdict: Verdict) -> None:
    """Call every operation without the right key; on a server that is not ours, only those that
    change nothing: it might let us in."""
    operations = [o for o in trial.api.operations if not trial.foreign or reads_only(o)]
    with trial.wire() as wire:
        if not wire.has_key:
            verdict.passed_over.append(("key", "there is no key to try"))
            return
        broken = list(access.faults(operations, wire))
    for one in broken:
        verdict.note("access", "key", access.STATEMENT, one)
    if not broken:
        verdict.held.append(("access", "key", access.STATEMENT))


def drivers(trial: Trial, server: Running, verdict: Verdict) -> Iterator[Driver]:
    """Each SDK there is, one after the other, as a client of `server`; closed when the next one is
    asked for. One that cannot be driven here is left out, and the verdict says so."""
    package = load(trial.api, trial.out)
    makers: tuple[Callable[[], Driver], ...] = (
        lambda: SyncDriver(package, trial.api, server),
        lambda: AsyncDriver(package, trial.api, server),
        lambda: TypeScriptDriver(trial.api, trial.out, server),
    )
    for make in makers:
        try:
            driver = make()
        except LeftOut as error:
            verdict.leave_out(NAME, str(error))
            continue
        try:
            yield driver
        finally:
            driver.close()


def judge_stories(trial: Trial, ledgers: dict[Resource, Ledger], verdict: Verdict) -> None:
    """Let each SDK tell its story. Raises Trespass."""
    statement = "Every operation works through the SDK, and every exchange fits the spec."
    for driver in drivers(trial, trial.server, verdict):
        broken = list((story := Story(trial, driver, ledgers)).tell())
        for one in broken:
            verdict.note("story", driver.name, statement, one)
        if not broken:
            verdict.held.append(("story", driver.name, statement))
        verdict.count(dict.fromkeys(story.reached, 1))
        for one in broken:
            if isinstance(one, Trespass):
                raise one


def judge_answers(trial: Trial, verdict: Verdict) -> None:
    """Give each SDK answers of all kinds. Nothing is asked of the server."""
    operations = [o for o in trial.api.operations if o.success.schema is not None]
    if not operations:
        verdict.passed_over.append(("answers", "the spec promises no JSON"))
        return
    mouth = answers.Mouth(operations[0], answers.KEY if trial.api.key else None)
    with mouth.open():
        for driver in drivers(trial, mouth.running, verdict):
            broken = list(answers.faults(trial, driver, mouth))
            for one in broken:
                verdict.note("answers", driver.name, answers.STATEMENT, one)
            if not broken:
                verdict.held.append(("answers", driver.name, answers.STATEMENT))


def clean_up(trial: Trial, ledgers: dict[Resource, Ledger], verdict: Verdict) -> None:
    """Remove what was created, and say what could not be where it matters: on somebody's server."""
    statement = "What the judge creates it can remove again."
    with trial.wire() as wire:
        for resource, ledger in ledgers.items():
            left = [id for id in ledger.own if not removed(trial, resource, wire, id)]
            ledger.keep(left)
            if left and trial.foreign:
                message = f"{len(left)} left behind on the server: {', '.join(left)}"
                verdict.note("clean-up", resource.name.kebab, statement, Broken(message))


def removed(trial: Trial, resource: Resource, wire: Wire, id: str) -> bool:
    """Delete one thing; whether it is gone now."""
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
    except Unreachable:
        return False
