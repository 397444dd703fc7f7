"""The pipeline as one expression: file to document to view to trees."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from specpipe.diagnostics import SpecError
from specpipe.spec.build import build
from specpipe.spec.load import load
from specpipe.spec.model import Api, Document
from specpipe.spec.rules import check_rules
from specpipe.spec.validate import check_version, validate
from specpipe.targets.base import Target
from specpipe.tree import EVERYWHERE, Change, Manifest, compare, with_manifest


def read_spec(path: Path) -> tuple[Document, Api]:
    """The document at `path`, found valid, and its operations view.

    Raises SpecError with every fault found: of the text first, then of OpenAPI and of the house
    rules together.
    """
    return checked(load(path))


def checked(document: Document) -> tuple[Document, Api]:
    """A document, found valid, and its operations view. Raises SpecError."""
    if diagnostics := check_version(document) or [*validate(document), *check_rules(document)]:
        raise SpecError(diagnostics)
    return document, build(document)


def changes(
    spec: Path, out: Path, targets: Sequence[Target], whole: bool = False
) -> tuple[Change, ...]:
    """What would have to change in `out` for it to be what `spec` gives.

    `targets` are all there are when `whole`: then nothing else may be in `out`. Otherwise only
    their own folders are looked at.
    """
    return changes_of(*read_spec(spec), out, targets, whole)


def changes_of(
    document: Document, api: Api, out: Path, targets: Sequence[Target], whole: bool
) -> tuple[Change, ...]:
    """The same for a document that is at hand."""
    trees = {target.name: target.render(document, api) for target in targets}
    present = Manifest({}) if whole else Manifest.read(out)
    wanted = with_manifest(trees, document.digest, present)
    folders = [EVERYWHERE] if whole else [target.folder for target in targets]
    return compare(wanted, folders, out)
