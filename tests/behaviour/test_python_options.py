"""Options of a call and of a view of a client, and answers as they came."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from types import ModuleType
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from .conftest import Caller, Reply, Stub
from .test_python_lossless import EVENT

GOT = Reply(body=json.dumps(EVENT).encode(), headers={"X-Request-ID": "r-1"})


def test_extra_headers_win_over_the_clients(call: Caller, stub: Stub) -> None:
    stub.answer(GOT)
    extra = {"X-Trace": "t", "Accept": "application/xml", "X-Application-ID": "other"}
    call(
        lambda client: client.workstream_event.get("e", extra_headers=extra),
        api_key="k",
        headers={"X-Trace": "of the client"},
    )
    headers = stub.seen[0].headers
    assert headers["x-trace"] == "t"
    assert headers["accept"] == "application/xml"
    assert headers["x-application-id"] == "other"


def test_headers_of_a_client_and_of_a_view_win_over_the_packages_own(
    call: Caller, stub: Stub
) -> None:
    stub.answer(GOT)
    names = ("accept", "content-type", "x-application-id")

    def update(client: Any, **headers: Any) -> Any:
        return client.with_options(**headers).workstream_event.update(EVENT)

    call(update, api_key="k")
    own = {"Accept": "a/a", "Content-Type": "c/c", "X-Application-ID": "own"}
    call(update, api_key="k", headers=own)
    view = {"X-Application-ID": "of the view"}
    call(lambda client: update(client, headers=view), api_key="k", headers=own)
    sent = [[seen.headers[name] for name in names] for seen in stub.seen]
    assert sent[0][1:] == ["application/json", "k"]
    assert sent[1:] == [["a/a", "c/c", "own"], ["a/a", "c/c", "of the view"]]


def test_extra_query_is_added(call: Caller, stub: Stub) -> None:
    stub.answer(GOT)
    moment = datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)
    extra = {"a b": "x&y", "n": 1, "f": 0.5, "yes": True, "at": moment, "many": ["1", "2"]}
    call(lambda client: client.workstream_event.get("e", transferables=True, extra_query=extra))
    assert parse_qsl(urlsplit(stub.seen[0].target).query) == [
        ("transferables", "true"),
        ("a b", "x&y"),
        ("n", "1"),
        ("f", "0.5"),
        ("yes", "true"),
        ("at", "2024-01-02T03:04:05+00:00"),
        ("many", "1"),
        ("many", "2"),
    ]


def test_an_empty_extra_query_changes_nothing(call: Caller, stub: Stub) -> None:
    stub.answer(GOT)
    call(lambda client: client.workstream_event.get("e", extra_query={}))
    call(lambda client: client.workstream_event.get("e", extra_query={"none": []}))
    assert [seen.target for seen in stub.seen] == ["/workstream_event/e"] * 2


@pytest.mark.parametrize("value", [{}, b"x", None, datetime(2024, 1, 1), float("nan"), "\ud800"])
def test_what_cannot_stand_in_a_query_is_refused(call: Caller, stub: Stub, value: Any) -> None:
    with pytest.raises(call.sdk.InvalidArgument, match="extra_query: odd: "):
        call(lambda client: client.workstream_event.get("e", extra_query={"odd": value}))
    assert stub.seen == []


def test_extra_body_is_put_into_the_body(call: Caller, stub: Stub) -> None:
    stub.answer(GOT)
    extra = {"windowTitle": "other", "not_yet": {"known": [1]}}
    call(
        lambda client: client.workstream_event.update(
            EVENT | {"windowTitle": "first"}, extra_body=extra
        )
    )
    assert json.loads(stub.seen[0].body) == EVENT | extra


def test_extra_body_makes_a_body_where_there_is_none(call: Caller, stub: Stub) -> None:
    stub.answer(Reply(204, type=None))
    call(lambda client: client.workstream_event.scores_increment("e", extra_body={"new": True}))
    assert json.loads(stub.seen[0].body) == {"new": True}
    assert stub.seen[0].headers["content-type"] == "application/json"


@pytest.mark.parametrize("options", [{"tiemout": 1}, {"extra_header": {}}])
def test_an_option_that_there_is_not_is_refused(
    call: Caller, stub: Stub, options: dict[str, Any]
) -> None:
    (name,) = options
    with pytest.raises(TypeError, match=f"no such option: {name}; there are timeout, retries"):
        call(lambda client: client.workstream_event.get("e", **options))
    assert stub.seen == []


def test_retries_of_one_call(call: Caller, stub: Stub) -> None:
    stub.answer(Reply(503, b"busy", "text/plain", {"Retry-After": "0"}), GOT)
    event = call(lambda client: client.workstream_event.get("e", retries=1))
    assert event.id == "e"
    stub.answer(Reply(503, b"busy", "text/plain", {"Retry-After": "0"}), GOT)
    with pytest.raises(call.sdk.ServerError):
        call(lambda client: client.workstream_event.get("e"))


@pytest.mark.parametrize("timeout", [0, -1, True, "1", float("nan"), 1e12])
def test_a_timeout_that_cannot_be_is_refused(call: Caller, stub: Stub, timeout: Any) -> None:
    with pytest.raises(call.sdk.InvalidArgument, match="timeout"):
        call(lambda client: client.workstream_event.get("e", timeout=timeout))
    for phase in ("total", "connect", "read"):
        limits = call.sdk.Timeout(**{phase: timeout})
        with pytest.raises(call.sdk.InvalidArgument, match=f"timeout: {phase}: "):
            call(lambda client, limits=limits: client.workstream_event.get("e", timeout=limits))
    assert stub.seen == []


def test_a_view_has_its_own_options_and_the_same_connections(sdk: ModuleType, stub: Stub) -> None:
    stub.answer(GOT)
    with sdk.Client(stub.url, api_key="k", headers={"A": "1", "B": "1"}) as client:
        view = client.with_options(headers={"B": "2"}, timeout=3, retries=0)
        assert type(view) is sdk.Client
        view.workstream_event.get("e")
        client.workstream_event.get("e")
    first, second = (seen.headers for seen in stub.seen)
    assert (first["a"], first["b"], first["x-application-id"]) == ("1", "2", "k")
    assert second["b"] == "1"
    assert len(stub.connections) == 1
    with pytest.raises(sdk.ApiError, match="closed"):
        view.workstream_event.get("e")


def test_options_of_a_view_are_checked(sdk: ModuleType) -> None:
    with sdk.Client() as client:
        with pytest.raises(TypeError, match="no such option: header; there are timeout, retries"):
            client.with_options(header={})
        for wrong in ({"timeout": 0}, {"retries": -1}, {"headers": {"a": "x\r\ny"}}):
            with pytest.raises(sdk.InvalidArgument):
                client.with_options(**wrong)


def test_the_raw_answer(call: Caller, stub: Stub) -> None:
    stub.answer(GOT)
    raw = call(lambda client: client.workstream_event.with_raw_response.get("e"))
    assert isinstance(raw, call.sdk.RawResponse)
    assert (raw.status, raw.body, raw.request_id) == (200, GOT.body, "r-1")
    assert raw.headers["content-type"] == "application/json"
    assert raw.parse().id == "e"
    assert "/workstream_event/e: 200" in repr(raw)


def test_the_raw_answer_without_a_body(call: Caller, stub: Stub) -> None:
    stub.answer(Reply(204, type=None))
    raw = call(lambda client: client.workstream_events.with_raw_response.delete("e"))
    assert (raw.status, raw.body, raw.parse()) == (204, b"", None)


def test_a_raw_answer_that_cannot_be_decoded_says_so_when_parsed(call: Caller, stub: Stub) -> None:
    stub.answer(Reply(body=b"<h1>no</h1>", type="text/html"))
    raw = call(lambda client: client.workstream_event.with_raw_response.get("e"))
    assert raw.body == b"<h1>no</h1>"
    with pytest.raises(call.sdk.DecodeError, match="expected application/json, got text/html"):
        raw.parse()


def test_a_failure_is_raised_by_raw_methods_too(call: Caller, stub: Stub) -> None:
    stub.answer(Reply(410, b"gone", "text/plain"))
    with pytest.raises(call.sdk.GoneError, match="gone"):
        call(lambda client: client.workstream_event.with_raw_response.get("e"))


def test_no_message_shows_the_extra_query(call: Caller, stub: Stub) -> None:
    stub.answer(Reply(410, b"gone", "text/plain"))
    with pytest.raises(call.sdk.GoneError) as caught:
        call(lambda client: client.workstream_event.get("e", extra_query={"token": "secret"}))
    assert stub.seen[0].target.endswith("?token=secret")
    assert caught.value.url == f"{stub.url}/workstream_event/e"
    assert "secret" not in f"{caught.value!r}{caught.value}"


def test_a_connection_error_tells_what_was_asked(call: Caller, stub: Stub) -> None:
    stub.answer(None)
    with pytest.raises(call.sdk.ConnectionError) as caught:
        call(lambda client: client.workstream_event.get("e", extra_query={"token": "secret"}))
    error = caught.value
    assert (error.method, error.url) == ("GET", f"{stub.url}/workstream_event/e")
    assert (error.status, error.body, error.request_id) == (0, b"", None)
    assert "secret" not in f"{error!r}{error}"
