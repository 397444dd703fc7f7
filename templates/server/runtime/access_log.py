"""The access log: a line of JSON for each request.

It says who asked for what, when, and what came of it. Queries, headers and bodies are not in it, so
that neither keys nor what people store can get there. Each line is printable ASCII, whatever a
client sends.
"""

from __future__ import annotations

import queue
import sys
import threading
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple
from urllib.parse import quote_from_bytes

import msgspec

from . import instants

MOST_WAITING = 10_000
"""Entries; more are dropped, and counted, so that a reader of the log who stalls stalls nobody."""
DELAY = 0.05
"""Seconds in which entries gather before they are written at once."""
PATIENCE = 2.0
"""Seconds that the last entries may take."""
LONGEST = 500
"""Bytes of a path and of a client's address that are shown."""
_PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))


class Entry(NamedTuple):
    """One request: `micros` is the time of its end, `path` as it came, `whole` says whether the
    answer was sent to its end."""

    micros: int
    id: str
    client: str
    method: str
    path: bytes
    operation: str
    status: int | None
    sent: int
    seconds: float
    whole: bool

    def line(self) -> bytes:
        """It as JSON."""
        return _line(
            {
                "time": instants.render(self.micros),
                "id": self.id,
                "client": shown(self.client.encode("utf-8", "replace")),
                "method": shown(self.method.encode("utf-8", "replace")),
                "path": shown(self.path),
                "operation": self.operation,
                "status": self.status,
                "bytes": self.sent,
                "ms": round(self.seconds * 1000, 3),
                "whole": self.whole,
            }
        )


def shown(raw: bytes) -> str:
    """`raw` in printable ASCII, percent-encoded where it is not, cut where it gets long."""
    return quote_from_bytes(raw[:LONGEST], _PRINTABLE) + ("..." if len(raw) > LONGEST else "")


class AccessLog:
    """Writes entries from a thread of its own, to standard error unless told otherwise."""

    def __init__(self, stream: BinaryIO | None = None) -> None:
        self._stream = stream or sys.stderr.buffer
        self._waiting: queue.SimpleQueue[Entry | None] = queue.SimpleQueue()
        self._dropped = 0
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="access-log", daemon=True)
        self._thread.start()

    def tell(self, entry: Entry) -> None:
        """Have an entry written soon. Never waits."""
        if self._waiting.qsize() >= MOST_WAITING:
            self._dropped += 1
        else:
            self._waiting.put(entry)

    def close(self) -> None:
        """Write what is waiting, unless that takes too long."""
        self._closing.set()
        self._waiting.put(None)
        self._thread.join(PATIENCE)

    def _run(self) -> None:
        """The thread. It ends early when nobody can read the log any more."""
        while (first := self._waiting.get()) is not None:
            self._closing.wait(DELAY)
            lines = [first.line(), *(entry.line() for entry in self._gathered())]
            if self._dropped:
                dropped, self._dropped = self._dropped, 0
                lines.append(_line({"time": instants.render(instants.now()), "dropped": dropped}))
            try:
                self._stream.write(b"".join(lines))
                self._stream.flush()
            except (OSError, ValueError):
                return

    def _gathered(self) -> Iterator[Entry]:
        """What is waiting by now; the end, if that is among it, is put back."""
        for _ in range(self._waiting.qsize()):
            entry = self._waiting.get()
            if entry is None:
                self._waiting.put(None)
                return
            yield entry


def _line(value: dict[str, object]) -> bytes:
    return msgspec.json.encode(value) + b"\n"
