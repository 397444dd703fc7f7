"""Running a command within limits, and what it took."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass

from specpipe.bench.commands import ran
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
    with tempfile.TemporaryFile() as output:
        took = ran(command, output, folder=ROOT, limit=limit)
        output.seek(0)
        text = output.read().decode(errors="replace")
    return Step(took.status, round(took.seconds, 1), round(took.mib), text)


def pipe(*arguments: str) -> Step:
    """A command of the pipeline, within its limits."""
    return step((sys.executable, "-m", "specpipe", *arguments))
