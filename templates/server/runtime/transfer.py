"""The commands that carry what is stored out of a database and into one, as newline-delimited
JSON of the API's own objects. A server may run on the same database meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from collections.abc import Callable, Iterator
from typing import BinaryIO

from .contract import ResourceType
from .exporting import STANDARD, check_destination, destination, export_things
from .importing import ImportFault, Reader, Staging, insert_staged
from .progress import Progress
from .store import StoreError

INTERRUPTED = 130
"""Exit status, as a shell gives it: 128 and the number of the signal."""
PIPE_CLOSED = 141


def run_export(type: ResourceType, program: str, url: str, output: str) -> int:
    """Write all things of a type to the file `output`. Returns the exit status, see `ended`."""
    told = Progress(program, sys.stderr)

    def work() -> None:
        check_destination(output, url)
        with destination(output) as write:
            count = asyncio.run(export_things(url, type.name, write, told))
        told.last(f"{count} exported ({type.name})")

    return ended(work, told, "interrupted; no file was written")


def run_import(reader: Reader, program: str, url: str, source: str) -> int:
    """Store the things that `reader` finds in the file `source`, unless they are in the database
    already; nothing, when a line is not valid. Returns the exit status, see `ended`."""
    told = Progress(program, sys.stderr)
    kind = reader.type.name

    def work() -> None:
        with contextlib.closing(Staging()) as staging:
            with opened(source) as stream:
                for line, record in reader.records(stream):
                    staging.add(line, record)
                    told.now(f"{line} lines checked")
            added = asyncio.run(insert_staged(url, kind, staging, told))
            there = staging.count - added
        told.last(f"{added} imported ({kind}), {there} were there already")

    return ended(work, told, "interrupted; import the same again to get what is missing")


@contextlib.contextmanager
def opened(name: str) -> Iterator[BinaryIO]:
    """The file `name`, or standard input, to be read. Raises OSError."""
    if name != STANDARD:
        with open(name, "rb") as file:
            yield file
        return
    if sys.stdin.isatty():
        print("reading standard input; Ctrl-D ends it", file=sys.stderr)
    yield sys.stdin.buffer


def ended(work: Callable[[], None], told: Progress, interrupted: str) -> int:
    """Do `work`; returns the exit status. 0: done. 1: it could not be done, and a line says why.
    130: a signal ended it. 141: whoever read its output had enough of it."""
    try:
        with interruptible():
            work()
    except BrokenPipeError:
        return PIPE_CLOSED
    except (ImportFault, StoreError) as error:
        told.last(str(error))
        return 1
    except OSError as error:
        told.last(f"{error.filename}: {error.strerror}" if error.filename else str(error))
        return 1
    except KeyboardInterrupt:
        told.last(interrupted)
        return INTERRUPTED
    return 0


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Let Ctrl-C and SIGTERM raise KeyboardInterrupt wherever the program is, so that it clears up:
    the handler that asyncio brings would wait for what blocks, a full pipe for instance."""

    def interrupt(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    before = {each: signal.signal(each, interrupt) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
