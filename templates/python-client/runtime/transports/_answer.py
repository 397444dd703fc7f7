"""One HTTP/1.1 answer, read off the bytes of a connection."""

from __future__ import annotations

import sys
from io import BytesIO

from httptools import (
    HttpParserCallbackError,
    HttpParserError,
    HttpParserUpgrade,
    HttpResponseParser,
)

from ..transport import Response

_LONGEST_HEAD = 256 * 1024
"""Bytes, those of interim answers included."""


class Garbled(Exception):
    """What came is no HTTP."""


class Packed(Exception):
    """The body cannot be unpacked."""


class Answer:
    """Is fed until it is `done`; then there is a `response`. llhttp parses it, and is strict."""

    __slots__ = (
        *("_alone", "_body", "_fed", "_parser", "_refused"),
        *("done", "headed", "headers", "kept", "status"),
    )

    def __init__(self, method: str) -> None:
        """To a request with that method."""
        self.status = 0
        self.headers: dict[str, str] = {}
        self.headed = False
        """Its head is complete."""
        self.done = False
        self.kept = False
        """Whether the connection can be used again."""
        self._body = BytesIO()
        self._fed = 0
        self._alone = method == "HEAD"
        self._refused: Garbled | None = None
        self._parser: HttpResponseParser | None = HttpResponseParser(self)

    def feed(self, data: bytes) -> None:
        """The next bytes; none when there are no more. Raises Garbled, and EOFError for an end
        before the answer's."""
        if not data:
            self._end()
            return
        if (failure := self._parsed(data)) is not None:
            raise failure
        if not self.headed:
            self._fed += len(data)
            if self._fed > _LONGEST_HEAD:
                raise Garbled(f"a head of more than {_LONGEST_HEAD} bytes")

    def take(self, part: bytes) -> int:
        """The next bytes of a body, past the parser. How many are missing now."""
        if not part:
            self._end()
        self._body.write(part)
        missing = self.missing
        self.done = not missing
        return missing

    @property
    def missing(self) -> int:
        """Bytes of the body that are yet to come, when its head says how many there are."""
        if self.done or not self.headed or "content-length" not in self.headers:
            return 0
        return int(self.headers["content-length"]) - self._body.tell()

    @property
    def response(self) -> Response:
        """All of it. Raises Packed."""
        body = self._body.getvalue()
        if body and (coding := self.headers.get("content-encoding")):
            body = _unpacked(coding, body)
        return Response(self.status, self.headers, body)

    def release(self) -> None:
        """Let go of the parser, and it of this."""
        self._parser = None

    def _parsed(self, data: bytes) -> BaseException | None:
        assert self._parser
        failure: Garbled | None = None
        handled = sys.exception()
        try:
            self._parser.feed_data(data)
        except HttpParserCallbackError as error:
            # What broke off a method below, such as Ctrl-C, is the context; but when the caller
            # handles an exception, Python has put that in its place, and only the kind is sure.
            lost = error.__context__ in (None, handled)
            return KeyboardInterrupt() if lost else error.__context__
        except HttpParserError as error:
            failure = Garbled(str(error))
        except HttpParserUpgrade:
            failure = Garbled("it changes to a protocol that nobody asked for")
        # What follows the answer may be anything.
        return self._refused or (None if self.done else failure)

    def _end(self) -> None:
        lasting = not {"content-length", "transfer-encoding"}.isdisjoint(self.headers)
        if lasting or not self.headed:
            raise EOFError("the server closed it")
        self.done = True  # and not `kept`, says the parser of such an answer

    # What the parser calls. An answer may be followed by what belongs to none.

    def on_message_begin(self) -> None:
        """Another answer begins: the first, or the one after an interim one."""
        if self.done:
            self.kept = False
        else:
            self.headers = {}

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header, or a trailer, which is ignored."""
        if self.headed:
            return
        key, text = name.decode("ascii").lower(), value.decode("latin-1").rstrip(" \t")
        before = self.headers.get(key)
        self.headers[key] = text if before is None else f"{before}, {text}"

    def on_headers_complete(self) -> None:
        """The head is complete."""
        assert self._parser
        status = self._parser.get_status_code()
        if status < 100:  # may have a body, which would become part of the next one's
            self._refused = Garbled(f"a status of {status}")
        if self.headed or status < 200:
            return
        if self.headers.get("transfer-encoding", "chunked").lower() != "chunked":
            self._refused = Garbled("a transfer encoding that nobody asked for")
            return
        self.headed, self.status = True, status
        # No server can be trusted to send no body here.
        self.done = self._alone
        self.kept = self._parser.should_keep_alive() and not self._alone

    def on_body(self, data: bytes) -> None:
        """A part of the body."""
        if not self.done:
            self._body.write(data)

    def on_message_complete(self) -> None:
        """The end, if it is not that of an interim answer."""
        self.done = self.headed


def _unpacked(coding: str, body: bytes) -> bytes:
    """`body` without its content encoding. None was asked for, unless the caller did."""
    import gzip  # for few
    import zlib

    try:
        match coding.lower():
            case "identity":
                return body
            case "gzip" | "x-gzip":
                return gzip.decompress(body)
            case "deflate":
                return zlib.decompress(body)
            case _:
                reason = f"it is encoded as {coding!r}"
    except (OSError, EOFError, zlib.error) as error:
        reason = str(error)
    raise Packed(reason)
