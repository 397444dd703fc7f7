"""Formatting of generated code: the pinned ruff, isolated from every configuration around it."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

import ruff  # type: ignore[import-untyped]

from specpipe.diagnostics import ToolError
from specpipe.tree import Tree

WIDTH = ("--line-length", "100")


def format_python(tree: Tree) -> Tree:
    """`tree` with its Python files sorted by import, rid of unused imports and formatted, and the
    Python in its Markdown formatted.

    Raises ToolError, with ruff's own words, when a file does not parse: a bug of a template.
    """
    with tempfile.TemporaryDirectory(prefix="specpipe-") as folder:
        sources = [path for path in tree if path.endswith((".py", ".md"))]
        for path in sources:
            file = Path(folder, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(tree[path])
        # Syntax errors are left to the formatter, which names them; the rest is fixed here.
        run_ruff(["check", "--select", "I,F401", "--fix", "--exit-zero", *WIDTH], folder)
        run_ruff(["format", *WIDTH], folder)
        return {
            path: Path(folder, path).read_bytes() if path in sources else content
            for path, content in tree.items()
        }


def run_ruff(arguments: list[str], folder: str) -> None:
    """Run the pinned ruff over `folder`."""
    command = [ruff.find_ruff_bin(), *arguments, "--isolated", "--no-cache", "--quiet", "."]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("RUFF_")}
    result = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)
    if result.returncode:
        output = (result.stdout + result.stderr).decode(errors="replace").strip()
        raise ToolError(f"generated Python does not parse: a template is at fault\n{output}")
