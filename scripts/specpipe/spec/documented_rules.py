"""House rules about where a spec comes from: `x-documented`, and drafts that nobody has finished.

Whether the entries are what the pages say is for the audit, which has the pages.
"""

from __future__ import annotations

from collections.abc import Iterator

from specpipe.diagnostics import Diagnostic
from specpipe.spec.model import Document
from specpipe.spec.nodes import Node, everything, operations

MARK = "TODO(draft)"
"""What a draft says where the pages are silent."""
_KEYS = ("page", "statuses", "auth", "parameters")
_ENTRY = "{page: …, statuses: […], auth: …, parameters: […]}"


def pages_are_named(document: Document) -> Iterator[Diagnostic]:
    """`x-documented` lists pages, each once, with what each says."""
    for operation in operations(document):
        holder = operation.node.raw("x-documented")
        if "x-documented" in operation.node.map and not isinstance(holder.value, list):
            yield holder.fault("x-documented is not a list", f"write [{_ENTRY}]")
        seen: set[str] = set()
        for entry in holder.items():
            yield from _check_entry(entry)
            page = entry.raw("page").text
            if page and page in seen:
                yield entry.fault(f"page {page!r} is here again", "keep one of the entries")
            seen.add(page)


def _check_entry(entry: Node) -> Iterator[Diagnostic]:
    if not entry.map:
        yield entry.fault("an entry of x-documented is not a mapping", f"write {_ENTRY}")
        return
    for key, child in entry.members():
        if key not in _KEYS:
            yield child.fault(f"unknown key {key!r} of x-documented", f"use {', '.join(_KEYS)}")
    if not entry.raw("page").text:
        yield entry.fault("an entry of x-documented names no page", f"write {_ENTRY}")


def drafts_are_finished(document: Document) -> Iterator[Diagnostic]:
    """No mark of `make audit DRAFT=` is left."""
    for node in everything(document):
        if MARK in node.text or any(MARK in str(key) for key in node.map):
            message = "a draft left this open"
            yield node.fault(message, f"write what is true in place of {MARK}")
