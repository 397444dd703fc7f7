"""Kinds of edits to a spec, and what is said about each: a table, one edit a row.

After changing a sentence, run this file as a script and review the difference in edits.txt.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path

import pytest
import yaml

from specpipe.diff.change import Impact
from specpipe.diff.spec_changes import spec_changes
from specpipe.spec.load import parse

HERE = Path(__file__).parent
BASE = (HERE / "base.yaml").read_text("utf-8")
EDITS = yaml.safe_load((HERE / "edits.yaml").read_text("utf-8"))
TOLD = HERE / "edits.txt"
SPEC = "spec.yaml"


def edited(edit) -> str:
    """The spec after one edit. What is replaced is there exactly once."""
    text = BASE
    for old, new in zip(edit["old"], edit["new"], strict=True):
        assert text.count(old) == 1, f"{old!r} is there {text.count(old)} times"
        text = text.replace(old, new)
    return text


@functools.cache
def changes(before: str, after: str):
    return spec_changes(parse(before.encode(), SPEC), parse(after.encode(), SPEC))


def told(edit) -> list[str]:
    found = changes(BASE, edited(edit))
    return [f"{change} [{', '.join(change.affects)}]" for change in found]


def section(name: str, edit) -> str:
    return "\n".join([f"## {name}", *told(edit), ""])


def recorded() -> dict[str, str]:
    sections = TOLD.read_text("utf-8").split("## ")[1:]
    return {text.partition("\n")[0]: f"## {text}".strip() for text in sections}


@pytest.mark.parametrize("name", EDITS)
def test_the_worst_of_an_edit_is_what_people_expect(name):
    first = changes(BASE, edited(EDITS[name]))[0]
    assert first.impact.word == EDITS[name]["worst"], first


@pytest.mark.parametrize("name", EDITS)
def test_exactly_this_is_said_with_its_line_and_the_sdks_affected(name):
    assert section(name, EDITS[name]).strip() == recorded()[name]


def test_the_record_has_no_other_edits():
    assert list(recorded()) == list(EDITS)


def test_there_are_enough_kinds_of_edits_and_of_changes():
    kinds = {c.kind for edit in EDITS.values() for c in changes(BASE, edited(edit))}
    assert len(EDITS) >= 40
    assert len(kinds) >= 40


@pytest.mark.parametrize("name", EDITS)
def test_undoing_an_edit_is_noticed_too(name):
    assert changes(edited(EDITS[name]), BASE)


@pytest.mark.parametrize(
    "after",
    [
        BASE,
        BASE.replace("version: 1.2.3", "version: 2.0.0"),
        "# A comment.\n" + BASE,
        BASE.replace("{type: boolean, default: true}", "{default: true, type: boolean}"),
        BASE.replace("        - ROUND\n        - SQUARE", "        - SQUARE\n        - ROUND"),
        BASE.replace("[id, made, changed]", "[changed, id, made]"),
        BASE.replace("summary: Say hello", "summary: Say hello\n      x-documented: []"),
        BASE.replace("key: []", "token: []").replace("    key:\n", "    token:\n"),
    ],
    ids=[
        "nothing",
        "version",
        "comment",
        "order of keys",
        "order of an enum",
        "order of required",
        "provenance",
        "name of a security scheme",
    ],
)
def test_what_changes_nothing_for_anybody_is_no_change(after):
    assert changes(BASE, after) == ()


ONE, TWO, THREE = ({"type": kind} for kind in ("string", "integer", "boolean"))


@pytest.mark.parametrize("key", ["oneOf", "anyOf"])
@pytest.mark.parametrize(
    ("before", "after", "in_requests", "in_answers"),
    [
        ([ONE, TWO], [TWO, ONE], None, None),
        ([ONE, TWO], [ONE], "breaking", "minor"),
        ([ONE, TWO], [ONE, TWO, THREE], "minor", "breaking"),
        (None, [ONE, TWO], "breaking", "minor"),
        ([ONE, TWO], None, "minor", "breaking"),
    ],
)
def test_choices_are_told_apart_by_what_they_are(key, before, after, in_requests, in_answers):
    for place, impact in (
        ("        weight:\n          type: number\n", in_requests),
        ("        blob:\n          type: string\n", in_answers),
    ):
        name = place.partition(":")[0]
        specs = [
            BASE.replace(place, f"{name}: {json.dumps({key: choices} if choices else {})}\n")
            for choices in (before, after)
        ]
        found = [change.impact.word for change in changes(*specs)]
        assert (found[0] if found else None) == impact


def test_impacts_are_ordered():
    assert Impact.PATCH < Impact.MINOR < Impact.BREAKING


if __name__ == "__main__":
    TOLD.write_text("\n".join(section(name, edit) for name, edit in EDITS.items()), "utf-8")
