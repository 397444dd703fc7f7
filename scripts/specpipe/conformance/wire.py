"""Plain HTTP to the server under judgement: nothing of an SDK in between."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx

from specpipe.conformance.exchange import Exchange
from specpipe.conformance.gate import Gate
from specpipe.conformance.pace import Pace
from specpipe.conformance.sequence import Sequence
from specpipe.spec.model import Operation


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
        self._client = httpx.Client(timeout=30, follow_redirects=False, trust_env=False)
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
    ) -> Exchange:
        """Call `operation`. `body` None sends none; `key` replaces the configured one, and an
        empty one leaves it out. Raises Unreachable, and Unsafe when it must not be sent."""
        url = self.base_url + operation.path
        for name, value in (path or {}).items():
            url = url.replace(f"{{{name}}}", quote(value, safe=""))
        headers = dict(self._key)
        if key is not None:
            headers = {name: key for name in headers if key}
        content = None
        if body is not None:
            headers["content-type"] = "application/json"
            content = json.dumps(body, ensure_ascii=False).encode()
        request = self._client.build_request(
            operation.method, url, params=query or None, headers=headers, content=content
        )
        number = self.gate.before(operation, path or {}, body)
        self.sequence.add(operation.method, str(request.url), content)
        try:
            answer = self._client.send(request)
        except httpx.HTTPError as error:
            raise Unreachable(
                f"{operation.method} {url}: {error or type(error).__name__}"
            ) from None
        self.sent[operation.id] += 1
        if answer.status_code == operation.success.status and (content or not operation.body):
            self.accepted[operation.id] += 1
        elif 400 <= answer.status_code < 500:
            self.refused[operation.id] += 1
        exchange = Exchange(
            operation.method,
            str(request.url),
            {name: value for name, value in request.headers.items() if name not in self._key},
            content,
            answer.status_code,
            {name.lower(): value for name, value in answer.headers.items()},
            answer.content,
            next((name for name in self._key if name in request.headers), None),
        )
        self.gate.after(number, operation, path or {}, exchange)
        return exchange
