"""The transport over plain sockets: what goes over the wire, and which connections are kept."""

from __future__ import annotations

import gc
import gzip
import importlib
import itertools
import os
import select
import socket
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from specpipe.spec.model import Api

from . import sockets
from .conftest import Reply, Stub

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
LARGE = b"x" * 20_000_000
"""More than fits between two processes."""


@pytest.fixture
def module(sdk: ModuleType) -> ModuleType:
    """The module of the transport."""
    return importlib.import_module(f"{sdk.__name__}.transports.sockets")


class Asking:
    """Sends requests to one server through a transport of its own."""

    def __init__(self, sdk: ModuleType, transport: Any, url: str) -> None:
        self.sdk = sdk
        self.transport = transport
        self.url = url

    def __call__(
        self, method: str = "GET", body: bytes | None = None, path: str = "/e", **given: Any
    ) -> Any:
        headers, timeout = given.pop("headers", {}), self.sdk.Timeout(**{"total": 10.0, **given})
        url = self.url + path
        request = self.sdk.Request(method, url, headers, body, timeout, url)
        return self.transport.send(request)


@pytest.fixture
def asking(sdk: ModuleType, module: ModuleType) -> Iterator[Callable[[str], Asking]]:
    """Makes an Asking for a URL."""
    made = []

    def make(url: str) -> Asking:
        made.append(module.SocketTransport(url))
        return Asking(sdk, made[-1], url)

    yield make
    for transport in made:
        transport.close()


def always(answer: bytes) -> sockets.Script:
    """Gives that answer to each request of a connection."""

    def script(connection: socket.socket) -> None:
        connection.sendall(answer)
        while sockets.read_request(connection):
            connection.sendall(answer)

    return script


def waiting(answer: bytes) -> sockets.Script:
    """Answers once, and leaves the connection open."""

    def script(connection: socket.socket) -> None:
        connection.sendall(answer)
        connection.recv(1)

    return script


def said(script: sockets.Script, asking: Any, *calls: dict[str, Any]) -> tuple[list[Any], int]:
    """The answers to calls one after the other, and over how many connections they came."""
    with sockets.scripted(script) as server:
        ask = asking(server.url)
        answers = [ask(**call) for call in calls]
        return answers, server.requests(1)


def failure(ask: Asking, **call: Any) -> Any:
    """The error that a call ends in."""
    with pytest.raises(ask.sdk.ConnectionError) as caught:
        ask(**call)
    assert caught.value.__context__ is None
    return caught.value


# What is sent


def sent(asking: Any, **call: Any) -> bytes:
    """A request as it arrives."""
    requests: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            requests.append(sockets.read_request(connection))
            connection.sendall(OK + b"ok")

    thread = threading.Thread(target=serve)
    thread.start()
    with listener:
        port = listener.getsockname()[1]
        assert asking(f"http://127.0.0.1:{port}")(**call).body == b"ok"
        thread.join(10)
    return requests[0].replace(f":{port}".encode(), b":1000")


def test_a_request_has_what_it_needs_and_no_more(asking: Any) -> None:
    common = b"/e HTTP/1.1\r\nhost: 127.0.0.1:1000\r\naccept-encoding: identity\r\n"
    assert sent(asking) == b"GET " + common + b"\r\n"
    assert sent(asking, headers={"x-a": "b"}) == b"GET " + common + b"x-a: b\r\n\r\n"
    assert sent(asking, method="POST") == b"POST " + common + b"content-length: 0\r\n\r\n"
    wanted = b"PUT " + common + b"content-length: 3\r\n\r\nabc"
    assert sent(asking, method="PUT", body=b"abc") == wanted


def test_what_the_caller_says_wins(asking: Any) -> None:
    headers = {"host": "other", "accept-encoding": "gzip", "content-length": "3"}
    wanted = b"PUT /e HTTP/1.1\r\nhost: other\r\naccept-encoding: gzip\r\ncontent-length: 3"
    assert sent(asking, method="PUT", body=b"abc", headers=headers) == wanted + b"\r\n\r\nabc"


