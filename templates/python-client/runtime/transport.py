"""The seam between the client and the network: what a transport is given and gives back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import msgspec


class Request(msgspec.Struct, frozen=True):
    """One HTTP request, ready to be sent. Header names are lower case."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None = None
    timeout: float | None = None
    """Seconds until the whole answer must be there."""

    def __repr__(self) -> str:
        """Without header values: one of them may be a key."""
        size = len(self.body or b"")
        return f"<Request {self.method} {self.url} headers={sorted(self.headers)} body={size} B>"


class Response(msgspec.Struct, frozen=True):
    """One HTTP answer, read to its end. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""

    def __repr__(self) -> str:
        """Without the body: it may be large."""
        return f"<Response {self.status} body={len(self.body)} B>"


class Transport(Protocol):
    """Sends requests. Raises the package's ConnectionError and TimeoutError, nothing else; follows
    no redirects and repeats nothing."""

    def send(self, request: Request) -> Response:
        """The answer to `request`."""
        ...


class AsyncTransport(Protocol):
    """The same, awaited."""

    async def send(self, request: Request) -> Response:
        """The answer to `request`."""
        ...
