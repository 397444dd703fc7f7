"""A key goes to the server it is for, and shows nowhere else."""

from __future__ import annotations

import asyncio
import copy
import importlib
import logging
import os
import pickle
import socket
import subprocess
import sys
import traceback
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from specpipe.spec.model import Api

from . import sockets
from .conftest import Caller, Reply, Stub, over_pyreqwest

KEY = "k3y-that-must-not-show"
HEADERS = {"Authorization": f"Bearer {KEY}", "X-Token": KEY}


@pytest.fixture
def elsewhere() -> Iterator[Stub]:
    """Another server."""
    server = Stub()
    yield server
    server.server.shutdown()
    server.server.server_close()


def get(client: Any) -> Any:
    return client.workstream_event.get("e")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(call: Caller, stub: Stub, elsewhere: Stub, status: int) -> None:
    stub.answer(Reply(status, headers={"Location": f"{elsewhere.url}/workstream_event/e"}))
    with pytest.raises(call.sdk.UnexpectedStatusError) as caught:
        call(get, api_key=KEY, headers=HEADERS)
    assert caught.value.status == status
    assert caught.value.headers["location"].startswith(elsewhere.url)
    assert (len(stub.seen), elsewhere.seen) == (1, [])


def test_redirects_are_not_followed_whatever_the_httpx_client_says(
    sdk: ModuleType, stub: Stub, elsewhere: Stub
) -> None:
    module = importlib.import_module(f"{sdk.__name__}.transports.httpx")
    stub.answer(Reply(302, headers={"Location": elsewhere.url}))
    with httpx.Client(trust_env=False, follow_redirects=True) as inner:
        client = sdk.Client(stub.url, api_key=KEY, transport=module.HttpxTransport(inner))
        with pytest.raises(sdk.UnexpectedStatusError):
            get(client)

    async def use() -> None:
        async with httpx.AsyncClient(trust_env=False, follow_redirects=True) as inner:
            transport = module.AsyncHttpxTransport(inner)
            await get(sdk.AsyncClient(stub.url, api_key=KEY, transport=transport))

    with pytest.raises(sdk.UnexpectedStatusError):
        asyncio.run(use())
    assert elsewhere.seen == []


def shown(error: BaseException) -> str:
    """What a report shows that includes local variables, those of this file aside."""
    lines: list[str] = []
    seen: list[BaseException | None] = [error]
    for link in seen:
        if link is None:
            continue
        for frame in traceback.TracebackException.from_exception(link, capture_locals=True).stack:
            if "/tests/" not in frame.filename:
                lines += [f"{name} = {text}" for name, text in (frame.locals or {}).items()]
        lines += [repr(link), str(link), repr(vars(link)), repr(link.args)]
        seen += [cause for cause in (link.__cause__, link.__context__) if cause not in seen]
    return "\n".join(lines)


def trouble(call: Caller, stub: Stub, kind: str) -> Any:
    """The error that a call with a key ends in."""
    options: dict[str, Any] = {"api_key": KEY, "headers": HEADERS, "timeout": 0.3}
    use = get
    if kind == "status":
        stub.answer(Reply(410, b"gone", "text/plain"))
    elif kind == "decode":
        stub.answer(Reply(body=b"{"))
    elif kind == "broken":
        stub.answer(None)
    elif kind == "refused":
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            options["base_url"] = f"http://127.0.0.1:{closed.getsockname()[1]}"
    elif kind == "path":
        use = lambda client: client.workstream_event.get("..")  # noqa: E731
    elif kind == "body":
        use = lambda client: client.workstream_event.update({"id": 1})  # noqa: E731
    elif kind == "settings":
        options["timeout"] = "soon"
    elif kind == "url":
        options["base_url"] = "localhost:1000"
    with (
        sockets.scripted(sockets.silence) as silent,
        pytest.raises(call.sdk.ApiError) as caught,
    ):
        call(use, **({"base_url": silent.url} if kind == "timeout" else {}), **options)
    return caught.value


@pytest.mark.parametrize(
    "kind",
    ["status", "decode", "broken", "refused", "timeout", "path", "body", "settings", "url"],
)
def test_no_error_shows_the_key(call: Caller, stub: Stub, kind: str) -> None:
    error = trouble(call, stub, kind)
    assert KEY not in shown(error)
    assert KEY.encode() not in pickle.dumps(error)


def test_pickled_errors_come_back_whole(sdk: ModuleType) -> None:
    errors = sdk.errors
    exchange = errors.Exchange("GET", "http://h/x", 410, {"x-request-id": "r"}, b"gone")
    classes = [c for c in vars(errors).values() if isinstance(c, type)]
    classes = [c for c in classes if issubclass(c, errors.ApiError)]
    assert len(classes) > 30
    for known in classes:
        error = known("because")
        error.exchange = exchange
        if hasattr(known, "sent"):
            error.sent = False
        copied = pickle.loads(pickle.dumps(error))
        assert type(copied) is known
        assert (copied.exchange, str(copied), vars(copied)) == (exchange, str(error), vars(error))


