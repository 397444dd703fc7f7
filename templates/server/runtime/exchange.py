"""One request with its reply on a connection: the ASGI side of it. It does what uvicorn's own class
does, with one write for a short reply, and without what that has for the general case."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Generator, Iterable, Mapping, Sequence
from typing import Any, cast

from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from .flow import LARGE, Output
from .headers import Fields
from .heads import (
    CHUNKED,
    CLOSES,
    CODING,
    CONNECTION,
    FRAMING,
    LENGTH,
    Openings,
    begin_field,
    head_of,
)

log = logging.getLogger(__name__)
_openings = Openings()
_BODILESS = {204, 304}


class ClientGone(OSError):
    """Raised by `send` for a piece of a reply: nobody is there to take it."""


class _Done:
    """What needs no waiting for."""

    __slots__ = ()

    def __await__(self) -> Generator[Any, None, None]:
        return _NOTHING  # type: ignore[return-value]


DONE = _Done()
_NOTHING = iter(())


class Signal:
    """An asyncio.Event that is made when somebody waits, which few do."""

    __slots__ = ("_event", "_is_set")

    def __init__(self) -> None:
        self._is_set = False
        self._event: asyncio.Event | None = None

    def set(self) -> None:
        """Let all go on who wait, now or later."""
        self._is_set = True
        if self._event is not None:
            self._event.set()

    def clear(self) -> None:
        """Let wait again."""
        self._is_set = False
        if self._event is not None:
            self._event.clear()

    async def wait(self) -> None:
        """Return when it is set."""
        if self._is_set:
            return
        if self._event is None:
            self._event = asyncio.Event()
        await self._event.wait()


def _closes(connection: bytes) -> bool:
    return b"close" in [token.strip() for token in connection.lower().split(b",")]


def _nothing() -> None:
    """Done already."""


class Cycle(RequestResponseCycle):
    """One request and its reply. `on_large` is told of a reply with many bytes before it begins;
    it may end the exchange."""

    disconnected = False
    more_body = True
    response_started = False
    response_complete = False
    chunked_encoding = False
    expected_content_length = 0
    size = 0
    """Bytes of the request's body so far."""
    taken = 0
    """Those for which room was taken."""

    def __init__(
        self,
        *,
        scope: Any,
        transport: Output,
        flow: FlowControl,
        default_headers: Fields,
        expect_100_continue: bool,
        keep_alive: bool,
        on_response: Callable[[], None],
        on_large: Callable[[int], None],
    ) -> None:
        self.scope = scope
        self.transport = cast(asyncio.Transport, transport)
        self.flow = flow
        self.default_headers = cast(list[tuple[bytes, bytes]], default_headers)
        self.message_event = cast(asyncio.Event, Signal())
        self.on_response = on_response
        self.keep_alive = keep_alive
        self.waiting_for_100_continue = expect_100_continue
        self.body = bytearray()
        self._on_large = on_large
        self._head = b""  # of a reply, until its body is there: they are one write

    async def run(self, app: Any) -> None:
        """Have `app` answer. It is cancelled only when the server stops and cannot wait."""
        try:
            await app(self.scope, self.receive, self.send)
        except ClientGone:
            pass
        except asyncio.CancelledError:
            log.warning("%s %r was not finished", self.scope["method"], self.scope["path"])
        except BaseException as error:
            log.error("the application failed", exc_info=error)
        if not (self.response_complete or self.disconnected):
            await self._break_off()
        self.on_response = _nothing

    async def _break_off(self) -> None:
        """End a reply that the application did not end."""
        if self.response_started:
            log.error("a reply was not finished: its connection is closed")
            self.transport.close()
        else:
            await self.send_500_response()

    def send(self, message: Any) -> Awaitable[None]:  # type: ignore[override]
        """Send an ASGI message. Raises ClientGone for a piece that nobody is there to take."""
        if self.flow.write_paused or message.get("more_body"):
            return self._send_piece(message)
        self._take(message)
        return DONE

    async def _send_piece(self, message: Any) -> None:
        if self.flow.write_paused and not self.disconnected:
            await self.flow.drain()
        self._take(message)
        if self.disconnected and message.get("more_body"):
            raise ClientGone

    def _take(self, message: Any) -> None:
        if self.disconnected:
            return
        expected = "http.response.body" if self.response_started else "http.response.start"
        if message["type"] != expected or self.response_complete:
            raise RuntimeError(f"{message['type']!r} cannot be sent at this point of a reply")
        if self.response_started:
            self._go_on(message.get("body", b""), message.get("more_body", False))
        else:
            self._begin(message["status"], message.get("headers", ()))

    def _begin(self, status: int, fields: Iterable[tuple[bytes, bytes]]) -> None:
        """Make the head of the reply. One that says how long the body is waits for that."""
        opening, lines = _openings.get(status, self.default_headers)
        parts = [opening]
        framing: dict[bytes, bytes] = {}
        for name, value in fields:
            field = begin_field(name)
            parts += (field, value, b"\r\n")
            lines += 1
            if field in FRAMING:
                framing[field] = framing[field] + b"," + value if field in framing else value
        missing = self._framing(status, framing)
        parts += missing
        parts.append(b"\r\n")
        head = head_of(parts, lines + len(missing) + 1)
        size = self.expected_content_length
        if size > LARGE:
            self._on_large(size)
            if self.disconnected:
                return
        self.response_started = True
        self.waiting_for_100_continue = False
        if self.chunked_encoding or size > LARGE:
            self.transport.write(head)
        else:
            self._head = head

    def _framing(self, status: int, fields: Mapping[bytes, bytes]) -> Sequence[bytes]:
        """Note where the body ends, from the fields that say so. The lines that are missing."""
        missing = []
        if CONNECTION in fields and _closes(fields[CONNECTION]):
            self.keep_alive = False
        elif not self.keep_alive:
            missing.append(CLOSES)
        has_body = self.scope["method"] != "HEAD"
        if LENGTH in fields:
            self.expected_content_length = int(fields[LENGTH]) if has_body else 0
        elif fields.get(CODING, b"").lower() == b"chunked":
            self.chunked_encoding = True
        elif has_body and status not in _BODILESS:
            self.chunked_encoding = True
            missing.append(CHUNKED)
        return missing

    def _go_on(self, body: bytes, more: bool) -> None:
        """Write a piece of the body, and end the reply with the last."""
        if self.scope["method"] == "HEAD":
            data = b""
        elif self.chunked_encoding:
            data = b"%x\r\n%b\r\n" % (len(body), body) if body else b""
            data = data if more else data + b"0\r\n\r\n"
        else:
            self.expected_content_length -= len(body)
            if self.expected_content_length < 0:
                raise RuntimeError("the body of a reply is longer than its Content-Length")
            data = body
        head, self._head = self._head, b""
        if head or data:
            self.transport.write(head + data if head else data)
        if not more:
            self._end()

    def _end(self) -> None:
        if self.expected_content_length:
            raise RuntimeError("the body of a reply is shorter than its Content-Length")
        self.response_complete = True
        self.message_event.set()
        if not self.keep_alive:
            self.transport.close()
        self.on_response()

    def disconnect(self) -> None:
        """Nobody waits for the reply any more."""
        self.disconnected = True
        self.waiting_for_100_continue = False
        self.message_event.set()
