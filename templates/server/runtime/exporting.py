"""Export: everything of a kind as newline-delimited JSON, one object a line, oldest first."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
import sys
from collections.abc import Callable, Iterator

from .progress import Progress
from .store import StoreError, open_store
from .streams import as_json

STANDARD = "-"
"""As the name of a file: standard input or output."""
FILE_SCHEME = "sqlite:///"


async def export_things(url: str, kind: str, write: Callable[[bytes], None], told: Progress) -> int:
    """Write everything of `kind` that is in the database `url`, as of one moment. Order of time
    of creation, and of insertion among equal times: an import gives the same order again.

    Returns how many. Raises StoreError, and what `write` raises.
    """
    path = url.removeprefix(FILE_SCHEME)
    if path != url and not os.path.exists(path):  # opening it would make an empty one
        raise StoreError(f"{path}: there is no such database")
    store = await open_store(url)
    count = 0
    try:
        async with store.snapshot(kind) as snapshot:
            async for records in snapshot.records(heavy=True, oldest_first=True):
                write(b"".join(as_json(each, True) + b"\n" for each in records))
                count += len(records)
                told.now(f"{count} exported")
    finally:
        await store.close()
    return count


@contextlib.contextmanager
def destination(name: str) -> Iterator[Callable[[bytes], None]]:
    """A function that writes into the file `name`, which is replaced at the end, all or nothing,
    and is readable by its owner only; or to standard output, or to what is no plain file, as
    it comes. Raises OSError."""
    if name == STANDARD:
        yield writer_to(sys.stdout.fileno())
    elif is_special(name):
        with open(name, "wb", buffering=0) as special:
            yield writer_to(special.fileno())
    else:
        with replacing(os.path.realpath(name)) as handle:
            yield writer_to(handle)


def check_destination(name: str, url: str) -> None:
    """Raise StoreError when the file `name` is the database `url` itself, or one of those beside
    it: the export would take its place."""
    if not url.startswith(FILE_SCHEME):
        return
    database = os.path.realpath(url.removeprefix(FILE_SCHEME))
    if os.path.realpath(name) in [database + end for end in ("", "-wal", "-shm", "-journal")]:
        raise StoreError(f"{name}: belongs to the database itself: choose another file")


def is_special(name: str) -> bool:
    """Whether it is there and no plain file: a device or a named pipe, say."""
    try:
        return not stat.S_ISREG(os.stat(name).st_mode)
    except FileNotFoundError:
        return False


@contextlib.contextmanager
def replacing(path: str) -> Iterator[int]:
    """The handle of a new file that takes the place of `path` once it is on disk; it is removed
    when that does not come about."""
    folder, name = os.path.split(path)
    temporary = os.path.join(folder, f".{name[:100]}.{secrets.token_hex(8)}")
    try:  # before there is a file: a signal may come as soon as there is one
        with naming(path):
            handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            yield handle
            os.fsync(handle)
        finally:
            os.close(handle)
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
    sync_folder(folder)


@contextlib.contextmanager
def naming(path: str) -> Iterator[None]:
    """Let an error tell of `path`, not of a file that nobody has heard of."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror, path) from None


def sync_folder(folder: str) -> None:
    """Put on disk which files are in a folder, where the system lets a folder be opened."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except PermissionError:
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def writer_to(handle: int) -> Callable[[bytes], None]:
    """A function that writes all of what it is given, without keeping any of it back."""

    def write(data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(handle, rest) :]

    return write
