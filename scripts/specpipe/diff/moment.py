"""A spec and what was generated from it at one moment: of a commit, or of the folder as it is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from specpipe.diagnostics import Misuse
from specpipe.diff.fragments import CHANGELOG, FOLDER
from specpipe.diff.git import Repository
from specpipe.diff.verdict import State
from specpipe.pipeline import read_spec
from specpipe.spec.load import parse
from specpipe.spec.model import Document
from specpipe.spec.nodes import root
from specpipe.tree import Manifest, Tree, files_below, read
from specpipe.workspace import shown


@dataclass(frozen=True, slots=True)
class Moment:
    """What is compared. `generated` is the output folder, `stale` that it is of another spec."""

    document: Document
    state: State
    generated: Tree
    stale: bool = False


def at_commit(repository: Repository, commit: str, spec: Path, out: Path) -> Moment:
    """As of a commit. The spec there is read as it is: rules of today do not hold for it.

    Raises Misuse when the commit has no such file, SpecError when it cannot be read.
    """
    path = repository.relative(spec)
    content = repository.file(commit, path)
    if content is None:
        raise Misuse(f"BASE: {commit[:12]} has no {path}: name a commit that has it")
    folder = path.rpartition("/")[0]
    inside = f"{folder}/" if folder else ""
    changelog = repository.file(commit, f"{inside}{CHANGELOG}") or b""
    changes = repository.tree(commit, f"{inside}{FOLDER}")
    document = parse(content, shown(spec))
    generated = repository.tree(commit, repository.relative(out))
    return Moment(document, _state(document, changes, changelog), generated)


def on_disk(spec: Path, out: Path) -> Moment:
    """As it is now. Raises SpecError when the spec is not one that can be generated from."""
    document, _ = read_spec(spec)
    folder = spec.parent / FOLDER
    changes = {path: read(folder / path) or b"" for path in files_below(folder, "")}
    changelog = read(spec.parent / CHANGELOG) or b""
    generated = {path: read(out / path) or b"" for path in files_below(out, "")}
    digests = {record.spec for record in Manifest.read(out).targets.values()}
    stale = bool(digests) and digests != {document.digest}
    return Moment(document, _state(document, changes, changelog), generated, stale)


def _state(document: Document, changes: Tree, changelog: bytes) -> State:
    version = root(document).raw("info").raw("version")
    return State(version.text, version.location, changes, changelog.decode(errors="replace"))
