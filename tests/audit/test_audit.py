"""The audit between pages and spec: what is on no page, `x-documented`, decisions, and its words."""

from __future__ import annotations

import copy
import json
import shutil
from dataclasses import replace

import pytest
import yaml

from specpipe.audit import readings
from specpipe.audit.cli import FOLDER, kept
from specpipe.audit.compare import audit
from specpipe.cli import main
from specpipe.spec.load import load
from specpipe.spec.nodes import unescape
from specpipe.workspace import SPEC

HERE = SPEC.parent / FOLDER
DOCUMENT = load(SPEC)
PAGES = kept(HERE)
CURATED = readings.read(HERE)
AS_IT_IS = audit(DOCUMENT, PAGES, CURATED)


def gaps(edit):
    """The gaps of the spec after `edit`: (kind, page, line, message, spec line)."""
    data = copy.deepcopy(DOCUMENT.data)
    edit(data)
    assert data != DOCUMENT.data
    return audit(replace(DOCUMENT, data=data), PAGES, CURATED).gaps


def operation(data, operation_id="workstream_events_snapshot"):
    return next(
        found
        for item in data["paths"].values()
        for found in item.values()
        if found["operationId"] == operation_id
    )


def undecide(data, node):
    """Take the decisions away that excuse an addition."""
    for pointer in (node.pointer, node.follow().pointer, node.pointer.rpartition("/")[0]):
        found = data
        for step in pointer.split("/")[1:]:
            found = found[int(step)] if isinstance(found, list) else found[unescape(step)]
        if isinstance(found, dict):
            found.pop("x-decided", None)
    for scheme in data["components"]["securitySchemes"].values():
        scheme.pop("x-decided", None)
    for one in data["components"]["parameters"].values():
        one.pop("x-decided", None)
        one["schema"].pop("x-decided", None)
    for item in data["paths"].values():
        for method in item.values():
            for one in method.get("parameters", []):
                one.pop("x-decided", None)
                one.get("schema", {}).pop("x-decided", None)


def test_what_is_on_no_page_is_decided():
    assert len(AS_IT_IS.additions) > 60
    assert [found.what for found in AS_IT_IS.additions if not found.by] == []


def test_each_thing_on_no_page_is_told_once_its_decision_is_gone():
    untold = []
    for addition in AS_IT_IS.additions:
        found = gaps(lambda data, node=addition.node: undecide(data, node))
        messages = {gap.message for gap in found if gap.kind == "undecided"}
        if f"{addition.what} is on no page" not in messages:
            untold.append(addition.what)
    assert untold == []


def add_parameter(data):
    operation(data)["parameters"].append({"name": "page", "in": "query", "schema": {}})


def add_operation(data):
    data["paths"]["/other"] = {"get": {"operationId": "other", "responses": {}}}


@pytest.mark.parametrize(
    ("what", "edit"),
    [
        ("parameter page", add_parameter),
        ("operation GET /other", add_operation),
        ("answer 404", lambda d: operation(d)["responses"].update({"404": {"description": "No"}})),
        ("request body", lambda d: operation(d).update(requestBody={"content": {"application/json": {}}})),
        ("server http://localhost:7", lambda d: d["servers"].append({"url": "http://localhost:7"})),
        ("deprecated", lambda d: operation(d).update(deprecated=True)),
        ("schema Lonely, which no operation leads to", lambda d: d["components"]["schemas"].update(Lonely={"type": "object"})),
        ("maxLength of parameter workstream_event", lambda d: (
            d["components"]["parameters"]["workstream_event"].pop("x-decided"),
            d["components"]["parameters"]["workstream_event"]["schema"].update(maxLength=5))),
    ],
)  # fmt: skip
def test_an_addition_that_nobody_decided_on_is_told_with_its_place(what, edit):
    found = [gap for gap in gaps(edit) if gap.message == f"{what} is on no page"]
    assert found
    assert all(gap.kind == "undecided" and gap.place.file.endswith("openapi.yaml") for gap in found)
    assert "x-decided" in found[0].advice


