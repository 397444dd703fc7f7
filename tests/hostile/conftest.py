"""The trees of the frame with harmless text, and what compares others with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from specpipe.targets.registry import TARGETS

from . import shapes
from .frame import HARMLESS, filled, read, text_of

Tree = Mapping[str, bytes]
WITHOUT_NODE = tuple(target for target in TARGETS if target.name in ("python", "server"))
DOCS = tuple(target for target in TARGETS if target.name == "docs")
TYPESCRIPT = tuple(target for target in TARGETS if target.name == "typescript")


def rendered(data: dict[str, object], targets=WITHOUT_NODE) -> dict[str, bytes]:
    """What targets make of a document. Raises SpecError and ToolError."""
    document = read(text_of(data))
    return {path: it for target in targets for path, it in target.render(*document).items()}


def written(tree: Tree, home: Path) -> Path:
    """`home`, with a tree in it as files."""
    for path, content in tree.items():
        (home / path).parent.mkdir(parents=True, exist_ok=True)
        (home / path).write_bytes(content)
    return home


@pytest.fixture(scope="session")
def harmless() -> dict[str, shapes.Shape]:
    """The shapes of files with harmless text."""
    return shapes.shapes(rendered(filled(HARMLESS)))


@pytest.fixture(scope="session")
def of_typescript(node: str) -> Iterator[Callable[[Tree], dict[str, shapes.Shape]]]:
    """What gives the shapes of a tree of the TypeScript SDK."""
    with shapes.typescript() as parsed:
        yield lambda tree: shapes.shapes(tree) | parsed(shapes.sources(tree))


@pytest.fixture(scope="session")
def harmless_typescript(of_typescript) -> dict[str, shapes.Shape]:
    """The shapes of the TypeScript SDK with harmless text."""
    return of_typescript(rendered(filled(HARMLESS), TYPESCRIPT))


def differences(found: Mapping[str, shapes.Shape], wanted: Mapping[str, shapes.Shape]) -> list[str]:
    """The files that are not of the shape that they should have."""
    return sorted(path for path in found.keys() | wanted if found.get(path) != wanted.get(path))


def unseen(tree: Tree) -> dict[str, set[str]]:
    """Characters that cannot be seen, by the files that have them. Indentation is no text."""
    odd = {
        path: {c for c in text if not c.isprintable() and c not in "\n\t"}
        for path, text in ((path, content.decode()) for path, content in tree.items())
    }
    return {path: found for path, found in odd.items() if found}
