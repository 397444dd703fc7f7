"""Requests that are refused before the application sees them, and the replies to them."""

from __future__ import annotations

import re
from http import HTTPStatus

import httptools

from .headers import Fields
from .limits import Limits


class Rejection(Exception):
    """A request, or a connection, that gets `status` and one line, and is closed."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.body = f"{text}\n".encode()


def malformed(error: Exception) -> Rejection:
    """The refusal of what the parser does not take. Its messages quote nothing."""
    if isinstance(error, httptools.HttpParserInvalidMethodError):
        return Rejection(400, "this is no HTTP request: it begins with no method of HTTP's")
    if isinstance(error, httptools.HttpParserCallbackError):
        return Rejection(400, "malformed HTTP request: the target is no path")
    return Rejection(400, f"malformed HTTP request: {error}")


def check_header(version: str, url: int, count: int, size: int, limits: Limits) -> None:
    """Raise Rejection when a header is over a limit: the bytes of its `url`, the `count` of its
    fields, and their `size`."""
    if version not in ("1.1", "1.0"):
        raise Rejection(400, "this server speaks HTTP/1.1")
    if url > limits.url:
        raise Rejection(414, f"the URL is longer than {limits.url} bytes")
    if count > limits.header_count:
        raise Rejection(431, f"the header has over {limits.header_count} fields")
    if size > limits.headers:
        raise Rejection(431, f"the header is over {limits.headers} bytes")


def check_coding(coding: bytes, version: str) -> None:
    """Raise Rejection when a Transfer-Encoding leaves in doubt where the body ends.

    The parser refuses two lengths, and a length together with Transfer-Encoding.
    """
    if coding.lower() != b"chunked" or version == "1.0":
        raise Rejection(400, "Transfer-Encoding: only chunked is supported, in HTTP/1.1")


def with_authority(url: bytes, headers: Fields) -> Fields:
    """The header of a request whose target is in absolute form: the target says which host is
    meant, whatever the Host field says (RFC 9112, 3.2.2)."""
    host = re.split(rb"[/?#]", url.partition(b"://")[2], maxsplit=1)[0]
    return [(name, host if name == b"host" else value) for name, value in headers]


def announces_body(headers: Fields) -> bool:
    """Whether a body follows a header."""
    return any(name in (b"content-length", b"transfer-encoding") for name, _ in headers)


def without_upgrade(method: bytes, url: bytes, version: str, headers: Fields) -> bytes:
    """A header as it is on the wire, but for its wish to speak another protocol. The parser has
    found its parts to be well-formed."""
    kept = [name + b": " + value for name, value in headers if name != b"upgrade"]
    first = b"%b %b HTTP/%b" % (method, url, version.encode())
    return b"\r\n".join([first, *kept, b"", b""])


def plain_text(refusal: Rejection, fields: Fields) -> bytes:
    """The reply, as it is on the wire, with `fields` that all replies have."""
    body = refusal.body
    lines = [
        f"HTTP/1.1 {refusal.status} {HTTPStatus(refusal.status).phrase}".encode(),
        *(name + b": " + value for name, value in fields),
        b"content-type: text/plain; charset=utf-8",
        b"content-length: %d" % len(body),
        b"connection: close",
    ]
    if refusal.status == HTTPStatus.SERVICE_UNAVAILABLE:
        lines.append(b"retry-after: 1")
    return b"\r\n".join([*lines, b"", body])
