"""The file of a SQLite store: opening it, making its tables, bringing older ones up to date."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Mapping

from .store import StoreError

SCHEMA = (
    """CREATE TABLE records (
         seq INTEGER PRIMARY KEY AUTOINCREMENT,
         kind TEXT NOT NULL,
         id TEXT NOT NULL,
         created INTEGER NOT NULL,
         updated INTEGER NOT NULL,
         base BLOB NOT NULL,
         heavy BLOB NOT NULL,
         UNIQUE (kind, id)
       )""",
    "CREATE INDEX records_created ON records (kind, created, seq, updated, id)",
    "CREATE INDEX records_updated ON records (kind, updated, seq, created, id)",
)
SCHEMA_VERSION = 2
MIGRATIONS: Mapping[int, Iterable[str]] = {
    1: (
        "DROP INDEX records_created",
        "CREATE INDEX records_created ON records (kind, created, seq, updated, id)",
    ),
}
"""What makes of each older version the next one."""
TIMEOUT = 30.0
"""Seconds that a statement waits for another process that writes."""
LONGEST_LOG = 64 * 1024 * 1024
"""Bytes to which the write-ahead log is cut when it has grown beyond, as it does while somebody
reads an old moment."""


def connect(path: str) -> sqlite3.Connection:
    """A connection to the file. A commit is on disk when it returns: synchronous=FULL."""
    connection = sqlite3.connect(
        path, timeout=TIMEOUT, isolation_level=None, check_same_thread=False
    )
    connection.execute("PRAGMA synchronous=FULL")
    return connection


def open_for_writing(path: str) -> sqlite3.Connection:
    """A connection to the file, which has this version's schema afterwards. Raises StoreError,
    with a line for a person, and leaves the file as it was, when it cannot be used."""
    check_place(path)
    try:
        connection = connect(path)
        try:
            connection.execute("BEGIN IMMEDIATE")
            _bring_up_to_date(connection, path)
            connection.execute("COMMIT")
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute(f"PRAGMA journal_size_limit={LONGEST_LOG}")
        except BaseException:
            connection.close()
            raise
    except sqlite3.Error as error:
        raise StoreError(f"{path}: cannot be used as a database: {error}") from error
    return connection


def check_place(path: str) -> None:
    """Raise StoreError when there can be no database at `path`: SQLite's own messages do not
    tell one cause from another."""
    folder = os.path.dirname(path) or "."
    if not os.path.isdir(folder):
        raise StoreError(f"{path}: its folder does not exist: create it first")
    if os.path.isdir(path):
        raise StoreError(f"{path}: is a folder: name a file in it")
    if os.path.exists(path) and not os.path.isfile(path):
        raise StoreError(f"{path}: is not a file: name one, or one that is to be made")
    if os.path.exists(path) and not os.access(path, os.R_OK | os.W_OK):
        raise StoreError(f"{path}: may not be read and written: change its permissions")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise StoreError(f"{path}: no file may be created beside it: change its folder's rights")


def _bring_up_to_date(connection: sqlite3.Connection, path: str) -> None:
    """Create or migrate the tables, inside the caller's transaction."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > SCHEMA_VERSION:
        raise StoreError(
            f"{path}: written by a newer version (schema {version}, this one knows "
            f"{SCHEMA_VERSION}): upgrade the server, or use another file"
        )
    if not _is_ours(connection, version):
        raise StoreError(f"{path}: is a database of another program: use another file")
    steps = [SCHEMA] if version == 0 else [MIGRATIONS[v] for v in range(version, SCHEMA_VERSION)]
    for statements in steps:
        for statement in statements:
            connection.execute(statement)
    if steps:
        connection.execute(f"PRAGMA user_version={SCHEMA_VERSION}")


def _is_ours(connection: sqlite3.Connection, version: int) -> bool:
    """Whether the file is new, or has the table that every version has."""
    if version == 0:
        return bool(connection.execute("SELECT count(*)=0 FROM sqlite_master").fetchone()[0])
    columns = {row[1] for row in connection.execute("PRAGMA table_info(records)")}
    return columns >= {"seq", "kind", "id", "created", "updated", "base", "heavy"}
