"""Rendered trees of earlier runs, kept outside of the repository, so that a run in which nothing
has changed renders nothing. A run gives the same bytes with and without.

A tree is found by what it was made of: the document, the templates, this package, the tools that
are installed. Nothing in here is trusted: an entry counts only when its folder belongs to this user
and nobody else may write into it, and when it has the digest that it says.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path

from specpipe.spec.model import Document
from specpipe.tree import Tree, digest
from specpipe.workspace import ROOT, TEMPLATES

VARIABLE = "SPECPIPE_CACHE"
OFF = "off"
ENTRIES = 60
"""Entries that are kept, the latest ones: one is a tree of one target, about a MB."""
PACKAGE = ROOT / "scripts" / "specpipe"
SOURCES = (PACKAGE / "spec", PACKAGE / "targets", TEMPLATES)
"""Folders that decide what a target renders, besides the modules above them."""
INSTALLED = ROOT / "node_modules" / ".package-lock.json"
"""What npm notes of what it installed."""


@dataclass(frozen=True, slots=True)
class Cache:
    """Trees by their keys in a folder; without one nothing is kept, and nothing is found."""

    folder: Path | None = None

    def get(self, key: str) -> Tree | None:
        """The tree of a key; None when there is none that can be trusted."""
        if self.folder is None or not own(self.folder):
            return None
        try:
            said, _, content = (self.folder / key).read_bytes().partition(b"\n")
            if said.decode() != digest(key.encode() + content):
                return None
            os.utime(self.folder / key)
            return {path: text.encode("latin-1") for path, text in json.loads(content).items()}
        except (OSError, ValueError):
            return None

    def put(self, key: str, tree: Tree) -> None:
        """Keep a tree, in one step: another run finds all of it or nothing. Where that cannot be
        done, nothing is kept."""
        if self.folder is None:
            return
        content = json.dumps({path: text.decode("latin-1") for path, text in tree.items()}).encode()
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not own(self.folder):
                return
            with tempfile.NamedTemporaryFile(dir=self.folder, prefix=".", delete=False) as file:
                file.write(digest(key.encode() + content).encode() + b"\n" + content)
            os.replace(file.name, self.folder / key)
            for entry in surplus(self.folder):
                entry.unlink(missing_ok=True)
        except OSError:
            return


def of_user() -> Cache:
    """The cache of whoever runs this: SPECPIPE_CACHE says where, `off` for none; otherwise it is
    where XDG has caches."""
    given = os.environ.get(VARIABLE, "")
    if given == OFF:
        return Cache()
    home = os.environ.get("XDG_CACHE_HOME", "")
    try:
        base = Path(home) if os.path.isabs(home) else Path.home() / ".cache"
    except RuntimeError:  # nobody's home
        return Cache()
    return Cache(Path(given) if given else base / "specpipe" / "trees")


def own(folder: Path) -> bool:
    """Whether a folder is this user's, and nobody else can put anything into it."""
    try:
        found = folder.lstat()
    except OSError:
        return False
    theirs = found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not theirs


def surplus(folder: Path) -> list[Path]:
    """All but the ENTRIES that were used last, and what a killed run left."""
    found = [(path.stat().st_mtime, path) for path in folder.iterdir() if path.is_file()]
    return [path for _, path in sorted(found, reverse=True)[ENTRIES:]]


def key(target: str, document: Document, maker: str) -> str:
    """The key of what a target makes of a document; `maker` is what `maker()` gives."""
    # All that there is of a document but what its digest stands for.
    about = {
        field.name: getattr(document, field.name)
        for field in fields(document)
        if field.name not in ("data", "places")
    }
    place = str(Path(document.file).resolve())
    return digest(json.dumps([target, place, about, maker], sort_keys=True).encode())


def maker() -> str:
    """A digest of all that makes trees of documents: this package, templates, tools."""
    made = hashlib.sha256()
    for part in (*interpreters(), *distributions(sys.path)):
        made.update(f"{part}\0".encode())
    for path in (*sources(), ROOT / "LICENSE", INSTALLED):
        content = path.read_bytes() if path.is_file() else b""
        made.update(f"{path}\0{len(content)}\0".encode() + content)
    return made.hexdigest()


def sources() -> Iterator[Path]:
    """The files that decide what is rendered, as far as they are this repository's."""
    yield from sorted(PACKAGE.glob("*.py"))
    for folder in SOURCES:
        yield from (path for path in sorted(folder.rglob("*")) if path.suffix != ".pyc")


def interpreters() -> Iterator[str]:
    """Python and Node.js, by version or by file: asking Node.js takes long."""
    yield sys.version
    if node := shutil.which("node"):
        found = os.stat(node)
        yield f"{os.path.realpath(node)} {found.st_size} {found.st_mtime_ns}"


def distributions(folders: Iterable[str]) -> Iterator[str]:
    """What is installed for Python: the names of the folders that say so hold the versions."""
    for folder in folders:
        if os.path.isdir(folder):
            yield from sorted(name for name in os.listdir(folder) if name.endswith(".dist-info"))
