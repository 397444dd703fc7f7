"""From a call to its outcome: a value, or one of the errors in `errors`."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from importlib import import_module
from typing import Any, TypeVar, Unpack

from ._failures import closed
from ._log import AsyncLoggedTransport, LoggedTransport, debug_logger
from ._operation import Operation
from ._outcome import outcome, success
from ._secret import conceal
from ._settings import Given, Settings
from .errors import ConnectionError, Exchange, TimeoutError
from .options import CallOptions
from .raw_response import RawResponse
from .transport import AsyncTransport, Request, Response, Transport

T = TypeVar("T")

_NO_OPTIONS: CallOptions = {}


class Link:
    """The way to the server, one for a client and all its views."""

    __slots__ = ("closed",)

    def __init__(self) -> None:
        self.closed = False

    def check(self) -> None:
        """Raise ApiError on a closed client."""
        if self.closed:
            raise closed()


class Engine:
    """Makes calls through a transport."""

    __slots__ = ("_transport", "link", "settings")

    def __init__(self, settings: Settings, transport: Transport, link: Link | None = None) -> None:
        """Of one client."""
        self.settings = settings
        self.link = link or Link()
        self._transport = transport

    def changed(self, changes: Mapping[str, Any]) -> Engine:
        """The same with other settings, over the same connections."""
        return Engine(self.settings.changed(changes), self._transport, self.link)

    def call(
        self, operation: Operation[T], path: tuple[Any, ...] = (), **given: Unpack[Given]
    ) -> T:
        """The result of `operation`. Raises ApiError."""
        request, response = self._exchange(operation, path, given)
        return outcome(operation, request, response)

    def raw(
        self, operation: Operation[T], path: tuple[Any, ...] = (), **given: Unpack[Given]
    ) -> RawResponse[T]:
        """The answer to `operation`, a success. Raises ApiError."""
        request, response = self._exchange(operation, path, given)
        success(operation, request, response)
        return RawResponse(operation, request, response)

    def _exchange(
        self, operation: Operation[Any], path: tuple[Any, ...], given: Given
    ) -> tuple[Request, Response]:
        if options := given.get("options", _NO_OPTIONS):
            conceal(options)
        self.link.check()
        settings = self.settings
        request = settings.request(operation, path, given, options)
        attempts = settings.attempts(operation, request, options)
        transport = self._transport
        if (logger := debug_logger()) is not None:
            transport = LoggedTransport(transport, logger)
        while True:
            try:
                response = transport.send(attempts.timed(request))
            except (ConnectionError, TimeoutError) as error:
                if (delay := attempts.after_error(error)) is None:
                    error.exchange = Exchange(request.method, request.shown)
                    raise
            else:
                if (delay := attempts.after(response)) is None:
                    return request, response
            time.sleep(delay)


class AsyncEngine:
    """The same, awaited."""

    __slots__ = ("_transport", "link", "settings")

    def __init__(
        self, settings: Settings, transport: AsyncTransport, link: Link | None = None
    ) -> None:
        """Of one client."""
        self.settings = settings
        self.link = link or Link()
        self._transport = transport

    def changed(self, changes: Mapping[str, Any]) -> AsyncEngine:
        """The same with other settings, over the same connections."""
        return AsyncEngine(self.settings.changed(changes), self._transport, self.link)

    async def call(
        self,
        operation: Operation[T],
        path: tuple[Any, ...] = (),
        **given: Unpack[Given],
    ) -> T:
        """The result of `operation`. Raises ApiError."""
        request, response = await self._exchange(operation, path, given)
        return outcome(operation, request, response)

    async def raw(
        self,
        operation: Operation[T],
        path: tuple[Any, ...] = (),
        **given: Unpack[Given],
    ) -> RawResponse[T]:
        """The answer to `operation`, a success. Raises ApiError."""
        request, response = await self._exchange(operation, path, given)
        success(operation, request, response)
        return RawResponse(operation, request, response)

    async def _exchange(
        self, operation: Operation[Any], path: tuple[Any, ...], given: Given
    ) -> tuple[Request, Response]:
        if options := given.get("options", _NO_OPTIONS):
            conceal(options)
        self.link.check()
        settings = self.settings
        request = settings.request(operation, path, given, options)
        attempts = settings.attempts(operation, request, options)
        transport = self._transport
        if (logger := debug_logger()) is not None:
            transport = AsyncLoggedTransport(transport, logger)
        while True:
            try:
                response = await transport.send(attempts.timed(request))
            except (ConnectionError, TimeoutError) as error:
                if (delay := attempts.after_error(error)) is None:
                    error.exchange = Exchange(request.method, request.shown)
                    raise
            else:
                if (delay := attempts.after(response)) is None:
                    return request, response
            await _sleep(delay)


async def _sleep(seconds: float) -> None:
    """In whichever event loop is running: another one than asyncio's comes with anyio."""
    loops = sys.modules.get("anyio") or import_module("asyncio")
    await loops.sleep(seconds)
