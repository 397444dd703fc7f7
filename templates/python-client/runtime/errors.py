"""Everything a call can raise. The root is `ApiError`."""

from __future__ import annotations

import builtins
from collections.abc import Mapping

_SHOWN = 300
"""Characters of a body that go into a message."""


class ApiError(Exception):
    """Root of all errors of this package."""


class InvalidArgument(ApiError, ValueError):
    """An argument that cannot be sent. Nothing was."""


class ConnectionError(ApiError, builtins.ConnectionError):
    """No connection, or one that broke before the whole answer was there.

    `sent` is False when it is certain that the server never saw the request.
    """

    def __init__(self, message: str, sent: bool = True) -> None:
        super().__init__(message, sent)
        self.message = message
        self.sent = sent

    def __str__(self) -> str:
        return self.message


class TimeoutError(ApiError, builtins.TimeoutError):
    """No complete answer in time. `sent` as in `ConnectionError`."""

    def __init__(self, message: str, sent: bool = True) -> None:
        super().__init__(message, sent)
        self.message = message
        self.sent = sent

    def __str__(self) -> str:
        return self.message


class DecodeError(ApiError):
    """An answer, or data given to a model, that is not what the contract says.

    `reason` says what is wrong and where. For an answer the rest says what arrived.
    """

    def __init__(
        self,
        reason: str,
        method: str = "",
        url: str = "",
        status: int = 0,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> None:
        super().__init__(reason, method, url, status, headers, body)
        self.reason = reason
        self.method = method
        self.url = url
        self.status = status
        self.headers: Mapping[str, str] = headers or {}
        self.body = body

    def __str__(self) -> str:
        place = f"{self.method} {self.url}: {self.status}: " if self.method else ""
        return f"{place}{self.reason}"


class StatusError(ApiError):
    """An answer with a status that is not a success.

    `headers` has lower-case names; `body` is what the server sent, untouched.
    """

    def __init__(
        self, method: str, url: str, status: int, headers: Mapping[str, str], body: bytes
    ) -> None:
        super().__init__(method, url, status, headers, body)
        self.method = method
        self.url = url
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def message(self) -> str:
        """The body as text."""
        return self.body.decode(errors="replace").strip()

    @property
    def request_id(self) -> str | None:
        """The server's name for this exchange, if it gave one."""
        return self.headers.get("x-request-id")

    def __str__(self) -> str:
        text = self.message
        shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
        return f"{self.method} {self.url}: {self.status}: {shown or 'no body'}"


class BadRequestError(StatusError):
    """400: the request cannot be understood."""


class UnauthorizedError(StatusError):
    """401: the key is missing or wrong."""


class ForbiddenError(StatusError):
    """403: not allowed."""


class NotFoundError(StatusError):
    """404: there is no such thing."""


class MethodNotAllowedError(StatusError):
    """405: the path does not have this method."""


class NotAcceptableError(StatusError):
    """406: the server has none of the accepted media types."""


class ConflictError(StatusError):
    """409: in conflict with what is stored."""


class GoneError(StatusError):
    """410: not there, or no longer there."""


class PayloadTooLargeError(StatusError):
    """413: the body is too large."""


class UnsupportedMediaTypeError(StatusError):
    """415: the body's media type is not accepted."""


class ValidationError(StatusError):
    """422: understood, and refused because of a value in it."""


class RateLimitError(StatusError):
    """429: too many requests."""


class ServerError(StatusError):
    """5xx: the server failed."""


class UnexpectedStatusError(StatusError):
    """A status that the contract does not list for this operation, successes included."""


_CLASSES: Mapping[int, type[StatusError]] = {
    400: BadRequestError,
    401: UnauthorizedError,
    403: ForbiddenError,
    404: NotFoundError,
    405: MethodNotAllowedError,
    406: NotAcceptableError,
    409: ConflictError,
    410: GoneError,
    413: PayloadTooLargeError,
    415: UnsupportedMediaTypeError,
    422: ValidationError,
    429: RateLimitError,
}


def status_error(status: int, documented: bool) -> type[StatusError]:
    """The class for `status`."""
    if not documented:
        return UnexpectedStatusError
    return _CLASSES.get(status, ServerError if status >= 500 else StatusError)
