"""A disk that is full, really: what was acknowledged stays, reads go on, and writes go on as soon
as there is room again."""

from __future__ import annotations

import asyncio
import os
import resource
import subprocess
import sys

import pytest

LARGE = "x" * 20_000
MIB = 1024 * 1024
linux = pytest.mark.skipif(sys.platform != "linux", reason="limits another process's files")


class FileSizeLimit:
    """The server may write so much into one file (RLIMIT_FSIZE), and more later."""

    def __init__(self, place, server):
        self._process = server.process.pid
        self._set(2 * MIB)

    def make_room(self):
        self._set(64 * MIB)

    def _set(self, size):
        resource.prlimit(self._process, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


class SmallDisk:
    """The database lies on a disk in memory, of which another file has taken most."""

    def __init__(self, place, server):
        self._ballast = place / "ballast"
        self._ballast.write_bytes(b"x" * 5 * MIB)

    def make_room(self):
        self._ballast.unlink()


@pytest.fixture
def disk(tmp_path):
    """A folder that is a disk of 8 MiB."""
    command = ["mount", "-t", "tmpfs", "-o", "size=8m", "none", str(tmp_path)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("a disk cannot be mounted here")
    yield tmp_path
    subprocess.run(["umount", "-l", str(tmp_path)], check=True)


def story(start, place, room_of):
    """Fill it up, look at what is left, make room, and look again after a kill."""
    file = place / "e.db"
    server = start(database=file)
    events = server.events
    stored = [events.new(readable=LARGE)]
    room = room_of(place, server)
    refused = []
    while len(refused) < 5:
        reply = events.create({**stored[0], "readable": LARGE})
        if reply.status_code == 200:
            assert len(stored) < 2_000
            stored.append(reply.json())
            continue
        assert reply.status_code == 503, reply.text
        assert reply.text.startswith("the store is not available: the database refused to write: ")
        assert reply.text.count("\n") == 1
        refused.append(reply.text)
    ids = [event["id"] for event in stored]
    assert len(ids) > 20
    assert events.listed() == ids[::-1]
    assert [events.read(id) for id in ids] == stored
    assert events.snapshot().json()["iterable"] == stored[::-1]
    assert events.batch(*ids).json()["notFound"] == []
    room.make_room()
    later = [events.new(readable=LARGE) for _ in range(20)]
    assert events.delete(ids[0]).status_code == 204
    server.kill()
    expected = (stored[1:] + later)[::-1]
    assert start(database=file).events.snapshot().json()["iterable"] == expected
    return refused


@linux
def test_a_file_that_may_not_grow_loses_nothing(start, tmp_path):
    story(start, tmp_path, FileSizeLimit)


@linux
def test_a_full_disk_loses_nothing_and_is_told(start, disk):
    assert all("disk is full" in line for line in story(start, disk, SmallDisk))


def test_a_database_that_has_its_most_pages_says_so(runtime, tmp_path):
    """The same anywhere: SQLite's own limit."""
    store = runtime("sqlite").SQLiteStore(str(tmp_path / "e.db"))
    record = runtime("store").Record

    async def scenario():
        await store._writer.do(lambda connection: connection.execute("PRAGMA max_page_count=60"))
        acknowledged = []

        async def fill():
            for n in range(1_000):
                assert await store.insert("k", record(f"{n}", n, n, LARGE.encode()))
                acknowledged.append(f"{n}")

        with pytest.raises(runtime("store").StoreError, match="full"):
            await fill()
        batches = [batch async for batch in store.fetch("k", acknowledged, heavy=True)]
        assert await store.delete("k", "0")
        assert await store.insert("k", record("small", 1, 1, b"{}"))
        await store.close()
        return acknowledged, [record.id for batch in batches for record in batch]

    acknowledged, found = asyncio.run(scenario())
    assert len(acknowledged) > 5
    assert found == acknowledged
