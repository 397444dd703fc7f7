"""The transport for plain http:// to this machine: sockets and a parser, in the caller's thread.

No redirects, no cookies, no proxy. To what it is given it adds `host`, `content-length` and
`accept-encoding: identity`: within one machine packing costs more than it saves.
"""

from __future__ import annotations

import os
import re
import weakref
from builtins import ConnectionRefusedError
from builtins import TimeoutError as OutOfTime
from socket import SOCK_STREAM, gaierror, getaddrinfo, socket
from typing import Any
from urllib.parse import urlsplit

from .. import _failures
from .._secret import SecretBytes
from ..errors import InvalidArgument
from ..transport import Request, Response
from ._answer import Answer, Garbled, Packed
from ._connection import Connection, Limits

_MOST_IDLE = 32
"""Connections that are kept for later."""
_DEFAULT_PORT = 80
_KEEP_ALIVE = "keep-alive"
_HEAD = re.compile(r"[A-Z]+ /[!-~]* HTTP/1\.1(?:\r\n[!#$%&'*+\-.^_`|~0-9A-Za-z]+: [ -~]*)*")


class _NoConnection(Exception):
    """There is none, for a `reason` that goes into `text`, or for lack of time, without a text."""

    def __init__(self, text: str | None, reason: object = None) -> None:
        self._text = text
        self._reason = reason

    def translated(self, request: Request) -> Exception:
        """As one of ours."""
        if self._text is None:
            return _failures.timed_out(request, connecting=True)
        return _failures.no_connection(request, self._text, self._reason)


class _Unsendable(Exception):
    """The request would not arrive as it is."""


_TEXTS: dict[type[Exception], str] = {Garbled: _failures.GARBLED, Packed: _failures.PACKED}
_FAILURES = (_NoConnection, _Unsendable, EOFError, Garbled, OSError, Packed)


