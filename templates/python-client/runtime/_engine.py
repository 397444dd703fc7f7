"""From a call to its outcome: a value, or one of the errors in `errors`."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, TypeVar

from . import _operation
from ._checks import checked_header, checked_retries, checked_timeout, checked_url
from ._model import decode
from ._operation import Answer, Operation
from ._retry import Attempts
from .errors import (
    ApiError,
    ConnectionError,
    DecodeError,
    Exchange,
    TimeoutError,
    status_error,
)
from .transport import AsyncTransport, Request, Response, Transport

T = TypeVar("T")


class Settings:
    """What all calls of a client have in common."""

    __slots__ = ("_headers", "_key", "base_url", "closed", "retries", "timeout")

    def __init__(
        self,
        base_url: str,
        *,
        key: tuple[str, str | None] | None,
        headers: Mapping[str, str],
        timeout: float | None,
        retries: int,
    ) -> None:
        """`key` is the name and the value of a header; without a value, or with an empty one, it
        is not sent. Raises InvalidArgument."""
        self.base_url = checked_url(base_url)
        self.timeout = checked_timeout(timeout)
        self.retries = checked_retries(retries)
        self.closed = False
        self._key: dict[str, str] = {}
        if key is not None and key[1] is not None and key[1] != "":
            self._key = {key[0].lower(): checked_header("api_key", key[1])}
        self._headers = {str(k).lower(): checked_header(str(k), v) for k, v in headers.items()}

    def __repr__(self) -> str:
        """Without the key."""
        return f"<Settings {self.base_url}>"

    def request(
        self,
        operation: Operation[Any],
        path: tuple[Any, ...],
        query: Mapping[str, Any],
        headers: Mapping[str, Any],
        body: Any,
    ) -> Request:
        """The request for one call. Raises InvalidArgument, and ApiError on a closed client."""
        if self.closed:
            raise ApiError("the client is closed")
        content = _operation.body(operation, body)
        fields = {"accept": operation.accept, **self._headers}
        if content is not None and operation.body is not None:
            fields["content-type"] = operation.body.media_type
        if operation.secured:
            fields |= self._key
        for name, value in headers.items():
            if value is not None:
                text = _operation.text(operation, name, value)
                fields[name.lower()] = checked_header(name, text)
        url = self.base_url + _operation.path(operation, path) + _operation.query(operation, query)
        return Request(operation.method, url, fields, content, self.timeout)


class Engine:
    """Makes calls through a transport."""

    __slots__ = ("_settings", "_transport")

    def __init__(self, settings: Settings, transport: Transport) -> None:
        """Of one client."""
        self._settings = settings
        self._transport = transport

    def call(
        self,
        operation: Operation[T],
        *path: Any,
        query: Mapping[str, Any] = {},
        headers: Mapping[str, Any] = {},
        body: Any = None,
    ) -> T:
        """The result of `operation`. Raises ApiError."""
        settings = self._settings
        request = settings.request(operation, path, query, headers, body)
        attempts = Attempts(operation.repeatable, settings.retries, settings.timeout)
        while True:
            try:
                response = self._transport.send(attempts.timed(request))
            except (ConnectionError, TimeoutError) as error:
                if (delay := attempts.after_error(error)) is None:
                    raise
            else:
                if (delay := attempts.after(response)) is None:
                    return outcome(operation, request, response)
            time.sleep(delay)


class AsyncEngine:
    """The same, awaited."""

    __slots__ = ("_settings", "_transport")

    def __init__(self, settings: Settings, transport: AsyncTransport) -> None:
        """Of one client."""
        self._settings = settings
        self._transport = transport

    async def call(
        self,
        operation: Operation[T],
        *path: Any,
        query: Mapping[str, Any] = {},
        headers: Mapping[str, Any] = {},
        body: Any = None,
    ) -> T:
        """The result of `operation`. Raises ApiError."""
        settings = self._settings
        request = settings.request(operation, path, query, headers, body)
        attempts = Attempts(operation.repeatable, settings.retries, settings.timeout)
        while True:
            try:
                response = await self._transport.send(attempts.timed(request))
            except (ConnectionError, TimeoutError) as error:
                if (delay := attempts.after_error(error)) is None:
                    raise
            else:
                if (delay := attempts.after(response)) is None:
                    return outcome(operation, request, response)
            from asyncio import sleep

            await sleep(delay)


def outcome(operation: Operation[T], request: Request, response: Response) -> T:
    """What `response` means. Raises StatusError and DecodeError."""
    answer = operation.answers.get(response.status)
    if answer is None:
        documented = response.status in operation.failures
        raise status_error(response.status, documented)("", _exchange(request, response))
    try:
        value: T = _decoded(answer, response.headers.get("content-type", ""), response.body)
    except DecodeError as error:
        raise DecodeError(error.reason, _exchange(request, response)) from None
    return value


def _exchange(request: Request, response: Response) -> Exchange:
    return Exchange(request.method, request.url, response.status, response.headers, response.body)


def _decoded(answer: Answer, content_type: str, content: bytes) -> Any:
    if answer.media_type is None:
        return None
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type and media_type != answer.media_type and not _both_json(media_type, answer):
        raise DecodeError(f"expected {answer.media_type}, got {media_type}")
    if _is_json(answer.media_type):
        return decode(content, answer.type)
    if answer.type is str:
        try:
            return content.decode()
        except UnicodeDecodeError as error:
            raise DecodeError(f"not UTF-8: {error.reason} at byte {error.start}") from None
    return content


def _both_json(media_type: str, answer: Answer) -> bool:
    return _is_json(media_type) and _is_json(answer.media_type or "")


def _is_json(media_type: str) -> bool:
    return media_type == "application/json" or media_type.endswith("+json")
