"""What a caller gives shows in none of the SDK's frames, in a traceback with local variables."""

from __future__ import annotations

import asyncio
import importlib
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from .conftest import Caller, Reply, Stub
from .test_python_lossless import EVENT
from .test_python_secrets import HEADERS, KEY, get, shown

OPTIONS: dict[str, Any] = {
    "extra_headers": HEADERS,
    "extra_query": {"token": KEY, "tokens": [KEY, KEY]},
}
WRONG: dict[str, dict[str, Any]] = {
    "a header as bytes": {"extra_headers": {"X-Token": KEY.encode()}},
    "a list of headers": {"extra_headers": [("X-Token", KEY)]},
    "no such option": {"extra_header": {"X-Token": KEY}},
    "a timeout": {"extra_query": {"token": KEY}, "timeout": 0},
    "retries": {"extra_query": {"token": KEY}, "retries": -1},
    "nothing for the query": {"extra_query": {"token": KEY, "no": None}},
}


def failing(use: Callable[[], Any], kind: type[Exception] | tuple[type[Exception], ...]) -> str:
    """What is to be seen of the error that `use` ends in."""
    with pytest.raises(kind) as caught:
        use()
    return shown(caught.value)


@pytest.mark.parametrize("name", OPTIONS)
def test_options_of_a_call_without_an_answer(call: Caller, stub: Stub, name: str) -> None:
    stub.answer(None)
    options = {name: OPTIONS[name]}
    for use in (
        lambda client: client.workstream_event.get("e", **options),
        lambda client: client.workstream_event.with_raw_response.get("e", **options),
        lambda client: client.workstream_event.modify("e", print, **options),
    ):
        text = failing(partial(call, use), call.sdk.ConnectionError)
        assert "options = " in text
        assert KEY not in text
    assert KEY in f"{stub.seen[0].headers} {stub.seen[0].target}"


@pytest.mark.parametrize("options", WRONG.values(), ids=WRONG)
def test_options_that_are_refused(call: Caller, options: dict[str, Any]) -> None:
    for use in (
        lambda client: client.workstream_event.get("e", **options),
        lambda client: client.workstream_event.modify("e", print, attempts=0, **options),
        lambda client: client.with_options(**options),
    ):
        kinds = (call.sdk.InvalidArgument, TypeError)
        assert KEY not in failing(partial(call, use), kinds)


def test_options_of_an_iteration(sdk: ModuleType, stub: Stub) -> None:
    stub.answer(None)
    with sdk.Client(stub.url, retries=0) as client:
        things = client.workstream_events.iterate(extra_headers=HEADERS)
        assert KEY not in failing(lambda: next(things), sdk.ConnectionError)
        with pytest.raises(sdk.InvalidArgument) as caught:
            client.workstream_events.iterate(page_size=0, extra_headers=HEADERS)
        assert KEY not in shown(caught.value)


def test_options_of_a_call_of_a_closed_client(sdk: ModuleType) -> None:
    client = sdk.Client()
    client.close()
    use = partial(client.workstream_event.get, "e", extra_headers=HEADERS)
    assert KEY not in failing(use, sdk.ApiError)


def test_options_of_a_client_of_a_server_for_tests(sdk: ModuleType) -> None:
    testing = importlib.import_module(f"{sdk.__name__}.testing")
    server = testing.LiveServer("http://127.0.0.1:1", KEY, Path("log"))
    for make in (server.client, server.async_client):
        text = failing(partial(make, headers=HEADERS, retries=-1), sdk.InvalidArgument)
        assert "options = " in text
        assert KEY not in text


def test_what_is_given_stays_what_it_was(sdk: ModuleType, stub: Stub) -> None:
    stub.answer(Reply(body=json.dumps(EVENT).encode()))
    headers = {"X-Token": KEY}
    options: dict[str, Any] = {"api_key": KEY, "headers": headers}
    with sdk.Client(stub.url, **options) as client:
        client.with_options(headers=headers).workstream_event.get("e", extra_headers=headers)
    assert repr([headers, options]).count(KEY) == 3
    assert stub.seen[0].headers["x-token"] == KEY


@pytest.mark.parametrize("kind", ["Client", "AsyncClient"])
def test_discover_where_no_server_is_up(
    sdk: ModuleType, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.import_module(f"{sdk.__name__}.client"), "_PORTS", (1,))

    def use() -> Any:
        found = getattr(sdk, kind).discover(api_key=KEY, headers=HEADERS)
        return asyncio.run(found) if kind == "AsyncClient" else found

    text = failing(use, sdk.ConnectionError)
    assert "api_key = '…'" in text
    assert KEY not in text


@pytest.mark.parametrize("kind", ["Client", "AsyncClient"])
@pytest.mark.parametrize(
    "options",
    [
        *({"api_key": key} for key in (KEY.encode(), [KEY], f"{KEY}\n")),
        *({"headers": headers} for headers in ([("a", KEY)], {"a": KEY.encode()}, {"a": [KEY]})),
    ],
    ids=repr,
)
def test_settings_that_are_refused(sdk: ModuleType, kind: str, options: dict[str, Any]) -> None:
    assert KEY not in failing(lambda: getattr(sdk, kind)(**options), sdk.InvalidArgument)


def test_what_a_refused_key_is_is_told(sdk: ModuleType) -> None:
    with pytest.raises(sdk.InvalidArgument, match=r"^api_key: a header is a str, not bytes$"):
        sdk.Client(api_key=KEY.encode())


def test_errors_show_the_size_of_a_body_and_no_header(call: Caller, stub: Stub) -> None:
    headers = {"Set-Cookie": f"session={KEY}"}
    for kind, answer in (
        (call.sdk.GoneError, Reply(410, b"x" * 1_000_000, "text/plain", headers)),
        (call.sdk.DecodeError, Reply(200, b"x" * 1_000_000, headers=headers)),
    ):
        stub.answer(answer)
        with pytest.raises(kind) as caught:
            call(get)
        error = caught.value
        for text in (repr(error), repr(error.args), repr(error.exchange)):
            assert len(text) < 400
            assert "body=1000000 B" in text
            assert "set-cookie" in text
            assert KEY not in text
        assert len(error.body) == 1_000_000
