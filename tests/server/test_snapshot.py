"""The snapshot in parts: memory that does not grow with the store, one moment, and failures."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sqlite3
import sys
import time
from pathlib import Path

import httpx
import pytest

LARGE = "x" * (3 * 1024 * 1024)
linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
SCRIPT = """
import sys
import {package}.runtime.turns as turns
from {package}.__main__ import run

turns.PATIENCE = 0.2
sys.argv[0] = "server"
run()
"""


def peak(server):
    """The most memory that the server has had, in MiB."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


def open_files(server, database):
    """How many times the server has the database file open."""
    folder = Path(f"/proc/{server.process.pid}/fd")
    return sum(os.readlink(link) == str(database) for link in folder.iterdir())


def eventually(condition):
    """Wait until it holds; it is not right that it does not within a minute."""
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def request(server):
    """A connection on which everything was asked for, and nothing of it read."""
    host, port = server.url.removeprefix("http://").split(":")
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.settimeout(20)
    connection.connect((host, int(port)))
    connection.sendall(b"GET /workstream_events HTTP/1.1\r\nHost: localhost\r\n\r\n")
    return connection


def rest(connection):
    """The JSON that is left to be read, in chunks (RFC 9112, 7.1)."""
    stream = connection.makefile("rb")
    while stream.readline().strip():
        pass
    body = b""
    while size := int(stream.readline(), 16):
        body += stream.read(size)
        stream.readline()
    return json.loads(body)


def fill(runtime, database, count):
    """Put many small events into a database, as one write."""
    record = runtime("store").Record
    base = b'{"application":{},"trigger":{},"readable":"' + b"x" * 200 + b'"}'

    async def scenario():
        store = runtime("sqlite").SQLiteStore(str(database))
        records = [record(f"{n:036}", n, n, base) for n in range(count)]
        assert await store.insert_all("workstream_event", records) == count
        await store.close()

    asyncio.run(scenario())


@pytest.fixture
def database(tmp_path):
    return tmp_path / "shared.db"


@pytest.mark.engines
@linux
def test_memory_does_not_grow_with_the_store(start):
    """40 events of 3 MiB: the part that is in memory is counted in bytes, not in rows."""
    server = start()
    for _ in range(40):
        server.events.new(readable=LARGE)
    before = peak(server)
    with server.client.stream("GET", "/workstream_events") as reply:
        size = sum(len(chunk) for chunk in reply.iter_bytes())
    assert size > 40 * len(LARGE)
    assert peak(server) - before < 40


@linux
def test_memory_does_not_grow_with_the_number_of_events_either(start, runtime, database):
    """A hundred thousand events, also by their ids alone."""
    fill(runtime, database, 100_000)
    server = start(database=database)
    server.events.listed(limit=1)
    assert len(server.events.new()["id"]) == 36
    before = peak(server)
    with server.client.stream("GET", "/workstream_events") as reply:
        text = b"".join(reply.iter_bytes())
    with server.client.stream("GET", "/workstream_events/identifiers") as reply:
        listed = b"".join(reply.iter_bytes())
    assert peak(server) - before <= 10
    indices = json.loads(text)["indices"]
    assert len(indices) == 100_001
    assert list(indices.values()) == list(range(100_001))
    assert [item["id"] for item in json.loads(listed)["iterable"]] == list(indices)


@linux
def test_memory_does_not_grow_with_what_a_batch_asks_for(start):
    """One request of a few bytes for all of them."""
    server = start()
    ids = [server.events.new(readable=LARGE)["id"] for _ in range(30)]
    server.events.batch(ids[0])
    before = peak(server)
    body = {"workstreamEvents": {"iterable": [{"id": id} for id in ids]}}
    with server.client.stream("POST", "/workstream_events/batch/fetch", json=body) as reply:
        size = sum(len(chunk) for chunk in reply.iter_bytes())
    assert size > 30 * len(LARGE)
    assert peak(server) - before < 40


@pytest.mark.engines
def test_items_and_positions_are_of_one_moment(start):
    """What is written while it is sent is not in it, in neither part."""
    events = (server := start()).events
    ids = [events.new(readable=LARGE)["id"] for _ in range(6)][::-1]
    with request(server) as connection:
        first = connection.recv(1000)
        assert first.startswith(b"HTTP/1.1 200 ")
        events.new(readable="later")
        events.delete(ids[2])
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        head, _, start_of_body = first.partition(b"\r\n\r\n")
        assert b"chunked" in head
        reply = rest(Resumed(connection, head + b"\r\n\r\n" + start_of_body))
    assert [event["id"] for event in reply["iterable"]] == ids
    assert reply["indices"] == {id: n for n, id in enumerate(ids)}


class Resumed:
    """A connection of which the first bytes have been read."""

    def __init__(self, connection, first):
        self._connection, self._first = connection, first

    def makefile(self, _):
        return self

    def readline(self):
        line = b""
        while not line.endswith(b"\n"):
            line += self.read(1)
        return line

    def read(self, size):
        while len(self._first) < size:
            piece = self._connection.recv(1 << 20)
            assert piece, "the reply broke off"
            self._first += piece
        data, self._first = self._first[:size], self._first[size:]
        return data


@linux
def test_clients_that_do_not_read_hold_few_connections_to_the_database(start, package, database):
    """More than may read at once wait, and are told; single events can be read all the while."""
    server = start(script=SCRIPT.format(package=package), database=database)
    events = server.events
    event = events.new()
    for _ in range(6):
        events.new(readable=LARGE)
    slow = [request(server) for _ in range(8)]
    for connection in slow:
        assert connection.recv(12) == b"HTTP/1.1 200"
    more = [request(server) for _ in range(12)]
    for connection in more:
        assert connection.recv(12) == b"HTTP/1.1 503"
    reply = events.snapshot()
    assert reply.status_code == 503
    assert reply.text.count("\n") == 1
    assert events.read(event["id"]) == event
    assert len(events.listed()) == 7
    assert open_files(server, database) <= 16
    for connection in (*slow, *more):
        connection.close()
    eventually(lambda: events.snapshot().status_code == 200)
    assert len(events.snapshot().json()["iterable"]) == 7
    assert open_files(server, database) <= 16  # SQLite keeps the files of closed connections


@pytest.mark.engines
def test_a_client_that_leaves_does_not_spoil_the_connection_for_others(start):
    events = (server := start()).events
    for _ in range(6):
        events.new(readable=LARGE)
    for _ in range(20):
        with request(server) as connection:
            assert connection.recv(12) == b"HTTP/1.1 200"
    newest = events.new()["id"]
    eventually(lambda: events.snapshot().status_code == 200)
    assert next(iter(events.snapshot().json()["indices"])) == newest
    assert events.listed(limit=1) == [newest]


def test_a_store_that_fails_midway_breaks_the_reply_off(start, database):
    """It must not look whole: the last chunk never comes."""
    server = start(database=database)
    for _ in range(6):
        server.events.new(readable=LARGE)
    with sqlite3.connect(database) as connection:
        # The oldest comes last; as text its bytes cannot be decoded.
        connection.execute("UPDATE records SET id=CAST(x'ff' AS TEXT) WHERE seq=1")
    connection.close()
    with pytest.raises(httpx.RemoteProtocolError):
        server.events.snapshot()
    assert server.client.get("/.well-known/health").status_code == 200
