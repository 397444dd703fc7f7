"""The default transports, over pyreqwest."""

from __future__ import annotations

import atexit
import re
import time
from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import cache
from typing import TypeVar
from urllib.parse import urlsplit

from pyreqwest.client import BaseClientBuilder, Client, ClientBuilder, SyncClient, SyncClientBuilder
from pyreqwest.request import BaseRequestBuilder
from pyreqwest.response import BaseResponse

from ..errors import ApiError, ConnectionError, InvalidArgument, TimeoutError
from ..transport import Request, Response

_Builder = TypeVar("_Builder", bound=BaseClientBuilder)
_Prepared = TypeVar("_Prepared", bound=BaseRequestBuilder)

_CONNECT_SECONDS = 5.0
_LINGER_SECONDS = 0.02
_LOCAL = re.compile(r"localhost|127(\.[0-9]{1,3}){3}|::1")
"""Hosts that are this machine."""
_NOTHING_SENT = "client error (Connect)"
"""pyreqwest's ConnectError and ConnectTimeoutError also stand for connections that broke or
stalled later; only this cause is proof."""


class PyreqwestTransport:
    """Sends with one pooled client. Safe to share between threads."""

    def __init__(self, base_url: str = "") -> None:
        """For requests to `base_url`."""
        self._client: SyncClient = _configured(SyncClientBuilder(), base_url).build()

    def send(self, request: Request) -> Response:
        """The answer to `request`."""
        try:
            builder = _prepared(self._client.request(request.method, request.url), request)
            response = builder.build().send()
            return _response(response, bytes(response.bytes()))
        except Exception as error:
            raise _translated(error, request) from None

    def close(self) -> None:
        """Close all connections."""
        self._client.close()


class AsyncPyreqwestTransport:
    """The same, awaited."""

    def __init__(self, base_url: str = "") -> None:
        """For requests to `base_url`."""
        self._client: Client = _configured(ClientBuilder(), base_url).build()
        _linger_at_exit()

    async def send(self, request: Request) -> Response:
        """The answer to `request`."""
        try:
            builder = _prepared(self._client.request(request.method, request.url), request)
            response = await builder.build().send()
            return _response(response, bytes(await response.bytes()))
        except Exception as error:
            raise _translated(error, request) from None

    async def close(self) -> None:
        """Close all connections."""
        await self._client.close()


@cache
def _linger_at_exit() -> None:
    """Let pyreqwest's thread let go of the interpreter before that shuts down: handing over the
    last answer it may still be a few microseconds from done, and CPython aborts when it is late."""
    atexit.register(time.sleep, _LINGER_SECONDS)


def _configured(builder: _Builder, base_url: str) -> _Builder:
    """No redirects: a key must not travel to another place. No proxy for this machine."""
    builder = builder.follow_redirects(False).referer(False)
    builder = builder.connect_timeout(timedelta(seconds=_CONNECT_SECONDS))
    local = _LOCAL.fullmatch(urlsplit(base_url).hostname or "")
    return builder.no_proxy() if local else builder


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
        try:
            values = self._response.get_header_all(name)
        except ValueError:
            values = []
        if not values:
            raise KeyError(name)
        return ", ".join(values)

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
        BuilderError,
        RequestError,
        RequestTimeoutError,
    )

    if isinstance(error, ApiError):
        return error
    where = request.line
    if isinstance(error, RequestError):
        causes = [cause["message"] for cause in error.details["causes"] or ()]
        message = f"{where}: {causes[-1] if causes else error}"
        timed_out = isinstance(error, RequestTimeoutError)
        ours = TimeoutError(message) if timed_out else ConnectionError(message)
        ours.sent = _NOTHING_SENT not in causes
        return ours
    if isinstance(error, BuilderError | ValueError | TypeError):
        return InvalidArgument(f"{where}: {error}")
    return error
