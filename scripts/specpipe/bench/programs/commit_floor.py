"""The floor of durable writing to SQLite: `commit_floor.py <file> <rows> <seconds> <bytes>` commits
rows of so many bytes in groups of `rows`, and prints how many rows a second."""

from __future__ import annotations

import sqlite3
import sys
import time
import uuid


def main() -> None:
    """Write, and say how fast."""
    path, rows, seconds, size = sys.argv[1], *map(int, sys.argv[2:])
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE things (id TEXT PRIMARY KEY, created INTEGER, body BLOB)")
    body = b"x" * size
    started, written = time.monotonic(), 0
    while (spent := time.monotonic() - started) < seconds:
        connection.execute("BEGIN")
        group = [(str(uuid.uuid4()), time.time_ns(), body) for _ in range(rows)]
        connection.executemany("INSERT INTO things VALUES (?, ?, ?)", group)
        connection.execute("COMMIT")
        written += rows
    print(written / spent)


if __name__ == "__main__":
    main()
