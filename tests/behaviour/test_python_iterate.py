"""`iterate`: everything exactly once, newest first, whatever others do meanwhile."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
import tracemalloc
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib import import_module
from types import ModuleType
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .conftest import Reply
from .live import Live

FIRST = datetime(2001, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)


@pytest.fixture(scope="module")
def days() -> Iterator[datetime]:
    """Days of one's own: no two tests meet."""
    return iter([FIRST + number * DAY for number in range(9000)])


def thing(moment: datetime | str, **members: Any) -> dict[str, Any]:
    """An event created at `moment`, ready to be stored."""
    text = moment if isinstance(moment, str) else moment.isoformat()
    application = {"id": "a", "name": "VS_CODE", "version": "1", "platform": "MACOS"}
    return {
        "id": str(uuid.uuid4()),
        "application": {**application, "onboarded": True, "privacy": "OPEN"},
        "trigger": {},
        "created": {"value": text},
        "updated": {"value": text},
        **members,
    }


def stored(live: Live, things: list[dict[str, Any]]) -> list[str]:
    """The ids, once they are stored."""
    live.store(things)
    return [each["id"] for each in things]


async def gathered(sdk: ModuleType, url: str, **arguments: Any) -> list[Any]:
    async with sdk.AsyncClient(url) as client:
        return [each async for each in client.workstream_events.iterate(**arguments)]


def test_newest_first_within_the_range(sdk, live, client, days):
    day = next(days)
    ids = stored(live, [thing(day + timedelta(hours=hour)) for hour in range(5)])
    given = client.workstream_events.iterate(created_from=day, created_to=day + DAY)
    assert [each.id for each in given] == ids[::-1]
    bounds = {"created_from": day + timedelta(hours=1), "created_to": (day + timedelta(hours=3))}
    given = client.workstream_events.iterate(**bounds, page_size=1)
    assert [each.id for each in given] == ids[3:0:-1]
    texts = {name: bound.isoformat() for name, bound in bounds.items()}
    given = asyncio.run(gathered(sdk, live.url, **texts, page_size=2))
    assert [each.id for each in given] == ids[3:0:-1]
    assert all(type(each) is sdk.models.WorkstreamEvent for each in given)


def test_with_what_the_other_call_is_asked_for(live, client, days):
    day = next(days)
    context = {"native_clipboard": {"content": {"text": "t"}, "isCached": False}}
    stored(live, [thing(day, context=context, workstreamEventsVector=[1.0])])
    bounds = {"created_from": day, "created_to": day}
    (light,) = client.workstream_events.iterate(**bounds)
    (full,) = client.workstream_events.iterate(**bounds, transferables=True)
    assert "context" not in light.to_dict()
    assert full.to_dict()["context"] == context
    assert "workstreamEventsVector" not in full.to_dict()


def test_moments_finer_than_a_datetime(sdk, live, client, days):
    day = next(days)
    texts = [f"{day:%Y-%m-%d}T00:00:00.1234567{digits}Z" for digits in ("1", "5", "9", "59", "")]
    ids = stored(live, [thing(text) for text in texts])
    later = stored(live, [thing(day + timedelta(microseconds=123457))])
    bounds = {"created_from": day, "created_to": day + DAY}
    for size in range(1, 8):
        given = [e.id for e in client.workstream_events.iterate(**bounds, page_size=size)]
        assert given[0] == later[0]
        assert sorted(given[1:]) == sorted(ids)


def test_all_at_one_moment_in_few_requests(sdk, live, client, days):
    day = next(days)
    ids = stored(live, [thing(day) for _ in range(400)])
    asked: list[str] = []

    class Counting:
        def send(self, request: Any) -> Any:
            asked.append(request.method)
            return client._engine._transport.send(request)

    counted = sdk.Client(live.url, transport=Counting())
    given = counted.workstream_events.iterate(created_from=day, created_to=day, page_size=10)
    assert sorted(each.id for each in given) == sorted(ids)
    assert asked.count("POST") == 40
    assert asked.count("GET") < 12


