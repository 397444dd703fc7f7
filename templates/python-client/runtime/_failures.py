"""What went wrong between here and the server, as one of the package's errors: one line that names
it, and what to do."""

from __future__ import annotations

from .errors import ApiError, ConnectionError, TimeoutError
from .transport import Request

REFUSED = "nothing listens there ({}): is the server started?"
UNRESOLVED = "the name of the host is unknown ({}): is the base URL right?"
UNREACHABLE = "no connection ({}): is the base URL right?"
TLS = "no secure connection ({}): does the server speak https on this port?"
GARBLED = "what came back is no HTTP ({}): is it the right port?"
BROKEN = "the connection broke before the whole answer was there ({})"
PACKED = "the body of the answer cannot be unpacked ({})"
GIVEN_UP = "the client was closed during the call"


def no_connection(request: Request, text: str, reason: object = "") -> ConnectionError:
    """The server never saw `request`."""
    error = broken(request, text, reason)
    error.sent = False
    return error


def broken(request: Request, text: str, reason: object = "") -> ConnectionError:
    """The server may have seen `request`."""
    return ConnectionError(f"{request.line}: {text.format(reason)}")


def timed_out(request: Request, *, connecting: bool) -> TimeoutError:
    """`request` took longer than it may."""
    limits = request.timeout
    if connecting:
        text = f"no connection within {_seconds(limits.connect, limits.total)}"
    else:
        text = f"no complete answer within {_seconds(limits.total)}"
        if limits.total is None:
            text = f"silence for {_seconds(limits.read)}"
        elif limits.read is not None and limits.read < limits.total:
            text += f", or silence for {_seconds(limits.read)}"
    error = TimeoutError(f"{request.line}: {text}")
    error.sent = not connecting
    return error


def closed() -> ApiError:
    """There are no connections any more."""
    return ApiError("the client is closed")


def _seconds(*limits: float | None) -> str:
    return f"{min((limit for limit in limits if limit is not None), default=0):.3g} s"
