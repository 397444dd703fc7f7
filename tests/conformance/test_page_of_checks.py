"""docs/conformance.md says what is checked, and how the judge is used, as it is.

`python tests/conformance/test_page_of_checks.py` writes its table of checks anew.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from specpipe import pipeline
from specpipe.conformance.fuzz_checks import CHECKS
from specpipe.conformance.plan import planned
from specpipe.conformance.process import Running
from specpipe.conformance.profile import PROFILES
from specpipe.conformance.trial import Trial
from specpipe.workspace import OUT, ROOT, SPEC

PAGE = ROOT / "docs" / "conformance.md"
BEGIN, END = "<!-- checks -->\n", "<!-- /checks -->\n"


def rows() -> list[str]:
    """The table of checks: what one statement says of several is one row."""
    document, api = pipeline.read_spec(SPEC)
    server = Running("http://127.0.0.1:1", "key")
    trial = Trial(SPEC, document, api, OUT, server, PROFILES["smoke"], seed=1)
    found: dict[tuple[str, str], list[str]] = {}
    for check in planned(trial).checks:
        found.setdefault((check.kind, check.statement), []).append(check.name)
    table = ["| kind | check | what has to be true |\n", "|---|---|---|\n"]
    for (kind, statement), names in found.items():
        name = f"`{names[0].rpartition('/')[2]}`" if len(names) == 1 else f"{len(names)} of them"
        table.append(f"| {kind} | {name} | {statement} |\n")
    table += [f"| fuzz | `{name}` | {statement} |\n" for name, statement in CHECKS.values()]
    return table


def parts() -> tuple[str, str, str]:
    """The page, before its table, the table and after it."""
    before, _, rest = PAGE.read_text().partition(BEGIN)
    table, _, after = rest.partition(END)
    return before, table, after


def test_it_lists_each_check_that_there_is():
    assert parts()[1] == "".join(rows()), f"run python {Path(__file__).relative_to(ROOT)}"


def test_variables_of_make_that_it_names_are_taken():
    makefile = (ROOT / "Makefile").read_text()
    (given,) = re.findall(r"^GIVEN := (.*)$", makefile, re.M)
    named = set(re.findall(r"\b([A-Z][A-Z_]+)=", PAGE.read_text()))
    assert len(named) > 8
    assert named - set(given.split()) - {"XDG_STATE_HOME"} == set()


def test_links_lead_somewhere():
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", PAGE.read_text())
    assert links
    assert [link for link in links if not (PAGE.parent / link).exists()] == []


@pytest.mark.parametrize("profile", PROFILES)
def test_it_tells_of_each_profile(profile):
    assert f"| `{profile}` |" in PAGE.read_text()


if __name__ == "__main__":
    before, _, after = parts()
    PAGE.write_text(f"{before}{BEGIN}{''.join(rows())}{END}{after}")
