"""Requests through the transport over plain sockets, and what a server answers them."""

from __future__ import annotations

import importlib
import socket
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest

from . import sockets

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
