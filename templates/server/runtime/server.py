"""uvicorn's server with limits, and a stop that is in order and does not take long."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import socket
from types import FrameType
from typing import cast

import uvicorn
from starlette.types import ASGIApp

from .limits import Limits
from .protocol import Connection, connections_with

TICK = 0.02
"""Seconds between two looks at what still runs, while stopping."""
LAST_MOMENT = 1.0
"""Seconds that handlers get to end after their clients were cut off."""


class EarlySignals:
    """Notes the signals that come before a server is there to handle them. A second one ends the
    process."""

    def __init__(self) -> None:
        self.noted = False
        for number in uvicorn.server.HANDLED_SIGNALS:
            signal.signal(number, self._note)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.noted = True
        signal.signal(number, signal.SIG_DFL)


class Server(uvicorn.Server):
    """Serves `app` until a signal: what runs then may end, within a bound. A second signal makes
    it stop at once. Either way the application is shut down in order. `ready` is printed when it
    accepts connections."""

    def __init__(self, app: ASGIApp, limits: Limits, early: EarlySignals, ready: str) -> None:
        config = uvicorn.Config(
            app,
            http=connections_with(limits),
            log_level="warning",
            access_log=False,
            log_config=None,
            proxy_headers=False,
            server_header=False,
            lifespan="on",
            ws="none",
        )
        super().__init__(config)
        self._limits = limits
        self._early = early
        self._ready = ready
        self._hurry = False
        self._sweeper: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to accept connections."""
        await super().startup(sockets)
        gc.freeze()  # what is there by now stays: the collector need not look at it again,
        gc.set_threshold(10_000, 20, 50)  # nor often at requests, which leave few cycles
        self.should_exit = self.should_exit or self._early.noted
        self._sweeper = asyncio.create_task(self._sweep())
        with contextlib.suppress(OSError):  # nobody reads it: no reason not to serve
            print(self._ready, flush=True)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Note a signal. It is not raised again after the stop: the exit status is 0."""
        self._hurry = self.should_exit
        self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept no more, let requests end, cut off those that do not, close the application."""
        for listener in (*self.servers, *(sockets or ())):
            listener.close()
        for connection in self._connections():
            connection.shutdown()
        if not await self._ended(self._limits.stop_time, or_hurry=True):
            for connection in self._connections():
                connection.cut_off()
            if not await self._ended(LAST_MOMENT):
                await self._cancel()
        if self._sweeper is not None:
            self._sweeper.cancel()
        await self.lifespan.shutdown()

    async def _ended(self, seconds: float, *, or_hurry: bool = False) -> bool:
        """Wait for all requests, or until a second signal. Whether they ended in that time."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while self.server_state.connections or self.server_state.tasks:
            if loop.time() >= until or (or_hurry and self._hurry):
                return False
            await asyncio.sleep(TICK)
        return True

    async def _cancel(self) -> None:
        tasks = list(self.server_state.tasks)
        for task in tasks:
            task.cancel()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), LAST_MOMENT)

    def _connections(self) -> list[Connection]:
        return cast(list[Connection], list(self.server_state.connections))

    async def _sweep(self) -> None:
        """Look for clients that let us wait."""
        limits = self._limits
        shortest = min(limits.header_time, limits.body_time, limits.stall_time, limits.idle_time)
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(min(1.0, shortest / 4))
            now = loop.time()
            for connection in self._connections():
                connection.check(now)
