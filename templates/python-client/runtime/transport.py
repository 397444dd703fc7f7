"""The seam between the client and the network: what a transport is given and gives back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import msgspec

from .options import Timeout


class Request(msgspec.Struct, frozen=True):
    """One HTTP request, ready to be sent. Header names are lower case."""

    method: str
    """In upper case."""
    url: str
    """In full, with the query."""
    headers: Mapping[str, str]
    """The key is among them."""
    body: bytes | None = None
    """None for no body."""
    timeout: Timeout = Timeout()
    """`total` is what is left of the call's budget: the whole answer must be there by then."""
    shown: str = ""
    """The URL as messages show it, without what the caller added to the query."""

    @property
    def line(self) -> str:
        """Method and URL, for messages."""
        return f"{self.method} {self.shown}"

    def __repr__(self) -> str:
        """Without header values and what was added to the query: it may hold a key."""
        size = len(self.body or b"")
        return f"<Request {self.line} headers={sorted(self.headers)} body={size} B>"


class Response(msgspec.Struct, frozen=True):
    """One HTTP answer, read to its end. Header names are lower case."""

    status: int
    """The status."""
    headers: Mapping[str, str]
    """All of them; those that came twice joined by a comma."""
    body: bytes = b""
    """Without content encoding."""

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
