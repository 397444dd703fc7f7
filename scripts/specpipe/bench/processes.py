"""Processes of a benchmark: started, measured from outside (/proc), and stopped for certain."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from specpipe.conformance import interruption
from specpipe.diagnostics import ToolError

PATIENCE = 15
"""Seconds that a process may take to stop before it is killed."""
KIB = 1024


@dataclass(frozen=True, slots=True)
class Server:
    """A server that is up. `pids` are the processes that do its work, each with its children:
    itself, and the database when that is one of its own."""

    base_url: str
    pids: tuple[int, ...]

    @property
    def cpu(self) -> float:
        """Seconds of CPU that it has used, in user and in kernel mode."""
        return sum(cpu_of(pid) for root in self.pids for pid in family(root))


@contextmanager
def started(
    command: Sequence[str], environment: Mapping[str, str] | None = None, log: Path | None = None
) -> Iterator[subprocess.Popen[str]]:
    """A process for as long as the block takes; its standard output is a pipe. What it says on
    standard error goes to `log`, or nowhere."""
    process = None
    try:
        # An interruption must not come when the process is there and nobody knows of it yet.
        with interruption.put_off(), open(log or os.devnull, "a") as errors:
            process = subprocess.Popen(
                command, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True
            )
        yield process
    finally:
        if process is not None:
            stop(process)


def stop(process: subprocess.Popen[str]) -> None:
    """Ask a process to stop, and see to it that it does."""
    process.terminate()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    assert process.stdout is not None
    process.stdout.close()


@contextmanager
def serving(
    command: Sequence[str], environment: Mapping[str, str], log: Path, beside: Sequence[int] = ()
) -> Iterator[Server]:
    """A server that prints the line "listening on <URL>" first. `beside` are further processes that
    work for it. Raises ToolError when it does not come up."""
    with started(command, environment, log) as process:
        assert process.stdout is not None
        words = process.stdout.readline().split()
        if len(words) < 3 or not words[2].startswith("http://"):
            raise ToolError(f"a server did not start: {log.read_text().strip()[-500:]}")
        yield Server(words[2], (process.pid, *beside))


def family(pid: int) -> list[int]:
    """A process and all below it, as they are now; nothing when it has ended."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        children = [int(c) for task in tasks for c in (task / "children").read_text().split()]
    except OSError:
        return []
    return [pid, *(below for child in children for below in family(child))]


def cpu_of(pid: int) -> float:
    """Seconds of CPU that a process and its children that have ended used; 0 when it is gone."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0.0
    fields = text.rpartition(")")[2].split()  # the name before may hold blanks
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def memory_of(pid: int, line: str) -> int:
    """Bytes of memory of a process: `VmRSS` now, `VmHWM` at most since it was `forget_peak`."""
    for entry in Path(f"/proc/{pid}/status").read_text().splitlines():
        name, _, value = entry.partition(":")
        if name == line:
            return int(value.split()[0]) * KIB
    raise ToolError(f"/proc/{pid}/status has no {line}: memory is measured on Linux only")


def forget_peak(pid: int) -> None:
    """Let the peak of a process's memory begin anew."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")
