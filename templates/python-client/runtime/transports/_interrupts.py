"""Ctrl-C while the main thread waits inside pyreqwest.

Python acts on a signal only between two steps of the main thread, and there are none while that
waits in foreign code: Ctrl-C would count when the call is over. So a thread is told of signals at
once, through a socket, and closes the client that the main thread waits for. Only Python's
own handler of SIGINT is helped this way, as it is sure to end the call. Others run after the call.
"""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from threading import Thread, main_thread
from typing import Any

from pyreqwest.client import SyncClient

from ._clients import Clients, guards

# pyreqwest imports it when the first call fails. With a signal pending that ends the process.
import_module("pyreqwest.exceptions")


class Interrupts:
    """One for a process."""

    def __init__(self) -> None:
        self.thread: int | None = main_thread().ident
        """The thread that takes signals."""
        self._reader, self._writer = socket.socketpair()
        self._writer.setblocking(False)
        self._wake_up = self._writer.fileno()
        self._previous = -1
        self._waiting: tuple[Clients[SyncClient], SyncClient] | None = None
        Thread(target=self._watch, name=f"{__name__}", daemon=True).start()

    def during(
        self, waiting: tuple[Clients[SyncClient], SyncClient], send: Callable[[], Any]
    ) -> Any:
        """What `send` gives. Ctrl-C closes the client; call it in the main thread."""
        try:
            previous = signal.set_wakeup_fd(self._wake_up, warn_on_full_buffer=False)
        except ValueError:  # `threading` took another thread for the main one
            self.thread = None
            return send()
        before, self._waiting = self._waiting, waiting
        try:
            if previous != self._wake_up:
                self._previous = previous
            return send()
        finally:
            signal.set_wakeup_fd(previous)
            self._waiting = before

    def after_fork(self) -> None:
        """In a child that another thread forked during a call: its signals are its own."""
        with suppress(ValueError):
            wake_up = signal.set_wakeup_fd(-1)
            if wake_up != self._wake_up:
                signal.set_wakeup_fd(wake_up)
        self._reader.close()
        self._writer.close()

    def _watch(self) -> None:
        while numbers := self._reader.recv(64):
            if self._previous != -1:
                with suppress(OSError):
                    os.write(self._previous, numbers)
            ends = signal.getsignal(signal.SIGINT) is signal.default_int_handler
            if signal.SIGINT in numbers and ends and (waiting := self._waiting):
                clients, client = waiting
                clients.drop(client)
                client.close()


def interrupts() -> Interrupts:
    """The one of this process."""
    if not guards:
        guards.append(Interrupts())
    return guards[0]
