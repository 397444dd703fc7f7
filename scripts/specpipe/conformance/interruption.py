"""Ctrl-C, SIGTERM and a closed terminal, put off while something is done that must stay whole.

A create and the note of its id belong together: between the two, an interruption would leave a
thing on somebody's server that nobody knows of.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_depth = 0
_pending = False


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
    global _depth, _pending  # noqa: PLW0603 - signals are the process's own
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    _depth += 1
    try:
        yield
    finally:
        _depth -= 1
        if _pending and not _depth:
            _pending = False
            raise KeyboardInterrupt


def _handle(number: int, frame: FrameType | None) -> None:
    global _pending  # noqa: PLW0603
    if _depth and not _pending:
        _pending = True
        return
    raise KeyboardInterrupt
