"""Files of SQLite stores: older ones are brought up to date, all or nothing; what is no file of
ours, or of a version to come, is refused in one line and left as it was."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from .conftest import ENVIRONMENT

VERSION_1 = """
CREATE TABLE records (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  base BLOB NOT NULL,
  heavy BLOB NOT NULL,
  UNIQUE (kind, id)
);
CREATE INDEX records_created ON records (kind, created, seq, id);
CREATE INDEX records_updated ON records (kind, updated, seq, created, id);
PRAGMA user_version=1;
PRAGMA journal_mode=WAL;
"""
"""What version 1 made: not to be changed."""
KILLED_MIDWAY = """
import os, signal, sys
import {package}.runtime.sqlite_schema as schema

def then_killed(statements):
    yield from statements[:1]
    os.kill(os.getpid(), signal.SIGKILL)

schema.MIGRATIONS = {{1: then_killed(schema.MIGRATIONS[1])}}
schema.open_for_writing({file!r})
"""


def rows(count):
    return [
        ("workstream_event", f"id-{n}", n, 2 * n, b'{"id":"id-%d"}' % n, b"{}")
        for n in range(count)
    ]


@pytest.fixture
def file(tmp_path):
    return tmp_path / "e.db"


def make_version_1(file, count):
    with contextlib.closing(sqlite3.connect(file)) as connection, connection:
        connection.executescript(VERSION_1)
        connection.executemany(
            "INSERT INTO records (kind, id, created, updated, base, heavy) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            rows(count),
        )


def schema_of(file):
    """Version and definitions in a file."""
    with contextlib.closing(sqlite3.connect(file)) as connection:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        return version, connection.execute(
            "SELECT name, replace(sql, ' ', '') FROM sqlite_master ORDER BY name"
        ).fetchall()


def normal(schema):
    version, definitions = schema
    return version, [(name, sql and "".join(sql.split())) for name, sql in definitions]


def test_a_file_of_version_1_is_brought_up_to_date_with_all_that_is_in_it(start, file, tmp_path):
    make_version_1(file, 3_000)
    events = start(database=file).events
    assert events.listed() == [f"id-{n}" for n in range(2_999, -1, -1)]
    assert events.listed(updated_to="1970-01-01T00:00:00.000003Z") == ["id-1", "id-0"]
    assert events.read("id-7") == {"id": "id-7"}
    assert events.new()["id"] in events.listed(limit=1)
    start(database=tmp_path / "new.db")
    assert normal(schema_of(file)) == normal(schema_of(tmp_path / "new.db"))


def test_a_kill_amid_the_migration_leaves_version_1(package, folder, file, start):
    make_version_1(file, 100)
    before = schema_of(file)
    script = KILLED_MIDWAY.format(package=package, file=str(file))
    assert subprocess.run([sys.executable, "-c", script], cwd=folder, check=False).returncode == (
        -signal.SIGKILL
    )
    assert schema_of(file) == before
    assert len(start(database=file).events.listed()) == 100


def test_a_migration_that_fails_is_told_and_leaves_version_1(runtime, file, monkeypatch):
    make_version_1(file, 100)
    before = schema_of(file)
    module = runtime("sqlite_schema")
    statements = (*module.MIGRATIONS[1], "CREATE INDEX records_updated ON records (kind)")
    monkeypatch.setattr(module, "MIGRATIONS", {1: statements})
    with pytest.raises(runtime("store").StoreError, match="records_updated already exists"):
        module.open_for_writing(str(file))
    assert schema_of(file) == before


def other_program(file, version=0):
    with contextlib.closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("CREATE TABLE bookmarks (url TEXT)")
        connection.execute(f"PRAGMA user_version={version}")


def newer(file):
    make_version_1(file, 10)
    with contextlib.closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("PRAGMA user_version=3")


def truncated(file):
    make_version_1(file, 3_000)
    file.write_bytes(file.read_bytes()[:40_000])


def garbage_at_the_start(file):
    make_version_1(file, 10)
    file.write_bytes(b"not a database, not at all" * 4 + file.read_bytes()[104:])


UNUSABLE = {
    "written by a newer version (schema 3, this one knows 2): upgrade the server": newer,
    "is a database of another program: use another file": other_program,
    "is a database of another program: use another": lambda file: other_program(file, version=2),
    "is a database of another program": lambda file: other_program(file, version=1),
    "cannot be used as a database: database disk image is malformed": truncated,
    "cannot be used as a database: file is not a database": garbage_at_the_start,
    "is a folder: name a file in it": os.mkdir,
    "is not a file": os.mkfifo,
}


def everything_in(folder):
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None
        for path in folder.iterdir()
    }


def started(folder, package, file, **options):
    """A server that is expected not to start."""
    return subprocess.run(
        [sys.executable, "-m", package, "--port", "0", "--database-url", f"sqlite:///{file}"],
        cwd=folder,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        **options,
    )


@pytest.mark.parametrize("line", UNUSABLE)
def test_what_cannot_be_used_is_told_in_one_line_and_left_alone(
    folder, package, file, tmp_path, line
):
    UNUSABLE[line](file)
    before = everything_in(tmp_path)
    server = started(folder, package, file)
    assert server.returncode == 1
    assert f"{file}: {line}" in server.stderr
    assert server.stderr.count("\n") == 1
    assert server.stdout == ""
    assert everything_in(tmp_path) == before


def test_a_missing_folder_is_told_and_not_made(folder, package, tmp_path):
    server = started(folder, package, tmp_path / "no" / "e.db")
    assert server.returncode == 1
    assert "its folder does not exist: create it first\n" in server.stderr
    assert everything_in(tmp_path) == {}


@pytest.fixture
def place():
    """A folder that other users can get to, which those of pytest are not."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="becomes another user")
