"""Specs that have to be refused, and exactly what is said about each.

A folder holds one spec, whose first line says why it is there, and the diagnostics expected.
After changing a message, run this file as a script and review the difference.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from specpipe.diagnostics import SpecError
from specpipe.pipeline import read_spec

CASES = sorted(file.parent for file in Path(__file__).parent.glob("*/spec.yaml"))
LINE = re.compile(r"spec\.yaml:[1-9]\d*:[1-9]\d*( #/.*)?: .+, .+")


def diagnostics(case: Path) -> str:
    """What is said about the spec in `case`, one diagnostic a line, as seen from its folder."""
    before = Path.cwd()
    os.chdir(case)
    try:
        read_spec(Path("spec.yaml"))
    except SpecError as error:
        return f"{error}\n"
    finally:
        os.chdir(before)
    return "accepted\n"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_spec_is_refused_with_exactly_these_diagnostics(case: Path) -> None:
    assert diagnostics(case) == (case / "expected.txt").read_text("utf-8")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_spec_says_in_its_first_line_why_it_exists(case: Path) -> None:
    first = (case / "spec.yaml").read_bytes().splitlines()[0].decode()
    assert first.startswith("# ")
    assert first.endswith(".")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_diagnostic_has_file_line_and_advice_and_is_given_once(case: Path) -> None:
    lines = (case / "expected.txt").read_text("utf-8").splitlines()
    assert lines
    assert len(set(lines)) == len(lines)
    for line in lines:
        assert LINE.fullmatch(line)
        assert line.isprintable()


if __name__ == "__main__":
    for folder in CASES:
        (folder / "expected.txt").write_text(diagnostics(folder), "utf-8")
