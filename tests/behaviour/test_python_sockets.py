"""The transport over plain sockets: what goes over the wire, and to whom."""

from __future__ import annotations

import socket
import threading
from types import ModuleType
from typing import Any

import pytest

from . import sockets
from .asking import OK, failure
from .conftest import Reply, Stub


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


def test_a_connection_to_oneself_is_none(
    module: ModuleType, asking: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The system may take the very port that nothing listens on for this end of a connection."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = listener.getsockname()

    def bound(*kind: int) -> socket.socket:
        made = socket.socket(*kind)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
        return made

    monkeypatch.setattr(module, "socket", bound)
    error = failure(asking(f"http://127.0.0.1:{address[1]}"), method="POST")
    assert ": nothing listens there (" in str(error)
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
