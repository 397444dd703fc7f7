"""Starting a server that tells where it listens."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from specpipe.conformance.process import Running, server_environment
from specpipe.workspace import OUT

KEY = "a-key-for-tests"


@contextmanager
def start(
    command: list[str], folder: Path, out: Path = OUT, key: str = KEY, quiet: bool = False
) -> Iterator[Running]:
    """A server process, up on a free port with a fresh database, stopped afterwards; `quiet`
    drops what it logs."""
    environment = server_environment(out) | {
        "API_KEY": key,
        "DATABASE_URL": f"sqlite:///{folder}/events.db",
    }
    process = subprocess.Popen(
        [sys.executable, *command, "--port", "0"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL if quiet else None,
        text=True,
    )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert "http://" in line, line
        yield Running(line.split()[2], key)
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()
