"""Starting a server that tells where it listens."""

from __future__ import annotations

import atexit
import functools
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from specpipe.conformance.process import Running, server_environment
from specpipe.workspace import OUT

KEY = "a-key-for-tests"
PACKAGE = "pieces_workstream_server"
IMPORTED = ("saboteurs", PACKAGE, "uvicorn.protocols.http.httptools_impl", "uvloop")
"""What takes a server longest to start, and nothing that a defect is planted in."""
PATIENCE = 20
"""Seconds for a server to start or to stop."""
ASKING = threading.Lock()
"""Held by who waits for an answer of the zygote."""


@contextmanager
def start(
    command: list[str], folder: Path, out: Path = OUT, key: str = KEY, quiet: bool = False
) -> Iterator[Running]:
    """A server process, up on a free port with a fresh database, stopped afterwards; `quiet`
    drops what it logs. `command` is a script or `-m` and a module, and what it is given."""
    environment = server_environment(out) | {
        "API_KEY": key,
        "DATABASE_URL": f"sqlite:///{folder}/events.db",
    }
    arguments = [*command, "--port", "0"]
    run = forked if out == OUT and command[0] != "-m" else spawned
    with run(arguments, environment, quiet) as line:
        assert "http://" in line, line
        yield Running(line.split()[2], key)


@contextmanager
def spawned(arguments: list[str], environment: Mapping[str, str], quiet: bool) -> Iterator[str]:
    """A process of Python; gives the first line that it says, and ends it afterwards."""
    process = subprocess.Popen(
        [sys.executable, *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL if quiet else None,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield process.stdout.readline()
    finally:
        process.terminate()
        try:
            process.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


@contextmanager
def forked(arguments: list[str], environment: Mapping[str, str], quiet: bool) -> Iterator[str]:
    """The same by a fork of the zygote. It is over when nobody can write its output any more."""
    reading, writing = os.pipe()
    errors = os.open(os.devnull, os.O_WRONLY) if quiet else os.dup(2)
    request = {"arguments": arguments, "environment": dict(environment), "folder": str(Path.cwd())}
    with ASKING:
        connection = zygote(environment["PYTHONPATH"])
        socket.send_fds(connection, [json.dumps(request).encode()], [writing, errors])
        process = int(connection.recv(32))
    os.close(writing)
    os.close(errors)
    with os.fdopen(reading) as output:
        try:
            yield output.readline()
        finally:
            for way in (signal.SIGTERM, signal.SIGKILL):
                if not over(output.fileno()):
                    os.kill(process, way)
                    wait(output.fileno())


def over(output: int) -> bool:
    """Whether a pipe has nothing more to give, ever."""
    return bool(select.select([output], [], [], 0)[0]) and not os.read(output, 1 << 16)


def wait(output: int) -> None:
    """Let the pipe come to its end, in so much time."""
    while select.select([output], [], [], PATIENCE)[0]:
        if not os.read(output, 1 << 16):
            return


@functools.cache
def zygote(path: str) -> socket.socket:
    """What servers are forked from: one for each process of tests, which ends with it."""
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with its:
        subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("zygote.py")), *IMPORTED],
            stdin=its,
            env=os.environ | {"PYTHONPATH": path},
        )
    atexit.register(ours.close)
    return ours
