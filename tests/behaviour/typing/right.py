"""A program of a user, with all of the SDK in it: both type checkers accept it in their strict
modes, and it runs against the real server. Arguments: the server's URL and its key."""

from __future__ import annotations

import asyncio
import sys
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from pieces_workstream_client import (
    UNSET,
    ApiError,
    AsyncClient,
    AsyncTransport,
    CallOptions,
    Client,
    ClientOptions,
    ConnectionError,
    DecodeError,
    GoneError,
    InvalidArgument,
    RawResponse,
    Request,
    Response,
    StatusError,
    Timeout,
    TimeoutError,
    Transport,
    UnauthorizedError,
    UnexpectedStatusError,
    ValidationError,
    models,
)

EDITOR = models.Application(
    id=str(uuid.uuid4()),
    name=models.ApplicationNameEnum.VS_CODE,
    version="1.94.2",
    platform=models.PlatformEnum.LINUX,
    onboarded=True,
    privacy="A_NEWER_VALUE_IS_FINE_FOR_THE_CHECKER",
)


def seed(title: str) -> models.SeededWorkstreamEvent:
    """An event to create."""
    return models.SeededWorkstreamEvent(
        application=models.Application(
            id=EDITOR.id,
            name=EDITOR.name,
            version=EDITOR.version,
            platform=EDITOR.platform,
            onboarded=EDITOR.onboarded,
            privacy=models.PrivacyEnum.OPEN,
        ),
        trigger=models.WorkstreamEventTrigger(file_open=True),
        readable=title,
        internal_identifier=str(uuid.uuid4()),
    )


def described(event: models.WorkstreamEvent) -> str:
    """An event in a line; what may be unset is looked at first."""
    title = event.readable if event.readable is not UNSET else event.id
    summaries = event.summaries.iterable if event.summaries else []
    extras = event.additional_properties or {}
    age: timedelta = datetime.now(UTC) - event.created.value
    assert age > timedelta(0)
    return f"{title}: {len(summaries)} summaries, {sorted(extras)}"


def kind(error: ApiError) -> str:
    """What happened, in a word."""
    match error:
        case GoneError(status=status) | UnauthorizedError(status=status):
            return f"no: {status}"
        case UnexpectedStatusError():
            return f"unexpected: {error.status}"
        case StatusError():
            return f"refused: {error.status} {error.message} {error.request_id or ''}"
        case ConnectionError(sent=sent) | TimeoutError(sent=sent):
            return f"no answer: {sent}"
        case DecodeError() | InvalidArgument():
            return str(error)
        case _:
            return type(error).__name__


def life(client: Client) -> None:
    """All operations, one after the other."""
    events, single = client.workstream_events, client.workstream_event
    event: models.WorkstreamEvent = events.create(seed("Opened retry.py"), transferables=True)
    other = events.create({"application": EDITOR_AS_DICT, "trigger": {"copy": True}})
    untitled = events.create()
    event.window_title = "retry.py"
    event = single.update(event)
    print(described(single.get(event.id, transferables=False)))
    single.associate_workstream_summary(event.id, "a-summary")
    single.disassociate_workstream_summary(event.id, "a-summary")
    score = models.SeededScoreIncrement(workstream_event=models.SeededScore(reuse=True))
    single.scores_increment(event.id, score)
    since = datetime.now(UTC) - timedelta(hours=1)
    listed = events.identifiers(limit=2, created_from=since, updated_to=datetime.now(UTC))
    ids = [reference.id for reference in listed.iterable]
    assert len(ids) == 2
    found = events.batch([event.id, "unknown"])
    assert found.not_found == ["unknown"]
    asked = models.WorkstreamEventsBatchFetchInput(workstream_events=listed)
    assert events.batch(asked, transferables=True).workstream_events
    snapshot: models.WorkstreamEvents = events.snapshot()
    positions: dict[str, int] = snapshot.indices or {}
    assert set(ids) <= positions.keys()
    for gone in (event, other, untitled):
        events.delete(gone.id)
    alias: models.WorkstreamEvents = events.workstream_events_snapshot()
    assert event.id not in {each.id for each in alias.iterable}


EDITOR_AS_DICT: dict[str, object] = {**EDITOR.to_dict(), "privacy": "OPEN"}


def options(client: Client) -> None:
    """What can be set for a call, a view and a client."""
    patient: ClientOptions = {"timeout": Timeout(total=None, read=5), "retries": 0}
    call: CallOptions = {"timeout": 2.5, "extra_headers": {"X-Trace": "1"}}
    view: Client = client.with_options(**patient)
    view.workstream_events.snapshot(**call)
    view.workstream_events.identifiers(limit=1, extra_query={"debug": [True, 1], "at": "x"})
    newer = client.workstream_events.create(seed("Newer"), extra_body={"newer": {"a": 1}})
    assert newer.additional_properties == {"newer": {"a": 1}}
    client.workstream_events.delete(newer.id, retries=3)


