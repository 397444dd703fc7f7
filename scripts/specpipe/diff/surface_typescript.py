"""The public surface of a generated TypeScript package, read off the declarations that its
compiler makes of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

from specpipe import node
from specpipe.diagnostics import Location
from specpipe.diff.surface import Argument, Entry, Surface
from specpipe.tree import Tree
from specpipe.workspace import ROOT

_SCRIPT = ROOT / "scripts" / "specpipe" / "diff" / "surface_typescript.mjs"
FOLDER = "typescript-client"
_ENTRY = "src/index.ts"


def typescript_surfaces(trees: Sequence[Tree]) -> tuple[Surface, ...]:
    """Everything that the package in each tree (paths as folder/src/module.ts) exports; nothing
    where a tree has none.

    Raises NoNode where there is no Node.js, and ToolError.
    """
    packages = [_files(tree) for tree in trees]
    given = {"packages": [files for files in packages if _ENTRY in files], "entry": _ENTRY}
    read = iter(node.run(_SCRIPT, given, "comparing the TypeScript SDK"))
    return tuple(
        {entry.name: entry for entry in map(_entry, next(read))} if _ENTRY in files else {}
        for files in packages
    )


def _files(tree: Tree) -> dict[str, str]:
    """What the compiler reads, by the path in the package."""
    return {
        PurePosixPath(*PurePosixPath(path).parts[1:]).as_posix(): content.decode(errors="replace")
        for path, content in tree.items()
        if path.endswith((".ts", "package.json"))
    }


def _entry(read: dict[str, Any]) -> Entry:
    arguments = tuple(
        Argument(
            one["name"],
            "rest" if one["rest"] else "position",
            one["required"],
            frozenset(one["types"]),
        )
        for one in read.get("arguments", ())
    )
    return Entry(
        read["name"],
        read["kind"],
        Location(f"{FOLDER}/{read['file']}", read["line"]),
        frozenset(read.get("types", ())),
        arguments,
        tuple(read.get("bases", ())),
        read.get("required", False),
        read.get("direction"),
    )
