"""Connections to PostgreSQL: made when they are needed, checked before each use, never waited for
without end.

The pool of psycopg is not used: after an outage it tries again after ever longer pauses (one, two,
four ... seconds), and until then refuses requests although the database is back. Here the request
that finds no connection makes one, and is told at once when that fails.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import select
from collections.abc import AsyncIterator, Sequence
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from .store import StoreError, shown_url

log = logging.getLogger(__name__)

Row = tuple[Any, ...]
STATEMENT_TIME = 10.0
"""Seconds that a statement may take, waiting for a standby included."""
CONNECT_TIME = 20.0
"""Seconds that connecting may take, whatever the number of hosts."""
LARGE = 1024 * 1024
"""Bytes in a statement or its rows after which a connection is not kept: its buffers have grown to
hold them, and never shrink."""
DEFAULTS = {
    "application_name": "server",
    "client_encoding": "UTF8",
    "connect_timeout": "3",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "target_session_attrs": "read-write",
    "tcp_user_timeout": "15000",
}
"""Parameters of libpq where the URL has none. Of several hosts, the one that can be written to."""
SETTINGS = """
SELECT
  set_config('synchronous_commit', CASE current_setting('synchronous_commit')
    WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END, false),
  set_config('default_transaction_isolation', 'read committed', false),
  set_config('statement_timeout', '30s', false),
  set_config('jit', 'off', false),
  set_config('max_parallel_workers_per_gather', '0', false),
  set_config('enable_seqscan', 'off', false),
  set_config('enable_bitmapscan', 'off', false),
  set_config('enable_hashjoin', 'off', false),
  set_config('enable_mergejoin', 'off', false),
  set_config('enable_sort', 'off', false)
"""
"""Of a session. Acknowledged is durable, also where the database's default is less. Statements
whose client is gone end some time. To compile, or to start workers, takes longer than it saves.

