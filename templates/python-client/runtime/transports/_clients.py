"""The clients of pyreqwest behind a transport.

Their limits for connecting and reading are fixed when they are made, so there is one for each pair
of these, made when it is first used. None outlives a fork: the thread that does pyreqwest's work
stays in the parent.
"""

from __future__ import annotations

import os
import weakref
from _thread import allocate_lock
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pyreqwest.client import BaseClientBuilder, Client, ClientBuilder, SyncClient, SyncClientBuilder

from .._failures import closed
from ..errors import ApiError
from ..options import DEFAULT_TIMEOUT, Timeout
from ._local import is_local

if TYPE_CHECKING:
    from ._interrupts import Interrupts

C = TypeVar("C", Client, SyncClient)
_Builder = TypeVar("_Builder", bound=BaseClientBuilder)

_MOST = 8
"""Clients of one transport. Limits that change from call to call must not pile them up."""


class Clients(Generic[C]):
    """Safe to share between threads."""

    __slots__ = ("__weakref__", "_build", "_closed", "_lock", "_made")

    def __init__(self, build: Callable[[float | None, float | None], C]) -> None:
        """`build` makes one, given its limits for connecting and for reading."""
        self._build: Callable[[float | None, float | None], C] = build
        self._made: dict[tuple[float | None, float | None, bool], C] = {}
        self._lock = allocate_lock()
        self._closed = False
        _everyone.add(self)

    def get(self, timeout: Timeout, apart: bool = False) -> C:
        """The one with these limits; `apart`: one that the others do not get. Raises ApiError when
        they are closed."""
        total = timeout.total
        connect = _shared(timeout.connect, total, DEFAULT_TIMEOUT.connect)
        read = _shared(timeout.read, total, DEFAULT_TIMEOUT.read)
        client = self._made.get((connect, read, apart))
        return client if client is not None else self._new((connect, read, apart))

    def _new(self, key: tuple[float | None, float | None, bool]) -> C:
        with self._lock:
            if self._closed:
                raise closed()
            if key not in self._made:
                if len(self._made) >= _MOST:
                    # Its calls in flight go on; it ends with the last of them.
                    del self._made[next(iter(self._made))]
                self._made[key] = self._build(*key[:2])
            return self._made[key]

    def drop(self, client: C) -> None:
        """Forget `client`: the next call gets a new one."""
        with self._lock:
            self._made = {key: made for key, made in self._made.items() if made is not client}

    def close(self) -> list[C]:
        """No more of them; gives those that there are, to be closed."""
        with self._lock:
            self._closed = True
            made, self._made = list(self._made.values()), {}
        return made

    def after_fork(self) -> None:
        """In the child: start anew. The parent's clients stay untouched, closing one may hang."""
        _inherited.append(self._made)
        self._made = {}
        self._lock = allocate_lock()


def _shared(limit: float | None, total: float | None, usual: float | None) -> float | None:
    """The limit that the client needs: the usual one when no limit but the total counts."""
    if total is None or usual is None or total > usual or (limit is not None and limit < total):
        return limit
    return usual


_everyone: weakref.WeakSet[Clients[Any]] = weakref.WeakSet()
_inherited: list[object] = []
guards: list[Interrupts] = []
"""What this process does about Ctrl-C, once there is a call that it could interrupt."""


def _after_fork() -> None:
    for guard in guards:
        guard.after_fork()
    guards.clear()
    for clients in list(_everyone):
        clients.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def sync_clients(base_url: str) -> Clients[SyncClient]:
    """Those that wait."""
    return Clients(lambda *limits: _running(configured(SyncClientBuilder, base_url, *limits)))


def async_clients(base_url: str) -> Clients[Client]:
    """Those that are awaited."""
    return Clients(lambda *limits: _running(configured(ClientBuilder, base_url, *limits)))


def configured(
    builder: Callable[[], _Builder],
    base_url: str,
    connect: float | None = None,
    read: float | None = None,
) -> _Builder:
    """No redirects: a key must not travel to another place. No proxy for this machine."""
    made = builder().follow_redirects(False).referer(False)
    if connect is not None:
        made = made.connect_timeout(timedelta(seconds=connect))
    if read is not None:
        made = made.read_timeout(timedelta(seconds=read))
    return made.no_proxy() if is_local(base_url) else made


def _running(builder: ClientBuilder | SyncClientBuilder) -> Any:
    """A client. After a fork pyreqwest refuses to use the threads that it had before it; those of
    its other kind of runtime are there unless something else in the process uses them."""
    for multithreaded in (False, True):
        with suppress(RuntimeError):
            return builder.runtime_multithreaded(multithreaded).build()
    raise ApiError(
        "this process was forked from a forked one, both with clients before it: "
        "start it by spawn, or give a transport over httpx"
    )
