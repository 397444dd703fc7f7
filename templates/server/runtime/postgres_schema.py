"""The tables of a PostgreSQL store: made, brought forward, or refused, when a server starts."""

from __future__ import annotations

from .postgres_connections import Session
from .store import StoreError

SCHEMA = (
    """
CREATE TABLE records (
  seq bigint GENERATED ALWAYS AS IDENTITY,
  kind text COLLATE "C" NOT NULL,
  id bytea NOT NULL,
  created bigint NOT NULL,
  updated bigint NOT NULL,
  base bytea NOT NULL,
  heavy bytea NOT NULL,
  PRIMARY KEY (kind, id)
);
CREATE INDEX records_created ON records (kind, created, seq) INCLUDE (updated, id);
CREATE INDEX records_updated ON records (kind, updated) INCLUDE (created, seq, id);
""",
)
"""The statements that lead from each version to the next, from none to 1 on.

Ids are the bytes of their UTF-8: PostgreSQL's text has no U+0000, and no collation may have a say
in which ids are equal. The parts of a record are bytes as well: jsonb would round nothing, but
sorts members and has no U+0000 either, and costs more (measured: 1.25 times the processor time
for an insert and 1.7 times for reading many)."""
VERSION = len(SCHEMA)
LOCK = 7_306_085_893_296_906_612
"""Held while the tables are made: replicas may start all at once."""


async def prepare(session: Session) -> None:
    """See to it that the tables are there, in the form that this version knows. They lie in the
    first schema of the connection's search path. Raises StoreError, and what the session does."""
    await session.run("BEGIN")
    await session.run("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
    found = await _version(session)
    if found > VERSION:
        raise StoreError(
            f"written by a newer version (schema {found}, this one knows {VERSION}): upgrade the "
            "server, or use another database"
        )
    for version in range(found, VERSION):
        for statement in SCHEMA[version].split(";"):
            if statement.strip():
                await session.run(statement)
        await session.run("UPDATE records_schema SET version = %s", (version + 1,))
    await session.run("COMMIT")


async def _version(session: Session) -> int:
    """The version of the tables; 0, with the place for it made, when there are none."""
    ((ours, others),) = await session.run(
        "SELECT to_regclass('records_schema')::text, to_regclass('records')::text"
    )
    if ours is not None:
        rows = await session.run("SELECT version FROM records_schema")
        return int(rows[0][0])
    if others is not None:
        raise StoreError(
            "has a table `records` of another program: use another database, or another schema "
            "(?options=-csearch_path%3Dname)"
        )
    await session.run("CREATE TABLE records_schema (version integer NOT NULL)")
    await session.run("INSERT INTO records_schema VALUES (0)")
    return 0
