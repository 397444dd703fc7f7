"""Row `commits`: durable creates a second at 64 connections, on a quiet disk and on one that
another process writes to, beside a commit for each request."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from importlib import resources
from pathlib import Path

from specpipe.bench.figures import Results
from specpipe.bench.load import run_load
from specpipe.bench.processes import started
from specpipe.bench.requests import WARM_UP, in_turn, measured
from specpipe.bench.subjects import COMMIT_EACH, Bench, ours
from specpipe.diagnostics import ToolError

CONNECTIONS = 64
QUIET, BUSY = "quiet disk", "another process writes"
FLOOR = f"floor: SQLite, {CONNECTIONS} rows a commit"
PROGRAMS = "specpipe.bench.programs"


def measure_commits(bench: Bench, results: Results) -> None:
    """Measure it, each subject in each round on a fresh database."""
    subjects = [*map(ours, bench.databases), COMMIT_EACH]
    for number in range(bench.effort.rounds):
        for case, disk in ((QUIET, nullcontext), (BUSY, lambda: disk_writer(bench.folder))):
            for subject in in_turn(subjects, number):
                bench.say(f"commits, round {number + 1}: {subject.name}, {case}")
                requests = [bench.work.create()]
                with disk(), subject.start(bench) as server:
                    run_load(server.base_url, requests, CONNECTIONS, WARM_UP)
                    found = measured(server, requests, CONNECTIONS, bench.effort.seconds)
                    results.add("commits", case, subject.name, **found)
            with disk():
                results.add("commits", case, FLOOR, per_second=floor(bench))


@contextmanager
def disk_writer(folder: Path) -> Iterator[None]:
    """Something else that writes to the disk of `folder`."""
    file = folder / "other"
    try:
        with (
            program("disk_writer.py") as path,
            started([sys.executable, str(path), str(file)]) as process,
        ):
            assert process.stdout is not None
            process.stdout.readline()
            yield
    finally:
        file.unlink(missing_ok=True)


def floor(bench: Bench) -> float:
    """Rows a second that SQLite takes by itself, in groups. Raises ToolError."""
    with program("commit_floor.py") as path:
        file = bench.folder / "floor.db"
        sizes = (CONNECTIONS, bench.effort.seconds, len(bench.work.body))
        command = [sys.executable, str(path), str(file), *map(str, sizes)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    for left in bench.folder.glob("floor.db*"):
        left.unlink()
    if done.returncode:
        raise ToolError(f"commit_floor.py failed: {done.stderr.strip()}")
    return float(done.stdout)


@contextmanager
def program(name: str) -> Iterator[Path]:
    """The file of one of the programs beside this module."""
    with resources.as_file(resources.files(PROGRAMS) / name) as path:
        yield path
