"""One request with its reply on a connection, and how both flow."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sized
from typing import Any

from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from .replies import ClientGone


class Exchange(RequestResponseCycle):
    """One request and its reply."""

    def send(self, message: Any) -> Awaitable[None]:  # type: ignore[override]
        """Send an ASGI message. Raises ClientGone for a piece that nobody is there to take."""
        if message.get("more_body"):
            return self._send_piece(message)
        return super().send(message)

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

    __slots__ = ("close", "is_closing", "write")

    def __init__(self, transport: asyncio.Transport, close: Callable[[], None]) -> None:
        self.write = transport.write
        self.is_closing = transport.is_closing
        self.close = close