@pytest.mark.parametrize(
    "wrong",
    [
        {"headers": {"transfer-encoding": "chunked"}},
        {"headers": {"content-length": "7"}, "body": b"abc", "method": "POST"},
        {"headers": {"x-a": "b\r\nx-c: d"}},
        {"headers": {"x-a": "b\nc"}},
        {"headers": {"x-a": "\xe9"}},
        {"headers": {" x-a": "b"}},
        {"headers": {"": "b"}},
        {"path": "/a b"},
        {"path": "/a\r\nx: y"},
        {"path": "/\xe9"},
        {"path": "1/e"},
        {"method": "GET /x HTTP/1.1\r\n\r\nGET"},
    ],
    ids=repr,
)
def test_what_would_break_a_request_is_not_sent(
    asking: Any, stub: Stub, wrong: dict[str, Any]
) -> None:
    ask = asking(stub.url)
    with pytest.raises(ask.sdk.InvalidArgument, match="cannot be sent: "):
        ask(**wrong)
    assert stub.connections == []


def test_it_is_for_one_server_and_http_only(asking: Any, module: ModuleType, stub: Stub) -> None:
    ask = asking(stub.url)
    ask.url = "http://127.0.0.1"
    with pytest.raises(ask.sdk.InvalidArgument, match="this transport is for http://127"):
        ask()
    for url in ("https://127.0.0.1", "127.0.0.1:1000", "http://"):
        with pytest.raises(ask.sdk.InvalidArgument, match="for http:// only"):
            module.SocketTransport(url)


@pytest.mark.parametrize(
    ("url", "line"),
    [
        ("http://[::1]:1000/a", "host: [::1]:1000"),
        ("http://LocalHost", "host: localhost"),
        ("http://127.0.0.1:80", "host: 127.0.0.1"),
    ],
)
def test_the_host_is_written_as_it_should_be(module: ModuleType, url: str, line: str) -> None:
    assert module.SocketTransport(url)._host_line == line


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("http://localhost:1000", "SocketTransport"),
        ("HTTP://127.0.0.1/a/b%20c", "SocketTransport"),
        ("http://[::1]:1000/", "SocketTransport"),
        ("https://localhost:1000", "PyreqwestTransport"),
        ("http://localhost/\xe9", "PyreqwestTransport"),
        ("http://other:1000", "PyreqwestTransport"),
    ],
)
def test_a_client_uses_it_for_plain_http_to_this_machine(
    sdk: ModuleType, url: str, name: str
) -> None:
    with sdk.Client(url) as client:
        assert type(client._own).__name__ == name


REFUSING = (socket.AF_INET, ("127.0.0.1", 1))
MISSING = (socket.AF_INET, ("255.255.255.255", 1))
"""An address that no connection can go to."""


def resolved(monkeypatch: pytest.MonkeyPatch, module: ModuleType, *addresses: Any) -> None:
    """Let every host have these."""
    found = [(family, socket.SOCK_STREAM, 6, "", address) for family, address in addresses]
    monkeypatch.setattr(module, "getaddrinfo", lambda *_, **__: found)


