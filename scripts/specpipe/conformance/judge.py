"""The whole judgement: fuzzing, laws and stories, and what they come to."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from specpipe.conformance import (  # noqa: F401 - importing the modules registers their laws
    laws_of_access,
    laws_of_identity,
    laws_of_lists,
)
from specpipe.conformance.fuzz import Outcome
from specpipe.conformance.law import LAWS, Law
from specpipe.conformance.oracle import Oracle
from specpipe.conformance.sdk import AsyncDriver, Driver, SyncDriver, load
from specpipe.conformance.story import Story
from specpipe.conformance.subject import Broken, Missing, Subject
from specpipe.conformance.trial import Trial
from specpipe.spec.model import Delete, Operation, Reading, Resource

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Finding:
    """A departure from the spec: which check found it, in what, and how to see it again."""

    check: str
    name: str
    statement: str
    message: str
    curl: str | None = None


@dataclass(slots=True)
class Verdict:
    """What a judgement came to so far."""

    findings: list[Finding] = field(default_factory=list)
    held: list[tuple[str, str, str]] = field(default_factory=list)
    """(check, name, statement) of what was checked and found right."""
    passed_over: list[tuple[str, str]] = field(default_factory=list)
    """(name, reason) of what does not apply."""
    fuzzing: Outcome = field(default_factory=lambda: Outcome(passed=True, ran=False))
    accepted: dict[str, int] = field(default_factory=dict)
    """By operation id: how often a request was accepted."""

    @property
    def conforms(self) -> bool:
        """Whether nothing was found, by the fuzzer or by us."""
        return self.fuzzing.passed and not self.findings

    def add(self, counts: Mapping[str, int]) -> None:
        """Count accepted requests."""
        for name, count in counts.items():
            self.accepted[name] = self.accepted.get(name, 0) + count


def reads_only(operation: Operation) -> bool:
    """Whether an operation changes nothing: by its verb, or by its method when it has none."""
    if operation.behaviour is not None:
        return isinstance(operation.behaviour, Reading)
    return operation.method == "GET"


def judge_laws(trial: Trial, verdict: Verdict, progress: Progress) -> None:
    """Check every law, on every resource, as often as the profile says; remove what was created."""
    with trial.wire() as wire:
        for resource in trial.api.resources:
            subject = Subject(trial.document, trial.api, resource, wire)
            try:
                for law in LAWS:
                    judge_law(law, subject, trial, verdict, progress)
            finally:
                remove(subject, list(subject.created))
        verdict.add(wire.accepted)


def judge_law(
    law: Law, subject: Subject, trial: Trial, verdict: Verdict, progress: Progress
) -> None:
    """Check one law until it breaks or its rounds are over."""
    name = f"{subject.resource.name.kebab}/{law.name}"
    try:
        for round_ in range(trial.profile.rounds):
            law.check(subject, random.Random(f"{trial.seed}/{law.name}/{round_}"))
    except Missing as missing:
        verdict.passed_over.append((name, f"the spec has no {missing}"))
    except Broken as broken:
        curl = broken.exchange.curl() if broken.exchange is not None else None
        verdict.findings.append(Finding("law", name, law.statement, broken.message, curl))
        progress(f"  law broken: {name}: {broken.message}")
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        message = f"a reply does not have the documented form: {type(error).__name__}: {error}"
        verdict.findings.append(Finding("law", name, law.statement, message))
        progress(f"  law broken: {name}: {message}")
    else:
        verdict.held.append(("law", name, law.statement))


def judge_stories(trial: Trial, verdict: Verdict, progress: Progress) -> None:
    """Let each SDK tell its story."""
    package = load(trial.api, trial.out)
    oracle = Oracle(trial.document, trial.api)
    drivers: tuple[Driver, ...] = (
        SyncDriver(package, trial.api, trial.server),
        AsyncDriver(package, trial.api, trial.server),
    )
    for driver in drivers:
        story = Story(trial.api, oracle, trial.server.base_url, driver, trial.seed)
        statement = "Every operation works through the SDK, and every exchange fits the spec."
        try:
            broken = list(story.tell())
        finally:
            driver.close()
            clean_up(trial, story.created)
        for one in broken:
            curl = one.exchange.curl() if one.exchange is not None else None
            verdict.findings.append(Finding("story", driver.name, statement, one.message, curl))
            progress(f"  story broken: {driver.name}: {one.message}")
        if not broken:
            verdict.held.append(("story", driver.name, statement))
        verdict.add(dict.fromkeys(story.reached, 1))


def clean_up(trial: Trial, created: Collection[tuple[Resource, str]]) -> None:
    """Remove what a story left behind."""
    with trial.wire() as wire:
        for resource, id in created:
            remove(Subject(trial.document, trial.api, resource, wire), [id])


def remove(subject: Subject, ids: Collection[str]) -> None:
    """Delete things that were created here, as far as the server lets us."""
    for operation, behaviour in subject.operations(Delete):
        for id in ids:
            subject.wire.send(operation, {behaviour.id: id})


def judge_reach(operations: Collection[Operation], verdict: Verdict) -> None:
    """Every operation must have accepted a request: a server that refuses everything conforms to
    nothing."""
    for operation in operations:
        if not verdict.accepted.get(operation.id):
            statement = "Every operation accepts a valid request, with a body where it takes one."
            message = f"{operation.method} {operation.path} accepted no request"
            verdict.findings.append(Finding("reach", operation.id, statement, message))
