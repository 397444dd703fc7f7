"""The checks of the generated SDKs: the story that each tells to the server, and what each makes of
answers of all kinds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from types import ModuleType

from specpipe.conformance import answers, sdk
from specpipe.conformance.check import Check
from specpipe.conformance.gated import Gated
from specpipe.conformance.ledger import Broken
from specpipe.conformance.process import Running
from specpipe.conformance.sdk import AsyncDriver, Driver, SyncDriver
from specpipe.conformance.session import Session
from specpipe.conformance.story import Story
from specpipe.conformance.subject import Missing
from specpipe.conformance.trial import Trial
from specpipe.conformance.typescript import TypeScriptDriver

STORY = "Every operation works through the SDK, and every exchange fits the spec."
STORY_REQUESTS = 20


def python(trial: Trial) -> ModuleType:
    """The generated Python SDK. Raises ToolError."""
    return sdk.load(trial.api, trial.out)


SDKS: Mapping[str, Callable[[Trial, Running], Driver]] = {
    SyncDriver.name: lambda trial, server: SyncDriver(python(trial), trial.api, server),
    AsyncDriver.name: lambda trial, server: AsyncDriver(python(trial), trial.api, server),
    TypeScriptDriver.name: lambda trial, server: TypeScriptDriver(trial.api, trial.out, server),
}
"""What drives each SDK, by its name."""


@contextmanager
def driven(name: str, trial: Trial, server: Running) -> Iterator[Driver]:
    """An SDK as a client of `server`. Raises LeftOut when it cannot be driven on this machine."""
    driver = SDKS[name](trial, server)
    try:
        yield driver
    finally:
        driver.close()


def story_checks(trial: Trial) -> Iterator[Check]:
    """Each SDK tells its story to the server."""
    operations = tuple(operation.id for operation in trial.api.operations)
    for name in SDKS:
        yield Check(
            "story",
            name,
            STORY,
            "/paths",
            operations,
            writes=True,
            cost=STORY_REQUESTS,
            judge=partial(story_of, name),
        )


def story_of(name: str, session: Session) -> Iterator[Broken]:
    """What is wrong with the story that an SDK tells."""
    trial = session.trial
    with driven(name, trial, trial.server) as driver:
        gate = session.wire.gate
        story = Story(trial, Gated(driver, gate), session.ledgers, gate)
        yield from story.tell()
        session.reached.update(story.reached)
        session.sequence.extend(driver.exchanges)


def answer_checks(trial: Trial) -> Iterator[Check]:
    """Each SDK gets answers of all kinds. Nothing is asked of the server."""
    operations = tuple(o.id for o in trial.api.operations if o.success.schema is not None)
    for name in SDKS:
        yield Check(
            "answers",
            name,
            answers.STATEMENT,
            "/paths",
            operations,
            writes=False,
            cost=0,
            judge=partial(answers_to, name),
        )


def answers_to(name: str, session: Session) -> Iterator[Broken]:
    """What an SDK makes of answers that it should not."""
    trial = session.trial
    operations = [o for o in trial.api.operations if o.success.schema is not None]
    if not operations:
        raise Missing("operation that promises JSON")
    mouth = answers.Mouth(operations[0], answers.KEY if trial.api.key else None)
    with mouth.open(), driven(name, trial, mouth.running) as driver:
        yield from answers.faults(trial, driver, mouth)
