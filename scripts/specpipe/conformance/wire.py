"""Plain HTTP to the server under judgement: nothing of an SDK in between."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx

from specpipe.conformance.exchange import Exchange
from specpipe.conformance.gate import Gate
from specpipe.conformance.ledger import Broken
from specpipe.conformance.pace import Pace
from specpipe.conformance.sequence import Sequence
from specpipe.spec.model import Operation

PATIENCE = 30.0
"""Seconds that an answer may take."""


class Unreachable(Exception):
    """The server does not answer; the text says what was tried."""


class Wire:
    """Sends requests for operations, with the API key where one is given."""

    def __init__(
        self, base_url: str, key_header: str | None, key: str | None, gate: Gate | None = None
    ) -> None:
        self.gate = gate or Gate(Pace())
        self.base_url = base_url.rstrip("/")
        self._key = {key_header.lower(): key} if key_header and key else {}
        self._client = httpx.Client(timeout=PATIENCE, follow_redirects=False, trust_env=False)
        self.accepted: Counter[str] = Counter()
        """By operation id: how many requests, with a body where it takes one, were accepted."""
        self.sent: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        """By operation id: how many requests were answered, and how many of them with 4xx."""
        self.sequence = Sequence()

    @property
    def has_key(self) -> bool:
        """Whether there is a key."""
        return bool(self._key)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close its connections."""
        self._client.close()

    def send(
        self,
        operation: Operation,
        path: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        body: Any = None,
        key: str | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        method: str = "",
    ) -> Exchange:
        """Call `operation`. `body` None sends none, bytes are sent as they are; `key` replaces
        the configured one, and an empty one leaves it out; `headers` are sent besides or instead,
        `method` in place of its own. Raises Unreachable, Unsafe when it must not be sent, and
        Broken for an answer that is none in HTTP."""
        asked = operation
        if method:  # which does who knows what
            asked = replace(operation, method=method, behaviour=None)
        try:
            request = self._request(asked, path or {}, query, body, key)
        except (httpx.InvalidURL, UnicodeEncodeError) as error:
            # What the server gave as an id: half of a surrogate pair, or more than a URL holds.
            text = f"{asked.method} {asked.path}: no request can say what it is about: {error}"
            raise Broken(text) from None
        request.headers.update(headers or {})
        number = self.gate.before(asked, path or {}, body)
        shown = str(request.url)
        for secret in self._key.values():
            shown = shown.replace(quote(secret, safe=""), "$API_KEY")
        self.sequence.add(request.method, shown, request.content or None)
        try:
            answer = self._client.send(request)
        except httpx.HTTPError as error:
            raise self._failure(error, f"{request.method} {shown}") from None
        if not method:
            self._count(operation, request, answer)
        exchange = Exchange(
            request.method,
            shown,
            {name: value for name, value in request.headers.items() if name not in self._key},
            None if body is None else request.content,
            answer.status_code,
            {name.lower(): value for name, value in answer.headers.items()},
            answer.content,
            next((name for name in self._key if name in request.headers), None),
        )
        self.gate.after(number, asked, path or {}, exchange)
        return exchange

    def _failure(self, error: httpx.HTTPError, asked: str) -> Broken | Unreachable:
        """What a request that got no answer comes to: a server that answers others departs."""
        told = f"{asked}: {str(error) or type(error).__name__}"
        if isinstance(error, httpx.ReadTimeout):
            told = f"{asked}: no answer within {PATIENCE:g} s"
            if self.answers():
                return Broken(f"{told}, while the server answers others")
        return Broken(told) if is_broken(error) else Unreachable(told)

    def answers(self) -> bool:
        """Whether the server says anything at all."""
        try:
            self._client.get(self.base_url, timeout=PATIENCE / 3)
        except httpx.HTTPError:
            return False
        return True

    def _request(
        self,
        operation: Operation,
        path: Mapping[str, str],
        query: Mapping[str, str] | None,
        body: Any,
        key: str | None,
    ) -> httpx.Request:
        url = self.base_url + operation.path
        for name, value in path.items():
            url = url.replace(f"{{{name}}}", quote(value, safe=""))
        headers = dict(self._key)
        if key is not None:
            headers = {name: key for name in headers if key}
        content = None
        if body is not None:
            headers["content-type"] = "application/json"
            raw = isinstance(body, bytes)
            content = body if raw else json.dumps(body, ensure_ascii=False).encode()
        return self._client.build_request(
            operation.method, url, params=query or None, headers=headers, content=content
        )

    def _count(self, operation: Operation, request: httpx.Request, answer: httpx.Response) -> None:
        self.sent[operation.id] += 1
        if answer.status_code == operation.success.status:
            if request.content or not operation.body:
                self.accepted[operation.id] += 1
        elif 400 <= answer.status_code < 500:
            self.refused[operation.id] += 1


def is_broken(error: httpx.HTTPError) -> bool:
    """Whether a server answered, in a way that is not HTTP, rather than not at all."""
    nothing = "without sending a response" in str(error)
    return isinstance(error, httpx.DecodingError | httpx.RemoteProtocolError) and not nothing
