"""The databases that the generated server is measured on."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

SQLITE = "SQLite"


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
def running_engines(folder: Path) -> Iterator[Databases]:
    """What gives an empty database of each engine, by the engine's name; the engines that are
    programs of their own run as long as the block."""
    yield {SQLITE: partial(sqlite_database, folder)}
