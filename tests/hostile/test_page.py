"""docs/untrusted-specs.md has the table of what is refused. `python -m pytest` says when it has not;
SPECPIPE_RECORD=1 writes it anew."""

from __future__ import annotations

import os

from specpipe.render import markdown_code, markdown_text
from specpipe.workspace import ROOT

from .extremes import LARGE
from .payloads import PAYLOADS
from .test_documents import TABLE

PAGE = ROOT / "docs" / "untrusted-specs.md"
MARKER = "<!-- The rest of this page is written by tests/hostile/test_page.py. -->\n"


def tables() -> str:
    """What is tried, by kind."""
    rows: dict[tuple[str, str], list[str]] = {}
    for case in TABLE:
        rows.setdefault((case.kind, case.says), []).append(markdown_code(case.name))
    lines = ["## Refused by name", "", "| what | documents | says |", "|---|---|---|"]
    for (kind, says), names in rows.items():
        lines.append(f"| {markdown_text(kind)} | {', '.join(names)} | {markdown_code(says)} |")
    lines += ["", "## Generated, and still text", "", "In every place that takes text:", ""]
    lines += [f"- {markdown_text(name)}" for name in PAYLOADS]
    lines += ["", "## Generated, within 30 seconds of processor time and 1 GiB", ""]
    lines += [f"- {markdown_text(name)}" for name in LARGE]
    return "\n".join([f"{len(TABLE) + len(PAYLOADS) + len(LARGE)} kinds.", "", *lines, ""])


def test_the_page_has_the_tables():
    head, marker, _ = PAGE.read_text().partition(MARKER)
    wanted = f"{head}{marker}\n{tables()}"
    if os.environ.get("SPECPIPE_RECORD") == "1":
        PAGE.write_text(wanted)
    assert marker
    assert PAGE.read_text() == wanted


def test_there_are_many():
    assert len(TABLE) + len(PAYLOADS) + len(LARGE) > 400
