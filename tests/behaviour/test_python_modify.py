"""`modify`: what a function changes is sent, and what others change meanwhile stays."""

from __future__ import annotations

import asyncio
import json
import threading
import uuid
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from .conftest import Reply
from .live import Live

APPLICATION = {
    **{"id": "a", "name": "VS_CODE", "version": "1", "platform": "MACOS"},
    **{"onboarded": True, "privacy": "OPEN"},
}
MOMENT = "2024-05-06T07:08:09.123456789Z"


class Recording:
    """A transport that keeps what goes through it."""

    def __init__(self, client: Any) -> None:
        self._inner = client._engine._transport
        self.lines: list[str] = []
        self.bodies: list[Any] = []

    def send(self, request: Any) -> Any:
        self.lines.append(f"{request.method} {request.url.partition('?')[2]}")
        if request.body is not None:
            self.bodies.append(json.loads(request.body))
        return self._inner.send(request)


@pytest.fixture
def seen(client: Any) -> Recording:
    return Recording(client)


@pytest.fixture
def events(sdk: ModuleType, live: Live, seen: Recording) -> Any:
    return sdk.Client(live.url, transport=seen).workstream_event


Modify = Callable[..., Any]


@pytest.fixture(params=["sync", "async", "async function"])
def modify(request: pytest.FixtureRequest, sdk: ModuleType, live: Live) -> Modify:
    """`modify` of each client; with the second one the function is awaited or not."""

    async def awaited(id: str, change: Callable[[Any], Any], **arguments: Any) -> Any:
        async def later(thing: Any) -> Any:
            await asyncio.sleep(0)
            return change(thing)

        chosen = later if request.param == "async function" else change
        async with sdk.AsyncClient(live.url) as client:
            return await client.workstream_event.modify(id, chosen, **arguments)

    def modify(id: str, change: Callable[[Any], Any], **arguments: Any) -> Any:
        if request.param == "sync":
            with sdk.Client(live.url) as client:
                return client.workstream_event.modify(id, change, **arguments)
        return asyncio.run(awaited(id, change, **arguments))

    return modify


def new(client: Any, **members: Any) -> str:
    """The id of an event with these members."""
    seed = {"application": APPLICATION, "trigger": {}, **members}
    id: str = client.workstream_events.create(seed).id
    return id


def read(client: Any, id: str) -> dict[str, Any]:
    data: dict[str, Any] = client.workstream_event.get(id).to_dict()
    return data


def titled(text: str) -> Callable[[Any], None]:
    def change(thing: Any) -> None:
        thing.window_title = text

    return change


def test_changed_in_place(client, modify):
    id = new(client, readable="r")
    before = read(client, id)
    result = modify(id, titled("new"))
    after = read(client, id)
    assert result.to_dict() == after
    assert after == {**before, "windowTitle": "new", "updated": after["updated"]}
    assert after["updated"] != before["updated"]


def test_changed_into_another(sdk, client, modify):
    id = new(client)
    result = modify(
        id, lambda thing: sdk.models.WorkstreamEvent.from_dict({**thing.to_dict(), "readable": "r"})
    )
    assert result.readable == read(client, id)["readable"] == "r"


def test_only_what_differs_is_sent_and_what_has_to_be_there(client, events, seen):
    context = {"native_clipboard": {"content": {"text": "t"}, "isCached": False}}
    id = new(client, context=context, readable="r", anywhere={"b": 1, "a": [2]})
    events.modify(id, titled("new"))
    assert seen.lines == ["GET transferables=true"] * 2 + ["POST transferables=true"]
    (body,) = seen.bodies
    assert body.keys() == {"id", "application", "trigger", "created", "updated", "windowTitle"}
    assert read(client, id)["context"] == context


def test_a_nested_change_sends_the_whole_member(client, events, seen):
    context = {"native_clipboard": {"content": {"text": "t"}, "isCached": False}, "odd": {"b": 1}}
    id = new(client, context=context)

    def change(thing: Any) -> None:
        thing.context.native_clipboard.is_cached = True

    events.modify(id, change)
    context["native_clipboard"]["isCached"] = True
    assert seen.bodies[0]["context"] == context
    assert read(client, id)["context"] == context


