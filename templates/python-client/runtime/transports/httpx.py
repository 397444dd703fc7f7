"""Transports over httpx, for those who bring their own client or its mocks.

Redirects are not followed, whatever the client says: a key must not travel to another place.
"""

from __future__ import annotations

import httpx

from ..errors import ConnectionError, InvalidArgument, TimeoutError
from ..options import Timeout
from ..transport import Request, Response

_NOTHING_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class HttpxTransport:
    """Sends with `client`; closing it stays with who made it."""

    def __init__(self, client: httpx.Client) -> None:
        """Over `client`."""
        self._client = client

    def send(self, request: Request) -> Response:
        """The answer to `request`."""
        try:
            return _response(
                self._client.send(_request(self._client, request), follow_redirects=False)
            )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise _translated(error, request) from None


class AsyncHttpxTransport:
    """The same, awaited."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        """Over `client`."""
        self._client = client

    async def send(self, request: Request) -> Response:
        """The answer to `request`."""
        try:
            return _response(
                await self._client.send(_request(self._client, request), follow_redirects=False)
            )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise _translated(error, request) from None


def _request(client: httpx.Client | httpx.AsyncClient, request: Request) -> httpx.Request:
    return client.build_request(
        request.method,
        request.url,
        headers=dict(request.headers),
        content=request.body,
        timeout=_phases(request.timeout),
    )


def _phases(timeout: Timeout) -> httpx.Timeout:
    """httpx has no total: each phase has at most that."""
    connect, read = (
        min((seconds for seconds in (phase, timeout.total) if seconds is not None), default=None)
        for phase in (timeout.connect, timeout.read)
    )
    return httpx.Timeout(connect=connect, read=read, write=read, pool=connect)


def _response(response: httpx.Response) -> Response:
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Response(response.status_code, headers, response.content)


def _translated(error: httpx.HTTPError | httpx.InvalidURL, request: Request) -> Exception:
    """`error` as one of ours."""
    message = f"{request.line}: {error or type(error).__name__}"
    if isinstance(error, httpx.InvalidURL | httpx.UnsupportedProtocol):
        return InvalidArgument(message)
    timed_out = isinstance(error, httpx.TimeoutException)
    ours = TimeoutError(message) if timed_out else ConnectionError(message)
    ours.sent = not isinstance(error, _NOTHING_SENT)
    return ours
