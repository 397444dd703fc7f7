"""The transport over plain sockets: answers that come early, and limits."""

from __future__ import annotations

import itertools
import select
import socket
import threading
import time
from typing import Any

import pytest

from . import sockets
from .asking import LARGE, OK, always, failure, said


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


@pytest.mark.parametrize("given", [{}, {"total": None, "read": 5.0}], ids=repr)
def test_a_request_is_sent_on_after_the_head_of_its_answer(
    asking: Any, given: dict[str, Any]
) -> None:
    """A server may answer while it reads."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.sendall(OK + b"o")
            sockets.read_request(connection)
            connection.sendall(b"k")

    threading.Thread(target=serve, daemon=True).start()
    with listener:
        ask = asking(f"http://127.0.0.1:{listener.getsockname()[1]}")
        assert ask(method="POST", body=LARGE, **given).body == b"ok"


def test_silence_in_an_answer_that_comes_early_has_its_limit(asking: Any) -> None:
    over = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.sendall(OK)
            over.wait(30)

    threading.Thread(target=serve, daemon=True).start()
    with listener:
        ask, start = asking(f"http://127.0.0.1:{listener.getsockname()[1]}"), time.monotonic()
        with pytest.raises(ask.sdk.TimeoutError):
            ask(method="POST", body=LARGE, read=0.3)
        assert time.monotonic() - start < 5
        over.set()


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


def test_a_head_that_comes_byte_by_byte_has_the_total_all_the_same(asking: Any) -> None:
    def script(connection: socket.socket) -> None:
        for byte in itertools.chain(b"HTTP/1.1 200 OK\r\nX-A: ", itertools.repeat(97, 500)):
            connection.sendall(bytes([byte]))
            time.sleep(0.02)

    with sockets.scripted(script) as server:
        ask, start = asking(server.url), time.monotonic()
        with pytest.raises(ask.sdk.TimeoutError):
            ask(total=0.4, read=5.0)
        assert 0.35 <= time.monotonic() - start < 8


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
