"""What a command costs as a whole: the wait, the CPU of all its processes, the memory of the
largest one."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from specpipe.conformance import interruption
from specpipe.diagnostics import ToolError
from specpipe.usage import Usage, measured, recorded

LAST = 300
"""Characters of what a command said that are told when it fails."""


def cost(
    command: Sequence[str],
    log: Path,
    environment: Mapping[str, str] | None = None,
    *,
    folder: Path | None = None,
    ends: Sequence[int] = (0,),
) -> dict[str, float]:
    """Run a command to its end, in `folder` when given: `seconds` by the clock, `cpu_s` and
    `peak_mib`. All it says goes to `log`. Nothing of it is left when this is interrupted.

    Raises ToolError when it ends with a status that is not among `ends`.
    """
    with log.open("wb") as said:
        took = ran(command, said, environment, folder=folder)
    if took.status not in ends:
        words = log.read_text(errors="replace").strip()[-LAST:]
        raise ToolError(f"{' '.join(command[:4])} ended with {took.status}: {words}")
    return {"seconds": took.seconds, "cpu_s": took.cpu_s, "peak_mib": took.mib}


def ran(
    command: Sequence[str],
    said: IO[bytes],
    environment: Mapping[str, str] | None = None,
    *,
    folder: Path | None = None,
    limit: float | None = None,
) -> Usage:
    """Run a command to its end, in `folder` when given; all it says goes to `said`. After `limit`
    seconds it is killed with all that it started, so that its status is -9, and when this is
    interrupted nothing of it is left either."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as place:
        record = Path(place, "usage")
        # An interruption must not come when it is there and nobody knows of it yet.
        with interruption.put_off():
            process = subprocess.Popen(
                measured(command, record),
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # so that all of it can be ended
            )
        try:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(limit)
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        return recorded(record) or Usage(process.returncode, time.monotonic() - began, 0, 0)


def together(costs: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """What several commands cost, one after the other."""
    return {
        "seconds": sum(each["seconds"] for each in costs),
        "cpu_s": sum(each["cpu_s"] for each in costs),
        "peak_mib": max(each["peak_mib"] for each in costs),
    }
