"""Answers: what a handler returns, and what it raises to refuse."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec
from starlette.types import Message, Send

JSON = "application/json"
TEXT = "text/plain; charset=utf-8"
SHORT = 256 * 1024
"""Bytes from which on a body is sent while it is being made."""


class Reply(NamedTuple):
    """An answer. `body` is sent as it is; an iterator is sent piece by piece."""

    status: int
    body: bytes | AsyncIterator[bytes] = b""
    media_type: str | None = None
    headers: Mapping[str, str] = MappingProxyType({})


class Begun(AsyncIterator[bytes]):
    """A body of which the first piece has been made already: what cannot be begun is refused with
    a status, and does not break off in the middle of a reply."""

    def __init__(self, first: bytes, rest: AsyncGenerator[bytes, None]) -> None:
        self._first: bytes | None = first
        self._rest = rest

    async def __anext__(self) -> bytes:
        """The next piece."""
        if self._first is None:
            return await anext(self._rest)
        first, self._first = self._first, None
        return first

    async def aclose(self) -> None:
        """Let go of what it is made from."""
        await self._rest.aclose()


async def begin(body: AsyncGenerator[bytes, None]) -> bytes | Begun:
    """All of a short body, and of a longer one so much that it is no longer short: what fits into
    memory easily is sent in one piece, with its length."""
    parts: list[bytes] = []
    size = 0
    async for piece in body:
        parts.append(piece)
        size += len(piece)
        if size >= SHORT:
            return Begun(b"".join(parts), body)
    return b"".join(parts)


class Refusal(Exception):
    """Raise it to answer with an error: `status` and one line of text that a person can act on."""

    def __init__(self, status: int, text: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(text)
        self.status = status
        self.text = text
        self.headers = dict(headers or {})

    def reply(self) -> Reply:
        """The answer it stands for."""
        return Reply(self.status, f"{one_line(self.text)}\n".encode(), TEXT, self.headers)


def json_reply(body: bytes | AsyncIterator[bytes], status: int = 200) -> Reply:
    """An answer with a JSON body."""
    return Reply(status, body, JSON)


def reply_of(result: Any, success: int) -> Reply:
    """The answer that a handler's result stands for: a `Reply` itself, nothing (no body), or a
    model or JSON value to encode."""
    if isinstance(result, Reply):
        return result
    if result is None:
        return Reply(success)
    return json_reply(msgspec.json.encode(result), success)


def example_reply(example: Any, status: int) -> Reply:
    """The documented example of an answer."""
    return json_reply(msgspec.json.encode(example), status)


def one_line(text: str, limit: int = 500) -> str:
    """`text` as one printable line, cut where it gets long: it may quote what a client sent."""
    if len(text) > limit:  # before all of it is looked at: it may be megabytes
        text = text[: limit - 3] + "..."
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


@lru_cache(maxsize=64)
def typed(media_type: str) -> Sequence[tuple[bytes, bytes]]:
    """The header fields of a body: its type, and that browsers may not guess another."""
    return ((b"content-type", media_type.encode()), (b"x-content-type-options", b"nosniff"))


def start_of(reply: Reply, fields: Iterable[tuple[bytes, bytes]]) -> Message:
    """The ASGI message that begins a reply, with more header `fields`."""
    headers = [*fields]
    if reply.headers:
        for name, value in reply.headers.items():
            headers.append((name.lower().encode(), value.encode()))
    if reply.media_type is not None:
        headers += typed(reply.media_type)
    if reply.status not in (204, 304) and isinstance(reply.body, bytes):
        # of a 304 it would be the length of the whole
        headers.append((b"content-length", b"%d" % len(reply.body)))
    return {"type": "http.response.start", "status": reply.status, "headers": headers}


async def stream_reply(
    send: Send, reply: Reply, body: AsyncIterator[bytes], fields: Iterable[tuple[bytes, bytes]]
) -> None:
    """Send a reply and its `body` piece by piece. The body is closed afterwards, however it ended:
    `send` raises when the client is gone."""
    try:
        await send(start_of(reply, fields))
        async for piece in body:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
    finally:
        if (close := getattr(body, "aclose", None)) is not None:
            await close()
