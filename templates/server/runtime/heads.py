"""The head of a reply, as it is on the wire: what comes before the body."""

from __future__ import annotations

import http
import re
from collections.abc import Iterable
from functools import lru_cache

from .headers import Fields

CLOSES = b"connection: close\r\n"
CHUNKED = b"transfer-encoding: chunked\r\n"
_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTROLS = bytes({*range(0x20), 0x7F} - set(b"\t\r\n"))


@lru_cache(maxsize=256)
def begin_field(name: bytes) -> bytes:
    """A field up to its value, the name in lower case. Raises RuntimeError when it is no name."""
    if not _NAME.fullmatch(name):
        raise RuntimeError(f"{name!r} cannot be the name of a header field")
    return name.lower() + b": "


LENGTH = begin_field(b"content-length")
CODING = begin_field(b"transfer-encoding")
CONNECTION = begin_field(b"connection")
FRAMING = frozenset({LENGTH, CODING, CONNECTION})
"""The fields that say where a body ends, and whether the connection does then."""


def head_of(parts: Iterable[bytes], lines: int) -> bytes:
    """A head of so many lines from its parts. Raises RuntimeError when a value breaks a line: what
    follows could be read as something else."""
    head = b"".join(parts)
    if head.count(b"\n") != lines or head.count(b"\r") != lines or _has_controls(head):
        raise RuntimeError("a header field of a reply has a control character in its value")
    return head


def _has_controls(head: bytes) -> bool:
    return len(head.translate(None, _CONTROLS)) != len(head)


class Openings:
    """The first lines of replies: the status, and the fields that all have. They change with the
    date, once a second, and are kept for so long."""

    def __init__(self) -> None:
        self._fields: Fields = ()
        self._by_status: dict[int, tuple[bytes, int]] = {}

    def get(self, status: int, fields: Fields) -> tuple[bytes, int]:
        """Those lines, and how many they are. `fields` has to be another object when what is in
        it is another."""
        if fields is not self._fields:
            self._fields = fields
            self._by_status.clear()
        found = self._by_status.get(status)
        if found is None:
            found = self._by_status[status] = (_opening(status, fields), 1 + len(fields))
        return found


def _opening(status: int, fields: Fields) -> bytes:
    try:
        phrase = http.HTTPStatus(status).phrase
    except ValueError:
        phrase = ""
    lines = [begin_field(name) + value + b"\r\n" for name, value in fields]
    return head_of([f"HTTP/1.1 {status} {phrase}\r\n".encode(), *lines], 1 + len(lines))
