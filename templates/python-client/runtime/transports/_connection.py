"""One connection to a server: sends a request, reads the answer, waits no longer than it may."""

from __future__ import annotations

import os
import select
import socket
from builtins import TimeoutError as OutOfTime
from collections.abc import Callable
from contextlib import suppress
from errno import ECONNREFUSED
from time import monotonic
from typing import Any

from ._answer import Answer

_PART = 64 * 1024
"""Bytes read at once, until the length of a body is known."""
_LARGE_PART = 256 * 1024
"""Bytes read at once of a body whose length is known: more would not be in the processor's cache
any more when they are put to the others."""
_NEVER = 2e6
"""Seconds from which on a limit is none: a system counts them in milliseconds, in 31 bits."""


class Limits:
    """When the waits of one request end. Seconds; None for no limit."""

    __slots__ = ("_deadline", "_read")

    def __init__(self, total: float | None, read: float | None) -> None:
        """From now on."""
        self._deadline = None if total is None else monotonic() + total
        self._read = read

    def within(self, limit: float | None) -> Limits:
        """Those of a part of the work that has a limit of its own."""
        part = Limits(limit, None)
        ours, its = self._deadline, part._deadline
        if ours is not None and (its is None or ours < its):
            part._deadline = ours
        return part

    def seconds(self) -> float | None:
        """For connecting. Each of these raises OutOfTime when none are left."""
        return self._left(None)

    def sending(self) -> float | None:
        """Milliseconds for the rest of a request."""
        return _milliseconds(self._left(self._read if self._deadline is None else None))

    def reading(self) -> float | None:
        """Milliseconds for the next part of an answer."""
        return _milliseconds(self._left(self._read))

    def _left(self, limit: float | None) -> float | None:
        if self._deadline is not None:
            left = self._deadline - monotonic()
            if left <= 0:
                raise OutOfTime
            limit = left if limit is None or left < limit else limit
        return None if limit is None or limit > _NEVER else limit


def _milliseconds(seconds: float | None) -> float | None:
    return None if seconds is None else seconds * 1000


class Connection:
    """Used by one thread at a time. Of two methods that are called from elsewhere, `shutdown` ends
    what it is doing, and `close` is for a forked child, which has a copy."""

    __slots__ = ("_socket", "_wait")

    def __init__(self, unconnected: socket.socket) -> None:
        """Over `unconnected`, which is closed with it."""
        self._socket = unconnected
        self._wait: Callable[[float | None], list[Any]] = _waiter(unconnected)

    def connect(self, address: Any, limit: float | None) -> None:
        """Connect within `limit` seconds. Raises OSError, and OutOfTime."""
        self._socket.settimeout(limit)
        self._socket.connect(address)
        # Where nothing listens, the system may have taken that very port for this end of it.
        if self._socket.getsockname()[:2] == address[:2]:
            raise ConnectionRefusedError(ECONNREFUSED, os.strerror(ECONNREFUSED))
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def is_quiet(self) -> bool:
        """Whether nothing came since the last answer: neither an end nor what nobody asked for."""
        return not self._wait(0)

    def exchange(self, message: bytes, answer: Answer, limits: Limits) -> None:
        """Send `message` and read until `answer` is done. Raises OSError, EOFError, OutOfTime and
        Garbled."""
        whole = self._sent(message, answer, limits)
        while not answer.done:
            self._await_part(limits)
            answer.feed(self._socket.recv(_PART))
            missing = answer.missing
            while missing:  # not a byte more is read, and none is parsed
                self._await_part(limits)
                missing = answer.take(self._socket.recv(min(missing, _LARGE_PART)))
        answer.kept = answer.kept and whole

    def shutdown(self) -> None:
        """End it for both sides: whoever waits for it stops waiting."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close it here."""
        self._socket.close()

    def __del__(self) -> None:
        """A client that nobody closed leaves without a warning."""
        with suppress(AttributeError):  # Ctrl-C before there was one
            self._socket.close()

    def _sent(self, message: bytes, answer: Answer, limits: Limits) -> bool:
        """Whether all of it was. A server may answer before, and then read no more."""
        try:
            sent = self._socket.send(message)
            return sent == len(message) or self._rest_sent(message, sent, answer, limits)
        except (BrokenPipeError, ConnectionAbortedError, ConnectionResetError):
            return False

    def _rest_sent(self, message: bytes, sent: int, answer: Answer, limits: Limits) -> bool:
        rest = memoryview(message)[sent:]
        wait = _waiter(self._socket, writing=True)
        while rest and not answer.done:  # a server may want to read on after the head of its answer
            if not wait(limits.reading() if answer.headed else limits.sending()):
                raise OutOfTime
            if self.is_quiet():
                rest = rest[self._socket.send(rest) :]
            else:
                answer.feed(self._socket.recv(_PART))
        return not rest

    def _await_part(self, limits: Limits) -> None:
        if not self._wait(limits.reading()):
            raise OutOfTime


def _waiter(on: socket.socket, *, writing: bool = False) -> Callable[[float | None], list[Any]]:
    """Waits until something can be read, or with `writing` also until something can be written, for
    at most that many milliseconds. Gives nothing when they are over."""
    if hasattr(select, "poll"):
        poller = select.poll()
        poller.register(on, select.POLLIN | select.POLLOUT if writing else select.POLLIN)
        return poller.poll

    def wait(milliseconds: float | None) -> list[Any]:
        seconds = None if milliseconds is None else milliseconds / 1000
        readable, writable, _ = select.select([on], [on] if writing else [], [], seconds)
        return readable + writable

    return wait
