"""The transport over plain sockets: what it reads, and which connections are kept after it."""

from __future__ import annotations

import gzip
import socket
import threading
import time
import zlib
from typing import Any

import pytest

from . import sockets
from .asking import CHUNKED, LARGE, OK, always, failure, said, waiting
from .conftest import Reply, Stub


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
        b"HTTP/1.1 099 Early\r\nContent-Length: 2\r\n\r\nno" + OK + b"ok",
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


@pytest.mark.parametrize("answer", [b"?\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: br\r\n\r\n"])
def test_what_the_caller_handles_is_not_what_is_wrong(asking: Any, answer: bytes) -> None:
    """The parser's errors have it as their context."""
    with sockets.scripted(waiting(answer)) as server:
        ask = asking(server.url)
        try:
            raise LookupError
        except LookupError:
            with pytest.raises(ask.sdk.ConnectionError, match="what came back is no HTTP"):
                ask()


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
