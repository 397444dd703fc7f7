"""Transports over httpx, for those who bring their own client or its mocks.

What the client is set to (proxies, certificates, default headers, cookies, hooks) is its owner's
affair. Redirects are not followed, whatever it says: a key must not travel to another place.
"""

from __future__ import annotations

import socket
import ssl
from builtins import ConnectionRefusedError
from builtins import TimeoutError as OutOfTime
from time import monotonic

import anyio
import httpx

from .. import _failures
from ..errors import InvalidArgument
from ..transport import Request, Response

_NOTHING_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class HttpxTransport:
    """Sends with `client`; closing it stays with who made it. httpx has no limit for a whole
    answer: `total` is looked at between two parts of the body. It does not end a head that comes
    byte by byte, nor interim answers (100) that go on and on: there each wait ends by itself, after
    `read` or `total`, whichever is shorter. AsyncHttpxTransport has no such gap."""

    def __init__(self, client: httpx.Client) -> None:
        """Over `client`."""
        if isinstance(client, httpx.AsyncClient):
            raise InvalidArgument("client: an httpx.AsyncClient: give it to AsyncHttpxTransport")
        self._client = client

    def send(self, request: Request) -> Response:
        """The answer to `request`."""
        try:
            return self._sent(request)
        except Exception as error:
            failure = _translated(error, request)
        raise failure  # out here, where it does not hold on to the frames of httpx: they show keys

    def _sent(self, request: Request) -> Response:
        total = request.timeout.total
        deadline = None if total is None else monotonic() + total
        prepared = _request(self._client, request)
        response = self._client.send(prepared, follow_redirects=False, stream=True)
        try:
            _cut(prepared, deadline)
            parts = []
            for part in response.iter_bytes():
                _cut(prepared, deadline)
                parts.append(part)
        finally:
            response.close()
        return _response(response, b"".join(parts))


class AsyncHttpxTransport:
    """The same, awaited, in asyncio and in trio. The limit for a whole answer is exact."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        """Over `client`."""
        if isinstance(client, httpx.Client):
            raise InvalidArgument("client: an httpx.Client: give it to HttpxTransport")
        self._client = client

    async def send(self, request: Request) -> Response:
        """The answer to `request`."""
        try:
            with anyio.fail_after(request.timeout.total):
                return await self._sent(request)
        except Exception as error:
            failure = _translated(error, request)
        raise failure  # as above

    async def _sent(self, request: Request) -> Response:
        prepared = _request(self._client, request)
        response = await self._client.send(prepared, follow_redirects=False)
        return _response(response, response.content)


def _request(client: httpx.Client | httpx.AsyncClient, request: Request) -> httpx.Request:
    try:
        return client.build_request(
            request.method,
            request.url,
            headers=dict(request.headers),
            content=request.body,
            timeout=_phases(request),
        )
    except (httpx.InvalidURL, ValueError, TypeError) as error:
        reason = str(error)
    raise InvalidArgument(f"{request.line}: cannot be sent: {reason}")


def _phases(request: Request) -> httpx.Timeout:
    """Each phase has at most the total."""
    timeout = request.timeout
    connect, read = (
        min((seconds for seconds in (phase, timeout.total) if seconds is not None), default=None)
        for phase in (timeout.connect, timeout.read)
    )
    return httpx.Timeout(connect=connect, read=read, write=read, pool=connect)


def _cut(request: httpx.Request, deadline: float | None) -> None:
    """Leave to reading no more than what is left. Raises OutOfTime when that is nothing."""
    if deadline is None:
        return
    if (left := deadline - monotonic()) <= 0:
        raise OutOfTime
    limits = request.extensions["timeout"]
    limits["read"] = min(left, limits["read"])


def _response(response: httpx.Response, body: bytes) -> Response:
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Response(response.status_code, headers, body)


def _translated(error: Exception, request: Request) -> Exception:
    """`error` as one of ours; those of the client's own hooks stay what they are."""
    connecting = isinstance(error, _NOTHING_SENT)
    if isinstance(error, httpx.TimeoutException | OutOfTime):
        return _failures.timed_out(request, connecting=connecting)
    if isinstance(error, httpx.UnsupportedProtocol | httpx.LocalProtocolError):
        return InvalidArgument(f"{request.line}: cannot be sent: {error}")
    if not isinstance(error, httpx.HTTPError):
        return error
    if connecting:
        return _failures.no_connection(request, _no_connection(error), str(error))
    garbled = isinstance(error, httpx.RemoteProtocolError) and "illegal" in str(error)
    text = _failures.GARBLED if garbled else _failures.BROKEN
    return _failures.broken(request, text, str(error) or type(error).__name__)


def _no_connection(error: BaseException) -> str:
    while error.__cause__ is not None or error.__context__ is not None:
        error = error.__cause__ or error.__context__ or error
    if isinstance(error, ConnectionRefusedError):
        return _failures.REFUSED
    if isinstance(error, socket.gaierror):
        return _failures.UNRESOLVED
    return _failures.TLS if isinstance(error, ssl.SSLError) else _failures.UNREACHABLE
