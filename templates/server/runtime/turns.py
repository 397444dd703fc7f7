"""Turns at reading much: each such read keeps a moment of the database and a part of a reply, and a
slow client keeps them for long."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator

from .store import StoreError

MOST = 8
"""Large reads at once."""
PATIENCE = 10.0
"""Seconds that one may wait for its turn."""


class Turns:
    """Turns of one store."""

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(MOST)
        self._running = 0
        self._quiet = asyncio.Event()
        self._quiet.set()

    @property
    def free(self) -> bool:
        """Whether a turn would begin at once."""
        return not self._turns.locked()

    @contextlib.asynccontextmanager
    async def one(self) -> AsyncGenerator[None, None]:
        """A turn, for as long as the context is entered. Raises StoreError when none comes up."""
        try:
            async with asyncio.timeout(PATIENCE):
                await self._turns.acquire()
        except TimeoutError:
            text = f"{MOST} clients are reading very much just now; try again later"
            raise StoreError(text) from None
        self._running += 1
        self._quiet.clear()
        try:
            yield
        finally:
            self._turns.release()
            self._running -= 1
            if not self._running:
                self._quiet.set()

    async def quiet(self, seconds: float) -> None:
        """Wait until nobody has a turn, so long at most."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._quiet.wait()
