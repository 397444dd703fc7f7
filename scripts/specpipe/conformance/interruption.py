"""Ctrl-C, SIGTERM and a closed terminal, put off while something is done that must stay whole.

A create and the note of its id belong together: between the two, an interruption would leave a
thing on somebody's server that nobody knows of.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType


@dataclass(slots=True)
class _Signals:
    """What has become of signals, which are the process's own."""

    depth: int = 0
    """How many blocks put them off, one in the other."""
    pending: bool = False


_SIGNALS = _Signals()


def install() -> None:
    """Let them end the run in the same way: with KeyboardInterrupt, as soon as possible. Under
    `nohup` a closed terminal is to end nothing."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _handle)


@contextmanager
def put_off() -> Iterator[None]:
    """Put an interruption off until the end of the block. A second one does not wait.

    In another thread than the first it does nothing: signals come to that one alone.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    _SIGNALS.depth += 1
    try:
        yield
    finally:
        _SIGNALS.depth -= 1
        if _SIGNALS.pending and not _SIGNALS.depth:
            _SIGNALS.pending = False
            raise KeyboardInterrupt


def _handle(number: int, frame: FrameType | None) -> None:
    if _SIGNALS.depth and not _SIGNALS.pending:
        _SIGNALS.pending = True
        return
    raise KeyboardInterrupt
