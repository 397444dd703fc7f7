"""Files and folders as a person names them on the command line."""

from __future__ import annotations

from pathlib import Path

from specpipe.diagnostics import Misuse


def spec_file(text: str) -> Path:
    """The file that `--spec` names. Raises Misuse when it names none."""
    if not text.strip():
        raise Misuse("SPEC is empty: name an OpenAPI document")
    return Path(text)


def output_folder(text: str) -> Path:
    """The folder that `--out` names, there or not. Raises Misuse when it cannot be a folder, or
    is not named: an empty path would mean the current folder."""
    if not text.strip():
        raise Misuse("OUT is empty: name a folder, . for this one")
    path = Path(text)
    for place in (path, *path.parents):
        if place.exists() and not place.is_dir():
            raise Misuse(f"OUT: {place} is a file: name a folder")
    return path
