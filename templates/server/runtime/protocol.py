"""HTTP/1.1 over a connection, with limits: uvicorn's protocol has none for the time that a request
takes to arrive or a reply to be read, nor for the sizes of what arrives.

A request that breaks a limit, or is no HTTP, is answered with one line after all those before it,
and the connection is closed. There are no timers: a sweep over all connections (`check`) finds
those whose time is over, so that a normal request pays for none.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import struct
from typing import Any, ClassVar, cast

from .arrival import Arrival
from .exchange import Cycle
from .flow import LARGE, Gate, Output, Room
from .limits import Limits
from .rejections import Rejection, plain_text
from .stalls import Stall

log = logging.getLogger(__name__)

LINGER = 2.0
"""Seconds that a client gets to read a last reply while it may still be sending."""
RESET = struct.pack("ii", 1, 0)
"""SO_LINGER: do not keep a closed connection for what is unsent."""
REFUSED = "refused"
"""The function in the application's state that is told of requests refused here: the client's
address and the Rejection."""
CROWD = 100
"""Connections over the limit that are told so; any more are closed without a word."""


class Connection(Arrival):
    """One connection."""

    replies: ClassVar[Room]

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._ended = False  # the client sends no more
        self._finished = False  # nor do we
        self._last_words = b""
        self._stall = Stall()
        self._large = 0  # bytes of a reply for which room was taken

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin, or refuse when there are too many."""
        super().connection_made(transport)
        self.flow = Gate(transport, self.pipeline)
        self._output = Output(transport, self._close)
        self._deadline = self.loop.time() + self.limits.header_time
        excess = len(self.connections) - self.limits.connections
        if excess > CROWD:
            transport.abort()
        elif excess > 0:
            self.refuse(Rejection(503, "too many connections at once: try again later"))

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of all requests: nobody waits for their replies."""
        self._forget_waiting()
        if self._answering is not None:
            self._answering.disconnect()
            self._give_back(self._answering)
        if self.cycle is not None:
            self._give_back(cast(Cycle, self.cycle))
        self._reply_taken()
        super().connection_lost(exc)

    def eof_received(self) -> bool:  # type: ignore[override]
        """The client sends no more. Whether it may still read the reply to what it sent."""
        self._deaf = self._ended = True
        return self.busy() and not self._open

    def on_response_complete(self) -> None:
        """Turn to the next request, or wait for one."""
        self.server_state.total_requests += 1
        answered, self._answering = self._answering, None
        if answered is None:
            return
        self._give_back(answered)
        if self._large and self.transport.get_write_buffer_size() <= LARGE:
            self._reply_taken()
        if self.transport.is_closing():
            return
        if self.pipeline:
            self._start(cast(Cycle, self.pipeline.pop()[0]))
            return
        if self.flow.read_paused:
            self.flow.resume_reading()
        if self._deaf or (self._open and self.expect_100_continue):
            self._finish()
        elif not self._open:
            self._deadline = self.loop.time() + self.limits.idle_time

    def refuse(self, refusal: Rejection) -> None:
        """Say why as soon as the replies before are complete, and close."""
        log.info("%s: %d: %s", self.client, refusal.status, refusal)
        self._deaf = True
        current = cast(Cycle, self.cycle) if self._open and self._in_body else None
        if current is None or not current.response_started:
            self._last_words = plain_text(refusal, self.server_state.default_headers)
            if (told := self.app_state.get(REFUSED)) is not None:
                told(self.client, refusal)
        if current is not None and not current.response_started:
            current.disconnect()
            self._give_back(current)
            if self.pipeline and self.pipeline[0][0] is current:
                self.pipeline.popleft()
        if not self.busy():
            self._finish()

    def on_large(self, size: int) -> None:
        """Take room for a reply, or answer something shorter."""
        cycle = self._answering
        if self._large or cycle is None:
            return
        if self.replies.take(size):
            self._large = size
            return
        cycle.disconnect()
        self.refuse(Rejection(503, "too many large replies at once: try again later"))

    def _reply_taken(self) -> None:
        self.replies.give_back(self._large)
        self._large = 0

    def _give_back(self, cycle: Cycle) -> None:
        self.bodies.give_back(cycle.taken)
        cycle.taken = 0

    def _forget_waiting(self) -> None:
        for cycle, _ in self.pipeline:
            self._give_back(cast(Cycle, cycle))
        self.pipeline.clear()

    def _close(self) -> None:
        """Close after a reply that said so."""
        self._last_words = b""
        if self._open or self._arrived or self.flow.read_paused:
            self._finish()
        else:
            self.transport.close()

    def _finish(self) -> None:
        """Send what is left to say and then an end, but drop what arrives for a while before the
        connection is closed: a client that is still sending would lose the reply."""
        if self._finished or self.transport.is_closing():
            return
        self._deaf = self._finished = True
        self._open = False
        self._deadline = self.loop.time() + LINGER
        self._forget_waiting()
        self.transport.write(self._last_words)
        if self._ended:
            self.transport.close()
        else:
            self.transport.write_eof()
            self.flow.resume_reading()

    def resume_writing(self) -> None:
        """The client took nearly all that was waiting."""
        self._stall.clear()
        self._reply_taken()
        super().resume_writing()

    def check(self, now: float) -> None:
        """Cut the client off when it lets us wait for too long. Called every now and then."""
        waiting = self.transport.get_write_buffer_size()
        if waiting:
            limits = self.limits
            enough = int(limits.body_rate * limits.stall_time)
            if self._stall.lasts(waiting, now, enough) > limits.stall_time:
                log.warning("%s was cut off: it does not read its reply", self.client)
                self.cut_off()
            return
        self._stall.clear()
        self._reply_taken()
        if now >= self._deadline and not (self._open and self.flow.read_paused):
            self._expire()

    def _expire(self) -> None:
        """The client did not do its part in time."""
        if self._deaf:
            self.cut_off()
        elif not self._open:
            self.transport.close()
        else:
            part = "body" if self._in_body else "header"
            self.refuse(Rejection(408, f"the {part} of the request took too long to arrive"))

    def cut_off(self) -> None:
        """Close at once, whatever is going on. What the system has not sent is dropped too."""
        if (connected := self.transport.get_extra_info("socket")) is not None:
            connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self.transport.abort()


def connections_with(limits: Limits) -> type[Connection]:
    """Connections with those limits, for one server."""
    shared = {"limits": limits, "bodies": Room(limits.bodies), "replies": Room(limits.replies)}
    return type("LimitedConnection", (Connection,), shared)
