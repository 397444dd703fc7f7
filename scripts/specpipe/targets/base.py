"""What a target is: a pure function from a spec to files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import Protocol, runtime_checkable

from specpipe.render import MARK
from specpipe.spec.model import Api, Document
from specpipe.tree import Tree
from specpipe.workspace import TEMPLATES

COMMENTS: Mapping[str, str] = {".py": "#", ".ts": "//"}
"""What a comment begins with, by the suffix of a module."""


class Target(Protocol):
    """One kind of output."""

    @property
    def name(self) -> str:
        """As given to `TARGETS=`."""
        ...

    @property
    def folder(self) -> str:
        """Where in the output folder its files go."""
        ...

    def render(self, document: Document, api: Api) -> Tree:
        """All its files, formatted, by path relative to the output folder. Touches nothing
        outside a temporary folder of its own."""
        ...


@runtime_checkable
class Waiting(Target, Protocol):
    """A target that waits for another process most of the time: others are rendered meanwhile."""

    def begin(self, document: Document, api: Api) -> AbstractContextManager[Callable[[], Tree]]:
        """The other process at work; what is given here waits for it, and gives what `render`
        does. At the end of the block the process is ended."""
        ...


def begin(
    target: Target, document: Document, api: Api
) -> AbstractContextManager[Callable[[], Tree]]:
    """A target at work, if it can be while others are; its files are given by a call."""
    if isinstance(target, Waiting):
        return target.begin(document, api)
    return nullcontext(partial(target.render, document, api))


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
