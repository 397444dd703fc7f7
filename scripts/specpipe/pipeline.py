"""The pipeline as one expression: file to document to view to trees."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from specpipe import cache
from specpipe.cache import Cache
from specpipe.diagnostics import SpecError
from specpipe.spec.build import build
from specpipe.spec.load import load
from specpipe.spec.model import Api, Document
from specpipe.spec.rules import check_rules
from specpipe.spec.validate import check_version, validate
from specpipe.targets.base import Target, Waiting, begin
from specpipe.tree import EVERYWHERE, Change, Manifest, Tree, compare, with_manifest

NOTHING = Cache()
"""Has no trees of earlier runs, and keeps none."""


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
    spec: Path,
    out: Path,
    targets: Sequence[Target],
    *,
    whole: bool = False,
    kept: Cache = NOTHING,
) -> tuple[Change, ...]:
    """What would have to change in `out` for it to be what `spec` gives.

    `targets` are all there are when `whole`: then nothing else may be in `out`. Otherwise only
    their own folders are looked at. `kept` has trees of earlier runs.
    """
    with uncollected():
        return changes_of(*read_spec(spec), out, targets, whole=whole, kept=kept)


def changes_of(
    document: Document,
    api: Api,
    out: Path,
    targets: Sequence[Target],
    *,
    whole: bool,
    kept: Cache = NOTHING,
) -> tuple[Change, ...]:
    """The same for a document that is at hand."""
    trees = rendered(document, api, targets, kept)
    present = Manifest({}) if whole else Manifest.read(out)
    wanted = with_manifest(trees, document.digest, present)
    folders = [EVERYWHERE] if whole else [target.folder for target in targets]
    return compare(wanted, folders, out)


def rendered(
    document: Document, api: Api, targets: Sequence[Target], kept: Cache
) -> Mapping[str, Tree]:
    """The tree of each target, by its name: kept from an earlier run, or made."""
    if kept.folder is None:
        return made(document, api, targets)
    maker = cache.maker()
    keys = {target.name: cache.key(target.name, document, maker) for target in targets}
    known = {name: tree for name, key in keys.items() if (tree := kept.get(key)) is not None}
    new = made(document, api, [target for target in targets if target.name not in known])
    for name, tree in new.items():
        kept.put(keys[name], tree)
    return {**known, **new}


def made(document: Document, api: Api, targets: Sequence[Target]) -> dict[str, Tree]:
    """The tree of each target, by its name. Those that wait for another process come last: the
    others are made while it works."""
    with ExitStack() as stack:
        begun = {t.name: stack.enter_context(begin(t, document, api)) for t in targets}
        ordered = sorted(targets, key=lambda target: isinstance(target, Waiting))
        return {target.name: begun[target.name]() for target in ordered}


@contextmanager
def uncollected() -> Iterator[None]:
    """Without the search for cyclic garbage: what a run makes lives until its end, and looking it
    through again and again takes a fifth of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
