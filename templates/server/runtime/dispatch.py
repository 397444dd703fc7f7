"""From a request to its answer: is it meant for us, who answers, and what is told of it."""

from __future__ import annotations

import hmac
import logging
from collections.abc import Collection
from typing import NamedTuple

from starlette.types import ASGIApp, Receive, Scope, Send

from . import instants
from .access_log import AccessLog, Entry
from .cross_origin import CrossOrigin
from .endpoints import Target
from .guard import Guard
from .headers import Headers
from .metrics import Metrics
from .observation import NOBODY, Observation
from .rejections import Rejection
from .replies import Refusal, Reply, start_of, stream_reply
from .routing import Match, Routes
from .store import StoreError

log = logging.getLogger(__name__)


class Found(NamedTuple):
    """What answers a request, and the path that led to it."""

    target: Target
    match: Match[Target]


class Authentication:
    """The keys that clients have to send in the header field `name`; none are asked for when there
    are none."""

    def __init__(self, name: str | None, keys: Collection[str]) -> None:
        self._name = name or ""
        self._field = self._name.lower().encode()
        self._keys = [key.encode() for key in keys]

    def check(self, headers: Headers) -> None:
        """Compare with every key, each in constant time; several at once are none. Raises Refusal
        (401), which does not say whether there was a key: that would help with guessing."""
        if not self._keys:
            return
        given = headers.only(self._field)
        known = False
        if given is not None:
            for key in self._keys:
                known |= hmac.compare_digest(given, key)
        if not known:
            text = f"{self._name}: missing or wrong; send a key that this server accepts"
            challenge = {"WWW-Authenticate": f'ApiKey header="{self._name}"'}
            raise Refusal(401, text, challenge)


class Dispatcher:
    """Answers HTTP requests by `routes`, and leaves other paths to others."""

    def __init__(
        self,
        routes: Routes[Target],
        *,
        guard: Guard,
        authentication: Authentication,
        cross_origin: CrossOrigin,
        metrics: Metrics,
        access_log: AccessLog | None,
    ) -> None:
        self._routes = routes
        self._guard = guard
        self._authentication = authentication
        self._cross_origin = cross_origin
        self._metrics = metrics
        self._access_log = access_log

    async def __call__(self, scope: Scope, receive: Receive, send: Send, others: ASGIApp) -> None:
        """Answer one request; `others` do when its path is none of ours."""
        headers = Headers(scope["headers"])
        request = Observation(headers)
        request.headers += self._cross_origin.fields(headers)
        self._metrics.begin()
        reply: Reply | None
        try:
            try:
                found = self._find(request, scope, headers)
                if isinstance(found, Found):
                    query = scope["query_string"]
                    reply = await found.target.answer(found.match, query, headers, receive)
                else:
                    reply = found
                if reply is None:
                    await others(scope, receive, request.counting(send, ours=False))
            except Exception as error:
                if request.status is not None:  # half of an answer is out: all that is left is
                    raise  # to cut the connection, which the server does
                reply = failed(error, request, scope)
            if reply is not None:
                await answer(request, reply, send)
        finally:
            self._end(request, scope)

    def _find(self, request: Observation, scope: Scope, headers: Headers) -> Found | Reply | None:
        """What answers, or the answer itself; None if the path is none of ours. Raises Refusal."""
        method = scope["method"]
        self._guard.check(method, headers)
        match = self._routes.match(scope.get("raw_path") or scope["path"].encode())
        if match is None:
            return None
        target = match.targets.get(method)
        if target is None:
            if preflight := self._cross_origin.preflight(method, headers, match.targets):
                return preflight
            allowed = ", ".join(sorted(match.targets))
            raise Refusal(405, f"this path takes {allowed} only", {"Allow": allowed})
        request.operation = target.name
        if target.secured:
            self._authentication.check(headers)
        return Found(target, match)

    def _end(self, request: Observation, scope: Scope) -> None:
        seconds = request.seconds()
        sent = 0 if scope["method"] == "HEAD" else request.sent
        self._metrics.end(request.operation, request.status, seconds, sent)
        if self._access_log is not None:
            client = scope.get("client")
            self._access_log.tell(
                Entry(
                    instants.now(),
                    request.id,
                    client[0] if client else "",
                    scope["method"],
                    scope.get("raw_path") or scope["path"].encode(),
                    request.operation,
                    request.status,
                    sent,
                    seconds,
                    request.whole,
                )
            )

    def refused(self, client: tuple[str, int] | None, rejection: Rejection) -> None:
        """Note a request that never came here: it was no HTTP, or broke a limit."""
        self._metrics.begin()
        self._metrics.end(NOBODY, rejection.status, 0.0, len(rejection.body))
        if self._access_log is not None:
            self._access_log.tell(
                Entry(
                    micros=instants.now(),
                    id=NOBODY,
                    client=client[0] if client else "",
                    method=NOBODY,
                    path=NOBODY.encode(),
                    operation=NOBODY,
                    status=rejection.status,
                    sent=len(rejection.body),
                    seconds=0.0,
                    whole=True,
                )
            )

    def may_open(self, scope: Scope) -> bool:
        """Whether a web socket, which only routes of somebody else's have, is meant for us."""
        try:
            self._guard.check("CONNECT", Headers(scope["headers"]))
        except Refusal:
            return False
        return True


async def answer(request: Observation, reply: Reply, send: Send) -> None:
    """Send `reply`, noting what is sent."""
    body = reply.body
    if not isinstance(body, bytes):
        await stream_reply(request.counting(send, ours=True), reply, body, request.headers)
        return
    request.status, request.sent = reply.status, len(body)
    await send(start_of(reply, request.headers))
    await send({"type": "http.response.body", "body": body})
    request.whole = True


def failed(error: Exception, request: Observation, scope: Scope) -> Reply:
    """The answer that an error stands for. One that nobody foresaw is logged with its trace."""
    if isinstance(error, Refusal):
        return error.reply()
    if isinstance(error, StoreError):
        log.error("request %s: %s", request.id, error)
        return Refusal(503, f"the store is not available: {error}").reply()
    log.error("request %s: %s failed", request.id, request.operation, exc_info=error)
    text = f"the server failed; its log says why, under the request id {request.id}"
    return Refusal(500, text).reply()
