"""Reading much from PostgreSQL: page by page, each bounded in bytes, all of one moment.

A page is a statement of its own inside a transaction, so that neither side holds more than a page
in memory however slow the client is: PostgreSQL adds up the sizes of the candidates, which needs
none of their text, and sends those that fit.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from typing import Any

from .listing import span
from .postgres_connections import Connections, Row, Session
from .store import LARGEST_INTEGER, Range, Record, Selection
from .turns import MOST, PATIENCE

LARGEST_BATCH = 256 * 1024
"""Bytes of records after which a batch ends; its last record may be of any size."""
CANDIDATES = 256
"""Records that a page considers."""
IDS_AT_ONCE = 1000
FEW = 5000
"""Matches that are sorted rather than looked for in order."""
BEGIN = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"

PAGE = f"""
SELECT place, candidates, id, created, updated, base, heavy FROM (
  SELECT *, count(*) OVER () AS candidates, coalesce(
    sum(octet_length(base) + octet_length(heavy)) OVER (
      ORDER BY {{order}} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
  FROM ({{candidates}}) AS candidate
) AS page WHERE before < {LARGEST_BATCH} ORDER BY {{order}}
"""
ASKED = """
  SELECT place, id, created, updated, base, {heavy} AS heavy
  FROM unnest(%s::bytea[]) WITH ORDINALITY AS asked (id, place) JOIN records USING (id)
  WHERE kind = %s
"""
NEXT = f"""
  SELECT seq AS place, id, created, updated, base, {{heavy}} AS heavy
  FROM records WHERE kind = %s AND (created, seq) {{after}} (%s::bigint, %s::bigint)
  ORDER BY created {{direction}}, seq {{direction}} LIMIT {CANDIDATES}
"""
NEXT_IDS = f"""
SELECT created, seq, id FROM records WHERE kind = %s AND (created, seq) < (%s::bigint, %s::bigint)
ORDER BY created DESC, seq DESC LIMIT {IDS_AT_ONCE}
"""
FIRST = (LARGEST_INTEGER, LARGEST_INTEGER)
"""Before the newest; its opposite is before the oldest."""


class Readers:
    """Reads by `connections`, which are shared by all, and where a reader keeps one for as long
    as its client takes, by those of its own."""

    def __init__(self, url: str, connections: Connections) -> None:
        self._short = connections
        busy = f"{MOST} clients are reading everything just now; try again later"
        self._long = Connections(url, MOST, PATIENCE, busy)

    async def fetch(
        self, kind: str, ids: Sequence[str], heavy: bool
    ) -> AsyncGenerator[list[Record], None]:
        """See `Store.fetch`. What fits into one page is read by one statement."""
        keys = [id.encode() for id in ids]
        if len(keys) <= CANDIDATES:
            async with self._short.lend() as session:
                records, taken = await _asked(session, kind, keys, heavy)
            if taken == len(keys):
                yield records
                return
        found = False
        async with self._moment() as session:
            while keys:
                records, taken = await _asked(session, kind, keys[:CANDIDATES], heavy)
                keys = keys[taken:]
                if records:
                    found = True
                    yield records
        if not found:
            yield []

    async def identifiers(self, kind: str, selection: Selection) -> AsyncGenerator[list[str], None]:
        """See `Store.identifiers`. What fits into one batch is read by one statement."""
        limit = LARGEST_INTEGER if selection.limit is None else selection.limit
        statement, arguments = select_identifiers(kind, selection, min(limit, IDS_AT_ONCE + 1))
        async with self._short.lend() as session:
            rows = await session.run(statement, arguments, prepare=False)
        if len(rows) <= IDS_AT_ONCE:
            yield [row[0].decode() for row in rows]
            return
        statement, arguments = select_identifiers(kind, selection, min(limit, LARGEST_INTEGER))
        async with self._moment() as session:
            await session.run(f"DECLARE ids CURSOR FOR {statement}", arguments, prepare=False)
            while rows := await session.run(f"FETCH {IDS_AT_ONCE} FROM ids"):
                yield [row[0].decode() for row in rows]

    @contextlib.asynccontextmanager
    async def snapshot(self, kind: str) -> AsyncIterator[PostgreSQLSnapshot]:
        """See `Store.snapshot`."""
        async with self._moment() as session:
            yield PostgreSQLSnapshot(session, kind)

    async def close(self) -> None:
        """Close the connections for long reads."""
        await self._long.close()

    @contextlib.asynccontextmanager
    async def _moment(self) -> AsyncIterator[Session]:
        """A session in which all is read as of one moment."""
        async with self._long.lend() as session:
            await session.run(BEGIN)
            yield session
            await session.run("ROLLBACK")


class PostgreSQLSnapshot:
    """See `store.Snapshot`: pages along an index, inside one transaction."""

    def __init__(self, session: Session, kind: str) -> None:
        self._session = session
        self._kind = kind

    async def records(
        self, *, heavy: bool, oldest_first: bool = False
    ) -> AsyncIterator[list[Record]]:
        """See `store.Snapshot.records`."""
        statement = page_statement(heavy, oldest_first)
        last = tuple(-n for n in FIRST) if oldest_first else FIRST
        while rows := await self._session.run(statement, (self._kind, *last)):
            yield [record_of(row[2:]) for row in rows]
            if len(rows) == rows[0][1] < CANDIDATES:
                break
            last = rows[-1][3], rows[-1][0]

    async def identifiers(self) -> AsyncIterator[list[str]]:
        """See `store.Snapshot.identifiers`."""
        last = FIRST
        while rows := await self._session.run(NEXT_IDS, (self._kind, *last)):
            yield [row[2].decode() for row in rows]
            last = rows[-1][:2]


async def _asked(
    session: Session, kind: str, keys: list[bytes], heavy: bool
) -> tuple[list[Record], int]:
    """A page of the records with these keys, and how many of the keys it is about."""
    candidates = ASKED.format(heavy=heavy_column(heavy))
    statement = PAGE.format(candidates=candidates, order="place")
    rows = await session.run(statement, (keys, kind))
    cut = rows and len(rows) < rows[0][1]
    return [record_of(row[2:]) for row in rows], rows[-1][0] if cut else len(keys)


def page_statement(heavy: bool, oldest_first: bool) -> str:
    """The statement for the page that comes after a record, given by time and number."""
    direction, after = ("ASC", ">") if oldest_first else ("DESC", "<")
    candidates = NEXT.format(heavy=heavy_column(heavy), after=after, direction=direction)
    return PAGE.format(candidates=candidates, order=f"created {direction}, place {direction}")


def heavy_column(heavy: bool) -> str:
    """The column, or what stands in for it when it is not read."""
    return "heavy" if heavy else "'{}'::bytea"


def record_of(row: Row) -> Record:
    """The record of a row that begins with an id."""
    return Record(row[0].decode(), *row[1:])


def select_identifiers(kind: str, selection: Selection, limit: int) -> tuple[str, list[Any]]:
    """The statement, and its arguments, that lists ids: the first of each range, joined.

    A range of the time that gives the order is read in order, until there are enough. Of another
    range up to FEW are taken by its own index and sorted; when it has more, all that is there is
    read in order and those outside the range left out, which soon finds enough.
    """
    direction = "DESC" if selection.descending else "ASC"
    order = f"ORDER BY at {direction}, seq {direction} LIMIT {limit}"
    few: list[str] = []
    scans = []
    for range_ in selection.ranges or (Range(selection.order, None, None),):
        columns, condition = f"{selection.order} AS at, seq, id", condition_of(range_)
        rows = f"SELECT {columns} FROM records WHERE kind = %s AND {condition}"
        if range_.time == selection.order:
            scans.append(f"({rows} {order})")
            continue
        name = f"few_{len(few)}"
        few.append(f"{name} AS MATERIALIZED ({rows} ORDER BY {range_.time} LIMIT {FEW})")
        more = f"(SELECT count(*) FROM {name}) = {FEW}"
        within = condition_of(span(selection.order, [range_]))
        scans += [
            f"(SELECT * FROM {name} WHERE NOT {more})",
            f"({rows} AND {within} AND {more} {order})",
        ]
    beginning = f"WITH {', '.join(few)} " if few else ""
    statement = f"{beginning}SELECT id FROM ({' UNION '.join(scans)}) AS found {order}"
    return statement, [kind] * statement.count("%s")


def condition_of(range_: Range) -> str:
    """That a row is in a range."""
    ends = ((range_.start, ">="), (range_.end, "<="))
    given = [f"{range_.time} {sign} '{end:d}'::bigint" for end, sign in ends if end is not None]
    return " AND ".join(given) or "true"