@pytest.mark.parametrize(
    ("file_mode", "folder_mode", "line"),
    [
        (0o600, 0o777, "may not be read and written: change its permissions"),
        (0o444, 0o777, "may not be read and written: change its permissions"),
        (0o666, 0o755, "no file may be created beside it: change its folder's rights"),
        (None, 0o755, "no file may be created beside it: change its folder's rights"),
    ],
)
def test_missing_permission_is_told(runtime, place, file_mode, folder_mode, line):
    """By a process that forks and becomes nobody, as root may do everything."""
    if file_mode is not None:
        make_version_1(place / "e.db", 1)
        (place / "e.db").chmod(file_mode)
    place.chmod(folder_mode)
    module = runtime("sqlite_schema")
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.setuid(65534)
        try:
            module.open_for_writing(str(place / "e.db"))
            os.write(writer, b"opened")
        except BaseException as error:
            os.write(writer, str(error).encode())
        os._exit(0)
    os.waitpid(child, 0)
    os.close(writer)
    assert os.read(reader, 1000).decode() == f"{place / 'e.db'}: {line}"
    os.close(reader)


def test_damage_in_the_middle_is_told_where_it_is_met_and_the_rest_is_served(start, file):
    """A start does not read the whole file: that would take minutes for a large one."""
    make_version_1(file, 20_000)
    start(database=file).stop()
    with contextlib.closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (page,) = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name='records_created'"
        ).fetchone()
    with file.open("r+b") as stream:
        stream.seek((page - 1) * 4096)
        stream.write(os.urandom(4096))
    events = start(database=file).events
    reply = events.identifiers()
    assert reply.status_code == 503
    assert reply.text.count("\n") == 1
    assert "malformed" in reply.text
    assert events.read("id-7") == {"id": "id-7"}
    assert events.batch("id-9").status_code == 200


def test_processes_that_migrate_at_once_agree(runtime, file):
    make_version_1(file, 3_000)

    async def scenario():
        stores = await asyncio.gather(
            *(asyncio.to_thread(runtime("sqlite").SQLiteStore, str(file)) for _ in range(4))
        )
        for store in stores:
            await store.check()
            await store.close()

    asyncio.run(scenario())
    assert schema_of(file)[0] == 2
