"""Many clients, some slow on purpose: the others keep their answers, and memory its bound."""

from __future__ import annotations

import concurrent.futures
import contextlib
import socket
import threading
import time
from pathlib import Path

import httpx
import pytest

from .test_wire import GET, POST
from .wire import wire

SNAPSHOT = b"GET /workstream_events HTTP/1.1\r\nHost: localhost\r\n\r\n"
MIB = 2**20
GROWTH = 64 * MIB
"""What 200 connections may add to a server, 20 of them slow."""
SHORT = ("--header-time", "4", "--body-time", "4", "--stall-time", "1")
"""Whoever drips takes 20 seconds and more; with 180 others on a machine that is busy, even an honest
client may need one for what it sends."""


def memory(server):
    """Bytes that the process has in memory."""
    for line in Path(f"/proc/{server.process.pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no VmRSS")


def peak(server, stop):
    """The most of it until `stop` is set."""
    most = 0
    while not stop.wait(0.02):
        most = max(most, memory(server))
    return most


@contextlib.contextmanager
def measured(pool, server):
    """The future of that peak; it is there when what is done meanwhile is over, even by an error."""
    stop = threading.Event()
    try:
        yield pool.submit(peak, server, stop)
    finally:
        stop.set()


def drip(url, data):
    """Send a byte now and then; gives the status of the answer, or None when there is none."""
    with wire(url) as connection:
        connection.socket.settimeout(0.05)
        for n in range(len(data)):
            connection.send(data[n : n + 1])
            try:
                if connection._more():
                    break
                return None
            except TimeoutError:
                continue
        connection.socket.settimeout(20)
        return connection.answer().status


def read_slowly(url):
    """Read a snapshot a byte now and then; gives whether it came to its end."""
    with wire(url, window=4096) as connection:
        connection.send(SNAPSHOT)
        for _ in range(60):
            connection.socket.recv(1)
            time.sleep(0.05)
        while connection._more():
            continue
        return connection._buffer.endswith(b"\r\n0\r\n\r\n")


def ask(url, count=5):
    """Normal requests, one after the other; gives their statuses."""
    with httpx.Client(base_url=url, timeout=30, trust_env=False) as client:
        statuses = []
        for _ in range(count):
            body = {"application": APPLICATION, "trigger": {}}
            reply = client.post("/workstream_events/create", json=body)
            assert reply.status_code == 200, reply.text
            statuses.append(reply.status_code)
            statuses.append(client.get(f"/workstream_event/{reply.json()['id']}").status_code)
        return statuses


APPLICATION = {
    "id": "2a9d4c70-8e35-4f1b-a6c2-70d9b5e3f814",
    "name": "VS_CODE",
    "version": "1",
    "platform": "MACOS",
    "onboarded": True,
    "privacy": "OPEN",
}


def test_with_20_slow_clients_180_others_keep_their_answers_and_memory_its_bound(start):
    server = start(*SHORT)
    for _ in range(40):
        server.events.new(readable="r" * 500_000)
    before = memory(server)
    with concurrent.futures.ThreadPoolExecutor(202) as pool, measured(pool, server) as most:
        headers = [pool.submit(drip, server.url, GET[:-2] + b"X: y\r\n" * 99) for _ in range(7)]
        body = POST + b"Content-Length: 9999\r\n\r\n"
        bodies = [pool.submit(drip_body, server.url, body) for _ in range(7)]
        readers = [pool.submit(read_slowly, server.url) for _ in range(6)]
        time.sleep(0.3)
        others = [pool.submit(ask, server.url) for _ in range(180)]
        answered = [status for other in others for status in other.result()]
        slow = [future.result() for future in headers + bodies]
        finished = [reader.result() for reader in readers]
    assert answered == [200] * 1800
    assert slow == [408] * 14
    assert finished == [False] * 6
    assert most.result() - before < GROWTH
    errors = server.stop()
    assert errors.count("\n") == 6, errors
    assert errors.count("does not read") == 6, errors


def drip_body(url, head):
    """Send `head` at once, and its body drop by drop."""
    with wire(url) as connection:
        connection.send(head)
        connection.socket.settimeout(0.05)
        for _ in range(400):
            connection.send(b" ")
            with contextlib.suppress(TimeoutError):
                if connection._more():
                    break
        connection.socket.settimeout(20)
        return connection.answer().status