LAYOUT = st.lists(st.tuples(st.integers(1, 6), st.integers(0, 2)), max_size=8)
"""How many things share a moment, and how many microseconds after those before."""
DEEDS = st.lists(
    st.tuples(st.sampled_from(["delete", "create", "late", "update"]), st.integers(0, 99)),
    max_size=30,
)


@settings(max_examples=60, deadline=None)
@given(st.tuples(LAYOUT, st.integers(1, 12), DEEDS))
def test_exactly_once_whatever_others_do(live, client, days, case):
    """Before each thing that is given others do something: they delete any thing, create some now,
    store some under a time that is long gone by, update any."""
    layout, size, deeds = case
    day, moment = next(days), timedelta()
    things: list[dict[str, Any]] = []
    for count, gap in layout:
        moment += gap * TICK
        things += [thing(day + moment) for _ in range(count)]
    ids = stored(live, things) if things else []
    created = {each["id"]: each["created"]["value"] for each in things}
    late: set[str] = set()
    deleted: set[str] = set()
    others = iter(deeds)
    seen: list[str] = []
    for each in client.workstream_events.iterate(
        created_from=day, page_size=size, created_to=day + DAY
    ):
        seen.append(each.id)
        deed, number = next(others, ("nothing", 0))
        target = ids[number % len(ids)]
        if deed == "delete" and target not in deleted:
            client.workstream_events.delete(target)
            deleted.add(target)
        elif deed == "create":
            client.workstream_events.create(thing(day))
        elif deed == "late":
            late.update(stored(live, [thing(day + moment - (number % 4) * TICK)]))
        elif deed == "update" and target not in deleted:
            client.workstream_event.update(thing(day, id=target, readable=str(number)))
    assert len(seen) == len(set(seen))
    assert set(ids) - deleted <= set(seen) <= set(ids) | late
    times = [created[id] for id in seen if id in created]
    assert times == sorted(times, reverse=True)


def test_what_is_created_after_the_start_is_left_out(client):
    def create() -> Any:
        application = thing(FIRST)["application"]
        return client.workstream_events.create({"application": application, "trigger": {}})

    things = [create() for _ in range(6)]
    seen = []
    given = client.workstream_events.iterate(created_from=things[0].created.value, page_size=2)
    for each in given:
        seen.append(each.id)
        create()
    assert seen == [each.id for each in things[::-1]]


def test_an_id_that_is_deleted_between_the_calls_is_skipped(sdk, live, client, days):
    day = next(days)
    ids = stored(live, [thing(day + number * TICK) for number in range(6)])

    class Deleting:
        """Deletes the first page before it is looked up."""

        left = ids[3:]

        def send(self, request: Any) -> Any:
            if request.method == "POST":
                while self.left:
                    client.workstream_events.delete(self.left.pop())
            return client._engine._transport.send(request)

    hasty = sdk.Client(live.url, transport=Deleting())
    given = hasty.workstream_events.iterate(created_from=day, created_to=day + DAY, page_size=3)
    assert [each.id for each in given] == ids[2::-1]


