"""`x-documented`: which pages an operation was curated from, held against the pages."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from specpipe.audit.answers import Known
from specpipe.audit.facts import Documented, Page
from specpipe.spec.model import Document
from specpipe.spec.nodes import Node, operations


@dataclass(frozen=True, slots=True)
class Mismatch:
    """An entry that is not what its page says, or that is missing. `line` is the page's."""

    page: str
    line: int
    node: Node
    message: str
    advice: str


def mismatches(document: Document, pages: Collection[Page], known: Known) -> Iterator[Mismatch]:
    """Every difference between `x-documented` and the pages."""
    by_name = {page.name: page for page in pages}
    for operation in operations(document):
        entries = operation.node.raw("x-documented")
        for entry in entries.items():
            name = entry.raw("page").text
            if name not in by_name:
                advice = "correct it, or keep its facts: make audit DOCS=… KEEP=1"
                yield Mismatch(name, 0, entry.raw("page"), f"there is no page {name!r}", advice)
        given = {entry.raw("page").text: entry for entry in entries.items()}
        where = known.get(operation.node.pointer, ())
        for page, documented in where:
            wanted = expected(page, documented)
            advice = f"write {shown(wanted)}"
            if page.name not in given:
                message = f"x-documented lacks {page.name}"
                yield Mismatch(page.name, documented.line, operation.node, message, advice)
                continue
            yield from _differences(page, documented, given[page.name], wanted, advice)
        for name, entry in given.items():
            if name in by_name and name not in {page.name for page, _ in where}:
                message = f"{name} does not have this operation"
                yield Mismatch(name, 1, entry, message, "take it out of x-documented")


def _differences(
    page: Page, documented: Documented, entry: Node, wanted: Mapping[str, object], advice: str
) -> Iterator[Mismatch]:
    for key, value in wanted.items():
        child = entry.raw(key)
        if child.value != value:
            message = f"{key} of {page.name} is {child.value!r}, the page has {value!r}"
            yield Mismatch(page.name, _line(page, documented, key), child, message, advice)


def _line(page: Page, documented: Documented, key: str) -> int:
    """Where a page says what an entry has under `key`."""
    word = {"auth": "authorization", "statuses": "status", "parameters": "parameter"}.get(key)
    lines = (fact.line for fact in page.of(documented.name) if fact.words[0] == word)
    return next(lines, documented.line)


def expected(page: Page, documented: Documented) -> Mapping[str, object]:
    """The entry of `x-documented` for a page."""
    auth = page.fact(documented.name, "authorization")
    schemes = auth.value if auth is not None else None
    names = ", ".join(schemes) or "none" if isinstance(schemes, tuple) else "absent"
    return {
        "page": page.name,
        "statuses": [int(s) if s.isdigit() else s for s in page.statuses(documented.name)],
        "auth": names,
        "parameters": list(page.parameters(documented.name)),
    }


def shown(entry: Mapping[str, object]) -> str:
    """An entry as it is written in YAML, on one line."""
    parts = (
        f"{key}: [{', '.join(map(str, value))}]" if isinstance(value, list) else f"{key}: {value}"
        for key, value in entry.items()
    )
    return f"{{{', '.join(parts)}}}"
