"""What can be odd about an answer of HTTP other than the JSON in it."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass

from specpipe.conformance.mouth import Reply, head, reply

STATUSES = (
    *(200, 201, 202, 203, 204, 205, 206, 226, 299, 300, 301, 302, 303, 304, 305, 307, 308, 399),
    *(400, 401, 402, 403, 404, 405, 406, 408, 409, 410, 412, 413, 415, 418, 421, 422, 425, 429),
    *(431, 451, 499, 500, 501, 502, 503, 504, 505, 511, 520, 599),
)
"""Tried on every operation, but for those that are its successes."""
BODIES: tuple[tuple[bytes, str | None], ...] = (
    (b"some words", "text/plain"),
    (b'{"id": "x", "error": [1, null]}', "application/json"),
    (b"<!doctype html><h1>Bad gateway</h1>", "text/html"),
    (b"", None),
    (b"\xff\xfe\x00", "application/octet-stream"),
)
JSON_TYPES = (
    *("application/json", "application/json; charset=utf-8", 'Application/JSON ;charset="UTF-8"'),
    *("application/json;charset=iso-8859-1", "application/problem+json", None),
)
"""What JSON may be called: RFC 8259 knows no charset, and a suffix says that it is JSON."""
OTHER_TYPES = (
    *("text/html", "text/plain", "text/json; charset=utf-8", "application/octet-stream"),
    *("application/jsonp", "application/json-seq", "application/xml", "json", "*/*"),
)
BROKEN = frozenset({"ConnectionError"})
REFUSED = frozenset({"ConnectionError", "DecodeError"})
SWITCHED = frozenset({"ConnectionError", "UnexpectedStatusError"})
DEEP = 100_000


@dataclass(frozen=True, slots=True)
class Framing:
    """A way to send a body: `whole` if it may end in the value, `errors` if in one of these."""

    what: str
    reply: Reply
    whole: bool = False
    errors: frozenset[str] = frozenset()


def texts(text: str) -> Iterator[tuple[str, bytes]]:
    """Bodies that are no JSON, or none that an SDK may take, for one that is an object or a
    list."""
    whole = text.encode()
    for part in (0, 1, len(whole) // 4, len(whole) // 2, len(whole) * 3 // 4, len(whole) - 1):
        if part < len(whole):
            yield f"JSON cut after {part} bytes", whole[:part]
    yield "a byte order mark", b"\xef\xbb\xbf" + whole
    yield "JSON in UTF-16", text.encode("utf-16")
    yield "JSON with something behind it", whole + b"x"
    yield "JSON twice", whole + whole
    yield "a page", b"<!doctype html><p>Hello"
    yield "blanks", b" \n"
    yield "brackets, deeper than any stack", b"[" * DEEP
    yield "text that is not UTF-8", b'{"x": "caf\xe9", ' + whole[1:]
    for odd in ("NaN", "Infinity", "-Infinity", "undefined", "01", "1.", ".5", "+1", "'x'", '"\t"'):
        yield (
            f"a member that is {odd!r}",
            b'{"a member that no spec knows": ' + (odd.encode() + b", " + whole[1:]),
        )
    yield "a comma too many", whole[:-1] + b"," + whole[-1:]


def framings(status: int, media_type: str, text: bytes) -> Iterator[Framing]:
    """Ways to send a body of JSON that is an object."""
    fields = {"Content-Type": media_type}
    usual = reply(status, text, media_type)
    for code in (100, 102, 103, 199):
        interim = Reply(head(code, {"Link": "</x>"}) + usual.raw)
        yield Framing(f"an interim {code} before it", interim, True, BROKEN)
    # Not closed afterwards: a client that takes it for an interim one may keep the connection.
    yield Framing("a 101 in its place", Reply(head(101, {}) + usual.raw), True, SWITCHED)
    yield from _lengths(status, fields, text)
    yield from _chunked(status, fields, text)
    old = usual.raw.replace(b"HTTP/1.1", b"HTTP/1.0", 1)
    yield Framing("an answer of HTTP/1.0", Reply(old, True), True)
    start = head(status, fields | {"Content-Length": str(len(text))})
    for place in (0, 1, len(start) // 2, len(start), len(start) + len(text) // 2):
        cut = Reply((start + text)[:place], True)
        yield Framing(f"a connection closed after {place} bytes", cut, False, BROKEN)
    cut = Reply(start + text[:-1], True)
    yield Framing("a connection closed before the last byte", cut, False, BROKEN)
    yield Framing("no HTTP", Reply(b"SSH-2.0-OpenSSH_9.6\r\n\r\n", True), False, BROKEN)
    packed = gzip.compress(text, mtime=0)
    fields |= {"Content-Encoding": "gzip", "Content-Length": str(len(packed))}
    yield Framing("a body in gzip", Reply(head(status, fields) + packed), True, REFUSED)


def _lengths(status: int, fields: dict[str, str], text: bytes) -> Iterator[Framing]:
    """Of the body: none, wrong ones."""
    closed = Reply(head(status, fields) + text, True)
    yield Framing("a body that ends with the connection", closed, True)
    long = Reply(head(status, fields | {"Content-Length": str(len(text) + 9)}) + text, True)
    yield Framing("a body shorter than its Content-Length", long, False, BROKEN)
    short = Reply(head(status, fields | {"Content-Length": str(len(text) - 2)}) + text, True)
    yield Framing("a body longer than its Content-Length", short, False, REFUSED)
    for odd in ("many", "-1", "1e3", "5, 6"):
        raw = Reply(head(status, fields | {"Content-Length": odd}) + text, True)
        yield Framing(f"Content-Length: {odd}", raw, False, REFUSED)


def _chunked(status: int, fields: dict[str, str], text: bytes) -> Iterator[Framing]:
    """Of the body, in parts."""
    start = head(status, fields | {"Transfer-Encoding": "chunked"})
    middle = len(text) // 2
    slices = (text[:1], text[1:middle], text[middle:])
    body = b"".join(b"%x;a=b\r\n%s\r\n" % (len(it), it) for it in slices if it)
    yield Framing("a body in chunks", Reply(start + body + b"0\r\n\r\n"), True)
    trailing = Reply(start + body + b"0\r\nX-Trailer: yes\r\n\r\n")
    yield Framing("chunks with a trailer", trailing, True)
    yield Framing("chunks without an end", Reply(start + body, True), False, BROKEN)
    yield Framing("a broken chunk", Reply(start + b"zz\r\n" + body, True), False, BROKEN)