def raw(client: Client) -> None:
    """Answers as they came."""
    answer: RawResponse[models.WorkstreamEvents] = (
        client.workstream_events.with_raw_response.snapshot()
    )
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("application/json")
    value: models.WorkstreamEvents = answer.parse()
    assert len(answer.body) >= len(value.iterable)
    done: RawResponse[None] = client.workstream_events.with_raw_response.delete(
        client.workstream_events.create().id
    )
    done.parse()


def errors(client: Client) -> Iterator[str]:
    """What fails, in words."""
    try:
        client.workstream_event.get("unknown")
    except ApiError as error:
        yield kind(error)
    try:
        client.workstream_events.snapshot(extra_headers={"X-Application-ID": "wrong"})
    except UnauthorizedError as error:
        yield kind(error)
    try:
        client.workstream_events.create(seed("Refused"), extra_body={"trigger": 1})
    except ValidationError as error:
        yield error.reason or error.message
    try:
        client.workstream_events.identifiers(created_to="yesterday")
    except InvalidArgument as error:
        yield kind(error)


def copied(client: Client) -> None:
    """To data and back."""
    event = client.workstream_events.create(seed("Copied"))
    same = models.WorkstreamEvent.from_dict(event.to_dict())
    assert same == models.WorkstreamEvent.from_json(event.to_json())
    client.workstream_events.delete(same.id)


def conveniences(client: Client) -> None:
    """What goes beyond the operations."""
    for title in ("One", "Two"):
        client.workstream_events.create(seed(title))
    pages = client.workstream_events.iterate(page_size=1, transferables=True, timeout=20)
    titles: list[str] = [event.readable or "" for event in pages]
    assert titles[:2] == ["Two", "One"]
    newest = next(client.workstream_events.iterate(created_to=datetime.now(UTC)))
    assert not list(client.workstream_events.iterate(created_to="2001-01-01T00:00:00.1234567Z"))

    def rename(event: models.WorkstreamEvent) -> None:
        event.readable = "Renamed"

    def again(event: models.WorkstreamEvent) -> models.WorkstreamEvent:
        event.window_title = "w"
        return event

    changed: models.WorkstreamEvent = client.workstream_event.modify(newest.id, rename)
    changed = client.workstream_event.modify(changed.id, again, attempts=2, retries=0)
    assert (changed.readable, changed.window_title) == ("Renamed", "w")


def discovered(key: str) -> Client | None:
    """The server of this machine, if one is up."""
    try:
        return Client.discover(api_key=key, timeout=5)
    except ConnectionError:
        return None


class Closed:
    """A transport of the user's own."""

    def send(self, request: Request) -> Response:
        """Says no."""
        return Response(503, {"retry-after": "1"}, request.method.encode())


class AsyncClosed:
    """The same, awaited."""

    async def send(self, request: Request) -> Response:
        """Says no."""
        return Response(503, {}, b"")


async def awaited(url: str, key: str) -> None:
    """The same, at once."""
    async with AsyncClient(url, api_key=key, headers={"X-Trace": "2"}) as client:
        made = await asyncio.gather(*(client.workstream_events.create() for _ in range(3)))
        event = await client.workstream_event.get(made[0].id)
        event.readable = "Awaited"
        updated: models.WorkstreamEvent = await client.workstream_event.update(event)
        assert updated.readable == "Awaited"
        answer = await client.workstream_event.with_raw_response.get(event.id)
        assert answer.parse().id == event.id
        found = [each.id async for each in client.workstream_events.iterate(page_size=2)]
        assert {each.id for each in made} <= set(found)

        async def rename(event: models.WorkstreamEvent) -> None:
            event.readable = "Renamed"

        renamed: models.WorkstreamEvent = await client.workstream_event.modify(event.id, rename)
        assert renamed.readable == "Renamed"
        for each in made:
            await client.with_options(retries=1).workstream_events.delete(each.id)
    closed: AsyncTransport = AsyncClosed()
    try:
        await AsyncClient(url, transport=closed, retries=0).workstream_events.snapshot()
    except UnexpectedStatusError as error:
        print(kind(error))


def main(url: str, key: str) -> None:
    """Everything."""
    with Client(url, api_key=key, timeout=Timeout(total=20), retries=1) as client:
        life(client)
        options(client)
        raw(client)
        copied(client)
        conveniences(client)
        print(*errors(client), sep="\n")
    closed: Transport = Closed()
    try:
        Client(transport=closed, retries=0).workstream_events.snapshot()
    except ApiError as error:
        print(kind(error))
    if (found := discovered(key)) is not None:
        found.close()
    asyncio.run(awaited(url, key))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
