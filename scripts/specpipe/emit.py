"""The only module that writes into the output folder."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from specpipe.diagnostics import ToolError
from specpipe.tree import Change


def apply(changes: Iterable[Change], out: Path) -> None:
    """Make `changes` in `out`, all or nothing as far as a file system allows.

    New content is first written and flushed to a temporary folder beside its target, so that a
    full disk or a missing permission shows before anything is touched; then each file is moved
    into place in one step. Orphans are left alone.

    Raises ToolError when a path leaves `out` or the folder cannot be written.
    """
    changes = tuple(changes)
    for change in changes:
        inside(out, change.path)
    if all(change.kind == "orphan" for change in changes):
        return
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=out, prefix=".specpipe-") as staging:
            staged = [
                (stage(Path(staging) / str(number), change.content), out / change.path)
                for number, change in enumerate(changes)
                if change.content is not None
            ]
            for source, destination in staged:
                destination.parent.mkdir(parents=True, exist_ok=True)
                os.replace(source, destination)
        for change in changes:
            if change.kind == "delete":
                remove(out, change.path)
    except OSError as error:
        path = error.filename2 or error.filename or out
        raise ToolError(f"{path}: cannot write: {error.strerror}") from error


def inside(out: Path, path: str) -> None:
    """Refuse a path that is absolute, climbs, or passes through a link out of `out`."""
    target = (out / path).resolve()
    if not target.is_relative_to(out.resolve()):
        raise ToolError(f"{path}: would be written outside {out}: rename it in the spec")


def stage(path: Path, content: bytes) -> Path:
    """Write `content` to the new file `path` and flush it to disk."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return path


def remove(out: Path, path: str) -> None:
    """Delete a file and the folders that this leaves empty."""
    target = out / path
    target.unlink(missing_ok=True)
    for parent in target.parents:
        if parent == out or any(parent.iterdir()):
            break
        parent.rmdir()
