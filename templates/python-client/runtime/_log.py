"""A line in the log for each attempt at a call: level DEBUG, in the logger named as the package.

`logging` is not imported for it: who wants the lines has imported it.
"""

from __future__ import annotations

import sys
from time import perf_counter
from typing import TYPE_CHECKING

from .transport import AsyncTransport, Request, Response, Transport

if TYPE_CHECKING:
    from logging import Logger

_NAME = __name__.rpartition(".")[0]
_DEBUG = 10
_loggers: list[Logger] = []
"""The one logger, once there is one."""


def debug_logger() -> Logger | None:
    """The logger, when somebody listens to it."""
    if not _loggers:
        if (logging := sys.modules.get("logging")) is None:
            return None
        _loggers.append(logging.getLogger(_NAME))
    logger = _loggers[0]
    return logger if logger.isEnabledFor(_DEBUG) else None


class _Lines:
    """The lines of one call. None shows a header, a body or what the caller added to the query."""

    def __init__(self, logger: Logger) -> None:
        self._logger = logger
        self._attempt = 0

    def start(self) -> float:
        """Another attempt begins; gives the moment."""
        self._attempt += 1
        return perf_counter()

    def answered(self, request: Request, start: float, response: Response) -> None:
        """It ended with `response`."""
        request_id = response.headers.get("x-request-id")
        name = f", request {request_id}" if request_id else ""
        self._write(request, start, f"{response.status}{name}")

    def failed(self, request: Request, start: float, error: BaseException) -> None:
        """It ended with `error`."""
        self._write(request, start, type(error).__name__)

    def _write(self, request: Request, start: float, end: str) -> None:
        passed = (perf_counter() - start) * 1e3
        self._logger.debug("%s: attempt %d: %s (%.1f ms)", request.line, self._attempt, end, passed)


class LoggedTransport:
    """A transport whose requests are logged, for one call."""

    def __init__(self, transport: Transport, logger: Logger) -> None:
        """Over `transport`."""
        self._transport = transport
        self._lines = _Lines(logger)

    def send(self, request: Request) -> Response:
        """The answer to `request`."""
        start = self._lines.start()
        try:
            response = self._transport.send(request)
        except BaseException as error:
            self._lines.failed(request, start, error)
            raise
        self._lines.answered(request, start, response)
        return response


class AsyncLoggedTransport:
    """The same, awaited."""

    def __init__(self, transport: AsyncTransport, logger: Logger) -> None:
        """Over `transport`."""
        self._transport = transport
        self._lines = _Lines(logger)

    async def send(self, request: Request) -> Response:
        """The answer to `request`."""
        start = self._lines.start()
        try:
            response = await self._transport.send(request)
        except BaseException as error:
            self._lines.failed(request, start, error)
            raise
        self._lines.answered(request, start, response)
        return response
