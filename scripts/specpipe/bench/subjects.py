"""What is measured: the generated server on each engine, its peers, and the floor."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

from specpipe.bench.effort import Effort
from specpipe.bench.engines import Database
from specpipe.bench.processes import Server, serving
from specpipe.bench.workload import LISTED, Workload
from specpipe.conformance.process import server_environment, server_module
from specpipe.spec.model import Api

REFERENCE = 40
"""Bytes that an id takes in a list of ids, about."""


@dataclass(frozen=True, slots=True)
class Run:
    """What every row needs: what to measure, how long, and a `folder` for files on the disk that
    is measured."""

    api: Api
    out: Path
    work: Workload
    effort: Effort
    folder: Path
    began: float = field(default_factory=time.monotonic, kw_only=True)

    def say(self, text: str) -> None:
        """Tell the person who waits what is being done, and how long it has taken so far."""
        minutes, seconds = divmod(int(time.monotonic() - self.began), 60)
        print(f"  {minutes:2}:{seconds:02}  {text}", file=sys.stderr, flush=True)


@dataclass(frozen=True, slots=True)
class Bench(Run):
    """What the rows of the server need besides: the interpreter of the peers, and the databases of
    the engines."""

    peer: Path
    databases: Mapping[str, Callable[[], AbstractContextManager[Database]]]


@dataclass(frozen=True, slots=True)
class Subject:
    """Something to measure: `start` brings it up, with nothing stored."""

    name: str
    start: Callable[[Bench], AbstractContextManager[Server]]


@contextmanager
def our_server(bench: Run, database: Database) -> Iterator[Server]:
    """The generated server on a database."""
    environment = server_environment(bench.out) | {"DATABASE_URL": database.url, "API_KEY": ""}
    command = [sys.executable, "-m", server_module(bench.api, bench.out), "--port", "0"]
    log = bench.folder / "server.log"
    with serving(command, environment, log, database.pids) as server:
        yield server


def ours(engine: str) -> Subject:
    """The generated server on a fresh database of an engine."""

    @contextmanager
    def start(bench: Bench) -> Iterator[Server]:
        with bench.databases[engine]() as database, our_server(bench, database) as server:
            yield server

    return Subject(ours_on(engine), start)


def ours_on(engine: str) -> str:
    """The name of the generated server on an engine."""
    return f"ours, {engine}"


def peer(name: str, application: str) -> Subject:
    """An application of the peers."""

    @contextmanager
    def start(bench: Bench) -> Iterator[Server]:
        database = bench.folder / f"{application}.db"
        environment = {**os.environ, "DATABASE": str(database)}
        try:
            with served(bench, bench.peer, bench.folder, f"{application}:app", environment) as up:
                yield up
        finally:
            for file in bench.folder.glob(f"{application}.db*"):
                file.unlink()

    return Subject(name, start)


@contextmanager
def constant_server(bench: Bench) -> Iterator[Server]:
    """The floor: answers of the right sizes, made beforehand."""
    thing, work = len(bench.work.body), bench.work
    sizes = {
        work.snapshot().path: thing * LISTED,
        work.identifiers().path.partition("?")[0]: REFERENCE * LISTED,
        "*": thing,
    }
    environment = {**os.environ, "SIZES": json.dumps(sizes)}
    with resources.as_file(resources.files("specpipe.bench.programs")) as programs:
        python = Path(sys.executable)
        with served(bench, python, programs, "constant:app", environment) as server:
            yield server


@contextmanager
def served(
    bench: Bench, python: Path, folder: Path, application: str, environment: Mapping[str, str]
) -> Iterator[Server]:
    """An ASGI application of `folder` under uvicorn, in the environment of `python`."""
    with resources.as_file(resources.files("specpipe.bench.programs") / "serve.py") as program:
        command = [str(python), str(program), str(folder), application]
        with serving(command, environment, bench.folder / "peer.log") as server:
            yield server


FASTAPI = peer("FastAPI + pydantic, in memory", "in_memory")
COMMIT_EACH = peer("FastAPI + pydantic, a commit each", "commit_each")
CONSTANT = Subject("floor: constant answers", constant_server)
