"""Drafts: what the spec lacks, as a beginning that merges and loads, and that marks what is open."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from specpipe.audit.cli import FOLDER, kept, read_folder
from specpipe.audit.compare import audit
from specpipe.audit.draft import draft
from specpipe.audit.readings import Curated
from specpipe.cli import main
from specpipe.spec.documented_rules import MARK
from specpipe.spec.load import load
from specpipe.spec.nodes import find
from specpipe.spec.rules import check_rules
from specpipe.spec.validate import validate
from specpipe.workspace import SPEC

DOCUMENT = load(SPEC)
PAGES = kept(SPEC.parent / FOLDER)
LIBRARY = Path(__file__).with_name("library")
OPERATIONS = [(path, method) for path, item in DOCUMENT.data["paths"].items() for method in item]


def without(*paths):
    """The spec without some operations, and without links to them."""
    data = copy.deepcopy(DOCUMENT.data)
    gone = {o["operationId"] for p in paths for o in data["paths"].pop(p).values()}
    for item in data["paths"].values():
        for one in item.values():
            for response in one["responses"].values():
                links = response.pop("links", {})
                if kept := {k: v for k, v in links.items() if v["operationId"] not in gone}:
                    response["links"] = kept
    return data


def merged(data, text):
    """The draft put into a spec, as a person does it first."""
    made = yaml.safe_load(text)
    data = copy.deepcopy(data)
    data["paths"] |= made["paths"]
    for part, members in made.get("components", {}).items():
        data["components"].setdefault(part, {}).update(members)
    return data


def saved(folder, data):
    folder.mkdir(exist_ok=True)
    (folder / "spec.yaml").write_text(yaml.safe_dump(data, sort_keys=False, width=1000))
    (folder / "DECISIONS.md").write_text((SPEC.parent / "DECISIONS.md").read_text())
    return load(folder / "spec.yaml")


def is_open(document, pointer):
    """Whether a draft left something open at a place or below it."""
    return MARK in yaml.safe_dump(find(document, pointer).value)


@pytest.mark.parametrize("path", sorted(DOCUMENT.data["paths"]))
def test_each_operation_is_drafted_loads_and_is_refused_for_its_marks_alone(path, tmp_path):
    data = without(path)
    found = draft(replace(DOCUMENT, data=data), PAGES)
    document = saved(tmp_path / "merged", merged(data, found.text))
    faults = [*validate(document), *check_rules(document)]
    marks = [fault for fault in faults if fault.message == "a draft left this open"]
    others = [f for f in faults if f not in marks and not is_open(document, f.location.pointer)]
    assert found.operations == 1
    assert others == []
    assert len(marks) == found.todos > 0


def test_a_draft_has_all_that_the_pages_say(tmp_path):
    data = without(*DOCUMENT.data["paths"])
    del data["components"]["schemas"], data["components"]["securitySchemes"]
    data["tags"] = []
    found = draft(replace(DOCUMENT, data=data), PAGES)
    document = saved(tmp_path / "merged", merged(data, found.text))
    assert found.operations == len(OPERATIONS) == 10
    assert found.models == 7
    open_ = [
        one
        for one in audit(document, PAGES, Curated({}, ())).judged
        if one.outcome in ("missing", "contradicting")
    ]
    assert {one.fact.about.partition(" ")[0] for one in open_} <= {"authorization", "parameter"}
    assert {(one.page[:3], one.fact.line) for one in open_} == {
        ("001", 72), ("001", 137), ("001", 205), ("003", 145), ("003", 194),
    }  # fmt: skip


def test_the_same_pages_give_the_same_draft():
    data = without(*DOCUMENT.data["paths"])
    document = replace(DOCUMENT, data=data)
    assert draft(document, PAGES) == draft(document, tuple(copy.deepcopy(PAGES)))


@pytest.mark.parametrize("layout", sorted(p.name for p in LIBRARY.iterdir() if p.is_dir()))
def test_pages_of_any_layout_can_be_drafted(layout, tmp_path):
    found = draft(replace(DOCUMENT, data={}), read_folder(LIBRARY / layout))
    (tmp_path / "draft.yaml").write_text(found.text)
    assert set(load(tmp_path / "draft.yaml").data["paths"]) == {
        "/branches", "/loans", "/loans/{loan_id}/return",
    }  # fmt: skip
    assert found.operations == 4


def test_a_draft_never_overwrites(tmp_path, capsys):
    spec = saved(tmp_path / "s", without("/workstream_events")).file
    docs, path = LIBRARY / "python", tmp_path / "d.yaml"
    command = ["audit", "--spec", spec, "--docs", str(docs), "--draft", str(path)]
    assert main(command) == 0
    first = path.read_bytes()
    assert main(command) == 2
    assert "is there already" in capsys.readouterr().err
    assert path.read_bytes() == first


def test_where_nothing_lacks_nothing_is_written(tmp_path, capsys):
    assert main(["audit", "--draft", str(tmp_path / "d.yaml")]) == 0
    assert "nothing to draft" in capsys.readouterr().out
    assert not (tmp_path / "d.yaml").exists()