What is off is avoided, not forbidden. Each of our statements is made to run along an index, while
PostgreSQL, which has no statistics of a table that was filled a minute ago, would rather read and
sort all of it for each page."""


class Refused(StoreError):
    """The database refused a statement, and did nothing of it."""


class Session:
    """One connection. Each statement is a transaction of its own unless one was begun."""

    def __init__(self, connection: psycopg.AsyncConnection[Row]) -> None:
        self._connection = connection
        self._warned = False
        self._large = False
        connection.add_notice_handler(self._notice)

    async def run(
        self, statement: str, arguments: Sequence[Any] = (), *, prepare: bool | None = None
    ) -> list[Row]:
        """The rows that a statement gives, if any. With `prepare` False it is planned for these
        very arguments. Raises psycopg.Error, TimeoutError and StoreError: after any of them the
        connection cannot be used again."""
        self._warned = False
        self._large |= sum(map(_size, arguments)) > LARGE
        async with asyncio.timeout(STATEMENT_TIME):
            cursor = await self._connection.execute(
                statement, arguments, prepare=prepare, binary=True
            )
        if self._warned:
            raise StoreError("the write was cut off before it was safe; it may be there or not")
        if cursor.description is None:
            return []
        rows = await cursor.fetchall()
        self._large |= sum(_size(cell) for row in rows for cell in row) > LARGE
        return rows

    @property
    def worth_keeping(self) -> bool:
        """Whether it is as good as a new one."""
        return not (self._connection.closed or self._large)

    @property
    def alive(self) -> bool:
        """Whether the other side has not closed it while it was idle, as far as that is known here.
        An idle connection has nothing to say: when there is something to read on it, that is the
        end of it, or a reason to take another one."""
        poll = select.poll()
        poll.register(self._connection.fileno(), select.POLLIN)
        return not poll.poll(0)

    async def close(self) -> None:
        """Break it off. Repeating does nothing."""
        await self._connection.close()

    def _notice(self, notice: psycopg.errors.Diagnostic) -> None:
        """A warning without a class of its own (SQLSTATE 01000) is how PostgreSQL says that it
        stopped waiting for a standby, although the statement then succeeds."""
        self._warned |= notice.severity_nonlocalized == "WARNING" and notice.sqlstate == "01000"


class Connections:
    """At most `most` connections at once to the database of `url`. Those who wait for one longer
    than `patience` seconds are refused with the line `busy`. Raises StoreError for a URL that
    cannot be right."""

    def __init__(self, url: str, most: int, patience: float, busy: str) -> None:
        self._conninfo = conninfo_of(url)
        self._patience = patience
        self._busy = busy
        self._idle: list[Session] = []
        self._free = asyncio.Semaphore(most)
        self._closed = False
        self._reachable = True

    @contextlib.asynccontextmanager
    async def lend(self) -> AsyncIterator[Session]:
        """A session for one use; it is kept for the next when this one ends well. Raises
        StoreError for all that goes wrong with the database."""
        try:
            async with asyncio.timeout(self._patience):
                await self._free.acquire()
        except TimeoutError:
            raise StoreError(self._busy) from None
        try:
            session = await self._take_idle() or await self._connect()
            try:
                yield session
            except BaseException as error:
                await session.close()
                if isinstance(error, psycopg.Error | TimeoutError):
                    raise told(error) from error
                raise
            await self._keep(session)
        finally:
            self._free.release()

    async def close(self) -> None:
        """Close the idle connections, and the others when they come back."""
        self._closed = True
        for session in self._idle:
            await session.close()
        self._idle.clear()

    async def connect(self) -> Session:
        """A new session. Raises psycopg.Error and TimeoutError."""
        async with asyncio.timeout(CONNECT_TIME):
            connection = await psycopg.AsyncConnection.connect(self._conninfo, autocommit=True)
        session = Session(connection)
        try:
            await session.run(SETTINGS)
        except BaseException:
            await session.close()
            raise
        return session

    async def _connect(self) -> Session:
        """A new session; why there is none is logged once, until there is one again."""
        try:
            session = await self.connect()
        except (psycopg.Error, TimeoutError) as error:
            if self._reachable:
                log.warning("the database cannot be reached: %s", flat(error))
            self._reachable = False
            raise StoreError("the database cannot be reached") from error
        self._reachable = True
        return session

    async def _take_idle(self) -> Session | None:
        """The session that was used last, of those that are still good."""
        while self._idle:
            session = self._idle.pop()
            if session.alive:
                return session
            await session.close()
        return None

    async def _keep(self, session: Session) -> None:
        if self._closed or not session.worth_keeping:
            await session.close()
        else:
            self._idle.append(session)


def conninfo_of(url: str) -> str:
    """What libpq is told. Raises StoreError; what libpq says about a URL could show a password."""
    form = "write postgresql://user:password@host:5432/database, with %40 for @ and %2F for /"
    try:
        given = conninfo_to_dict(url)
    except psycopg.Error:
        raise StoreError(
            f"{shown_url(url)}: is not of the form that PostgreSQL knows: {form}"
        ) from None
    ports = str(given.get("port") or "").split(",")
    odd = [port for port in ports if port and not port.isdigit()]
    if odd or "@" in str(given.get("host") or ""):
        raise StoreError(f"{shown_url(url)}: has no host or port that can be: {form}")
    return make_conninfo("", **{**DEFAULTS, **given})


def told(error: psycopg.Error | TimeoutError) -> StoreError:
    """An error of the database, as the interface has it; clients see its line."""
    if isinstance(error, TimeoutError):
        return StoreError("the database did not answer in time")
    if (severity := error.diag.severity_nonlocalized) is not None:
        text = f"the database refused: {flat(error.diag.message_primary)}"
        return Refused(text) if severity == "ERROR" else StoreError(text)
    log.warning("%s", flat(error))
    return StoreError("the connection to the database was lost")


def flat(error: object) -> str:
    """The text of an error, as one line."""
    return " ".join(str(error).split()) or type(error).__name__


def _size(value: Any) -> int:
    """Bytes that an argument or a cell takes, about."""
    if isinstance(value, list):
        return sum(map(_size, value))
    return len(value) if isinstance(value, bytes) else 8