def test_decisions_without_their_reasons_excuse_nothing(tmp_path):
    shutil.copy(SPEC, tmp_path)
    found = audit(load(tmp_path / SPEC.name), PAGES, CURATED)
    undecided = [gap for gap in found.gaps if gap.kind == "undecided"]
    assert len(undecided) == len(AS_IT_IS.additions)
    assert "DECISIONS.md" in undecided[0].advice


def entry(edit):
    return lambda data: edit(operation(data)["x-documented"])


@pytest.mark.parametrize(
    ("edit", "page", "line"),
    [
        (entry(lambda e: e[0].update(statuses=[200])), "000", 429),
        (entry(lambda e: e[0].update(auth="none")), "000", 418),
        (entry(lambda e: e[1].update(parameters=[])), "001", 153),
        (entry(lambda e: e[1].pop("auth")), "001", 205),
        (entry(lambda e: e.pop(1)), "001", 13),
        (entry(lambda e: e.append({"page": "004.md"})), "004", 0),
        (entry(lambda e: e.append({**e[0], "page": PAGES[2].name})), "003", 1),
        (lambda d: operation(d).pop("x-documented"), "000", 11),
    ],
)
def test_an_entry_that_is_not_what_its_page_says_is_told(edit, page, line):
    found = [gap for gap in gaps(edit) if gap.kind == "x-documented"]
    assert (page, line) in [(gap.page[:3], gap.line) for gap in found], found


@pytest.fixture
def copied(tmp_path):
    """A copy of the spec with its decisions and the facts of its pages."""
    folder = tmp_path / "spec"
    folder.mkdir()
    for name in (SPEC.name, "DECISIONS.md"):
        shutil.copy(SPEC.parent / name, folder)
    shutil.copytree(HERE, folder / FOLDER)
    return folder / SPEC.name


def curate(spec, edit):
    path = spec.parent / FOLDER / readings.FILE
    data = yaml.safe_load(path.read_text())
    edit(data)
    path.write_text(yaml.safe_dump(data))
    return audit(load(spec), kept(path.parent), readings.read(path.parent)).gaps


@pytest.mark.parametrize(
    "slug", [*yaml.safe_load((HERE / readings.FILE).read_text())["overridden"]]
)
def test_without_its_decision_each_disagreement_is_a_gap(copied, slug):
    overridden = {
        (one.page, one.fact.line) for one in AS_IT_IS.judged if one.by and one.by.slug == slug
    }
    found = curate(copied, lambda data: data["overridden"].pop(slug))
    assert {(g.page, g.line) for g in found if g.kind == "contradicting"} == overridden
    assert overridden


@pytest.mark.parametrize(
    "slug", [*yaml.safe_load((HERE / readings.FILE).read_text())["overridden"]]
)
def test_a_decision_has_to_stand_where_the_spec_differs(copied, slug):
    text = copied.read_text().replace(f"x-decided: {slug}\n", "x-decided: limit\n")
    copied.write_text(text)
    found = audit(load(copied), PAGES, CURATED).gaps
    assert [gap for gap in found if f"say `x-decided: {slug}` here" in gap.advice]


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (
            lambda d: d["overridden"]["body-optionality"][0].update(says=False),
            "does not go against",
        ),
        (
            lambda d: d["overridden"]["body-optionality"][0].update(page="004.md"),
            "has no such fact",
        ),
        (lambda d: d["overridden"]["body-optionality"][0].pop("says"), "not told against what"),
        (lambda d: d["sentences"].update(aaaaaaaaaaaa={"says": "x", "spec": []}), "is on no page"),
        (lambda d: d["sentences"]["0a264e95aee8"].pop("says"), "without its meaning"),
        (lambda d: d["sentences"]["0a264e95aee8"].pop("spec"), "no list of what must hold"),
        (lambda d: d["sentences"]["0a264e95aee8"]["spec"][0].pop("is"), "asks for nothing"),
        (lambda d: d["sentences"]["0a264e95aee8"].update(more=1), "unknown key 'more'"),
        (lambda d: d["sentences"].pop("0a264e95aee8"), "has not been read"),
    ],
)
def test_what_people_have_read_is_checked_too(copied, edit, message):
    assert [gap for gap in curate(copied, edit) if message in gap.message]


