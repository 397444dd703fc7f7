"""`specpipe adopt`: make a spec of the house out of one that somebody else wrote.

Exit status 0: written; what it lost is printed. 1: nothing can be made of it. 2: misused.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from specpipe.adopt.adopt import LARGEST, adopt
from specpipe.adopt.draft import by_construct
from specpipe.adopt.text import as_yaml
from specpipe.arguments import spec_file
from specpipe.diagnostics import Misuse, one_line
from specpipe.manual import Manual
from specpipe.pipeline import checked
from specpipe.spec.load import load, parse
from specpipe.workspace import shown

HELP = Manual(
    "make a spec of the house out of a foreign OpenAPI document",
    "Swagger 2.0 and OpenAPI 3.0 and 3.1 are read. What the pipeline has no words for is left out, "
    "and each construct that is lost is printed with its place. The new file passes `lint`, and is "
    "meant to be curated from there on.",
    {0: "written", 1: "nothing can be made of the document"},
    {
        "specpipe adopt --from vendor.json --spec new.yaml": "and say what was lost, once a kind",
        "specpipe adopt --from vendor.json --spec new.yaml --all 1": "and say it for every place",
    },
)


def add_command(commands: Any) -> None:
    """Add `adopt` to the commands of the pipeline."""
    command = HELP.add(commands, "adopt", write)
    command.add_argument("--from", type=Path, required=True, dest="source", help="the document")
    command.add_argument("--spec", type=spec_file, required=True, help="the new file")
    command.add_argument("--all", default="", help="1: list every place, not one of each construct")


def write(options: argparse.Namespace) -> int:
    """Write the new spec, and say what of the document it lacks."""
    if not str(options.source).strip("."):
        raise Misuse("FROM is empty: name the document to adopt")
    if options.spec.exists():
        raise Misuse(f"SPEC: {shown(options.spec)} is there already: name a new file")
    source = load(options.source, LARGEST)
    adoption = adopt(source)
    head = f"Adopted from {options.source.name} (SHA-256 {source.digest}) by `make adopt`."
    text = as_yaml(adoption.data, one_line(head))
    checked(parse(text.encode(), shown(options.spec)))
    with options.spec.open("x", encoding="utf-8") as file:
        file.write(text)
    if options.all:
        for note in adoption.notes:
            print(note)
    else:
        for kind, what, count, place in by_construct(adoption.notes):
            print(one_line(f"{place}: {kind}: {what}" + f" (and {count - 1} more)" * (count > 1)))
    kept, whole = len(adoption.api.operations), adoption.operations
    print(
        f"{shown(options.spec)}: {kept} of {whole} operations, {len(adoption.api.schemas)} schemas"
    )
    return 0