def test_readers_that_stop_reading_give_up_their_place(start):
    """Of which there are a few only: without an end to them nobody could read everything."""
    server = start("--stall-time", "0.5")
    for _ in range(40):
        server.events.new(readable="r" * 500_000)
    with contextlib.ExitStack() as connections:
        for _ in range(40):
            reader = connections.enter_context(wire(server.url, window=4096))
            reader.send(SNAPSHOT)
        reader._more()
        time.sleep(3)
        assert len(server.events.snapshot().json()["iterable"]) == 40
    errors = server.stop()
    assert "Traceback" not in errors
    assert errors.count("does not read") == errors.count("\n")


def test_a_large_thing_that_nobody_reads_is_let_go(start):
    """The reply is in one piece, and given up as a whole."""
    server = start("--stall-time", "0.5")
    id = server.events.new(readable="r" * 7_000_000)["id"]
    before = memory(server)
    with contextlib.ExitStack() as connections:
        path = f"/workstream_event/{id}".encode()
        request = SNAPSHOT.replace(b"/workstream_events", path)
        readers = [connections.enter_context(wire(server.url, window=4096)) for _ in range(40)]
        for reader in readers:
            reader.send(request)
        statuses = [reader.socket.recv(12)[-3:] for reader in readers]
        assert set(statuses) == {b"200", b"503"}
        assert memory(server) - before < 300 * MIB
        time.sleep(1.5)
        assert server.events.get(id).status_code == 200
    assert "Traceback" not in server.stop()


def test_a_reader_that_is_slow_but_steady_gets_all(start):
    server = start("--stall-time", "1")
    for _ in range(4):
        server.events.new(readable="r" * 500_000)
    with wire(server.url, window=65536) as connection:
        connection.send(SNAPSHOT)
        for _ in range(30):
            connection.socket.setblocking(True)
            connection._buffer += connection.socket.recv(40_000)
            time.sleep(0.1)
        connection.socket.settimeout(20)
        assert len(connection.answer().body) > 2_000_000
    assert server.stop() == ""


def test_bodies_that_are_on_their_way_have_a_bound_together(start):
    """Small ones get in nevertheless."""
    server = start("--largest-body", "40MiB")
    before = memory(server)
    head = b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % (40 * MIB)
    with contextlib.ExitStack() as connections:
        slow = [connections.enter_context(wire(server.url)) for _ in range(8)]

        def fill(connection):
            connection.send(POST + head + b" " * (40 * MIB - 1))

        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            list(pool.map(fill, slow))
        assert memory(server) - before < 256 * MIB
        server.events.new()
        statuses = []
        for connection in slow:
            connection.socket.settimeout(1)
            with contextlib.suppress(TimeoutError):
                answer = connection.answer()
                statuses.append(answer and answer.status)
        assert len(statuses) == 5
        assert set(statuses) <= {503, None}
        assert 503 in statuses
    time.sleep(0.5)
    large = {"application": APPLICATION, "trigger": {}, "readable": "r" * (9 * MIB)}
    assert server.events.create(large).status_code == 200
    assert server.stop() == ""


def test_connections_have_a_bound_and_those_above_are_told(start):
    server = start("--connections", "20")
    with contextlib.ExitStack() as connections:
        for _ in range(20):
            one = connections.enter_context(wire(server.url))
            one.send(GET)
            assert one.answer().status == 200
        for _ in range(10):
            with wire(server.url) as more:
                more.send(GET)
                answer = more.answer()
                assert answer.status == 503
                assert answer.headers["retry-after"] == "1"
                assert more.closed()
        crowd = [connections.enter_context(wire(server.url)) for _ in range(150)]
        answers = [one.answers() for one in crowd]
        assert all(len(told) <= 1 for told in answers)
        assert [] in answers
    time.sleep(0.3)
    with wire(server.url) as one:
        one.send(GET)
        assert one.answer().status == 200
    assert server.stop() == ""


def test_a_thousand_connections_are_served(start):
    server = start()
    with contextlib.ExitStack() as connections:
        many = [connections.enter_context(wire(server.url)) for _ in range(900)]
        for connection in many:
            connection.send(GET)
        assert {connection.answer().status for connection in many} == {200}
    assert server.stop() == ""


@pytest.mark.parametrize("host", ["::1", "127.0.0.1", "localhost"])
def test_it_listens_on_each_kind_of_loopback(start, host):
    if host == "::1" and not socket.has_ipv6:
        pytest.skip("no IPv6 here")
    server = start("--host", host)
    assert httpx.get(f"{server.url}/.well-known/health", trust_env=False).status_code == 200
