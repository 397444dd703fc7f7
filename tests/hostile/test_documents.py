"""Hostile documents are refused, each with words of its own: status 1, a line for each problem, and
nothing written."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from specpipe.cli import main

from . import cases, documents, extremes

TABLE = [
    *cases.of_names(),
    *cases.of_references(),
    *documents.of_yaml(),
    *documents.of_versions(),
    *documents.of_schemas(),
    *documents.of_patterns(),
    *extremes.of_sizes(),
]
LINE = re.compile(r"spec\.yaml:\d+:\d+( #/.*)?: .+, .+")


@pytest.mark.parametrize("case", TABLE, ids=lambda case: f"{case.kind}: {case.name}")
def test_it_is_refused_by_name(case, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "spec.yaml").write_bytes(case.content())
    assert main(["generate", "--spec=spec.yaml", "--out=out"]) == 1
    *lines, last = capsys.readouterr().err.splitlines()
    assert case.says in "\n".join(lines)
    assert re.fullmatch(r"\d+ problems? in the spec; nothing written", last)
    assert [line for line in lines if not (LINE.fullmatch(line) and line.isprintable())] == []
    assert [path.name for path in tmp_path.iterdir()] == ["spec.yaml"]


def test_each_case_says_what_must_be_said_and_stands_once():
    assert [case.name for case in TABLE if not case.says] == []
    names = Counter((case.kind, case.name) for case in TABLE)
    assert [name for name, count in names.items() if count > 1] == []
