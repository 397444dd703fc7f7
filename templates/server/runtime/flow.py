"""How requests and replies flow on a connection, and how much may wait at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sized

from uvicorn.protocols.http.flow_control import FlowControl

LARGE = 128 * 1024
"""Bytes of a body, or of a reply, from which on it takes room. Below, the number of connections
bounds them well enough, and whoever fills the room does not keep small ones out."""


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
