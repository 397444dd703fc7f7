"""One request with its reply on a connection, and how both flow."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sized
from typing import Any, cast

from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from .replies import ClientGone


class Exchange(RequestResponseCycle):
    """One request and its reply."""

    def send(self, message: Any) -> Awaitable[None]:  # type: ignore[override]
        """Send an ASGI message. Raises ClientGone for a piece that nobody is there to take."""
        if message.get("more_body"):
            return self._send_piece(message)
        if message["type"] == "http.response.start" and self._body_follows(message):
            cast(Output, self.transport).join()
        return super().send(message)

    def _body_follows(self, message: Any) -> bool:
        """Whether a reply comes with all of its body right away, as those of a known length do."""
        fields = message.get("headers")
        return (
            bool(fields) and fields[-1][0] == b"content-length" and self.scope["method"] != "HEAD"
        )

    async def _send_piece(self, message: Any) -> None:
        await super().send(message)
        if self.disconnected:
            raise ClientGone

    def disconnect(self) -> None:
        """Nobody waits for the reply any more."""
        self.disconnected = True
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