class SocketTransport:
    """Sends over kept connections. Safe to share between threads, and to use after a fork. What
    threads share is changed in steps that Python does not divide, so there is no lock to wait for,
    and none that a fork could leave locked."""

    __slots__ = (
        *("__weakref__", "_busy", "_closed", "_idle"),
        *("_host", "_host_line", "_origin", "_port"),
    )

    def __init__(self, base_url: str) -> None:
        """For requests to `base_url`. Raises InvalidArgument when that is not http://."""
        parts = urlsplit(base_url)
        if parts.scheme != "http" or not parts.hostname:
            raise InvalidArgument("base_url: this transport is for http:// only")
        self._origin = base_url[: base_url.index("//") + 2 + len(parts.netloc)]
        self._host, self._port = parts.hostname, parts.port or _DEFAULT_PORT
        host = f"[{self._host}]" if ":" in self._host else self._host
        port = "" if self._port == _DEFAULT_PORT else f":{self._port}"
        self._host_line = f"host: {host}{port}"
        self._idle: list[Connection] = []
        self._busy: set[Connection] = set()
        self._closed = False
        _everyone.add(self)

    def send(self, request: Request) -> Response:
        """The answer to `request`."""
        if self._closed:
            raise _failures.closed()
        try:
            return self._answered(request)
        except _FAILURES as error:
            failure = self._translated(error, request)
        raise failure  # out here, where it does not hold on to frames that show the key

    def close(self) -> None:
        """Close all connections; calls in flight end."""
        self._closed = True
        for connection in tuple(self._busy):
            connection.shutdown()
        self._close_idle()

    def after_fork(self) -> None:
        """In the child: start anew. The connections are the parent's, only their copies end."""
        for connection in (*self._idle, *self._busy):
            connection.close()
        self._idle, self._busy = [], set()

    def _answered(self, request: Request) -> Response:
        message = self._message(request)
        timeout = request.timeout
        limits = Limits(timeout.total, timeout.read)
        connection = self._idle_one() or self._new(limits.within(timeout.connect))
        answer = Answer(request.method)
        try:
            self._busy.add(connection)
            if self._closed:
                raise EOFError
            connection.exchange(message, answer, limits)
            response = answer.response
            self._busy.discard(connection)
        except BaseException:
            self._drop(connection)
            raise
        finally:
            answer.release()
        # Whatever Ctrl-C leaves without an owner, here and below, ends by itself.
        kept = answer.kept and len(self._idle) < _MOST_IDLE
        if kept and request.headers.get("connection", _KEEP_ALIVE).lower() == _KEEP_ALIVE:
            self._idle.append(connection)
            # From here on it is another call's, so no error of this one may close it.
            if self._closed:
                self._close_idle()
        else:
            connection.close()
        return response

    def _idle_one(self) -> Connection | None:
        """The one used last that is still good for something."""
        while self._idle:
            try:
                connection = self._idle.pop()
            except IndexError:  # another thread was faster
                return None
            if connection.is_quiet():
                return connection
            connection.close()
        return None

    def _drop(self, connection: Connection) -> None:
        self._busy.discard(connection)
        connection.close()

    def _close_idle(self) -> None:
        while (connection := self._idle_one()) is not None:
            connection.close()

    def _new(self, limits: Limits) -> Connection:
        """One to the first address of the host that takes it. Raises _NoConnection."""
        failure: OSError | None = None
        for family, address in self._addresses():
            try:
                return self._connected(family, address, limits)
            except OSError as error:
                if _is_out_of_time(error):
                    raise _NoConnection(None) from None
                # Of a host's two addresses one may not exist here, which says nothing.
                if not isinstance(failure, ConnectionRefusedError):
                    failure = error
        refused = isinstance(failure, ConnectionRefusedError)
        text = _failures.REFUSED if refused else _failures.UNREACHABLE
        raise _NoConnection(text, _reason(failure))

    def _connected(self, family: int, address: Any, limits: Limits) -> Connection:
        connection = Connection(socket(family, SOCK_STREAM))
        try:
            self._busy.add(connection)
            connection.connect(address, limits.seconds())
            self._busy.discard(connection)
        except BaseException:
            self._drop(connection)
            raise
        return connection

    def _addresses(self) -> list[tuple[int, Any]]:
        try:  # bytes: a str would bring in all of IDNA
            found = getaddrinfo(self._host.encode(), self._port, type=SOCK_STREAM)
        except gaierror as error:
            raise _NoConnection(_failures.UNRESOLVED, _reason(error)) from None
        return [(family, address) for family, _, _, _, address in found]

    def _message(self, request: Request) -> bytes:
        """Head and body. Raises _Unsendable for what would not arrive as it is."""
        headers = request.headers
        target = request.url.removeprefix(self._origin)
        if not request.url.startswith(self._origin):
            raise _Unsendable(f"this transport is for {self._origin}")
        lines = [f"{request.method} {target or '/'} HTTP/1.1"]
        if "host" not in headers:
            lines.append(self._host_line)
        if "accept-encoding" not in headers:
            lines.append("accept-encoding: identity")
        if (length := _length(request)) is not None:
            lines.append(f"content-length: {length}")
        lines += [f"{name}: {value}" for name, value in headers.items()]
        head = "\r\n".join(lines)
        if not _HEAD.fullmatch(head) or head.count("\n") != len(lines) - 1:
            raise _Unsendable("its URL or a header is not printable ASCII")
        return SecretBytes(head.encode() + b"\r\n\r\n" + (request.body or b""))

    def _translated(self, error: Exception, request: Request) -> Exception:
        """`error` as one of ours."""
        if isinstance(error, _Unsendable):
            return InvalidArgument(f"{request.line}: cannot be sent: {error}")
        if self._closed:
            return _failures.broken(request, _failures.GIVEN_UP)
        if isinstance(error, _NoConnection):
            return error.translated(request)
        if _is_out_of_time(error):
            return _failures.timed_out(request, connecting=False)
        return _failures.broken(request, _TEXTS.get(type(error), _failures.BROKEN), _reason(error))


def _length(request: Request) -> int | None:
    """What to say about the length of the body; None for nothing. Where the request ends is not
    the caller's to say: the next one would begin elsewhere for us than for the server."""
    headers, size = request.headers, len(request.body or b"")
    if "transfer-encoding" in headers:
        raise _Unsendable("transfer-encoding is not the caller's to set")
    if "content-length" in headers:
        if headers["content-length"] != str(size):
            raise _Unsendable(f"content-length is {size}")
        return None
    return None if request.body is None and request.method in ("GET", "HEAD") else size


def _is_out_of_time(error: BaseException) -> bool:
    """Of our limits: a system that gives up by itself gives a number with its error."""
    return isinstance(error, OutOfTime) and error.errno is None


def _reason(error: BaseException | None) -> object:
    return getattr(error, "strerror", None) or error


_everyone: weakref.WeakSet[SocketTransport] = weakref.WeakSet()


def _after_fork() -> None:
    for transport in list(_everyone):
        transport.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
