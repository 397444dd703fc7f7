"""Whether the settings of a client can work. Each function raises InvalidArgument if not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar, cast
from urllib.parse import urlsplit

from ._secret import Secret, SecretBytes
from .errors import InvalidArgument
from .options import Timeout

_T = TypeVar("_T")

_NAME_CHARACTERS = frozenset(
    "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
)
_LONGEST_LABEL = 63
"""Characters between two dots of a host (RFC 1035)."""
_LONGEST = 1e9
"""Seconds. Clocks and libraries overflow not far beyond."""


def checked_url(url: str) -> str:
    """A base URL: http or https, a host, perhaps a port and a path. No message shows a password."""
    if not isinstance(url, str):
        raise InvalidArgument(f"base_url: a str, not {type(url).__name__}: http://host:port")
    if "@" in url.partition("://")[2].partition("/")[0]:
        raise InvalidArgument("base_url: leave out user and password; send them in a header")
    try:
        parts = urlsplit(url)
        labels = (parts.hostname or "").removesuffix(".").split(".")
        usable = parts.scheme in ("http", "https") and parts.port != 0
        usable = usable and all(0 < len(label) <= _LONGEST_LABEL for label in labels)
    except ValueError:
        usable = False
    if not usable:
        shown = "" if "@" in url else f"{url!r}: "
        raise InvalidArgument(f"base_url: {shown}write it as http://host:port")
    if any(c in "?#\\" or c <= " " for c in url):
        raise InvalidArgument(f"base_url: {url!r}: no query, fragment or spaces")
    return url.rstrip("/")


def checked_timeout(timeout: float | Timeout | None) -> Timeout:
    """Seconds above 0 and up to a billion, or None, for each phase. A number is the total."""
    if timeout is None or _is_number(timeout, float):
        timeout = Timeout(total=cast("float | None", timeout), read=None)
    if not isinstance(timeout, Timeout):
        raise InvalidArgument(f"timeout: {timeout!r}: seconds, a Timeout, or None for no limit")
    for name in timeout.__struct_fields__:
        seconds = getattr(timeout, name)
        if seconds is None:
            continue
        if not _is_number(seconds, float) or not 0 < seconds <= _LONGEST:
            raise InvalidArgument(
                f"timeout: {name}: {seconds!r}: seconds above 0, or None for no limit"
            )
    return timeout


def checked_retries(number: int) -> int:
    """A whole number, 0 or more."""
    if not _is_number(number, int) or number < 0:
        raise InvalidArgument(f"retries: {number!r}: a whole number, 0 for none")
    return number


def checked_mapping(name: str, value: Mapping[str, _T] | None) -> Mapping[str, _T]:
    """What was given as `name`; nothing for None."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise InvalidArgument(f"{name}: {type(value).__name__} where a mapping (dict) is wanted")
    return value


def checked_transport(transport: object, *, awaited: bool) -> None:
    """Something with a `send` that is awaited or not, as the client needs it."""
    if type(transport).__module__.partition(".")[0] == "httpx":
        wrapper = "AsyncHttpxTransport" if awaited else "HttpxTransport"
        raise InvalidArgument(f"transport: a client of httpx: wrap it, as {wrapper}(client)")
    from inspect import iscoroutinefunction  # for few: it is not light

    send = getattr(transport, "send", None)
    if not callable(send):
        raise InvalidArgument(f"transport: {type(transport).__name__} has no send(request)")
    if iscoroutinefunction(send) and not awaited:
        raise InvalidArgument("transport: its send has to be awaited: give it to the AsyncClient")


def checked_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Names in lower case, and values."""
    return {_checked_name(name): checked_header(name, text) for name, text in headers.items()}


def _checked_name(name: str) -> str:
    if not isinstance(name, str) or not name or not _NAME_CHARACTERS.issuperset(name):
        raise InvalidArgument(f"{name!r}: the name of a header has letters, digits and hyphens")
    return name.lower()


def checked_header(name: str, value: str) -> Secret:
    """The value of a header. Neither the message nor its repr shows it: it may be a key."""
    if not isinstance(value, str):
        given = "bytes" if isinstance(value, SecretBytes) else type(value).__name__
        raise InvalidArgument(f"{name}: a header is a str, not {given}")
    if not value.isascii() or not value.isprintable() or value != value.strip():
        raise InvalidArgument(f"{name}: a header is one line of printable ASCII")
    return Secret(value)


def _is_number(value: object, kind: type) -> bool:
    return isinstance(value, int | kind) and not isinstance(value, bool)
