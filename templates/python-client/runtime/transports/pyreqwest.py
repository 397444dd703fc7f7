"""The transports over pyreqwest: of an async client for all servers, of a sync one for those that
are not on this machine or speak https.

The environment's proxies (HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, NO_PROXY) are used for all hosts but
this machine. A proxy for an http:// URL sees all of a request, its key included; one for https://
sees host and port. Cookies are not kept.
"""

from __future__ import annotations

import atexit
import time
from _thread import get_ident
from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from pyreqwest.request import BaseRequestBuilder
from pyreqwest.response import BaseResponse

from .. import _failures
from ..errors import ApiError, InvalidArgument
from ..transport import Request, Response
from ._clients import async_clients, guards, sync_clients

if TYPE_CHECKING:
    from ._interrupts import Interrupts

_Prepared = TypeVar("_Prepared", bound=BaseRequestBuilder)

_LINGER_SECONDS = 0.02
_CONNECTING = "client error (Connect)"
"""pyreqwest's ConnectError and ConnectTimeoutError also stand for connections that broke or
stalled later; only this cause is proof."""

_NO_LOOP = "no running event loop"
"""What asyncio says where trio runs."""


class PyreqwestTransport:
    """Sends over pooled connections. Safe to share between threads, and to use after a fork."""

    def __init__(self, base_url: str = "") -> None:
        """For requests to `base_url`."""
        self._clients = sync_clients(base_url)

    def send(self, request: Request) -> Response:
        """The answer to `request`."""
        guard = guards[0] if guards else _new_guard()
        main = guard.thread == get_ident()
        client = self._clients.get(request.timeout, apart=main)
        try:
            send = _prepared(client.request(request.method, request.url), request).build().send
            response = guard.during((self._clients, client), send) if main else send()
            return _response(response, bytes(response.bytes()))
        except Exception as error:
            failure = _translated(error, request)
        raise failure  # out here, where it does not hold on to the frames of pyreqwest

    def close(self) -> None:
        """Close all connections."""
        for client in self._clients.close():
            client.close()


class AsyncPyreqwestTransport:
    """The same, awaited, in any number of event loops. A cancelled call ends at once; pyreqwest
    lets go of its connection when the answer is there, or when the limits of the call end."""

    def __init__(self, base_url: str = "") -> None:
        """For requests to `base_url`."""
        self._clients = async_clients(base_url)
        _linger_at_exit()

    async def send(self, request: Request) -> Response:
        """The answer to `request`."""
        from asyncio import get_running_loop  # is there already where this can work

        client = self._clients.get(request.timeout)
        try:
            get_running_loop()  # pyreqwest asks for it when it has to wait: the request is out then
            builder = _prepared(client.request(request.method, request.url), request)
            response = await builder.build().send()
            return _response(response, bytes(await response.bytes()))
        except Exception as error:
            failure = _translated(error, request)
        raise failure

    async def close(self) -> None:
        """Close all connections."""
        for client in self._clients.close():
            await client.close()


def _new_guard() -> Interrupts:
    from ._interrupts import interrupts  # a thread and a socket: not for those who never call

    return interrupts()


@cache
def _linger_at_exit() -> None:
    """Let pyreqwest's thread let go of the interpreter before that shuts down: handing over the
    last answer it may still be a few microseconds from done, and CPython aborts when it is late."""
    atexit.register(time.sleep, _LINGER_SECONDS)


def _prepared(builder: _Prepared, request: Request) -> _Prepared:
    builder = builder.headers(request.headers)
    if request.timeout.total is not None:
        builder = builder.timeout(timedelta(seconds=request.timeout.total))
    if request.body is not None:
        return builder.body_bytes(request.body)
    return builder if request.method in ("GET", "HEAD") else builder.header("content-length", "0")


def _response(response: BaseResponse, body: bytes) -> Response:
    return Response(response.status, _Headers(response), body)


class _Headers(Mapping[str, str]):
    """The headers of an answer, each taken out of pyreqwest when it is asked for: a call needs one
    or two of them. Those that are not ASCII are left out: pyreqwest cannot read them."""

    __slots__ = ("_response",)

    def __init__(self, response: BaseResponse) -> None:
        self._response = response

    def __getitem__(self, name: str) -> str:
        if not (values := self._values(name)):
            raise KeyError(name)
        return ", ".join(values)

    def get(self, name: str, default: Any = None) -> Any:
        """As of any mapping; what is asked for in every call costs less in this way."""
        values = self._values(name)
        return ", ".join(values) if values else default

    def _values(self, name: str) -> list[str]:
        try:
            return self._response.get_header_all(name)
        except ValueError:
            return []

    def _all(self) -> dict[str, str]:
        names = dict.fromkeys(self._response.headers.keys())
        return {name: self[name] for name in names if name in self}

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def __repr__(self) -> str:
        return repr(self._all())

    def __reduce__(self) -> tuple[type[dict[str, str]], tuple[dict[str, str]]]:
        """As a dict: an error that holds them can be copied and pickled."""
        return dict, (self._all(),)


def _translated(error: Exception, request: Request) -> Exception:
    """`error` as one of ours."""
    from pyreqwest.exceptions import (
        BodyDecodeError,
        BuilderError,
        ClientClosedError,
        DecodeError,
        RequestError,
        RequestTimeoutError,
    )

    if isinstance(error, ClientClosedError):
        return _failures.broken(request, _failures.GIVEN_UP)
    if isinstance(error, RequestError):
        # The first cause holds the URL, with what must not show of it.
        causes = [cause["message"] for cause in error.details["causes"] or ()][1:]
        connecting = _CONNECTING in causes
        reason = causes[-1] if causes else error.message
        if isinstance(error, RequestTimeoutError):
            return _failures.timed_out(request, connecting=connecting)
        if connecting:
            return _failures.no_connection(request, _no_connection(causes), reason)
        garbled = isinstance(error, DecodeError) and not isinstance(error, BodyDecodeError)
        text = _failures.GARBLED if garbled else _failures.BROKEN
        return _failures.broken(request, text, reason)
    if isinstance(error, BuilderError | ValueError | TypeError):
        return InvalidArgument(f"{request.line}: cannot be sent: {_reason(error)}")
    if isinstance(error, RuntimeError) and str(error) == _NO_LOOP:
        error = InvalidArgument("transport: the default needs asyncio: give AsyncHttpxTransport")
    return error if isinstance(error, ApiError) else _failures.broken(request, "{}", error)


def _no_connection(causes: list[str]) -> str:
    if "dns error" in causes:
        return _failures.UNRESOLVED
    if "tcp connect error" not in causes:
        return _failures.TLS
    refused = "refused" in causes[-1]
    return _failures.REFUSED if refused else _failures.UNREACHABLE


def _reason(error: Exception) -> object:
    return getattr(error, "message", error)