def test_nothing_changed_nothing_sent(client, events, seen):
    id = new(client, anywhere={"b": 1, "a": 2})

    def touch(thing: Any) -> Any:
        thing.readable = "x"
        thing.readable = sdk_unset
        anywhere = thing.additional_properties["anywhere"]
        anywhere["b"] = anywhere.pop("b")
        return thing

    sdk_unset = client.workstream_event.get(id).readable
    before = read(client, id)
    assert events.modify(id, touch).to_dict() == before
    assert seen.lines == ["GET transferables=true"]
    assert read(client, id) == before


def test_what_is_equal_to_python_only_is_a_change(client, modify):
    id = new(client, anywhere=1)
    modify(id, lambda thing: thing.additional_properties.update(anywhere=True))
    assert read(client, id)["anywhere"] is True


def test_unknown_members_survive_and_can_be_changed(client, modify):
    odd = {"deep": [{"a": None}], "n": 1.5}
    id = new(client, odd=odd, other=1)
    modify(id, titled("t"))
    assert read(client, id)["odd"] == odd

    def change(thing: Any) -> None:
        thing.additional_properties["odd"]["deep"].append(2)

    modify(id, change)
    assert read(client, id)["odd"] == {"deep": [{"a": None}, 2], "n": 1.5}
    assert read(client, id)["other"] == 1


def test_members_are_sent_to_the_letter_unless_they_changed(sdk, live, client, events, seen):
    """Those that have to be there, though the model cannot hold all of their digits."""
    application = {**APPLICATION, "finer": [MOMENT], "big": 123456789012345678}
    trigger = {"odd": {"at": MOMENT}}
    times = {name: {"value": MOMENT} for name in ("created", "updated")}
    id = str(uuid.uuid4())
    live.store([{"id": id, "application": application, "trigger": trigger, **times}])
    events.modify(id, titled("t"))
    assert seen.bodies[0]["application"] == application
    assert seen.bodies[0]["trigger"] == trigger
    assert seen.bodies[0]["created"] == {"value": MOMENT}
    after = read(client, id)
    assert (after["application"], after["trigger"], after["created"]) == (
        *(application, trigger),
        {"value": MOMENT},
    )


def test_their_numbers_and_times_keep_their_spelling(sdk, stub):
    trigger = b'{"n":1.50,"big":123456789012345678901234567890,"at":["%s"]}' % MOMENT.encode()
    application = json.dumps(APPLICATION).encode()
    times = b'"created":{"value":"2024-01-01T00:00:00Z"},"updated":{"value":"2024-01-01t00:00:00z"}'
    event = b'{"id":"e","application":%s,"trigger":%s,%s}' % (application, trigger, times)
    stub.answer(Reply(body=event))
    sdk.Client(stub.url).workstream_event.modify("e", titled("t"))
    for part in (trigger, times.partition(b",")[2]):
        assert part in stub.seen[-1].body


@pytest.mark.parametrize("raised", [KeyError("k"), KeyboardInterrupt()])
def test_what_the_function_raises_comes_out_and_nothing_is_sent(client, events, seen, raised):
    id = new(client)

    def change(thing: Any) -> None:
        thing.readable = "lost"
        raise raised

    with pytest.raises(type(raised)) as caught:
        events.modify(id, change)
    assert caught.value is raised
    assert caught.value.__context__ is None
    assert len(seen.lines) == 1


def without(name: str) -> Callable[[Any], None]:
    def change(thing: Any) -> None:
        del thing.additional_properties[name]

    return change


def test_an_update_cannot_remove(sdk, client, modify):
    id = new(client, readable="r", odd=1)
    before = read(client, id)

    def clear(thing: Any) -> None:
        thing.readable = sdk.UNSET

    for change, name in ((clear, "readable"), (without("odd"), "odd")):
        with pytest.raises(sdk.InvalidArgument, match=f"^change: {name}: an update cannot remove"):
            modify(id, change)
    assert read(client, id) == before


