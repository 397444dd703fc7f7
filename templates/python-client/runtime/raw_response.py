"""An answer as it came, for those who want more than its value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, TypeVar

from ._operation import Operation
from ._outcome import outcome
from .transport import Request, Response

T = TypeVar("T")


class RawResponse(Generic[T]):
    """A documented success, not decoded yet; `T` is what the method would have given."""

    __slots__ = ("_operation", "_request", "_response")

    def __init__(self, operation: Operation[T], request: Request, response: Response) -> None:
        self._operation = operation
        self._request = request
        self._response = response

    @property
    def status(self) -> int:
        """The status."""
        return self._response.status

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers, names in lower case."""
        return self._response.headers

    @property
    def body(self) -> bytes:
        """What the server sent, untouched."""
        return self._response.body

    @property
    def request_id(self) -> str | None:
        """The server's name for this exchange, if it gave one."""
        return self.headers.get("x-request-id")

    def parse(self) -> T:
        """What the method would have given. Raises DecodeError."""
        return outcome(self._operation, self._request, self._response)

    def __repr__(self) -> str:
        """Without the body: it may be large."""
        return f"<RawResponse {self._request.line}: {self.status} body={len(self.body)} B>"
