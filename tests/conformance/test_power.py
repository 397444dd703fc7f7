"""What is published about the judge's power is what was measured, about the saboteurs there are."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

from specpipe.workspace import ROOT

from .power_record import FILE, PAGE, Outcome, Record, killed, page, read
from .saboteurs import CONTROLS, DEAD, SABOTEURS
from .saboteurs.planting import DEFECTS
from .sdk_saboteurs import NO_DEFECT, SDK_DEFECTS


def test_every_saboteur_is_in_the_table_and_no_other():
    assert list(read().rows) == [*SABOTEURS, *DEAD, *CONTROLS]
    assert list(read().sdks) == [*SDK_DEFECTS, *NO_DEFECT]


def test_the_page_shows_what_was_measured():
    assert PAGE.read_text() == page(read())


def test_the_readme_has_the_rates_of_the_page():
    text = " ".join((ROOT / "README.md").read_text().split())

    assert f"{killed([row.ours for row in read().ours()])} of the saboteurs" in text
    assert f"{killed([row.ours for row in read().ours_of_sdks()])} of the SDKs" in text
    assert f"schemathesis alone {killed([row.alone for row in read().ours()])}" in text


def test_the_readmes_table_has_the_counts_of_the_page_and_of_the_judgement_that_is_kept():
    text = (ROOT / "README.md").read_text()
    rows = read().ours()
    ours = sum(row.ours.word == "killed" for row in rows)
    alone = sum(row.alone.word == "killed" for row in rows)
    found = f"{ours} by `make conformance` | {alone} by schemathesis alone,"
    line = f"| of {len(rows)} defects planted in a server, found | {found}"
    assert line in text
    held = json.loads((ROOT / "spec" / "conformance.json").read_text())["held"]
    assert f"the generated one conforms: {len(held)} checks held |" in text


def test_the_readmes_table_has_the_sums_of_the_page_about_servers_of_others():
    told = (ROOT / "docs" / "conformance.md").read_text()
    _, _, table = told.partition("| kind of check | Prism")
    cells = [line.split("|")[2:4] for line in table.split("\n\n")[0].splitlines()[2:]]
    prism, stub = (
        sum(int(count) for row in cells for count in re.findall(r"(\d+) broken", row[at]))
        for at in (0, 1)
    )
    text = (ROOT / "README.md").read_text()
    assert f"Prism 5.16: {prism} broken; openapi-generator's FastAPI stub: {stub} broken |" in text


def test_enough_of_them_are_found_and_no_server_without_a_defect_is():
    found = [row for row in read().ours() if row.ours.word == "killed"]

    assert len(SABOTEURS) >= 60
    assert len(found) >= 0.97 * len(SABOTEURS)
    assert {read().rows[name].ours.word for name in CONTROLS} == {"survived"}


def test_enough_of_the_sdks_are_found_and_no_honest_one_is():
    found = [row for row in read().ours_of_sdks() if row.ours.word == "killed"]

    assert len(found) >= 0.97 * len(SDK_DEFECTS)
    assert {read().sdks[name].ours.word for name in NO_DEFECT} == {"survived"}


def test_every_defect_says_in_a_line_what_is_wrong_and_what_finds_it():
    for defect in DEFECTS.values():
        assert defect.statement.endswith(".")
        assert len(defect.statement) < 100
    assert all(defect.found_by for defect in SABOTEURS.values())


def test_a_new_measurement_keeps_what_the_other_judge_found():
    name = next(iter(SABOTEURS))
    ours, theirs = Outcome("killed", "law/a", "smoke", 1.0), Outcome("survived", "", "quick", 2.0)
    record = Record()
    for outcome, alone in ((ours, False), (theirs, True)):
        record = record.updated({name: outcome}, alone=alone, seed=1)

    assert (record.rows[name].ours, record.rows[name].alone) == (ours, theirs)


@pytest.mark.parametrize("judge", [[], ["--alone"]])
def test_a_saboteur_is_judged_and_told(judge, tmp_path):
    command = [sys.executable, "-m", "tests.conformance.power", "--only", "get_lacks_a_member"]
    result = subprocess.run(
        [*command, *judge, "--into", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    rows = json.loads((tmp_path / FILE.name).read_text())["rows"]

    assert "killed" in result.stdout, result.stdout + result.stderr
    assert rows["get_lacks_a_member"]["alone" if judge else "ours"]["word"] == "killed"
    assert "get_lacks_a_member" in (tmp_path / PAGE.name).read_text()


def test_a_saboteur_that_there_is_not_is_told():
    command = [sys.executable, "-m", "tests.conformance.power", "--only", "no_such_defect"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert result.returncode == 2
    assert "there is no saboteur 'no_such_defect'" in result.stderr
