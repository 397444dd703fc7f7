"""Everything a call can raise. The root is `ApiError`."""

from __future__ import annotations

import builtins
from collections.abc import Mapping

import msgspec

_SHOWN = 300
"""Characters of a body that go into an error's text."""


class Exchange(msgspec.Struct, frozen=True):
    """What was asked and what came back: no request headers, so no key. Names of `headers` are
    lower case; `body` is what the server sent, untouched."""

    method: str = ""
    url: str = ""
    status: int = 0
    headers: Mapping[str, str] = {}
    body: bytes = b""

    def __repr__(self) -> str:
        """Without the body and what is in headers: errors show this, and so do logs."""
        place = " ".join([self.method, self.url, str(self.status)])
        return f"<Exchange {place} headers={sorted(self.headers)} body={len(self.body)} B>"


class ApiError(Exception):
    """Root of all errors of this package. What there was no exchange for is empty."""

    exchange = Exchange()
    """What was asked, and what came back if anything did."""

    @property
    def method(self) -> str:
        """The request's method."""
        return self.exchange.method

    @property
    def url(self) -> str:
        """The request's URL."""
        return self.exchange.url

    @property
    def status(self) -> int:
        """The answer's status."""
        return self.exchange.status

    @property
    def headers(self) -> Mapping[str, str]:
        """The answer's headers."""
        return self.exchange.headers

    @property
    def body(self) -> bytes:
        """The answer's body."""
        return self.exchange.body

    @property
    def message(self) -> str:
        """The answer's body as text."""
        return self.body.decode(errors="replace").strip()

    @property
    def request_id(self) -> str | None:
        """The server's name for this exchange, if it gave one."""
        return self.headers.get("x-request-id")


class InvalidArgument(ApiError, ValueError):
    """An argument that cannot be sent. Nothing was."""


class ConnectionError(ApiError, builtins.ConnectionError):
    """No connection, or one that broke before the whole answer was there."""

    sent = True
    """False when it is certain that the server never saw the request."""


class TimeoutError(ApiError, builtins.TimeoutError):
    """No complete answer in time."""

    sent = True
    """False when it is certain that the server never saw the request."""


class EditConflictError(ApiError):
    """Others updated the thing each time while it was being changed here. Nothing was sent."""


class AnswerError(ApiError):
    """An answer that is no result."""

    def __init__(self, reason: str, exchange: Exchange | None = None) -> None:
        """Of `exchange`, because of `reason`."""
        super().__init__(reason, exchange)
        self.reason = reason
        self.exchange = exchange or Exchange()

    def __str__(self) -> str:
        """One line: what was asked, what came back."""
        place = f"{self.method} {self.url}: {self.status}: " if self.status else ""
        return place + (_line(self.reason or self.message) or "no body")


def _line(text: str) -> str:
    """The beginning of `text`, fit for logs and terminals."""
    start = " ".join(text[: _SHOWN + 1].split())
    shown = "".join(character if character.isprintable() else "\ufffd" for character in start)
    return shown if len(text) <= _SHOWN else f"{shown[:_SHOWN]}…"


class DecodeError(AnswerError):
    """An answer, or data given to a model, that is not what the contract says. `reason` says what
    is wrong and where."""


class StatusError(AnswerError):
    """An answer whose status is not a success."""


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
    """A status that the contract does not list for this operation, successes included.

    It is also an instance of the class for its status, if there is one: an unlisted 503 is a
    ServerError, an unlisted 429 a RateLimitError.
    """


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


def _unexpected(known: type[StatusError]) -> type[StatusError]:
    """The class for a status of `known` that the contract does not list."""
    name, members = f"Unexpected{known.__name__}", {"__doc__": known.__doc__}
    return type(name, (UnexpectedStatusError, known), members)


_UNEXPECTED: Mapping[type[StatusError], type[StatusError]] = {
    known: _unexpected(known) for known in (*_CLASSES.values(), ServerError)
}
globals().update({known.__name__: known for known in _UNEXPECTED.values()})  # where pickle looks


def status_error(status: int, documented: bool) -> type[StatusError]:
    """The class for `status`."""
    known = _CLASSES.get(status, ServerError if status >= 500 else StatusError)
    return known if documented else _UNEXPECTED.get(known, UnexpectedStatusError)
