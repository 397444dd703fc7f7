"""Servers that misbehave on purpose, below HTTP."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator

Script = Callable[[socket.socket], None]
"""What a server does with a connection, once the request is there."""

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n"


class Scripted:
    """A server on loopback that plays a script with every connection."""

    def __init__(self, script: Script) -> None:
        self._requests = 0
        self.closed = threading.Semaphore(0)
        """Released when the other side of a connection is gone."""
        self._script = script
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                threading.Thread(target=self._play, args=(connection,), daemon=True).start()

    def _play(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            if read_request(connection):
                self._requests += 1
                self._script(connection)
        self.closed.release()

    def requests(self, wanted: int) -> int:
        """How many requests arrived whole; waits until there are as many as `wanted`. A caller may
        be gone before its request is read."""
        end = time.monotonic() + 10
        while self._requests < wanted and time.monotonic() < end:
            time.sleep(0.01)
        return self._requests

    def close(self) -> None:
        self._listener.close()


def read_request(connection: socket.socket) -> bytes:
    """One request, head and body; nothing when the other side is gone."""
    data = b""
    while b"\r\n\r\n" not in data:
        if not (part := connection.recv(65536)):
            return b""
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    length = 0
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            length = int(line.partition(b":")[2])
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


@contextlib.contextmanager
def scripted(script: Script) -> Iterator[Scripted]:
    """A server that plays `script`."""
    server = Scripted(script)
    try:
        yield server
    finally:
        server.close()


@contextlib.contextmanager
def unanswering() -> Iterator[str]:
    """The URL of a port whose queue of connections is full: a new one is never made."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(3):
            caller = stack.enter_context(socket.socket())
            caller.setblocking(False)
            caller.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def silence(connection: socket.socket) -> None:
    """Nothing comes back."""
    connection.recv(1)


def half_a_head(connection: socket.socket) -> None:
    """A head that breaks off."""
    connection.sendall(HEAD[:30])
    connection.recv(1)


def a_head(connection: socket.socket) -> None:
    """A head, and nothing after it."""
    connection.sendall(HEAD)
    connection.recv(1)


def drip(connection: socket.socket) -> None:
    """A body, byte by byte, for longer than any test waits."""
    connection.sendall(HEAD)
    for _ in range(500):
        connection.sendall(b" ")
        time.sleep(0.02)


def interim(connection: socket.socket) -> None:
    """Interim answers, for longer than any test waits, and no other."""
    for _ in range(500):
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        time.sleep(0.02)


def reset(connection: socket.socket) -> None:
    """The connection is reset before an answer."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def reset_in_body(connection: socket.socket) -> None:
    """The connection is reset in the middle of an answer."""
    connection.sendall(HEAD + b"{")
    time.sleep(0.05)
    reset(connection)


def answer(*parts: bytes) -> Script:
    """Plays `parts`, one after the other."""

    def script(connection: socket.socket) -> None:
        for part in parts:
            connection.sendall(part)

    return script


@contextlib.contextmanager
def unread() -> Iterator[str]:
    """The URL of a server that takes connections and never reads from them."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
