"""The report: for people, for pull requests, for programs; whatever text a spec has."""

from __future__ import annotations

import json
import re

import pytest

from specpipe.diagnostics import Diagnostic, Location
from specpipe.diff.change import Impact, change, code
from specpipe.diff.change import Place as At
from specpipe.diff.report import FORMATS, LONGEST, Report, github, markdown, text
from specpipe.diff.spec_changes import spec_changes
from specpipe.diff.verdict import Verdict
from specpipe.diff.version import Version
from specpipe.spec.load import parse

HERE = Location("spec/openapi.yaml", 5, 3)
FAULT = Diagnostic(HERE, "info.version is 1.0.0", "write 2.0.0")
EVIL = "a`b</details><img src=x onerror=alert(1)>\n::error::x\r%0A @everyone |*_[x](y)"


def report(*changes, faults=()):
    worst = max((one.impact for one in changes), default=None)
    verdict = Verdict(worst, Version(1, 0, 0), Version(2, 0, 0), tuple(faults))
    return Report("0123456789abcdef", "1.0.0", changes, verdict, ("a note",))


def one(sentence="things change", impact=Impact.BREAKING):
    return change(impact, "kind", sentence, At(HERE, True, HERE))


def test_text_has_a_line_for_each_change_and_ends_with_what_is_wrong():
    assert text(report(one(), faults=[FAULT])).splitlines() == [
        "spec/openapi.yaml:5 (base): breaking: things change [python, typescript, server]",
        "note: a note",
        "breaking changes since 0123456789ab (1 breaking, 0 minor, 0 patch); "
        "next version 2.0.0 or higher, info.version is 1.0.0",
        "wrong: spec/openapi.yaml:5:3: info.version is 1.0.0, write 2.0.0",
    ]


def test_json_has_everything_a_program_needs():
    data = json.loads(FORMATS["json"](report(one(), faults=[FAULT])))
    assert (data["worst"], data["next"], data["notes"]) == ("breaking", "2.0.0", ["a note"])
    assert data["faults"][0]["advice"] == "write 2.0.0"
    assert data["changes"][0] == {
        "impact": "breaking",
        "area": "api",
        "kind": "kind",
        "sentence": "things change",
        "side": "base",
        "file": "spec/openapi.yaml",
        "line": 5,
        "pointer": "",
        "affects": ["python", "typescript", "server"],
    }


@pytest.mark.parametrize("impact", list(Impact))
def test_a_comment_is_never_longer_than_github_takes(impact):
    many = [one(f"{number} {'x' * 90}", impact) for number in range(2000)]
    comment = markdown(report(*many))
    assert len(comment) <= LONGEST
    assert "more than fits" in comment
    assert comment.count("<details>") == comment.count("</details>")
    assert len(comment) > LONGEST - 500


def test_text_of_a_spec_stays_inside_of_code_spans():
    spec = "openapi: 3.1.0\ninfo: {title: T, version: 1.0.0}\npaths: {}\ncomponents:\n  schemas:\n"
    base, head = (
        f"{spec}    {json.dumps(name)}: {{type: string, enum: [{json.dumps(EVIL)}]}}\n"
        for name in (EVIL, "Plain")
    )
    found = spec_changes(parse(base.encode(), "s"), parse(head.encode(), "s"))
    assert len(found) == 2
    for line in markdown(report(*found)).splitlines():
        outside = re.sub(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", "", line)
        for bad in ("<img", "@everyone", "</details><", "](y)"):
            assert bad not in outside, line
    annotations = [line for line in github(report(*found)).splitlines() if line.startswith("::")]
    assert len(annotations) == 2


def test_a_code_span_ends_where_it_should():
    assert code("a") == "`a`"
    assert code("a`b") == "`` a`b ``"
    assert code("a\nb") == "`a\\nb`"
    assert code("") == "` `"
    assert code("x" * 100) == f"`{'x' * 80}…`"


def test_annotations_are_errors_where_something_is_wrong_and_point_at_lines_of_the_head():
    lines = github(report(one("a, b: 100%"), one(impact=Impact.MINOR), faults=[FAULT])).splitlines()
    assert lines[:3] == [
        "::error file=spec/openapi.yaml,line=5,title=info.version is 1.0.0::write 2.0.0",
        "::warning file=spec/openapi.yaml,line=5,title=breaking%3A python%2C typescript%2C server::a, b: 100%25",
        "::notice file=spec/openapi.yaml,line=5,title=minor%3A python%2C typescript%2C server::things change",
    ]
