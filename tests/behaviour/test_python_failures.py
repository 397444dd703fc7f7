"""What a person reads when the network fails: what is wrong, and what to do."""

from __future__ import annotations

import logging
import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from specpipe.spec.model import Api

from . import sockets
from .conftest import Caller, Reply, Stub

SLOW = {"timeout": 10.0}


def failure(call: Caller, url: str, **options: Any) -> Any:
    """The error that a call ends in; its text is one line that starts with the request."""
    with pytest.raises(call.sdk.ApiError) as caught:
        call(lambda client: client.workstream_event.get("e"), base_url=url, **options)
    error = caught.value
    text = str(error)
    assert text.startswith(f"GET {url}/workstream_event/e: "), text
    assert text.isprintable()
    assert error.__cause__ is None
    assert error.__context__ is None, "it holds on to the frames of a library"
    return error


def test_a_server_that_is_not_running(call: Caller) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        error = failure(call, f"http://127.0.0.1:{closed.getsockname()[1]}")
    assert isinstance(error, call.sdk.ConnectionError)
    assert re.search(r": nothing listens there \(.+\): is the server started\?$", str(error))
    assert error.sent is False


def test_a_host_that_is_unknown(call: Caller) -> None:
    error = failure(call, "http://no-such-host.invalid:1000")
    assert isinstance(error, call.sdk.ConnectionError)
    wanted = r": the name of the host is unknown \(.+\): is the base URL right\?$"
    assert re.search(wanted, str(error))
    assert error.sent is False


def test_https_on_a_port_that_speaks_http(call: Caller, stub: Stub) -> None:
    error = failure(call, stub.url.replace("http", "https"))
    assert isinstance(error, call.sdk.ConnectionError)
    wanted = r": no secure connection \(.+\): does the server speak https on this port\?$"
    assert re.search(wanted, str(error))
    assert error.sent is False


def test_a_port_that_speaks_something_else(call: Caller) -> None:
    with sockets.scripted(sockets.answer(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")) as server:
        error = failure(call, server.url)
    assert isinstance(error, call.sdk.ConnectionError)
    wanted = r": what came back is no HTTP \(.+\): is it the right port\?$"
    assert re.search(wanted, str(error))
    assert error.sent is True


@pytest.mark.parametrize(
    "script",
    [
        sockets.reset,
        sockets.reset_in_body,
        sockets.answer(),
        sockets.answer(b"HTTP/1.1 200 OK\r\n"),
        sockets.answer(sockets.HEAD + b"{"),
    ],
    ids=["reset", "reset in body", "closed", "closed in head", "closed in body"],
)
def test_a_connection_that_breaks(call: Caller, script: sockets.Script) -> None:
    with sockets.scripted(script) as server:
        error = failure(call, server.url, **SLOW)
    assert isinstance(error, call.sdk.ConnectionError)
    wanted = r": the connection broke before the whole answer was there \(.+\)$"
    assert re.search(wanted, str(error))
    assert error.sent is True


def test_a_body_that_cannot_be_unpacked(call: Caller, stub: Stub) -> None:
    stub.answer(Reply(body=b"no gzip", headers={"Content-Encoding": "gzip"}))
    error = failure(call, stub.url)
    assert isinstance(error, call.sdk.ConnectionError)


@pytest.mark.parametrize(
    ("url", "what"),
    [
        ("localhost:1000", "write it as http://host:port"),
        ("http://h:99999", "write it as http://host:port"),
        ("http://[::1", "write it as http://host:port"),
        ("http://h?x=1", "no query, fragment or spaces"),
    ],
)
def test_a_base_url_that_is_none(call: Caller, url: str, what: str) -> None:
    with pytest.raises(call.sdk.InvalidArgument, match=re.escape(what)):
        call(lambda client: client.workstream_event.get("e"), base_url=url)


def test_a_url_that_only_the_library_refuses(call: Caller) -> None:
    """All the same it is one of ours."""
    for url in (
        "http://a..b:1",
        "http://xn--a:1",
        "http://-:1",
        "http://" + "a" * 64,
        "http://" + "a." * 200,
    ):
        with pytest.raises(call.sdk.ApiError):
            call(lambda client: client.workstream_event.get("e"), base_url=url)


LINE = re.compile(r"(GET \S+): attempt (\d): (.+) \((\d+\.\d) ms\)")


def test_the_log_has_a_line_for_each_attempt(
    call: Caller, stub: Stub, caplog: pytest.LogCaptureFixture
) -> None:
    stub.answer(
        Reply(503, headers={"Retry-After": "0"}),
        None,
        Reply(body=b'{"secret": 1}', headers={"X-Request-ID": "r-7"}),
    )
    with (
        caplog.at_level(logging.DEBUG, call.sdk.__name__),
        pytest.raises(call.sdk.DecodeError),
    ):
        call(
            lambda client: client.workstream_event.get("e", extra_query={"token": "secret"}),
            retries=2,
        )
    ours = [r for r in caplog.records if r.name == call.sdk.__name__]
    found = [LINE.fullmatch(record.getMessage()) for record in ours]
    assert [match and match.group(1, 2, 3) for match in found] == [
        (f"GET {stub.url}/workstream_event/e", "1", "503"),
        (f"GET {stub.url}/workstream_event/e", "2", "ConnectionError"),
        (f"GET {stub.url}/workstream_event/e", "3", "200, request r-7"),
    ]


def test_nothing_is_logged_unless_it_is_wanted(
    call: Caller, stub: Stub, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, call.sdk.__name__):
        call(lambda client: client.workstream_events.delete("e"))
    assert not [r for r in caplog.records if r.name == call.sdk.__name__]


def test_logging_is_not_imported(python_folder: Path, api: Api, stub: Stub) -> None:
    program = (
        f"import sys; from {api.package.snake}_client import Client\n"
        "Client(sys.argv[1]).workstream_events.delete('e'); print('logging' in sys.modules)"
    )
    run = subprocess.run(
        (sys.executable, "-c", program, stub.url),
        cwd=python_folder,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert (run.stdout, run.stderr) == ("False\n", "")
