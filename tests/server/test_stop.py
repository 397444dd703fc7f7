"""How a server stops: in order, and within a bound, whatever its clients do."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from .test_wire import GET, POST
from .wire import wire

SNAPSHOT = b"GET /workstream_events HTTP/1.1\r\nHost: localhost\r\n\r\n"
HANGING = """
import asyncio
from {package}.__main__ import run

class Handlers:
    async def {operation}(self, **arguments):
        print("asked", flush=True)
        await asyncio.sleep(600)

run(Handlers())
"""
BEGINNING = """
from {package}.__main__ import run
from {package}.runtime import server

class Told(server.EarlySignals):
    def __init__(self):
        super().__init__()
        print("begun", flush=True)

import {package}.runtime.serving as serving
serving.EarlySignals = Told
run()
"""


def ended(server, within=8.0):
    """Exit status and standard error, once it has ended."""
    server.client.close()
    _, errors = server.process.communicate(timeout=within)
    return server.process.returncode, errors


def filled(server, count=40, size=500_000):
    """Have a snapshot that fits into no buffer."""
    for _ in range(count):
        server.events.new(readable="r" * size)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_status_0_and_the_log_folded_into_the_database(
    start, tmp_path, number
):
    file = tmp_path / "kept.db"
    server = start(database=file)
    server.events.new()
    with wire(server.url) as idle, wire(server.url) as begun:
        idle.send(GET)
        assert idle.answer().status == 200
        begun.send(GET[:20])
        server.process.send_signal(number)
        assert ended(server) == (0, "")
        assert idle.closed()
        assert begun.closed()
    assert not Path(f"{file}-wal").exists()


def test_a_body_that_is_still_arriving_is_waited_for(start, seed):
    server = start()
    with wire(server.url) as connection:
        head = b"Content-Type: application/json\r\nContent-Length: 4\r\n"
        connection.send(POST + head + b"Expect: 100-continue\r\n\r\n")
        assert connection.socket.recv(100).startswith(b"HTTP/1.1 100")
        connection.send(b"nu")
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        assert server.process.poll() is None
        connection.send(b"ll")
        answer = connection.answer()
        assert answer.status == 422
        assert answer.headers["connection"] == "close"
        assert ended(server) == (0, "")


def test_a_reply_that_is_being_read_is_completed(start):
    server = start()
    filled(server)
    with wire(server.url, window=65536) as connection:
        connection.send(SNAPSHOT)
        connection._more()
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        answer = connection.answer()
        assert answer.status == 200
        assert len(answer.body) > 20_000_000
        assert ended(server) == (0, "")


def stuck(connections, server):
    """A client that drips a body, one that does not read, one that drips a header."""
    body, reader, header = (connections.enter_context(wire(server.url, 4096)) for _ in range(3))
    body.send(POST + b"Expect: 100-continue\r\nContent-Length: 9\r\n\r\n")
    assert body.socket.recv(100).startswith(b"HTTP/1.1 100")
    reader.send(SNAPSHOT)
    header.send(GET[:9])
    reader._more()


def test_slow_clients_hold_it_for_the_bound_only(start):
    server = start("--stop-time", "0.5")
    filled(server)
    with contextlib.ExitStack() as connections:
        stuck(connections, server)
        server.process.send_signal(signal.SIGTERM)
        assert ended(server) == (0, "")


@pytest.mark.parametrize("second", [signal.SIGTERM, signal.SIGINT])
def test_a_second_signal_ends_it_at_once_and_in_order(start, tmp_path, second):
    file = tmp_path / "kept.db"
    server = start("--stop-time", "600", database=file)
    filled(server)
    with contextlib.ExitStack() as connections:
        stuck(connections, server)
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        assert server.process.poll() is None
        server.process.send_signal(second)
        assert ended(server) == (0, "")
    assert not Path(f"{file}-wal").exists()


def test_a_handler_that_hangs_is_told_in_one_line_and_left(start, package):
    script = HANGING.format(package=package, operation="workstream_events_snapshot")
    server = start("--stop-time", "0.3", script=script)
    with wire(server.url) as connection:
        connection.send(SNAPSHOT)
        assert server.process.stdout.readline() == "asked\n"
        server.process.send_signal(signal.SIGTERM)
        status, errors = ended(server)
    assert status == 0
    assert errors.count("\n") == 1, errors
    assert "/workstream_events" in errors


def test_new_connections_are_refused_while_it_stops(start):
    server = start()
    with wire(server.url) as connection:
        connection.send(POST + b"Expect: 100-continue\r\nContent-Length: 4\r\n\r\n")
        assert connection.socket.recv(100).startswith(b"HTTP/1.1 100")
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        with pytest.raises(ConnectionRefusedError), wire(server.url):
            pass
        server.process.send_signal(signal.SIGTERM)
        assert ended(server)[0] == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_while_it_starts_ends_it_without_a_traceback(folder, package, tmp_path, number):
    """At every moment after it began to listen to signals."""
    program = BEGINNING.format(package=package)
    for n in range(12):
        process = subprocess.Popen(
            [sys.executable, "-c", program, "--port", "0"],
            cwd=folder,
            env={**os.environ, "DATABASE_URL": f"sqlite:///{tmp_path}/{n}.db"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stdout.readline() == "begun\n"
        time.sleep(0.01 + 0.02 * n)
        process.send_signal(number)
        _, errors = process.communicate(timeout=20)
        assert (process.returncode, errors) == (0, ""), n