def test_id_and_times_cannot_be_changed(sdk, client, modify):
    id = new(client)
    other = sdk.models.WorkstreamEvent.from_dict({**read(client, new(client)), "id": "other"})
    before = read(client, id)

    def rename(thing: Any) -> None:
        thing.id = "x"

    def created(thing: Any) -> None:
        thing.created = other.created

    def updated(thing: Any) -> None:
        thing.updated.readable = "yesterday"

    for change, name in ((rename, "id"), (created, "created"), (updated, "updated")):
        with pytest.raises(sdk.InvalidArgument, match=f"^change: {name}: cannot be changed"):
            modify(id, change)
    assert read(client, id) == before


def test_what_cannot_be_sent_is_refused(sdk, client, modify):
    id = new(client)
    before = read(client, id)

    def wrong(thing: Any) -> None:
        thing.readable = 5

    with pytest.raises(sdk.InvalidArgument):
        modify(id, wrong)
    with pytest.raises(
        sdk.InvalidArgument,
        match=r"^change: gave back bool: let it give the changed WorkstreamEvent",
    ):
        modify(id, lambda _: True)
    for attempts in (0, True, 1.5):
        with pytest.raises(sdk.InvalidArgument, match=r"^attempts: "):
            modify(id, titled("t"), attempts=attempts)
    with pytest.raises(TypeError, match="no such option"):
        modify(id, titled("t"), limit=3)
    assert read(client, id) == before


def test_unknown_ids(sdk, modify):
    with pytest.raises(sdk.GoneError):
        modify(str(uuid.uuid4()), titled("t"))


def test_deleted_while_it_was_changed(sdk, client, modify):
    id = new(client)

    def change(thing: Any) -> None:
        thing.readable = "r"
        client.workstream_events.delete(id)

    with pytest.raises(sdk.GoneError):
        modify(id, change)


def test_the_function_is_called_again_on_what_others_made_of_it(client, modify):
    id = new(client, readable="first")
    found: list[str] = []

    def change(thing: Any) -> None:
        found.append(thing.readable)
        thing.window_title = f"seen: {thing.readable}"
        if len(found) == 1:
            client.workstream_event.modify(id, lambda other: setattr(other, "readable", "second"))

    modify(id, change)
    assert found == ["first", "second"]
    after = read(client, id)
    assert (after["readable"], after["windowTitle"]) == ("second", "seen: second")


@pytest.mark.parametrize("attempts", [1, 3])
def test_it_gives_up(sdk, client, modify, attempts):
    id = new(client)
    calls: list[int] = []

    def change(thing: Any) -> None:
        calls.append(1)
        thing.window_title = "mine"
        client.workstream_event.modify(
            id, lambda other: setattr(other, "readable", str(len(calls)))
        )

    with pytest.raises(sdk.EditConflictError) as caught:
        modify(id, change, attempts=attempts)
    assert f"{id}: others updated it" in str(caught.value)
    assert f"{attempts} time" in str(caught.value)
    assert len(calls) == attempts
    after = read(client, id)
    assert after["readable"] == str(attempts)
    assert "windowTitle" not in after


@pytest.mark.parametrize("round", range(10))
def test_two_at_once_on_different_members(sdk, live, client, round):
    """Each waits inside its function until the other is there as well."""
    id = new(client)
    both = threading.Barrier(2)

    def run(name: str) -> None:
        calls: list[int] = []

        def change(thing: Any) -> None:
            calls.append(1)
            if len(calls) == 1:
                both.wait(10)
            setattr(thing, name, "mine")

        with sdk.Client(live.url) as own:
            own.workstream_event.modify(id, change, attempts=10)

    threads = [threading.Thread(target=run, args=(name,)) for name in ("readable", "window_title")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    after = read(client, id)
    assert (after["readable"], after["windowTitle"]) == ("mine", "mine")


def test_one_member_one_after_the_other(sdk, live, client):
    """Both changes build on each other when one ends before the other looks."""
    id = new(client, readable="")

    def slow(thing: Any) -> None:
        if not thing.readable:
            client.workstream_event.modify(id, lambda other: setattr(other, "readable", "a"))
        thing.readable += "b"

    with sdk.Client(live.url) as own:
        assert own.workstream_event.modify(id, slow).readable == "ab"
    assert read(client, id)["readable"] == "ab"


def test_options_go_with_every_request(client, events, seen):
    id = new(client)
    events.modify(id, titled("t"), extra_query={"x": 1})
    assert [line.endswith("x=1") for line in seen.lines] == [True] * 3
