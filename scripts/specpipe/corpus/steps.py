"""Running a command within limits, and what it took."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from specpipe.usage import Usage, measured, recorded
from specpipe.workspace import ROOT

SECONDS = 120
"""That a command of the pipeline may take."""
MIB = 1024
"""That it may take of memory, at its peak."""


@dataclass(frozen=True, slots=True)
class Step:
    """What came of a command. `output` is all that it printed."""

    status: int
    seconds: float
    mib: int
    output: str

    @property
    def last(self) -> str:
        """The last line that it printed."""
        lines = self.output.strip().splitlines()
        return lines[-1] if lines else "no word"


def step(command: Sequence[str], limit: float = SECONDS) -> Step:
    """Run `command` from the root of the repository. The status is -9 when it is killed for taking
    more than `limit` seconds. Memory is that of the largest of its processes."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as output:
        record = Path(folder, "usage")
        process = subprocess.Popen(
            measured(command, record),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        killer = threading.Timer(limit, ended, [process.pid])
        killer.start()
        try:
            status = process.wait()
        except BaseException:
            ended(process.pid)
            raise
        finally:
            killer.cancel()
        took = recorded(record) or Usage(status, time.monotonic() - started, 0, 0)
        output.seek(0)
        text = output.read().decode(errors="replace")
    return Step(took.status, round(took.seconds, 1), round(took.mib), text)


def ended(leader: int) -> None:
    """End a process and those that it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


def pipe(*arguments: str) -> Step:
    """A command of the pipeline, within its limits."""
    return step((sys.executable, "-m", "specpipe", *arguments))
