"""The only module that writes into the output folder."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from specpipe.diagnostics import ToolError
from specpipe.tree import MANIFEST, Change


def apply(changes: Iterable[Change], out: Path) -> None:
    """Make `changes` in `out`. Orphans are left alone.

    Nothing is touched when a path leaves `out`, when something other than a file is in the place
    of one, or when the new content cannot be written and flushed to a temporary folder in `out`.
    After that each file is replaced in one step, so that none is ever half-written; then surplus
    files are deleted; the manifest comes last. A failure or a kill on the way leaves some files
    new and others old, under the old manifest, which still lists what is to be deleted: the next
    run finishes the work. A kill may also leave the temporary folder, whose files are orphans.

    Raises ToolError.
    """
    changes = tuple(changes)
    for change in changes:
        inside(out, change.path)
    if all(change.kind == "orphan" for change in changes):
        return
    for change in changes:
        if change.kind != "orphan":
            unobstructed(out, change)
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=out, prefix=".specpipe-") as staging:
            staged = {
                change.path: stage(Path(staging) / str(number), change.content)
                for number, change in enumerate(changes)
                if change.content is not None
            }
            manifest = staged.pop(MANIFEST, None)
            for path, source in staged.items():
                replace(source, out / path)
            for change in changes:
                if change.kind == "delete":
                    remove(out, change.path)
            if manifest is not None:
                replace(manifest, out / MANIFEST)
    except OSError as error:
        place = error.filename2 or error.filename or out
        raise ToolError(f"{place}: cannot write: {error.strerror}") from error


def inside(out: Path, path: str) -> None:
    """Refuse a path that is absolute, climbs, or passes through a link out of `out`."""
    target = (out / path).resolve()
    if not target.is_relative_to(out.resolve()):
        raise ToolError(f"{path}: would be written outside {out}: rename it in the spec")


def unobstructed(out: Path, change: Change) -> None:
    """Refuse a change where a folder is in the place of the file, or a file or a link in the
    place of one of its folders."""
    target = out / change.path
    if target.is_dir() and not target.is_symlink():
        raise ToolError(f"{target}: cannot write: a folder is in the place of this file")
    steps = Path(change.path).parts[:-1]
    for number in range(1, len(steps) + 1):
        parent = out.joinpath(*steps[:number])
        if parent.is_symlink():
            raise ToolError(f"{parent}: cannot write below it: this is a link, not a folder")
        if parent.exists() and not parent.is_dir():
            raise ToolError(f"{parent}: cannot write below it: this is a file, not a folder")


def stage(path: Path, content: bytes) -> Path:
    """Write `content` to the new file `path` and flush it to disk."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return path


def replace(source: Path, destination: Path) -> None:
    """Move a staged file to where it belongs."""
    destination.parent.mkdir(parents=True, exist_ok=True)
    os.replace(source, destination)


def remove(out: Path, path: str) -> None:
    """Delete a file and the folders that this leaves empty."""
    target = out / path
    target.unlink(missing_ok=True)
    for parent in target.parents:
        if parent == out or any(parent.iterdir()):
            break
        parent.rmdir()