def test_what_holds_a_key_is_not_pickled(sdk: ModuleType) -> None:
    settings = sdk.Client(api_key=KEY, headers=HEADERS)._engine.settings
    for client in (sdk.Client(api_key=KEY), sdk.AsyncClient(api_key=KEY)):
        for attempt in (pickle.dumps, copy.copy, copy.deepcopy):
            with pytest.raises(TypeError, match="a client is not copied or pickled"):
                attempt(client)
    request = sdk.Request("GET", "http://h", settings._headers)
    for value in (settings, request):
        with pytest.raises(TypeError, match="headers and keys are not pickled"):
            pickle.dumps(value)


def test_no_repr_shows_the_key(sdk: ModuleType) -> None:
    client = sdk.Client(api_key=KEY, headers=HEADERS)
    engine = client._engine
    values = [client, vars(client), engine, engine.settings, client.workstream_event]
    values += [getattr(engine.settings, name) for name in engine.settings.__slots__]
    assert KEY not in repr(values)
    assert engine.settings._headers["x-token"] == KEY


def test_no_log_shows_the_key(call: Caller, stub: Stub, caplog: pytest.LogCaptureFixture) -> None:
    """Neither ours nor those of the HTTP libraries."""
    stub.answer(Reply(503, headers={"Retry-After": "0"}), Reply(body=b"{"))
    with caplog.at_level(logging.DEBUG), pytest.raises(call.sdk.DecodeError):
        call(get, api_key=KEY, headers=HEADERS, retries=1)
    assert [r for r in caplog.records if r.name == call.sdk.__name__]
    assert KEY not in caplog.text
    assert all(KEY not in repr(vars(record)) for record in caplog.records)


def test_a_password_in_a_url_is_refused_and_does_not_show(sdk: ModuleType) -> None:
    with pytest.raises(sdk.InvalidArgument) as caught:
        sdk.Client(f"http://user:{KEY}@127.0.0.1:1000")
    assert KEY not in str(caught.value)


@pytest.mark.parametrize("name", ["", "a b", "a:b", "a\r\nb", "é", "a\x00"])
def test_a_header_with_no_proper_name_is_refused(call: Caller, stub: Stub, name: str) -> None:
    with pytest.raises(call.sdk.InvalidArgument, match="the name of a header has"):
        call(lambda client: client.workstream_event.get("e", extra_headers={name: "x"}))
    assert stub.seen == []


PROXIED = """
import sys
from {package} import Client
with Client(sys.argv[1], api_key={key!r}, retries=0) as client:
    print(client.workstream_event.with_raw_response.get("e").status)
"""


def test_a_proxy_of_the_environment_is_used_for_other_machines(
    python_folder: Path, api: Api, stub: Stub
) -> None:
    """It sees the key of a request to an http:// URL, as the documentation says."""
    stub.answer(Reply(body=b"{}"))
    program = PROXIED.format(package=f"{api.package.snake}_client", key=KEY)
    for url, targets in (
        ("http://other.invalid:1000", ["http://other.invalid:1000/workstream_event/e"]),
        (stub.url, ["/workstream_event/e"]),
    ):
        stub.seen.clear()
        run = subprocess.run(
            (sys.executable, "-c", program, url),
            cwd=python_folder,
            env={**os.environ, "http_proxy": stub.url, "HTTP_PROXY": stub.url, "no_proxy": ""},
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
        assert run.stdout == "200\n", run.stderr
        assert [seen.target for seen in stub.seen] == targets
        assert KEY in stub.seen[0].headers.values()


def test_whatever_the_id_the_server_sees_one_segment(sdk: ModuleType, stub: Stub) -> None:
    """Or nothing at all. All sync transports."""
    module = importlib.import_module(f"{sdk.__name__}.transports.httpx")
    stub.answer(Reply(204, type=None))
    odd = st.sampled_from(["..", ".", "", "%2e%2e", "/", "\\", "?", "#", ";", "a/../b", "\r\n"])
    values = st.one_of(st.text(), odd, st.lists(odd, max_size=4).map("".join))
    with (
        httpx.Client(trust_env=False) as inner,
        sdk.Client(stub.url) as first,
        over_pyreqwest(sdk, stub.url) as second,
    ):
        third = sdk.Client(stub.url, transport=module.HttpxTransport(inner))

        @settings(
            max_examples=250,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=True,
        )
        @given(values)
        def check(value: str) -> None:
            for client in (first, second, third):
                stub.seen.clear()
                try:
                    client.workstream_events.delete(value)
                except sdk.InvalidArgument:
                    assert stub.seen == []
                    surrogate = any("\ud800" <= c <= "\udfff" for c in value)
                    assert surrogate or value in ("", ".", "..")
                    continue
                (seen,) = stub.seen
                _, before, segment, after = seen.target.split("/")
                assert (before, after) == ("workstream_events", "delete")
                assert urllib.parse.unquote(segment) == value

        check()