def test_all_addresses_of_a_host_are_tried(
    sdk: ModuleType, module: ModuleType, stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """localhost may be ::1 and 127.0.0.1, while the server listens on one."""
    there = (socket.AF_INET, ("127.0.0.1", stub.server.server_port))
    resolved(monkeypatch, module, REFUSING, MISSING, there)
    with sdk.Client("http://localhost:1") as client:
        client.workstream_events.delete("e")
    assert stub.seen[0].headers["host"] == "localhost:1"


@pytest.mark.parametrize(
    ("addresses", "said"),
    [
        ([REFUSING, MISSING], ": nothing listens there ("),
        ([MISSING, REFUSING], ": nothing listens there ("),
        ([MISSING], ": no connection ("),
    ],
)
def test_what_is_wrong_with_a_host_is_said_of_all_its_addresses(
    module: ModuleType, asking: Any, monkeypatch: pytest.MonkeyPatch, addresses: Any, said: str
) -> None:
    resolved(monkeypatch, module, *addresses)
    error = failure(asking("http://localhost:1"), connect=0.5)
    assert said in str(error)
    assert error.sent is False


def test_a_server_with_an_address_of_version_6(sdk: ModuleType) -> None:
    try:
        listener = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        pytest.skip("there is no IPv6 here")

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            sockets.read_request(connection)
            connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    with listener:
        found = socket.getaddrinfo("localhost", 1, socket.AF_UNSPEC, socket.SOCK_STREAM)
        both = any(family == socket.AF_INET6 for family, *_ in found)
        for host in ("[::1]", "localhost") if both else ("[::1]",):
            threading.Thread(target=serve, daemon=True).start()
            with sdk.Client(f"http://{host}:{listener.getsockname()[1]}", timeout=10) as client:
                client.workstream_events.delete("e")


def test_a_small_request_waits_for_no_other(asking: Any, stub: Stub) -> None:
    stub.answer(Reply(body=b"ok"))
    ask = asking(stub.url)
    ask()
    (kept,) = ask.transport._idle
    assert kept._socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


# What is read


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (OK + b"ok", b"ok"),
        (CHUNKED + b"1\r\no\r\n1;a=b\r\nk\r\n0\r\n\r\n", b"ok"),
        (CHUNKED + b"2\r\nok\r\n0\r\nX-Late: 1\r\n\r\n", b"ok"),
        (b"HTTP/1.1 100 Continue\r\nX-Late: 1\r\n\r\n" + OK + b"ok", b"ok"),
        (b"HTTP/1.1 103 Early Hints\r\nX-Late: 1\r\n\r\n" * 3 + OK + b"ok", b"ok"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", b""),
        (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", b""),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", b""),
    ],
)
def test_a_connection_is_kept_after_an_answer_with_an_end(
    asking: Any, answer: bytes, body: bytes
) -> None:
    answers, connections = said(always(answer), asking, {}, {}, {})
    assert [found.body for found in answers] == [body] * 3
    assert not [found for found in answers if "x-late" in found.headers]
    assert connections == 1


@pytest.mark.parametrize(
    ("answer", "call"),
    [
        (OK.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n") + b"ok", {}),
        (OK.replace(b"/1.1", b"/1.0") + b"ok", {}),
        (OK + b"ok" + OK + b"no", {}),
        (OK + b"ok and more", {}),
        (OK + b"ok", {"headers": {"connection": "close"}}),
        (OK + b"ok", {"headers": {"connection": "Upgrade"}}),
        (OK, {"method": "HEAD"}),
        (OK + b"ok", {"method": "HEAD"}),
    ],
)
def test_a_connection_is_not_kept_where_more_may_come(
    asking: Any, answer: bytes, call: dict[str, Any]
) -> None:
    with sockets.scripted(waiting(answer)) as server:
        ask = asking(server.url)
        for _ in range(3):
            answer = ask(**call)
            assert (answer.status, answer.body) == (200, b"" if "method" in call else b"ok")
        assert server.requests(3) == 3


@pytest.mark.parametrize("stray", [b"", OK + b"no", b"?"], ids=["end", "answer", "byte"])
def test_a_connection_that_was_not_left_alone_is_not_used(asking: Any, stray: bytes) -> None:
    asked, done, strayed = threading.Event(), threading.Event(), threading.Semaphore(0)

    def script(connection: socket.socket) -> None:
        connection.sendall(OK + b"ok")
        asked.wait(10)
        asked.clear()
        if stray:
            connection.sendall(stray)
            strayed.release()
            done.wait(10)

    with sockets.scripted(script) as server:
        ask = asking(server.url)
        for _ in range(3):
            assert ask(method="POST").body == b"ok"
            asked.set()
            assert (strayed if stray else server.closed).acquire(timeout=10)
        done.set()
        assert server.requests(3) == 3


@pytest.mark.parametrize("version", [b"1.0", b"1.1"])
def test_a_body_without_an_end_ends_with_the_connection(asking: Any, version: bytes) -> None:
    def script(connection: socket.socket) -> None:
        for part in (b"HTTP/" + version + b" 200 OK\r\n\r\n", b"o", b"k"):
            connection.sendall(part)
            time.sleep(0.02)

    answers, connections = said(script, asking, {}, {})
    assert [found.body for found in answers] == [b"ok", b"ok"]
    assert connections == 2


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\nxyz",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nxyz",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\n",
        CHUNKED + b"x\r\n",
        b"HTTP/1.1 200 OK\nContent-Length: 0\n\n",
        b"HTTP/1.1 200 OK\r\nX-A: " + b"a" * 300_000,
        b"HTTP/1.1 100 Continue\r\n\r\n" * 20_000,
    ],
)
def test_what_cannot_be_trusted_is_no_answer(asking: Any, answer: bytes) -> None:
    with sockets.scripted(waiting(answer)) as server:
        error = failure(asking(server.url))
    assert ": what came back is no HTTP (" in str(error)
    assert error.sent