@pytest.mark.parametrize("size", [100, 1000])
def test_five_thousand(sdk, live, client, days, size):
    day = next(days)
    ids = stored(live, [thing(day + (number // 3) * TICK) for number in range(5000)])
    bounds = {"created_from": day, "created_to": day + DAY, "page_size": size}
    given = [each.id for each in client.workstream_events.iterate(**bounds)]
    assert len(given) == 5000
    assert set(given) == set(ids)
    assert [each.id for each in asyncio.run(gathered(sdk, live.url, **bounds))] == given


def test_memory_does_not_grow_with_the_number_of_things(live, client, days):
    def peak(number: int) -> int:
        day = next(days)
        stored(live, [thing(day + each * TICK, readable="x" * 500) for each in range(number)])
        gc.collect()
        tracemalloc.start()
        for _ in client.workstream_events.iterate(created_from=day, created_to=day + DAY):
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(200)
    assert peak(5000) < 1.2 * peak(1000)


def test_nothing_is_asked_before_the_first_is_wanted_nor_after_the_last(sdk, stub):
    given = sdk.Client(stub.url).workstream_events.iterate()
    assert stub.seen == []
    stub.answer(Reply(body=b'{"iterable": []}'))
    assert list(given) == []
    assert list(given) == []
    assert len(stub.seen) == 1


def test_leaving_early_asks_no_more(sdk, live, client, days):
    day = next(days)
    stored(live, [thing(day) for _ in range(4)])
    given = client.workstream_events.iterate(created_from=day, created_to=day, page_size=2)
    next(given)
    given.close()
    assert list(given) == []

    async def leave() -> None:
        async with sdk.AsyncClient(live.url) as other:
            several = other.workstream_events.iterate(created_from=day, created_to=day)
            async for _ in several:
                break
            await several.aclose()
            assert [each async for each in several] == []

    asyncio.run(leave())


NAIVE = datetime(2024, 1, 1)
WRONG = [
    ({"created_from": NAIVE}, "created_from: a date-time without an offset"),
    ({"created_to": "yesterday"}, "created_to: 'yesterday' is no RFC 3339"),
    ({"page_size": 0}, "page_size: 0: a whole number, at least 1"),
    ({"page_size": True}, "page_size: True"),
    ({"page_size": 1 << 31}, "page_size: 2147483648: at most 2147483647"),
    ({"transferables": 1}, "transferables: int where bool is wanted"),
    ({"timeout": -1}, "timeout: total: -1"),
    ({"retries": -1}, "retries: -1: a whole number"),
    ({"extra_headers": {"a": "\n"}}, "a: a header is one line"),
]


@pytest.mark.parametrize(("arguments", "message"), WRONG)
@pytest.mark.parametrize("name", ["Client", "AsyncClient"])
def test_wrong_arguments_are_refused_at_once(sdk, stub, name, arguments, message):
    resource = getattr(sdk, name)(stub.url).workstream_events
    with pytest.raises(sdk.InvalidArgument) as caught:
        resource.iterate(**arguments)
    assert str(caught.value).startswith(message)
    with pytest.raises(TypeError):
        resource.iterate(limit=1)
    assert stub.seen == []


def test_options_go_with_every_request(sdk, live, client, days):
    day = next(days)
    stored(live, [thing(day)])
    fields: list[Any] = []

    class Watching:
        def send(self, request: Any) -> Any:
            fields.append((request.headers.get("x-trace"), request.timeout.total))
            return client._engine._transport.send(request)

    watched = sdk.Client(live.url, transport=Watching()).workstream_events
    options = {"extra_headers": {"X-Trace": "t"}, "timeout": 7.0}
    assert len(list(watched.iterate(created_from=day, created_to=day, **options))) == 1
    assert fields == [("t", 7.0)] * 3


def listing(*ids: str) -> Reply:
    return Reply(body=str({"iterable": [{"id": id} for id in ids]}).replace("'", '"').encode())


def found(*things: tuple[str, int], missing: str = "[]") -> Reply:
    body = ",".join(
        f'{{"id":"{id}","application":{{"id":"a","name":"B","version":"1","platform":"C",'
        f'"onboarded":true,"privacy":"OPEN"}},"trigger":{{}},"created":{{"value":'
        f'"2024-01-01T00:00:{second:02}Z"}},"updated":{{"value":"2024-01-01T00:00:00Z"}}}}'
        for id, second in things
    )
    text = f'{{"workstreamEvents": {{"iterable": [{body}]}}, "notFound": {missing}}}'
    return Reply(body=text.encode())


BROKEN: list[tuple[str, tuple[Reply, ...], str]] = [
    ("forgets an id", (listing("a", "b"), found(("a", 2))), "neither found nor missing: b"),
    ("oldest first", (listing("a", "b"), found(("a", 1), ("b", 2))), "not newest first: b was"),
    (
        "takes no bound",
        (listing("a"), found(("a", 2)), listing("b"), found(("b", 9))),
        "b was created after 2024-01-01 00:00:02+00:00, where the list ends",
    ),
]


@pytest.mark.parametrize(("what", "replies", "message"), BROKEN, ids=[case[0] for case in BROKEN])
def test_a_server_that_would_make_things_fall_out_is_told_of(sdk, stub, what, replies, message):
    stub.answer(*replies)
    with pytest.raises(sdk.DecodeError, match=message.replace("+", r"\+")):
        list(sdk.Client(stub.url).workstream_events.iterate(page_size=2))


def test_more_at_one_moment_than_can_be_listed(sdk, stub, monkeypatch: pytest.MonkeyPatch):
    resources = import_module(f"{sdk.__name__}.resources.workstream_events")
    small = msgspec.structs.replace(resources._collection(), largest=2)
    monkeypatch.setattr(resources, "_collection", lambda: small)
    stub.answer(listing("a", "b"), found(("a", 2), ("b", 2)), listing("a", "b"))
    events = sdk.Client(stub.url).workstream_events.iterate(page_size=2)
    assert [next(events).id, next(events).id] == ["a", "b"]
    with pytest.raises(
        sdk.ApiError, match=r"cannot go beyond 2024-01-01 00:00:02.*: 2 were created"
    ):
        next(events)
    assert "limit=2" in stub.seen[-1].target


def test_a_page_ends_behind_all_that_a_datetime_stands_for(sdk, stub):
    """A server that compares finer digits would leave out those of the same microsecond."""
    stub.answer(listing("a"), found(("a", 2)), listing("a"))
    list(sdk.Client(stub.url).workstream_events.iterate(page_size=1))
    assert "created_to=2024-01-01T00%3A00%3A02.000001%2B00%3A00" in stub.seen[-1].target


def test_what_is_stored_between_two_pages_is_no_fault(sdk, stub):
    """It comes behind the moment of the last one, but before the end of the next page."""
    late = found(("b", 2)).body.replace(b"00:00:02Z", b"00:00:02.000001Z")
    stub.answer(
        *(listing("a"), found(("a", 2)), listing("b", "a"), Reply(body=late)),
        *(listing("b", "a", "c"), found(("c", 1)), listing("c")),
    )
    given = sdk.Client(stub.url).workstream_events.iterate(page_size=1)
    assert [each.id for each in given] == ["a", "c"]


def test_a_list_of_ghosts_ends(sdk, stub):
    """Ids that are listed for ever and never there."""
    ghosts = Reply(body=b'{"workstreamEvents": {"iterable": []}, "notFound": ["a", "b"]}')
    stub.answer(listing("a", "b"), ghosts, listing("a", "b"))
    assert list(sdk.Client(stub.url).workstream_events.iterate(page_size=2)) == []


def test_the_last_moment_there_is(sdk, stub):
    last = found(("a", 2)).body.replace(b"2024-01-01T00:00:02Z", b"9999-12-31T23:59:59.999999Z")
    stub.answer(listing("a"), Reply(body=last), listing("a"))
    (only,) = sdk.Client(stub.url).workstream_events.iterate()
    assert only.id == "a"


def test_it_is_light(sdk, python_folder):
    """What only iterating needs is not there before."""
    code = f"import sys; from {sdk.__name__} import Client; Client(); print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=python_folder, capture_output=True, text=True, check=True
    ).stdout.split()
    for name in ("_iterate", "_modify", "_discover"):
        assert f"{sdk.__name__}.{name}" not in loaded
