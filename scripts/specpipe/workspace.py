"""Where things are in this repository: the only module that knows its layout."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SPEC = ROOT / "spec" / "openapi.yaml"
OUT = ROOT / "generated"
TEMPLATES = ROOT / "templates"
DOCS = ROOT / "docs"
REPORTS = ROOT / ".reports"
BENCH = ROOT / ".bench"
"""Peers of the benchmarks, and what a run of them writes."""


def shown(path: Path) -> str:
    """`path` as a person standing in the current folder would write it."""
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except (OSError, RuntimeError, ValueError):
        return str(path)
