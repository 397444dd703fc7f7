"""Trees of files in memory, and the one comparison that `check` and `generate` share."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Tree = Mapping[str, bytes]
"""Relative POSIX path to content."""

MANIFEST = "manifest.json"
EVERYWHERE = ""
"""As a folder to compare: the whole output folder."""
CACHES = frozenset({".mypy_cache", ".ruff_cache", ".pytest_cache"})
"""Folders that checking the generated code leaves behind; whatever is in them is nobody's."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the last generation wrote: for each target its spec's digest and its files' digests."""

    targets: Mapping[str, TargetRecord]

    @classmethod
    def read(cls, out: Path) -> Manifest:
        """The manifest in `out`; an empty one when there is none or it cannot be understood."""
        try:
            data = json.loads((out / MANIFEST).read_bytes())
            records = {
                str(name): TargetRecord(str(record["spec"]), dict(record["files"]))
                for name, record in data["targets"].items()
            }
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return cls({})
        return cls(records)

    def files(self) -> dict[str, str]:
        """Every file that belongs to us, with its digest."""
        return {p: d for record in self.targets.values() for p, d in record.files.items()}

    def to_bytes(self) -> bytes:
        """JSON, sorted, one file a line."""
        data = {
            "targets": {
                name: {"spec": record.spec, "files": dict(sorted(record.files.items()))}
                for name, record in sorted(self.targets.items())
            }
        }
        return (json.dumps(data, indent=1, ensure_ascii=False) + "\n").encode()


@dataclass(frozen=True, slots=True)
class TargetRecord:
    """A target's part of the manifest."""

    spec: str
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """A difference between what should be in the output folder and what is there."""

    path: str
    kind: Literal["add", "update", "delete", "orphan"]
    content: bytes | None = None
    """The wanted content; None for `delete` and for `orphan` (a file that is not ours)."""

    def __str__(self) -> str:
        what = {
            "add": "missing",
            "update": "differs from what the spec gives",
            "delete": "no longer generated",
            "orphan": "not generated: move it out, or delete it",
        }
        return f"{self.path}: {what[self.kind]}"


def digest(content: bytes) -> str:
    """SHA-256, hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def with_manifest(wanted: Mapping[str, Tree], spec_digest: str, present: Manifest) -> Tree:
    """One tree out of each target's, plus the manifest: the records of targets that are not in
    `wanted` stay as they are."""
    records = dict(present.targets)
    tree: dict[str, bytes] = {}
    for target, files in wanted.items():
        records[target] = TargetRecord(spec_digest, {p: digest(c) for p, c in files.items()})
        tree.update(files)
    tree[MANIFEST] = Manifest(records).to_bytes()
    return tree


def compare(wanted: Tree, folders: Sequence[str], out: Path) -> tuple[Change, ...]:
    """What would have to change in `out` for it to equal `wanted`.

    Only `folders` (those of the targets at hand, or EVERYWHERE) and the manifest are looked at. A
    surplus file is a `delete` when the manifest there lists it, an `orphan` otherwise.
    """
    ours = Manifest.read(out).files()
    changes = [
        Change(path, "add" if present is None else "update", content)
        for path, content in wanted.items()
        if (present := read(out / path)) != content
    ]
    for folder in folders:
        changes += [
            Change(path, "delete" if path in ours else "orphan")
            for path in files_below(out, folder)
            if path not in wanted
        ]
    return tuple(sorted(changes))


def files_below(out: Path, folder: str) -> list[str]:
    """Paths, relative to `out`, of all below `folder` that is no folder, by-products left out."""
    return sorted(
        path.relative_to(out).as_posix()
        for path in (out / folder).rglob("*")
        if (path.is_symlink() or not path.is_dir()) and not is_by_product(path.relative_to(out))
    )


def is_by_product(path: Path) -> bool:
    """Whether running or checking the generated code leaves such a file behind: compiled modules
    where Python puts them, and the contents of CACHES. Never ours, never stale."""
    *folders, _ = path.parts
    compiled = folders[-1:] == ["__pycache__"] and path.suffix in (".pyc", ".pyo")
    return compiled or not CACHES.isdisjoint(folders)


def read(path: Path) -> bytes | None:
    """The content of a regular file; None when there is none (a link is not followed)."""
    if path.is_symlink() or not path.is_file():
        return None
    return path.read_bytes()
