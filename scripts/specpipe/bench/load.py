"""Load, by wrk: a program of its own, so that what it costs is not in what it measures."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from specpipe.diagnostics import ToolError

SCRIPT = "load.lua"
GRACE = 30
"""Seconds that wrk may take longer than it was told, and that a request may take."""


class TooShort(ToolError):
    """Not one request was answered in the time that there was."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request of a load; `path` includes the query."""

    method: str
    path: str
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Load:
    """What a load did: requests that were answered, in how many seconds, and the milliseconds that
    half of them and 99 % of them took at most."""

    requests: int
    seconds: float
    p50: float
    p99: float

    @property
    def per_second(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds


def check_wrk() -> str:
    """The path of wrk. Raises ToolError when it is not installed."""
    path = shutil.which("wrk")
    if path is None:
        raise ToolError("wrk, which makes the load, is not installed: `apt-get install wrk`")
    return path


def run_load(base_url: str, requests: Sequence[Request], connections: int, seconds: int) -> Load:
    """Send `requests`, which differ in their paths only, over and over from one thread. Raises
    ToolError when one of them is not answered with success, TooShort when none is answered."""
    program = check_wrk()
    first = requests[0]
    script = resources.files(__package__) / SCRIPT
    with resources.as_file(script) as lua, tempfile.TemporaryDirectory(prefix="load-") as folder:
        paths, body = Path(folder, "paths"), Path(folder, "body")
        paths.write_text("".join(f"{request.path}\n" for request in requests))
        body.write_bytes(first.body)
        options = [f"-c{connections}", f"-d{seconds}", f"--timeout={GRACE}"]
        command = [program, "-t1", *options, "-s", str(lua), base_url]
        given = [first.method, str(body) if first.body else "", str(paths)]
        done = subprocess.run(
            [*command, "--", *given],
            capture_output=True,
            text=True,
            check=False,
            timeout=seconds + GRACE,
        )
    return read_load(done.stdout, f"{first.method} {first.path}")


def read_load(said: str, what: str) -> Load:
    """What load.lua printed. Raises ToolError when it did not, or when requests failed."""
    lines = [line.split() for line in said.splitlines() if line.startswith("measured ")]
    if not lines:
        raise ToolError(f"wrk measured nothing of {what}: {said.strip()[-300:]}")
    requests, duration, failed, p50, p99 = map(int, lines[-1][1:])
    if not requests and not failed:
        raise TooShort(f"{what}: no answer in {duration / 1e6:.0f} s")
    if failed:
        raise ToolError(f"{what}: {failed} of {requests} requests failed")
    return Load(requests, duration / 1e6, p50 / 1e3, p99 / 1e3)
