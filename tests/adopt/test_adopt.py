"""What adoption makes of constructs of other people's specs, one by one.

`constructs.yaml` holds each; `python tests/adopt/test_adopt.py` records what comes of them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from specpipe.adopt.adopt import adopt
from specpipe.adopt.text import as_yaml
from specpipe.diagnostics import SpecError
from specpipe.pipeline import checked
from specpipe.spec.load import parse
from specpipe.spec.model import Document

CONSTRUCTS = Path(__file__).parent / "constructs.yaml"
EXPECTED = Path(__file__).parent / "expected.yaml"
CASES: list[dict[str, Any]] = yaml.safe_load(CONSTRUCTS.read_text())
OTHER = {"type": "object", "properties": {"a": {"type": "string"}}}


def foreign(case: dict[str, Any]) -> Document:
    """A document with the construct in it."""
    operation = case.get("operation") or {
        "responses": {
            "200": {
                "description": "ok",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/T"}}},
            }
        }
    }
    thing = {"type": "object", "properties": {"it": case.get("schema", {"type": "string"})}}
    thing |= {"required": ["it"]} if case.get("required") else {}
    document = {
        "openapi": "3.0.3",
        "info": {"title": "Things", "version": "1.0.0"},
        "paths": {"/things": {case.get("method", "get"): operation}},
        "components": {"schemas": {"T": thing, "Other": OTHER}},
        **case.get("document", {}),
    }
    return parse(
        json.dumps({k: v for k, v in document.items() if v is not None}).encode(), "a.json"
    )


def outcome(case: dict[str, Any]) -> dict[str, Any]:
    """What is different, and what is said: of a schema the components, else all of it."""
    try:
        adoption = adopt(foreign(case))
    except SpecError as error:
        return {"refused": [f"{d.message}, {d.advice}" for d in error.diagnostics]}
    data = json.loads(json.dumps(adoption.data))
    notes = [f"{note.kind}: {note.what}" for note in adoption.notes]
    gives = data["components"]["schemas"] if "schema" in case else data
    return {"gives": gives, **({"notes": notes} if notes else {})}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_construct_becomes_exactly_this_and_is_told_of(case):
    assert outcome(case) == yaml.safe_load(EXPECTED.read_text())[case["name"]]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_what_is_written_is_read_back_and_accepted(case):
    try:
        adoption = adopt(foreign(case))
    except SpecError:
        return
    document = parse(as_yaml(adoption.data, "From\nthere").encode(), "b.yaml")
    assert document.data == adoption.data
    assert checked(document)[1].operations == adoption.api.operations


if __name__ == "__main__":
    found = {case["name"]: outcome(case) for case in CASES}
    EXPECTED.write_text(yaml.safe_dump(found, sort_keys=False, allow_unicode=True, width=100))