def test_a_large_head_is_read(asking: Any) -> None:
    answer = b"HTTP/1.1 204 No Content\r\nX-A: " + b"a" * 200_000 + b"\r\n\r\n"
    (found,), _ = said(waiting(answer), asking, {})
    assert len(found.headers["x-a"]) == 200_000


@pytest.mark.parametrize("length", [True, False], ids=["length", "chunked"])
def test_a_large_body_is_read(asking: Any, length: bool) -> None:
    size = str(len(LARGE)).encode()
    answer = OK.replace(b": 2", b": " + size) + LARGE
    if not length:
        answer = CHUNKED + f"{len(LARGE):x}\r\n".encode() + LARGE + b"\r\n0\r\n\r\n"
    answers, connections = said(always(answer), asking, {}, {})
    assert all(found.body == LARGE for found in answers)
    assert connections == 1


PACKINGS = [
    ("gzip", gzip.compress),
    ("GZIP", lambda body: gzip.compress(body[:1]) + gzip.compress(body[1:])),
    ("x-gzip", gzip.compress),
    ("deflate", zlib.compress),
    ("identity", bytes),
]


@pytest.mark.parametrize(("coding", "pack"), PACKINGS)
def test_a_packed_body_is_unpacked(asking: Any, stub: Stub, coding: str, pack: Any) -> None:
    stub.answer(Reply(body=pack(b"body"), headers={"Content-Encoding": coding}))
    assert asking(stub.url)(headers={"accept-encoding": coding}).body == b"body"


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("br", b"x"),
        ("gzip", gzip.compress(b"body", mtime=0)[:-1]),
        ("gzip", b"x"),
        ("deflate", zlib.compress(b"body")[:-1]),
    ],
)
def test_one_that_cannot_be_unpacked_is_told(
    asking: Any, stub: Stub, coding: str, body: bytes
) -> None:
    stub.answer(Reply(body=body, headers={"Content-Encoding": coding}))
    error = failure(asking(stub.url))
    assert ": the body of the answer cannot be unpacked (" in str(error)


def test_an_empty_body_is_never_packed(asking: Any, stub: Stub) -> None:
    stub.answer(Reply(204, type=None, headers={"Content-Encoding": "gzip"}))
    assert asking(stub.url)().body == b""


# Answers before the whole request was read


