"""Import: newline-delimited JSON, checked as a whole before anything of it is stored.

Each line is held against the spec's own schema of the thing. What passes is put aside in a
temporary file, from which it is inserted in batches: the input is read once, so that it may be a
pipe, and cannot change between its check and its use.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from . import instants
from .contract import ResourceType
from .json_input import Schemas, check, parse_json
from .progress import Progress
from .replies import Refusal, one_line
from .store import Record, open_store
from .things import record_of

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
LINE_END = b"\r\n"
LARGEST_BATCH = 256 * 1024
"""Bytes that are inserted at once, about; other writers of the database wait for so long."""
COST_OF_ROW = 256
"""Bytes that a record takes besides its text, about."""
LONGEST_PAUSE = 0.1
"""Seconds between two batches, at most."""
LATEST = instants.parse("9999-12-31T00:00:00Z").floor
"""From here on a thing could not be changed for long: each change makes its time of the update
later, and there is no RFC 3339 for the year after."""


class ImportFault(Exception):
    """The input cannot be imported; the text says where and why, in one line."""


class Reader:
    """Reads lines as things of one kind."""

    def __init__(self, type: ResourceType, schemas: Schemas, largest: int) -> None:
        self.type = type
        self._schema = schemas.component(type.schema)
        self._largest = largest

    def records(self, stream: BinaryIO) -> Iterator[tuple[int, Record]]:
        """The thing on each line, with the line's number. Raises ImportFault."""
        for number, line in lines_of(stream, self._largest):
            try:
                yield number, self._record(line)
            except Refusal as refusal:
                text = one_line(refusal.text.removeprefix("the body "))
                raise ImportFault(f"line {number}: {text}") from None

    def _record(self, line: bytes) -> Record:
        """The thing on a line. Raises Refusal."""
        if len(line) > self._largest:
            raise Refusal(413, f"is longer than {self._largest} bytes")
        thing = parse_json(line)
        check(self._schema, thing, "it")
        if not isinstance(thing, dict):
            raise Refusal(422, "is no JSON object")
        id = thing.get(self.type.id)
        if not isinstance(id, str) or not id:
            raise Refusal(422, f"{self.type.id}: is missing")
        if id in self.type.reserved:
            raise Refusal(422, f"{self.type.id}: {id!r} is a path of the API and can be no id")
        created, updated = (time_at(thing, path) for path in (self.type.created, self.type.updated))
        if updated < created:  # lists count on it: listing.py
            names = [".".join(path) for path in (self.type.updated, self.type.created)]
            raise Refusal(422, f"{names[0]}: is before {names[1]}")
        if updated >= LATEST:
            name = ".".join(self.type.updated)
            raise Refusal(422, f"{name}: is so late that no later time could be written")
        record = record_of(self.type, created, updated, thing)
        if record.size > self._largest:
            text = f"takes {record.size} bytes as it is stored; {self._largest} are allowed"
            raise Refusal(413, text)
        return record


def time_at(thing: Mapping[str, Any], path: tuple[str, ...]) -> int:
    """The time at the members `path`, in microseconds since the epoch; what is finer is left to
    the thing's own text. Raises Refusal (422)."""
    value: Any = thing
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    try:
        return instants.parse(value).floor
    except (TypeError, ValueError):
        raise Refusal(422, f"{'.'.join(path)}: is no RFC 3339 date-time") from None


def lines_of(stream: BinaryIO, largest: int) -> Iterator[tuple[int, bytes]]:
    """Number and text of each line that is not blank, without its end and without the byte order
    mark that may stand before the first. Of one that is longer than `largest` bytes there are
    some more than that, and nothing comes after it."""
    number = 0
    while line := stream.readline(largest + 8):
        number += 1
        if number == 1:
            line = line.removeprefix(BYTE_ORDER_MARK)
        text = line.rstrip(LINE_END)
        if text.strip():
            yield number, text
        if len(text) > largest:
            return


class Staging:
    """Records put aside in a temporary file of SQLite's, which vanishes with the process."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None)
        self._database.executescript(
            "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;"
            "CREATE TABLE staged (line INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,"
            " created INTEGER, updated INTEGER, base BLOB, heavy BLOB); BEGIN;"
        )
        self.count = 0

    def add(self, line: int, record: Record) -> None:
        """Put one aside. Raises ImportFault when another has its id, or there is no room."""
        try:
            self._database.execute("INSERT INTO staged VALUES (?, ?, ?, ?, ?, ?)", (line, *record))
        except sqlite3.IntegrityError:
            statement = "SELECT line FROM staged WHERE id=?"
            (first,) = self._database.execute(statement, (record.id,)).fetchone()
            text = f"line {line}: the id {record.id!r} is on line {first} already"
            raise ImportFault(one_line(text)) from None
        except sqlite3.OperationalError as error:
            text = f"no room to put things aside in ({error}): set SQLITE_TMPDIR to another folder"
            raise ImportFault(text) from None
        self.count += 1

    def batches(self) -> Iterator[list[Record]]:
        """All of them, in the order of their lines, some at a time."""
        batch: list[Record] = []
        size = 0
        columns = "id, created, updated, base, heavy"
        for row in self._database.execute(f"SELECT {columns} FROM staged ORDER BY line"):
            record = Record(*row)
            batch.append(record)
            size += COST_OF_ROW + record.size
            if size >= LARGEST_BATCH:
                yield batch
                batch, size = [], 0
        if batch:
            yield batch

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()


async def insert_staged(url: str, kind: str, staging: Staging, told: Progress) -> int:
    """Insert what is put aside and not yet in the database `url`. Between two batches it rests for
    as long as the one took, so that a server on the same database gets its turn.

    Returns how many. Raises StoreError; batches before that are stored.
    """
    store = await open_store(url)
    added = seen = 0
    try:
        for batch in staging.batches():
            started = time.monotonic()
            added += await store.insert_all(kind, batch)
            seen += len(batch)
            told.now(f"{seen} of {staging.count} imported")
            await asyncio.sleep(min(time.monotonic() - started, LONGEST_PAUSE))
    finally:
        await store.close()
    return added
