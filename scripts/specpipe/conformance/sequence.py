"""The requests of a run as one hash: equal when two runs sent the same."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable
from urllib.parse import urlsplit

from specpipe.conformance.exchange import Exchange

WIDTH = 1 << 256


class Sequence:
    """Hashes requests as they are sent: method, path with query, and body; not the host, whose port
    differs from run to run, nor headers, which hold a key.

    Requests of the thread that made it count in order. Those of other threads race one another,
    so between two marks they count without it.
    """

    def __init__(self) -> None:
        self._ordered = hashlib.sha256()
        self._racing = 0
        self._home = threading.get_ident()
        self._lock = threading.Lock()
        self.count = 0
        """How many there were."""

    def add(self, method: str, target: str, body: bytes | None) -> None:
        """A request; `target` is its URL or the path and query of it."""
        parts = urlsplit(target)
        line = f"{method} {parts.path}?{parts.query}\n".encode(errors="surrogatepass")
        digest = hashlib.sha256(line + (body or b"")).digest()
        with self._lock:
            self.count += 1
            if threading.get_ident() == self._home:
                self._ordered.update(digest)
            else:
                self._racing = (self._racing + int.from_bytes(digest)) % WIDTH

    def extend(self, exchanges: Iterable[Exchange]) -> None:
        """The requests of exchanges."""
        for exchange in exchanges:
            self.add(exchange.method, exchange.url, exchange.request_body)

    def mark(self, name: str) -> None:
        """Something else begins: what follows is apart from what was."""
        with self._lock:
            self._ordered.update(self._racing.to_bytes(32) + name.encode())
            self._racing = 0

    def absorb(self, other: Sequence) -> None:
        """What another one holds comes next."""
        self.mark(other.digest())
        self.count += other.count

    def digest(self) -> str:
        """The hash so far, hexadecimal."""
        copy = self._ordered.copy()
        copy.update(self._racing.to_bytes(32))
        return copy.hexdigest()
