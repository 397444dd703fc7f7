"""What the SDK puts on the wire, and what it refuses to."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from types import ModuleType
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from specpipe.spec.model import Api

from .conftest import Caller, Reply, Stub
from .test_python_lossless import APPLICATION, EVENT

LIST = Reply(body=b'{"iterable": []}')
FOUND = Reply(body=b'{"workstreamEvents": {"iterable": []}}')


@pytest.mark.parametrize("value", ["", ".", "..", None, b"x", ["x"]])
def test_path_parameters_that_change_the_path_are_refused(
    call: Caller, stub: Stub, sdk: ModuleType, value: Any
) -> None:
    for use in (
        lambda client: client.workstream_event.get(value),
        lambda client: client.workstream_events.delete(value),
        lambda client: client.workstream_event.associate_workstream_summary("e", value),
    ):
        with pytest.raises(sdk.InvalidArgument) as caught:
            call(use)
        assert isinstance(caught.value, ValueError)
    assert stub.seen == []


@pytest.mark.parametrize(
    ("value", "encoded"),
    [
        ("a b/c%d", "a%20b%2Fc%25d"),
        ("../delete", "..%2Fdelete"),
        ("%2e%2e", "%252e%252e"),
        ("a?b#c", "a%3Fb%23c"),
        ("ünï\x00", "%C3%BCn%C3%AF%00"),
        ("a-b_c.d~e", "a-b_c.d~e"),
    ],
)
def test_path_parameters_are_percent_encoded(
    call: Caller, stub: Stub, value: str, encoded: str
) -> None:
    call(lambda client: client.workstream_events.delete(value))
    assert stub.seen[0].target == f"/workstream_events/{encoded}/delete"


def test_lone_surrogate_is_refused(call: Caller, sdk: ModuleType) -> None:
    with pytest.raises(sdk.InvalidArgument):
        call(lambda client: client.workstream_events.delete("\ud800"))


def test_query_encoding(call: Caller, stub: Stub) -> None:
    stub.answer(LIST)
    moment = datetime(2024, 1, 2, 3, 4, 5, 678000, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    odd = datetime(2024, 1, 2, 3, 4, 5, tzinfo=timezone(timedelta(minutes=5, seconds=30)))
    call(
        lambda client: client.workstream_events.identifiers(
            limit=3, created_from=moment, created_to=moment.astimezone(UTC), updated_from=odd
        )
    )
    assert parse_qs(urlsplit(stub.seen[0].target).query) == {
        "limit": ["3"],
        "created_from": ["2024-01-02T03:04:05.678000+05:30"],
        "created_to": ["2024-01-01T21:34:05.678000+00:00"],
        "updated_from": ["2024-01-02T02:58:35+00:00"],
    }
    assert "+" not in stub.seen[0].target
    for value, text in ((True, "true"), (False, "false")):
        call(lambda client, v=value: client.workstream_events.snapshot(transferables=v))
        assert stub.seen[-1].target == f"/workstream_events?transferables={text}"


def test_what_is_not_given_is_not_sent(call: Caller, stub: Stub) -> None:
    stub.answer(LIST)
    call(lambda client: client.workstream_events.identifiers())
    assert stub.seen[0].target == "/workstream_events/identifiers"
    assert "content-type" not in stub.seen[0].headers
    assert "x-application-id" not in stub.seen[0].headers
    stub.answer(Reply(body=json.dumps(EVENT).encode()))
    call(lambda client: client.workstream_events.create())
    assert stub.seen[1].body == b""
    assert "content-type" not in stub.seen[1].headers
    assert stub.seen[1].headers["content-length"] == "0"


def test_naive_date_times_are_refused(call: Caller, stub: Stub, sdk: ModuleType) -> None:
    naive = datetime(2024, 1, 2)
    event = sdk.models.WorkstreamEvent.from_dict(EVENT)
    event.created.value = naive
    for use in (
        lambda client: client.workstream_events.identifiers(created_from=naive),
        lambda client: client.workstream_event.update(event),
    ):
        with pytest.raises(sdk.InvalidArgument):
            call(use)
    assert stub.seen == []


def test_headers(call: Caller, stub: Stub) -> None:
    stub.answer(Reply(body=json.dumps(EVENT).encode()))
    body = {"application": APPLICATION, "trigger": {}}
    call(
        lambda client: client.workstream_events.create(body),
        api_key="secret-key",
        headers={"X-Trace": "t", "user-agent": "mine"},
    )
    headers = stub.seen[0].headers
    assert headers["x-application-id"] == "secret-key"
    assert headers["accept"] == "application/json, text/plain"
    assert headers["content-type"] == "application/json"
    assert (headers["x-trace"], headers["user-agent"]) == ("t", "mine")
    assert json.loads(stub.seen[0].body) == body


def test_bodies_as_models_and_as_dicts(call: Caller, stub: Stub, sdk: ModuleType) -> None:
    stub.answer(Reply(body=json.dumps(EVENT).encode()))
    models = sdk.models
    seed = models.SeededWorkstreamEvent(
        application=models.Application(**APPLICATION),
        trigger=models.WorkstreamEventTrigger(file_open=True),
        additional_properties={"new": 1},
    )
    call(lambda client: client.workstream_events.create(seed))
    call(lambda client: client.workstream_events.create(seed.to_dict()))
    call(
        lambda client: client.workstream_events.create(
            {**seed.to_dict(), "application": seed.application}
        )
    )
    wanted = {"application": APPLICATION, "trigger": {"file_open": True}, "new": 1}
    assert [json.loads(seen.body) for seen in stub.seen] == [wanted] * 3


@pytest.mark.parametrize(
    "body", [{}, {"application": 5, "trigger": {}}, object(), "x", float("nan")]
)
def test_bodies_that_the_contract_forbids_are_refused(
    call: Caller, stub: Stub, sdk: ModuleType, body: Any
) -> None:
    with pytest.raises(sdk.InvalidArgument):
        call(lambda client: client.workstream_events.create(body))
    assert stub.seen == []


def test_batch_takes_ids(call: Caller, stub: Stub, sdk: ModuleType) -> None:
    stub.answer(FOUND)
    call(lambda client: client.workstream_events.batch(["a", "b"], transferables=True))
    call(
        lambda client: client.workstream_events.batch(
            {"workstreamEvents": {"iterable": [{"id": "a"}]}}
        )
    )
    call(lambda client: client.workstream_events.batch(name for name in ("a",)))
    assert stub.seen[0].target == "/workstream_events/batch/fetch?transferables=true"
    assert json.loads(stub.seen[0].body) == {
        "workstreamEvents": {"iterable": [{"id": "a"}, {"id": "b"}]}
    }
    assert json.loads(stub.seen[1].body) == json.loads(stub.seen[2].body)
    with pytest.raises(sdk.InvalidArgument):
        call(lambda client: client.workstream_events.batch("a"))
    with pytest.raises(sdk.InvalidArgument):
        call(lambda client: client.workstream_events.batch(None))


def test_documented_names_are_aliases(sdk: ModuleType, api: Api) -> None:
    for client in (sdk.Client(), sdk.AsyncClient()):
        for operation in api.operations:
            resource = type(getattr(client, operation.tag.snake))
            method = getattr(resource, operation.method_name.snake)
            assert getattr(resource, operation.name.snake) is method
            assert f"{operation.method} {operation.path}" in " ".join(method.__doc__.split())


def test_the_key_does_not_show(sdk: ModuleType, stub: Stub) -> None:
    recorded: list[Any] = []

    class Recorder:
        def send(self, request: Any) -> Any:
            recorded.append(request)
            return sdk.Response(410, {}, b"")

    client = sdk.Client(stub.url, api_key="secret-key", transport=Recorder())
    with pytest.raises(sdk.GoneError) as caught:
        client.workstream_event.get("e")
    shown = [client, client.workstream_event, client._engine.settings, recorded[0], caught.value]
    shown += [vars(client), caught.value.args, caught.value.exchange]
    assert all("secret-key" not in f"{value!r}{value}" for value in shown)
    with pytest.raises(sdk.InvalidArgument) as refused:
        sdk.Client(api_key="secret-key\r\nX: y")
    assert "secret-key" not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "localhost:1000",
        "ftp://x",
        "http://",
        "http://u:p@h",
        "http://h?x=1",
        "http://h#f",
        "http://h /",
    ],
)
def test_base_urls_that_cannot_work_are_refused(sdk: ModuleType, url: str) -> None:
    with pytest.raises(sdk.InvalidArgument):
        sdk.Client(url)


def test_base_url_may_have_a_path(call: Caller, stub: Stub) -> None:
    stub.answer(LIST)
    call(lambda client: client.workstream_events.identifiers(), base_url=f"{stub.url}/proxy/")
    assert stub.seen[0].target == "/proxy/workstream_events/identifiers"
