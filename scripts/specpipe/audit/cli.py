"""`specpipe audit`: documentation pages against the spec.

Exit status 0: the spec says what the pages say. 1: gaps. 2: misused.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from specpipe.arguments import spec_file
from specpipe.audit import readings, report
from specpipe.audit.compare import audit as compare
from specpipe.audit.draft import draft
from specpipe.audit.facts import Page, from_json, to_json
from specpipe.diagnostics import Misuse
from specpipe.manual import Manual
from specpipe.spec.load import load
from specpipe.spec.model import Document
from specpipe.spec.rules import check_rules
from specpipe.spec.validate import validate
from specpipe.workspace import SPEC, shown

FOLDER = "documented"
"""Beside the spec: the facts of its pages, and what people have read in them."""
SUFFIXES = (".md", ".mdx", ".markdown", ".txt")
MAX_BYTES = 4 * 1024 * 1024


HELP = Manual(
    "compare documentation pages with the spec",
    "Each fact of a page is agreed with, overridden by a decision, missing or contradicted; each "
    "gap is told with the page's line, the spec's line and what to do.",
    {0: "the spec says what the pages say", 1: "gaps"},
    {
        "specpipe audit": "against the facts that are kept beside the spec",
        "specpipe audit --docs pages": "and against the pages of a folder, in Python or TypeScript",
        "specpipe audit --docs pages --draft new.yaml": "begin what the spec lacks",
        "specpipe audit --docs pages --keep 1": "keep the facts of these pages",
    },
)


def add_command(commands: Any) -> None:
    """Add `audit` to the commands of the pipeline."""
    command = HELP.add(commands, "audit", audit)
    command.add_argument("--spec", type=spec_file, default=SPEC, help="the OpenAPI document")
    command.add_argument("--docs", default="", help="folder of pages; without it the kept facts")
    command.add_argument("--draft", default="", help="write what the spec lacks to this new file")
    command.add_argument("--keep", default="", help="1: keep the facts of --docs beside the spec")
    command.add_argument("--json", default="", help="1: print JSON")


def audit(options: argparse.Namespace) -> int:
    """Compare, and say what came of it; or draft, or keep facts."""
    folder = options.spec.parent / FOLDER
    document = load(options.spec)
    given = read_folder(Path(options.docs)) if options.docs else ()
    pages = merged(kept(folder), given)
    if not pages:
        raise Misuse(f"{shown(folder)} has no facts and no page is given: say DOCS=folder")
    curated = readings.read(folder)
    if options.draft:
        return _write_draft(document, pages, Path(options.draft))
    if options.keep:
        _keep(folder, given)
    found = compare(document, pages, curated)
    if options.json:
        print(report.as_json(found, document.file))
    else:
        for line in report.lines(found, document.file):
            print(line)
    faults = [*validate(document), *check_rules(document)]
    for fault in sorted(set(faults)):
        print(fault, file=sys.stderr)
    return 1 if found.gaps or faults else 0


def kept(folder: Path) -> tuple[Page, ...]:
    """The pages whose facts are in `folder`, in order of names."""
    return tuple(from_json(path) for path in sorted(folder.glob("*.json")))


def read_folder(folder: Path) -> tuple[Page, ...]:
    """The pages in `folder` that have operations. Others are told on the standard error output.
    Raises Misuse when there is none."""
    from specpipe.audit.pages import read  # with markdown-it: kept out of start-up

    if not folder.is_dir():
        raise Misuse(f"DOCS: {folder} is no folder: name one with documentation pages")
    pages = [read(name, path.read_bytes()) for name, path in _files(folder)]
    for page in pages:
        if not page.operations:
            print(f"{page.name}: no operation on it, passed over", file=sys.stderr)
    found = tuple(page for page in pages if page.operations)
    if not found:
        raise Misuse(f"DOCS: {folder} has no page with operations ({', '.join(SUFFIXES)})")
    return found


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in SUFFIXES and path.is_file():
            name = path.relative_to(folder).as_posix()
            if path.stat().st_size > MAX_BYTES:
                raise Misuse(f"DOCS: {name} is larger than {MAX_BYTES // 1024**2} MiB: no page")
            yield name, path


def merged(old: tuple[Page, ...], new: tuple[Page, ...]) -> tuple[Page, ...]:
    """Pages by name, newer ones in place of older. What a younger page leaves out is not taken
    back: the older ones count as well."""
    found = {page.name: page for page in (*old, *new)}
    return tuple(found[name] for name in sorted(found))


def _keep(folder: Path, pages: tuple[Page, ...]) -> None:
    """Write the facts of pages that are new or have changed."""
    if not pages:
        raise Misuse("KEEP keeps the facts of pages: say DOCS=folder as well")
    folder.mkdir(exist_ok=True)
    for page in pages:
        path = folder / f"{quote(page.name, safe='')}.json"
        temporary = path.with_suffix(".partial")
        temporary.write_text(to_json(page), "utf-8")
        os.replace(temporary, path)


def _write_draft(document: Document, pages: tuple[Page, ...], path: Path) -> int:
    """Write the draft of what `document` lacks into a file that is not there yet."""
    found = draft(document, pages)
    if not found.operations:
        print("nothing to draft: the spec has every documented operation")
        return 0
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(found.text)
    except FileExistsError:
        raise Misuse(f"DRAFT: {path} is there already: name a new file") from None
    print(
        f"{shown(path)}: {found.operations} operations and {found.models} models drafted, "
        f"{found.todos} marks to work off: merge it into {document.file}"
    )
    return 0
