"""The databases that the generated server is measured on."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path

from specpipe.conformance.cluster import Cluster, throwaway_cluster

SQLITE = "SQLite"
POSTGRESQL = "PostgreSQL"


@dataclass(frozen=True, slots=True)
class Database:
    """An empty database, and the processes that work for it besides the server."""

    url: str
    pids: tuple[int, ...] = ()


Databases = Mapping[str, Callable[[], AbstractContextManager[Database]]]


@contextmanager
def sqlite_database(folder: Path) -> Iterator[Database]:
    """A file of its own in `folder`."""
    inner = Path(tempfile.mkdtemp(prefix="sqlite-", dir=folder))
    try:
        yield Database(f"sqlite:///{inner.resolve()}/things.db")
    finally:
        shutil.rmtree(inner, ignore_errors=True)


@contextmanager
def postgresql_database(cluster: Cluster, numbers: Iterator[int]) -> Iterator[Database]:
    """A database of its own on `cluster`."""
    name = f"bench_{next(numbers)}"
    cluster.sql(f"CREATE DATABASE {name}")
    postmaster = int((cluster.data / "postmaster.pid").read_text().split()[0])
    try:
        yield Database(cluster.url(name), (postmaster,))
    finally:
        cluster.sql(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def running_engines(folder: Path) -> Iterator[Databases]:
    """What gives an empty database of each engine, by the engine's name; the engines that are
    programs of their own run as long as the block. Raises ToolError when one does not start."""
    with throwaway_cluster() as cluster:
        yield {
            SQLITE: partial(sqlite_database, folder),
            POSTGRESQL: partial(postgresql_database, cluster, count()),
        }
