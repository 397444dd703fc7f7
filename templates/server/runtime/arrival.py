"""What arrives on a connection: bytes become requests, within limits."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, cast
from urllib.parse import unquote

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from .exchange import Cycle
from .flow import LARGE, Gate, Output, Room
from .limits import Limits
from .rejections import (
    Rejection,
    announces_body,
    check_coding,
    check_header,
    malformed,
    with_authority,
    without_upgrade,
)

_TELLING = frozenset({b"expect", b"transfer-encoding"})
PIPELINED = 100
"""Requests that may wait for the replies to those before them."""


class Arrival(HttpToolsProtocol):
    """The side of a connection that listens. A subclass answers, and says what `limits` hold."""

    limits: ClassVar[Limits]
    bodies: ClassVar[Room]

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.flow: Gate
        self._output: Output
        self._answering: Cycle | None = None
        self._open = False  # a request has begun to arrive, and has not ended
        self._in_body = False  # its header is complete
        self._header_size = 0  # bytes of its fields
        self._begun = 0  # requests that began in the last piece
        self._arrived = 0  # bytes of the open request
        self._body_since = 0.0
        self._deadline = math.inf  # when the client must have done its part
        self._again = b""  # a header to be parsed again, before what follows it
        self._deaf = False  # what arrives is dropped, for the connection is to be closed

    @abstractmethod
    def refuse(self, refusal: Rejection) -> None:
        """Answer with that after the replies that are due, and close."""

    @abstractmethod
    def on_large(self, size: int) -> None:
        """A reply of so many bytes is about to begin."""

    def busy(self) -> bool:
        """Whether a reply is being made or sent."""
        cycle = self._answering
        return cycle is not None and not cycle.response_complete and not cycle.disconnected

    def data_received(self, data: bytes) -> None:
        """Take what arrived."""
        self._arrived += len(data)
        if self._deaf:
            return
        self._begun = 0
        alone = not self._open
        try:
            self._feed(data)
        except httptools.HttpParserError as error:
            if not self._deaf:
                refusal = error.__context__
                self.refuse(refusal if isinstance(refusal, Rejection) else malformed(error))
            return
        if self._open and not self._deaf:
            if self._begun:
                self._arrived = len(data) if alone and self._begun == 1 else 0
            self._wait_for_more()

    def _feed(self, data: bytes) -> None:
        """Parse it. A request to speak another protocol is passed over, as it may be (RFC 9110,
        7.8): what follows it is HTTP again. The parser takes such a request to have no body; one
        that has one is parsed again without the wish."""
        while data:
            try:
                self.parser.feed_data(data)
                return
            except httptools.HttpParserUpgrade as upgrade:
                data = data[upgrade.args[0] :]
                if self._again:  # by another parser: this one may take no more, for it was told so
                    self.parser = httptools.HttpRequestParser(self)
                    data, self._again = self._again + data, b""

    def _wait_for_more(self) -> None:
        """Set the time for the rest of a request. Refuses one that is too large already."""
        limits = self.limits
        now = self.loop.time()
        if self._begun:
            self._deadline = now + limits.header_time
        if not self._in_body:
            if len(self.url) > limits.url:
                self.refuse(Rejection(414, f"the URL is longer than {limits.url} bytes"))
            elif self._arrived > limits.url + limits.headers:
                self.refuse(Rejection(431, f"the header is over {limits.headers} bytes"))
            return
        self._body_since = self._body_since or now
        self._deadline = self._body_since + limits.body_time + self._arrived / limits.body_rate
        if self._arrived > 2 * limits.body + limits.headers:
            self.refuse(Rejection(413, f"the body is larger than {limits.body} bytes"))

    def on_message_begin(self) -> None:
        """A request begins. Raises Rejection after the last that is answered."""
        if self._deaf:
            raise Rejection(400, "the request before was the last")
        self.url = b""
        self.expect_100_continue = False
        self.headers = []
        self._header_size = 0
        self._open = True
        self._begun += 1
        self._in_body = False
        self._body_since = 0.0

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header field; those after a body are dropped (RFC 9110, 6.5.1)."""
        if self._in_body:
            return
        self._header_size += len(name) + len(value) + 4
        name = name.lower()
        if name in _TELLING:
            self._heed(name, value)
        self.headers.append((name, value))

    def _heed(self, name: bytes, value: bytes) -> None:
        """Take note of a field that says how the body comes. Raises Rejection."""
        if name == b"expect":
            self.expect_100_continue |= value.lower() == b"100-continue"
        else:
            check_coding(value, self.parser.get_http_version())

    def on_headers_complete(self) -> None:
        """Have the request answered, or queue it. Raises Rejection."""
        version = self.parser.get_http_version()
        check_header(version, len(self.url), len(self.headers), self._header_size, self.limits)
        method = self.parser.get_method()
        if self.parser.should_upgrade() and method != b"CONNECT" and announces_body(self.headers):
            self._again = without_upgrade(method, self.url, version, self.headers)
            return
        target = httptools.parse_url(self.url)
        if target.schema:
            self.headers[:] = with_authority(self.url, self.headers)
        path = target.path or b"/"
        text = path.decode("ascii")
        scope = {
            "type": "http",
            "asgi": {"version": self.asgi_version, "spec_version": "2.3"},
            "http_version": version,
            "server": self.server,
            "client": self.client,
            "scheme": self.scheme,
            "root_path": self.root_path,
            "headers": self.headers,
            "state": self.app_state.copy(),
            "method": method.decode("ascii"),
            "path": unquote(text) if "%" in text else text,
            "raw_path": path,
            "query_string": target.query or b"",
        }
        self._in_body = True
        keep_alive = version == "1.1" and self.parser.should_keep_alive()
        self.cycle = cycle = self._cycle(scope, keep_alive)
        if not self.busy():
            self._start(cycle)
            return
        self.flow.pause_reading()
        self.pipeline.appendleft((cycle, self.app))
        if len(self.pipeline) >= PIPELINED:  # the rest is for the client to send again
            cycle.keep_alive = False

    def _cycle(self, scope: Mapping[str, Any], keep_alive: bool) -> Cycle:
        return Cycle(
            scope=scope,
            transport=self._output,
            flow=self.flow,
            default_headers=self.server_state.default_headers,
            expect_100_continue=self.expect_100_continue,
            keep_alive=keep_alive,
            on_response=self.on_response_complete,
            on_large=self.on_large,
        )

    def _start(self, cycle: Cycle) -> None:
        """Have a request answered."""
        self._answering = cycle
        task = self.loop.create_task(cycle.run(self.app))
        task.add_done_callback(self.tasks.discard)
        self.tasks.add(task)

    def on_body(self, body: bytes) -> None:
        """A piece of a body. Raises Rejection when all bodies together take too much memory."""
        super().on_body(body)
        cycle = cast(Cycle, self.cycle)
        cycle.size += len(body)
        if cycle.size > LARGE and not cycle.response_complete:
            more = cycle.size - cycle.taken
            if not self.bodies.take(more):
                text = "too many large bodies at once: try again later"
                raise Rejection(503, text)
            cycle.taken += more

    def on_message_complete(self) -> None:
        """A request has arrived: the next move is ours."""
        if self._again:
            return
        cycle = self.cycle
        self._open = False
        self._arrived = 0
        if not cycle.response_complete:
            cycle.more_body = False
            cycle.message_event.set()
        if not cycle.keep_alive:
            self._deaf = True
        self._deadline = math.inf if self.busy() else self.loop.time() + self.limits.idle_time