@pytest.mark.parametrize("closing", [True, False])
def test_an_answer_that_comes_early_counts(asking: Any, closing: bool) -> None:
    over = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(1000)
            connection.sendall(b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno")
            if not closing:
                over.wait(30)

    threading.Thread(target=serve, daemon=True).start()
    with listener:
        ask = asking(f"http://127.0.0.1:{listener.getsockname()[1]}")
        answer = ask(method="POST", body=LARGE, total=5.0)
        over.set()
    assert (answer.status, answer.body) == (413, b"no")
    assert ask.transport._idle == []


def test_an_interim_answer_does_not_end_the_sending(asking: Any) -> None:
    sizes: list[int] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            head = connection.recv(1000)
            connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
            time.sleep(0.1)
            size = len(head)
            while size < len(LARGE):
                size += len(connection.recv(1 << 20))
            sizes.append(size)
            connection.sendall(OK + b"ok")

    threading.Thread(target=serve, daemon=True).start()
    with listener:
        ask = asking(f"http://127.0.0.1:{listener.getsockname()[1]}")
        assert ask(method="POST", body=LARGE).body == b"ok"
    assert sizes[0] >= len(LARGE)


def test_a_server_that_reads_no_more_is_not_waited_for(asking: Any) -> None:
    with sockets.unread() as url:
        ask = asking(url)
        for limits in ({"total": 0.3}, {"total": None, "read": 0.3}):
            with pytest.raises(ask.sdk.TimeoutError) as caught:
                ask(method="POST", body=LARGE, **limits)
            assert caught.value.sent


def test_a_server_that_goes_away_while_it_is_sent_to(asking: Any) -> None:
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        connection.recv(1000)
        sockets.reset(connection)
        connection.close()

    threading.Thread(target=serve, daemon=True).start()
    with listener:
        ask = asking(f"http://127.0.0.1:{listener.getsockname()[1]}")
        error = failure(ask, method="POST", body=LARGE)
    assert ": the connection broke before the whole answer was there (" in str(error)


# Limits


def test_a_head_that_comes_byte_by_byte_has_the_total_all_the_same(asking: Any) -> None:
    def script(connection: socket.socket) -> None:
        for byte in itertools.chain(b"HTTP/1.1 200 OK\r\nX-A: ", itertools.repeat(97, 500)):
            connection.sendall(bytes([byte]))
            time.sleep(0.02)

    with sockets.scripted(script) as server:
        ask, start = asking(server.url), time.monotonic()
        with pytest.raises(ask.sdk.TimeoutError):
            ask(total=0.4, read=5.0)
        assert 0.35 <= time.monotonic() - start < 3


def test_limits_hold_where_the_system_has_no_poll(
    asking: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(select, "poll")
    with sockets.scripted(sockets.drip) as server:
        ask = asking(server.url)
        with pytest.raises(ask.sdk.TimeoutError):
            ask(total=0.3)
    answers, connections = said(always(OK + b"ok"), asking, {}, {"total": None, "read": None})
    assert [found.body for found in answers] == [b"ok", b"ok"]
    assert connections == 1
    with sockets.unread() as url:
        ask = asking(url)
        with pytest.raises(ask.sdk.TimeoutError):
            ask(method="POST", body=LARGE, total=0.3)


# Closing, threads, forks, Ctrl-C


def closed_during(ask: Asking, wait: Callable[[], object]) -> str:
    """What a call says whose transport is closed after `wait`."""
    errors: list[Any] = []
    limits = {"total": 60.0, "connect": 60.0}
    thread = threading.Thread(target=lambda: errors.append(failure(ask, **limits)))
    thread.start()
    wait()
    ask.transport.close()
    thread.join(5)
    assert not thread.is_alive()
    return str(errors[0])


@pytest.mark.parametrize("script", [sockets.silence, sockets.a_head, sockets.half_a_head])
def test_closing_ends_a_call(asking: Any, script: sockets.Script) -> None:
    with sockets.scripted(script) as server:
        ask = asking(server.url)
        text = closed_during(ask, lambda: (server.requests(1), time.sleep(0.1)))
        assert text.endswith(": the client was closed during the call")
        assert server.closed.acquire(timeout=5)
    with pytest.raises(ask.sdk.ApiError, match="the client is closed"):
        ask()


def test_closing_ends_a_connection_that_is_being_made(asking: Any) -> None:
    with sockets.unanswering() as url:
        text = closed_during(asking(url), lambda: time.sleep(0.2))
        assert text.endswith(": the client was closed during the call")


def test_closing_spares_no_connection_that_comes_back(
    asking: Any, stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub.answer(Reply(body=b"ok"))
    ask = asking(stub.url)
    answer = importlib.import_module(f"{ask.sdk.__name__}.transports._answer").Answer
    release = answer.release

    def released(self: Any) -> None:
        release(self)
        ask.transport.close()

    monkeypatch.setattr(answer, "release", released)
    assert ask().body == b"ok"
    assert (ask.transport._idle, ask.transport._busy) == ([], set())


def test_closing_spares_no_connection_that_is_taken(
    asking: Any, stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub.answer(Reply(body=b"ok"))
    ask = asking(stub.url)
    ask()

    def is_quiet(_: Any) -> bool:
        ask.transport.close()
        return True

    monkeypatch.setattr(type(ask.transport._idle[0]), "is_quiet", is_quiet)
    assert str(failure(ask)).endswith(": the client was closed during the call")
    assert len(stub.seen) == 1


def test_threads_never_share_a_connection_at_a_time(asking: Any, stub: Stub) -> None:
    stub.reply = lambda seen: Reply(body=seen.target.encode() * 1000)
    ask = asking(stub.url)
    wrong: list[Any] = []

    def use(thread: int) -> None:
        for number in range(40):
            path = f"/{thread}/{number}"
            if (body := ask(path=path).body) != path.encode() * 1000:
                wrong.append(body)

    threads = [threading.Thread(target=use, args=(number,)) for number in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert wrong == []
    assert len(stub.seen) == 2000
    assert 0 < len(ask.transport._idle) <= 32
    assert not ask.transport._busy


def test_only_so_many_connections_are_kept(asking: Any, stub: Stub) -> None:
    stub.hold = threading.Event()
    ask = asking(stub.url)
    threads = [threading.Thread(target=ask) for _ in range(40)]
    for thread in threads:
        thread.start()
    while len(stub.seen) < 40:
        time.sleep(0.01)
    stub.hold.set()
    for thread in threads:
        thread.join(10)
    assert len(ask.transport._idle) == 32


@pytest.mark.parametrize("where", ["on_header", "on_body", "on_message_complete"])
def test_ctrl_c_in_the_middle_of_an_answer_ends_the_connection(
    asking: Any, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    with sockets.scripted(always(OK + b"ok")) as server:
        ask = asking(server.url)
        struck_in(where, ask, monkeypatch)
        assert server.requests(2) == 2


def struck_in(where: str, ask: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    """A call that Ctrl-C ends in that method, between two others."""
    answer = importlib.import_module(f"{ask.sdk.__name__}.transports._answer").Answer

    def struck(*_: object) -> None:
        raise KeyboardInterrupt

    ask()
    with monkeypatch.context() as patched:
        patched.setattr(answer, where, struck)
        with pytest.raises(KeyboardInterrupt):
            ask()
    assert (ask.transport._idle, ask.transport._busy) == ([], set())
    assert ask().body == b"ok"


def test_nothing_is_left_to_the_garbage_collector(asking: Any, stub: Stub) -> None:
    """A parser and what it reports to know each other."""
    stub.answer(Reply(body=b"ok"), Reply(body=b"x", headers={"Content-Encoding": "br"}))
    ask, nobody = asking(stub.url), asking("http://127.0.0.1:1")
    gc.collect()
    gc.disable()
    try:
        ask()
        failure(ask)
        failure(nobody)
        kinds = [(type(it).__module__, type(it).__name__) for it in gc.get_objects()]
        assert (f"{ask.sdk.__name__}.transports._answer", "Answer") not in kinds
    finally:
        gc.enable()


FORKED = """
import os, sys
from {package} import Request
from {package}.transports.sockets import SocketTransport

transport, request = SocketTransport(sys.argv[1]), Request("GET", sys.argv[1] + "/e", {{}})
transport.send(request)
(kept,) = transport._idle
if (child := os.fork()) == 0:
    assert transport._idle == [] and kept._socket.fileno() == -1
    transport.send(request)
    transport.close()
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
transport.send(request)
assert transport._idle == [kept]
print("well")
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_child_has_connections_of_its_own(python_folder: Path, api: Api, stub: Stub) -> None:
    run = subprocess.run(
        (sys.executable, "-c", FORKED.format(package=f"{api.package.snake}_client"), stub.url),
        cwd=python_folder,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (run.stdout, run.stderr) == ("well\n", "")
    assert len(stub.connections) == 2


def test_a_client_that_nobody_closed_leaves_without_a_warning(
    python_folder: Path, api: Api, stub: Stub
) -> None:
    program = (
        f"import sys; from {api.package.snake}_client import Client\n"
        "client = Client(sys.argv[1]); client.workstream_events.delete('e')\n"
        "del client; client = Client(sys.argv[1]); client.workstream_events.delete('e')"
    )
    run = subprocess.run(
        (sys.executable, "-X", "dev", "-W", "error", "-c", program, stub.url),
        cwd=python_folder,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (run.stdout, run.stderr, run.returncode) == ("", "", 0)
    assert len(stub.seen) == 2
