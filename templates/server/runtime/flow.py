"""One request with its reply on a connection, how both flow, and how much may wait at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sized
from typing import Any, cast

from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

LARGE = 128 * 1024
"""Bytes of a body, or of a reply, from which on it takes room. Below, the number of connections
bounds them well enough, and whoever fills the room does not keep small ones out."""


class ClientGone(OSError):
    """Raised by `send` for a piece of a reply: nobody is there to take it."""


class Room:
    """Bytes that all connections of a server share."""

    def __init__(self, size: int) -> None:
        self._free = size

    def take(self, size: int) -> bool:
        """Take so many bytes, if there are."""
        if size > self._free:
            return False
        self._free -= size
        return True

    def give_back(self, size: int) -> None:
        """Give back what was taken."""
        self._free += size


class Cycle(RequestResponseCycle):
    """One request and its reply. `on_large` is told of a reply with many bytes before it begins;
    it may end the exchange."""

    def __init__(self, *, on_large: Callable[[int], None], **options: Any) -> None:
        super().__init__(**options)
        self._on_large = on_large
        self.size = 0
        """Bytes of the request's body so far."""
        self.taken = 0
        """Those for which room was taken."""

    def send(self, message: Any) -> Awaitable[None]:  # type: ignore[override]
        """Send an ASGI message. Raises ClientGone for a piece that nobody is there to take."""
        if message.get("more_body"):
            return self._send_piece(message)
        if message["type"] == "http.response.start" and self.scope["method"] != "HEAD":
            for name, value in message.get("headers", ()):
                if name == b"content-length":
                    self._prepare(int(value))
        return super().send(message)

    def _prepare(self, size: int) -> None:
        """A reply of `size` bytes begins, and its body follows right away."""
        if size > LARGE:
            self._on_large(size)
        else:
            cast(Output, self.transport).join()

    async def _send_piece(self, message: Any) -> None:
        await super().send(message)
        if self.disconnected:
            raise ClientGone

    def disconnect(self) -> None:
        """Nobody waits for the reply any more."""
        self.disconnected = True
        self.waiting_for_100_continue = False
        self.message_event.set()


class Gate(FlowControl):
    """Reads no more while whole requests wait for their turn."""

    def __init__(self, transport: asyncio.Transport, waiting: Sized) -> None:
        super().__init__(transport)
        self._waiting = waiting

    def resume_reading(self) -> None:
        """Read on, unless requests wait."""
        if self.read_paused and not self._waiting:
            super().resume_reading()


class Output:
    """What an exchange needs of a transport; `close` is the connection's."""

    __slots__ = ("_joining", "_write", "close", "is_closing")

    def __init__(self, transport: asyncio.Transport, close: Callable[[], None]) -> None:
        self._write = transport.write
        self._joining: bytes | None = None
        self.is_closing = transport.is_closing
        self.close = close

    def join(self) -> None:
        """Let the next two writes be one: each is a call of the system, and often a packet."""
        self._joining = b""

    def write(self, data: bytes) -> None:
        """Write `data`, or keep it for the next write."""
        if self._joining is None:
            self._write(data)
        elif self._joining:
            self._write(self._joining + data)
            self._joining = None
        else:
            self._joining = data