def run(capsys, *arguments):
    status = main(["audit", *map(str, arguments)])
    said = capsys.readouterr()
    return status, said.out, said.err


def test_the_kept_facts_are_enough_for_an_audit(capsys):
    status, out, err = run(capsys)
    assert (status, err) == (0, "")
    assert "483 of 490 facts of 3 pages agreed, 7 overridden by decision" in out
    assert out.splitlines()[1].split() == [PAGES[0].name, "222", "220", "2", "0", "0", "0"]
    assert "overridden by body-optionality: 003_181b4da67fa01d00.txt:145:" in out


def test_a_gap_names_page_and_line_spec_and_line_and_what_to_do(capsys, copied):
    copied.write_text(
        copied.read_text().replace("description: WorkstreamEvent not found.", "description: Gone.")
    )
    status, out, _ = run(capsys, "--spec", copied)
    (line,) = [line for line in out.splitlines() if "contradicting:" in line]
    assert status == 1
    assert line.startswith("003_181b4da67fa01d00.txt:261, ")
    assert ":639:9: contradicting: 410 is described as 'Gone.'" in line
    assert line.endswith("use the documented text")


def test_json_has_the_same(capsys):
    status, out, _ = run(capsys, "--json", "1")
    data = json.loads(out)
    assert status == 0
    assert [page["facts"] for page in data["pages"]] == [222, 105, 163]
    assert data["gaps"] == []
    assert len(data["overridden"]) == 7
    assert data["overridden"][0]["spec"]["line"] > 0
    assert {tuple(one["decided"]) for one in data["undocumented"]} >= {
        ("key-required",),
        ("limit",),
    }


def test_a_page_at_hand_counts_more_than_what_was_kept_of_it(capsys, copied, tmp_path):
    docs = tmp_path / "docs"
    docs.mkdir()
    text = (
        "# WorkstreamEvents API\n\nMethod | HTTP request | Description\n---|---|---\n"
        "[**brand_new**](x) | **GET** /new | \n\n# **brand_new**\n> brand_new()\n\n"
    )
    (docs / "new.md").write_text(text)
    (docs / "README.md").write_text("# Hello\n")
    status, out, err = run(capsys, "--spec", copied, "--docs", docs)
    assert status == 1
    assert "new.md:5, new.md:7, new.md:8" in out
    assert "the spec has no GET /new" in out
    assert "README.md: no operation on it" in err
    assert not (copied.parent / FOLDER / "new.md.json").exists()
    run(capsys, "--spec", copied, "--docs", docs, "--keep", "1")
    assert (copied.parent / FOLDER / "new.md.json").exists()
    assert run(capsys, "--spec", copied)[1] == out


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["--docs", "none"], "DOCS: none is no folder"),
        (["--docs", "."], "has no page with operations"),
        (["--spec", "spec.yaml"], "no page is given: say DOCS=folder"),
        (["--keep", "1"], "say DOCS=folder as well"),
    ],
)
def test_misuse_is_told_in_one_line(capsys, tmp_path, monkeypatch, given, told):
    monkeypatch.chdir(tmp_path)
    shutil.copy(SPEC, tmp_path / "spec.yaml")
    status, out, err = run(capsys, *given)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert told in err


def test_facts_that_were_damaged_are_named(capsys, copied):
    path = copied.parent / FOLDER / f"{PAGES[0].name}.json"
    path.write_text(path.read_text()[:-40])
    status, _, err = run(capsys, "--spec", copied)
    assert status == 1
    assert f"{path}: these are no facts of a page" in err
