"""What a target is: a pure function from a spec to files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from specpipe.render import MARK
from specpipe.spec.model import Api, Document
from specpipe.tree import Tree
from specpipe.workspace import TEMPLATES

COMMENTS: Mapping[str, str] = {".py": "#", ".ts": "//"}
"""What a comment begins with, by the suffix of a module."""


class Target(Protocol):
    """One kind of output."""

    name: str
    """As given to `TARGETS=`."""
    folder: str
    """Where in the output folder its files go."""

    def render(self, document: Document, api: Api) -> Tree:
        """All its files, formatted, by path relative to the output folder. Touches nothing
        outside a temporary folder of its own."""
        ...


def runtime(target: str, destination: str) -> Tree:
    """The hand-written modules of `templates/<target>/runtime`, for below `destination`.

    They are copied as they are, behind the mark that every generated file carries.
    """
    source = TEMPLATES / target / "runtime"
    return {
        f"{destination}/{path.relative_to(source).as_posix()}": marked(path)
        for path in sorted(source.rglob("*"))
        if path.suffix in COMMENTS
    }


def marked(path: Path) -> bytes:
    """The content of a runtime module with the mark in front."""
    return f"{COMMENTS[path.suffix]} {MARK}\n".encode() + path.read_bytes()
