"""What a command took of time and memory: `python -I -S usage.py FILE COMMAND...` writes it down.

A process begins with the peak memory of the one it was forked from, so that whatever a large
process starts looks large. This program is small and stands between.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple


class Usage(NamedTuple):
    """What a command and all that it waited for took. `mib` is the peak of the largest process,
    `status` negative for the signal that ended the command."""

    status: int
    seconds: float
    cpu_s: float
    mib: float


def measured(command: Sequence[str], record: Path) -> list[str]:
    """The command that runs `command` and writes to `record` what it took."""
    return [sys.executable, "-I", "-S", __file__, str(record), *command]


def recorded(record: Path) -> Usage | None:
    """What is written in `record`; nothing when the command was killed with its measurer."""
    try:
        return Usage(*json.loads(record.read_bytes()))
    except (OSError, ValueError):
        return None


def main(record: str, *command: str) -> int:
    """Run a command to its end, and write down what it took."""
    began = time.monotonic()
    try:
        process = os.posix_spawnp(command[0], command, os.environ)
    except OSError as problem:
        print(f"{command[0]}: {problem.strerror}", file=sys.stderr)
        return 127
    _, status, used = os.wait4(process, 0)
    seconds = time.monotonic() - began
    code = os.waitstatus_to_exitcode(status)
    took = Usage(code, seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
    Path(record).write_text(json.dumps(took))
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
