"""A server of this API as a process of its own, for tests."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

_READY_SECONDS = 30.0
_STOP_SECONDS = 15.0
_SETTINGS = (
    *("HOST", "PORT", "DATABASE_URL", "API_KEY", "API_KEYS", "API_KEY_FILE", "ALLOW_HOSTS"),
    *("ALLOW_ORIGINS", "ACCESS_LOG", "LARGEST_BODY", "CONNECTIONS", "HEADER_TIME", "BODY_TIME"),
    *("STALL_TIME", "STOP_TIME"),
)
"""The server's variables: what the environment says is meant for another server."""


class StartError(Exception):
    """The server cannot be started; the text says why."""


@contextmanager
def serving(module: str, extra: str, folder: Path, key: str | None) -> Generator[str]:
    """The address of the server that `module` is, with a database and a log in `folder`, asking
    for `key`. It is stopped afterwards, and ends with this process in any case. Raises StartError.
    """
    if find_spec(module) is None:
        raise StartError(f"there is no module {module}: pip install '{extra}'")
    log = folder / "server.log"
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", f"{__package__}._tethered", module),
                *("--host", "127.0.0.1", "--port", "0", "--stop-time", "1"),
                *("--database-url", f"sqlite:///{folder / 'server.db'}"),
            ],
            env=_environment(key),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,  # Ctrl-C is for the tests; they may want it to the end
        )
    try:
        yield _address(process, log)
    finally:
        _stop(process)


def _environment(key: str | None) -> dict[str, str]:
    """Of the server: it imports what this process would, and asks for `key`."""
    kept = {name: value for name, value in os.environ.items() if name not in _SETTINGS}
    path = os.pathsep.join(entry or os.getcwd() for entry in sys.path)
    return {**kept, "PYTHONPATH": path, "API_KEY": key or ""}


def _address(process: subprocess.Popen[str], log: Path) -> str:
    """The address that the server prints once it listens."""
    assert process.stdout is not None
    deadline = threading.Timer(_READY_SECONDS, process.kill)
    deadline.start()
    try:
        words = process.stdout.readline().split()
    finally:
        deadline.cancel()
    for word in words:
        if word.startswith("http://"):
            return word
    process.wait(_STOP_SECONDS)
    said = log.read_text(errors="replace").strip()
    raise StartError(f"the server did not start: {said or f'exit status {process.returncode}'}")


def _stop(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.close()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    process.stdout.close()
