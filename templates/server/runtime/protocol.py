"""HTTP/1.1 over a connection, with limits: uvicorn's protocol has none for the time that a request
takes to arrive or a reply to be read, nor for the sizes of what arrives.

A request that breaks a limit, or is no HTTP, is answered with one line after all those before it,
and the connection is closed. There are no timers: a sweep over all connections (`check`) finds
those whose time is over, so that a normal request pays for none.
"""

from __future__ import annotations

import asyncio
import logging
import math
from typing import Any, cast
from urllib.parse import unquote

import httptools
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from .exchange import Exchange, Gate, Output
from .limits import DEFAULT_LIMITS, Limits
from .refusals import BadRequest, check_header, malformed, plain_text
from .stalls import Stall

log = logging.getLogger(__name__)

PIPELINED = 100
"""Requests that may wait for the replies to those before them."""
LINGER = 2.0
"""Seconds that a client gets to read a last reply while it may still be sending."""
CROWD = 100
"""Connections over the limit that are told so; any more are closed without a word."""


class Connection(HttpToolsProtocol):
    """One connection. `limits` are those of its class (`connections_with`)."""

    limits: Limits = DEFAULT_LIMITS

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._application = self.app
        self.app = self._answer
        self._answering: Exchange | None = None
        self._open = False  # a request has begun to arrive, and has not ended
        self._fresh = False  # in the last piece
        self._in_body = False  # its header is complete
        self._arrived = 0  # bytes of it, without the piece that it began in
        self._body_since = 0.0
        self._deadline = math.inf  # when the client must have done its part
        self._deaf = False  # what arrives is dropped, for the connection is to be closed
        self._ended = False  # the client sends no more
        self._last_words = b""
        self._stall = Stall()

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
            self._refuse(BadRequest(503, "too many connections at once: try again later"))

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of all requests: nobody waits for their replies."""
        self.pipeline.clear()
        if self._answering is not None:
            self._answering.disconnect()
        super().connection_lost(exc)

    def eof_received(self) -> bool:  # type: ignore[override]
        """The client sends no more. Whether it may still read the reply to what it sent."""
        self._deaf = self._ended = True
        return self._busy() and not self._open

    def data_received(self, data: bytes) -> None:
        """Take what arrived."""
        self._arrived += len(data)
        if self._deaf:
            if self._arrived > 2 * self.limits.body:
                self.transport.abort()
            return
        try:
            self._feed(data)
        except httptools.HttpParserError as error:
            if not self._deaf:
                refusal = error.__context__
                self._refuse(refusal if isinstance(refusal, BadRequest) else malformed(error))
            return
        if self._open:
            self._wait_for_more()

    def _feed(self, data: bytes) -> None:
        """Parse it. A request to speak another protocol is passed over, as it may be (RFC 9110,
        7.8): what follows it is HTTP again."""
        while data:
            try:
                self.parser.feed_data(data)
                return
            except httptools.HttpParserUpgrade as upgrade:
                data = data[upgrade.args[0] :]

    def _wait_for_more(self) -> None:
        """Set the time for the rest of a request. Refuses one that is too large already."""
        limits = self.limits
        now = self.loop.time()
        if self._fresh:
            self._fresh = False
            self._arrived = 0
            self._deadline = now + limits.header_time
        if not self._in_body:
            if len(self.url) > limits.url:
                self._refuse(BadRequest(414, f"the URL is longer than {limits.url} bytes"))
            elif self._arrived > limits.url + limits.headers:
                self._refuse(BadRequest(431, f"the header is over {limits.headers} bytes"))
            return
        self._body_since = self._body_since or now
        self._deadline = self._body_since + limits.body_time + self._arrived / limits.body_rate
        if self._arrived > 2 * limits.body + limits.headers:
            self._refuse(BadRequest(413, f"the body is larger than {limits.body} bytes"))

    def on_message_begin(self) -> None:
        """A request begins. Raises BadRequest after the last that is answered."""
        if self._deaf:
            raise BadRequest(400, "the request before was the last")
        super().on_message_begin()
        self._open = self._fresh = True
        self._in_body = False
        self._body_since = 0.0

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header field; those after a body are dropped (RFC 9110, 6.5.1)."""
        if not self._in_body:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Hand the request to the application, or queue it. Raises BadRequest."""
        version = self.parser.get_http_version()
        check_header(version, self.url, self.headers, self.limits)
        target = httptools.parse_url(self.url)
        path = target.path or b"/"
        scope = self.scope
        scope["method"] = self.parser.get_method().decode("ascii")
        scope["http_version"] = version
        text = path.decode("ascii")
        scope["path"] = unquote(text) if "%" in text else text
        scope["raw_path"] = path
        scope["query_string"] = target.query or b""
        self._in_body = True
        self.cycle = cycle = self._exchange(version)
        if not self._busy():
            self._start_asgi_task(cycle, self.app)
            return
        self.flow.pause_reading()
        self.pipeline.appendleft((cycle, self.app))
        if len(self.pipeline) >= PIPELINED:  # the rest is for the client to send again
            cycle.keep_alive = False

    def _exchange(self, version: str) -> Exchange:
        return Exchange(
            scope=self.scope,
            transport=cast(asyncio.Transport, self._output),
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=False,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=self.expect_100_continue,
            keep_alive=version == "1.1" and self.parser.should_keep_alive(),
            on_response=self.on_response_complete,
        )

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._answering = cast(Exchange, cycle)
        super()._start_asgi_task(cycle, app)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the application. It is cancelled only when the server stops and cannot wait."""
        try:
            await self._application(scope, receive, send)
        except asyncio.CancelledError:
            log.warning("%s %r was not finished", scope["method"], scope["path"])

    def _busy(self) -> bool:
        """Whether a reply is being made or sent."""
        cycle = self._answering
        return cycle is not None and not cycle.response_complete and not cycle.disconnected

    def on_message_complete(self) -> None:
        """A request has arrived: the next move is ours."""
        super().on_message_complete()
        self._open = False
        self._arrived = 0
        self._deaf = self._deaf or not self.cycle.keep_alive
        idle = not self._busy()
        self._deadline = self.loop.time() + self.limits.idle_time if idle else math.inf

    def on_response_complete(self) -> None:
        """Turn to the next request, or wait for one."""
        self.server_state.total_requests += 1
        if self.transport.is_closing() or self._answering is None:
            return
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
            return
        self.flow.resume_reading()
        if self._deaf or (self._open and self.expect_100_continue):
            self._finish()
        elif not self._open:
            self._deadline = self.loop.time() + self.limits.idle_time

    def _refuse(self, refusal: BadRequest) -> None:
        """Say why as soon as the replies before are complete, and close."""
        log.info("%s: %d: %s", self.client, refusal.status, refusal)
        self._deaf = True
        self._arrived = 0
        current = cast(Exchange, self.cycle) if self._open and self._in_body else None
        if current is None or not current.response_started:
            self._last_words = plain_text(refusal, self.server_state.default_headers)
        if current is not None and not current.response_started:
            current.disconnect()
            if self.pipeline and self.pipeline[0][0] is current:
                self.pipeline.popleft()
        if not self._busy():
            self._finish()

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
        self._deaf = True
        self._open = False
        self._answering = None
        self._arrived = 0
        self._deadline = self.loop.time() + LINGER
        self.pipeline.clear()
        if self.transport.is_closing():
            return
        self.transport.write(self._last_words)
        if self._ended:
            self.transport.close()
        else:
            self.transport.write_eof()
            self.flow.resume_reading()

    def resume_writing(self) -> None:
        """The client took nearly all that was waiting."""
        self._stall.clear()
        super().resume_writing()

    def check(self, now: float) -> None:
        """Cut the client off when it lets us wait for too long. Called every now and then."""
        waiting = self.transport.get_write_buffer_size()
        if waiting:
            limits = self.limits
            enough = int(limits.body_rate * limits.stall_time)
            if self._stall.lasts(waiting, now, enough) > limits.stall_time:
                log.warning("%s was cut off: it does not read its reply", self.client)
                self.transport.abort()
            return
        self._stall.clear()
        if now >= self._deadline and not (self._open and self.flow.read_paused):
            self._expire()

    def _expire(self) -> None:
        """The client did not do its part in time."""
        if self._deaf:
            self.transport.abort()
        elif not self._open:
            self.transport.close()
        else:
            self._refuse(
                BadRequest(408, f"the {'body' if self._in_body else 'header'} is too slow")
            )

    def cut_off(self) -> None:
        """Close at once, whatever is going on: the server stops."""
        self.transport.abort()


def connections_with(limits: Limits) -> type[Connection]:
    """Connections with those limits."""
    return type("LimitedConnection", (Connection,), {"limits": limits})
