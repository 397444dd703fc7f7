"""A server that hears requests as they are on the wire, and says what it is told to, byte for byte.
Nothing of an HTTP library is in between, so that nothing mends what an SDK sends or gets."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from io import BufferedReader
from typing import Self

from specpipe.conformance.process import Running

_REASONS = {status.value: status.phrase for status in HTTPStatus}


@dataclass(frozen=True, slots=True)
class Heard:
    """A request as it came. Names of headers are lower case; one may come twice."""

    method: str
    target: str
    """Path and query, untouched."""
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def values(self, name: str) -> list[str]:
        """All values of a header."""
        return [value for key, value in self.headers if key == name]


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes over the connection, and whether that is closed then."""

    raw: bytes
    closes: bool = False


def reply(
    status: int,
    body: bytes = b"",
    media_type: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Reply:
    """An ordinary answer, whole. Statuses that have no body are sent without a Content-Length."""
    fields = {} if media_type is None else {"Content-Type": media_type}
    if status not in (204, 304) and status >= 200:
        fields["Content-Length"] = str(len(body))
    return Reply(head(status, fields | dict(headers or {})) + body)


def head(status: int, headers: Mapping[str, str]) -> bytes:
    """The beginning of an answer, with the empty line."""
    lines = [f"HTTP/1.1 {status} {_REASONS.get(status, 'Odd')}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


class Mouth:
    """Listens on a free port of this machine until `close`."""

    def __init__(self, key: str | None) -> None:
        self.heard: list[Heard] = []
        self._replies: Sequence[Reply] = [reply(204)]
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self._open: set[socket.socket] = set()
        port = self._listener.getsockname()[1]
        self.running = Running(f"http://127.0.0.1:{port}", key)
        threading.Thread(target=self._listen, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Break off all connections and take no more."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def says(self, *replies: Reply) -> None:
        """Forget what was heard, and from now on answer with these: the last one for ever."""
        self._replies = replies
        self.heard = []

    def _listen(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        self._open.add(connection)
        # OSError: the client has gone. ValueError: what it sends is no HTTP, and is not heard.
        with connection, contextlib.suppress(OSError, ValueError):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for request in requests_on(connection):
                self.heard.append(request)
                said = self._replies[min(len(self.heard), len(self._replies)) - 1]
                connection.sendall(said.raw)
                if said.closes:
                    break
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._open.discard(connection)


def requests_on(connection: socket.socket) -> Iterator[Heard]:
    """The requests that come over a connection. Raises ValueError for what is none."""
    with connection.makefile("rb") as stream:
        while line := stream.readline():
            method, target, _ = line.decode("latin-1").split(" ")
            headers = []
            while (line := stream.readline()).strip():
                name, _, value = line.decode("latin-1").partition(":")
                headers.append((name.lower(), value.strip()))
            length = int(dict(headers).get("content-length", "0"))
            chunked = "transfer-encoding" in dict(headers)
            body = b"".join(_chunks(stream)) if chunked else stream.read(length)
            yield Heard(method, target, tuple(headers), body)


def _chunks(stream: BufferedReader) -> Iterator[bytes]:
    while size := int(stream.readline(), 16):
        yield stream.read(size)
        stream.readline()
    stream.readline()
