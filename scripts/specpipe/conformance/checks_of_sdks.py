"""The checks of the generated SDKs: the story that each tells to the server, what it sends for
calls of all kinds, and what it makes of answers of all kinds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial

from specpipe.conformance import answers, requests, sdk
from specpipe.conformance.check import Check
from specpipe.conformance.contract import PYTHON, TYPESCRIPT, Language
from specpipe.conformance.gated import Gated
from specpipe.conformance.ledger import Broken
from specpipe.conformance.mouth import Mouth
from specpipe.conformance.process import Running
from specpipe.conformance.sdk import AsyncDriver, Client, SyncDriver
from specpipe.conformance.session import Session
from specpipe.conformance.story import Story
from specpipe.conformance.trial import Trial
from specpipe.conformance.typescript import Bridge, TypeScriptDriver

STORY = "Every operation works through the SDK, and every exchange fits the spec."
STORY_REQUESTS = 20
LANGUAGES: Mapping[str, Language] = {
    SyncDriver.name: PYTHON,
    AsyncDriver.name: PYTHON,
    TypeScriptDriver.name: TYPESCRIPT,
}
"""By the name of an SDK, what it is written in."""
Start = Callable[[Session, Running, int], Client]
Apart = Callable[[str, tuple[str, ...], Session], Iterator[Broken]]
"""What is wrong with an SDK, by its name, for some operations."""


def sync(session: Session, server: Running, retries: int) -> Client:
    """A client of the Python SDK. Raises ToolError."""
    trial = session.trial
    return SyncDriver(sdk.load(trial.api, trial.out), trial.api, server, retries)


def awaited(session: Session, server: Running, retries: int) -> Client:
    """Its client for asyncio. Raises ToolError."""
    trial = session.trial
    return AsyncDriver(sdk.load(trial.api, trial.out), trial.api, server, retries)


def typescript(session: Session, server: Running, retries: int) -> Client:
    """A client of the TypeScript SDK. All share one process. Raises LeftOut, ToolError."""
    trial = session.trial
    bridge = session.once("bridge", lambda: Bridge(trial.out))
    return TypeScriptDriver(bridge, trial.api, server, retries)


SDKS: dict[str, Start] = {
    SyncDriver.name: sync,
    AsyncDriver.name: awaited,
    TypeScriptDriver.name: typescript,
}
"""What drives each SDK, by its name: as a client of a server, with so many retries."""


@contextmanager
def driven(
    name: str, session: Session, server: Running, retries: int = requests.RETRIES
) -> Iterator[Client]:
    """An SDK as a client of `server`. Raises LeftOut when it cannot be driven on this machine."""
    driver = SDKS[name](session, server, retries)
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
    with driven(name, session, trial.server) as driver:
        gate = session.wire.gate
        story = Story(trial, Gated(driver, gate), session.ledgers, gate)
        yield from story.tell()
        session.reached.update(story.reached)
        session.sequence.extend(driver.exchanges)


def request_checks(trial: Trial) -> Iterator[Check]:
    """Each SDK is called in all ways. The server is a mouth of ours."""
    yield from _apart(trial, "requests", requests.STATEMENT, requests_of)


def answer_checks(trial: Trial) -> Iterator[Check]:
    """Each SDK gets answers of all kinds, from a mouth of ours."""
    yield from _apart(trial, "answers", answers.STATEMENT, answers_to)


def _apart(trial: Trial, kind: str, statement: str, judge: Apart) -> Iterator[Check]:
    """A check of each SDK that asks nothing of the server."""
    operations = tuple(operation.id for operation in trial.api.operations)
    for name in SDKS:
        yield _of_some(kind, name, statement, judge, operations)


def _of_some(
    kind: str, name: str, statement: str, judge: Apart, operations: tuple[str, ...]
) -> Check:
    """Such a check of some operations."""
    return Check(
        kind,
        name,
        statement,
        "/paths",
        operations,
        writes=False,
        cost=0,
        judge=partial(judge, name, operations),
        narrow=partial(_of_some, kind, name, statement, judge),
    )


def requests_of(name: str, operations: tuple[str, ...], session: Session) -> Iterator[Broken]:
    """What is wrong with what an SDK sends."""
    trial = session.trial
    with mouth(trial) as listener, driven(name, session, listener.running) as driver:
        sent = requests.Requests(trial, driver, LANGUAGES[name], listener, session.sequence)
        for operation in trial.api.operations:
            if operation.id in operations:
                yield from sent.faults(operation)


def answers_to(name: str, operations: tuple[str, ...], session: Session) -> Iterator[Broken]:
    """What an SDK makes of answers that it should not."""
    trial = session.trial
    with mouth(trial) as speaker, driven(name, session, speaker.running, retries=0) as driver:
        yield from answers.faults(trial, operations, driver, LANGUAGES[name], speaker)


def mouth(trial: Trial) -> Mouth:
    """A server that hears and says what it is told to."""
    return Mouth(answers.KEY if trial.api.key is not None else None)
