"""Clients that speak bytes, for tests of what lies below the application."""

from __future__ import annotations

import contextlib
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

HANG = 20.0
"""Seconds after which a server that says nothing counts as hanging."""


@dataclass(frozen=True)
class Answer:
    """One reply as it was on the wire."""

    status: int
    headers: dict[str, str]
    body: bytes


class Wire:
    """A connection. Bytes in, replies out."""

    def __init__(self, url: str, window: int | None = None) -> None:
        parts = urlsplit(url)
        assert parts.hostname is not None
        self.socket = socket.socket(socket.AF_INET)
        if window is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
        self.socket.settimeout(HANG)
        self.socket.connect((parts.hostname, parts.port))
        self._buffer = b""

    def send(self, data: bytes) -> None:
        """Send as much as the server lets us."""
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.socket.sendall(data)

    def _more(self) -> bool:
        try:
            data = self.socket.recv(65536)
        except ConnectionResetError:
            data = b""
        self._buffer += data
        return bool(data)

    def _take(self, size: int) -> bytes:
        while len(self._buffer) < size:
            assert self._more(), f"closed in the middle of a reply: {self._buffer[:200]!r}"
        taken, self._buffer = self._buffer[:size], self._buffer[size:]
        return taken

    def _until(self, end: bytes) -> bytes:
        while end not in self._buffer:
            assert self._more(), f"closed in the middle of a reply: {self._buffer[:200]!r}"
        return self._take(self._buffer.index(end) + len(end))

    def answer(self, head: bool = False) -> Answer | None:
        """The next reply, or None when the connection is closed instead. Fails when it is
        malformed."""
        if not self._buffer and not self._more():
            return None
        first, *lines = self._until(b"\r\n\r\n")[:-4].split(b"\r\n")
        match = re.fullmatch(rb"HTTP/1\.1 (\d{3}) [A-Za-z -]*", first)
        assert match is not None, first
        status = int(match[1])
        headers = {}
        for line in lines:
            name, colon, value = line.partition(b": ")
            assert colon, line
            assert re.fullmatch(rb"[a-z0-9-]+", name), line
            headers[name.decode()] = value.decode("latin-1")
        if status == 100:
            return self.answer()
        return Answer(status, headers, b"" if head else self._body(status, headers))

    def _body(self, status: int, headers: dict[str, str]) -> bytes:
        if status in (204, 304):
            return b""
        if "content-length" in headers:
            return self._take(int(headers["content-length"]))
        assert headers["transfer-encoding"] == "chunked"
        body = b""
        while size := int(self._until(b"\r\n"), 16):
            body += self._take(size)
            assert self._take(2) == b"\r\n"
        assert self._take(2) == b"\r\n"
        return body

    def answers(self) -> list[Answer]:
        """All replies until the server closes the connection."""
        return list(iter(self.answer, None))

    def closed(self) -> bool:
        """Whether the server closes it without another word."""
        return not self._buffer and not self._more()


@contextlib.contextmanager
def wire(url: str, window: int | None = None) -> Iterator[Wire]:
    """A connection that is closed at the end."""
    connection = Wire(url, window)
    try:
        yield connection
    finally:
        connection.socket.close()
