"""What the judge leaves behind, and how it says that it could not judge."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree

import pytest

from .conftest import KEY


def sequence(folder):
    """The hash of the requests that the run sent whose reports are there."""
    digest = json.loads((folder / "report.json").read_text())["run"]["sequence"]
    assert re.fullmatch("[0-9a-f]{64}", digest)
    return digest


@pytest.fixture
def of_seed_1(once, make):
    """The folder of a whole run with the seed 1: what it said is in `said`, its reports beside."""

    def judge(folder):
        result = make("conformance", PROFILE="smoke", SEED="1", REPORT_DIR=str(folder))
        assert result.returncode == 0, result.stdout + result.stderr
        (folder / "said").write_text(result.stdout)

    return once("judgement-of-seed-1", judge)


def test_a_run_against_the_generated_server_writes_junit_json_sarif_and_html(of_seed_1):
    junit = ElementTree.parse(of_seed_1 / "junit.xml").getroot()
    data = json.loads((of_seed_1 / "report.json").read_text())
    lines = (of_seed_1 / "said").read_text().splitlines()
    assert lines[-1] == data["line"]
    # How many lines of progress come before depends on how long it takes.
    assert len(lines[lines.index("") :]) < 25, "a screenful"
    assert max(map(len, lines)) <= 100
    assert len(list(junit.iter("testcase"))) > 30
    assert not list(junit.iter("failure"))
    assert [row["id"] for row in data["operations"] if not row["cases"]] == []
    assert json.loads((of_seed_1 / "report.sarif").read_text())["runs"][0]["results"] == []
    assert "<strong>Conforms</strong>" in (of_seed_1 / "index.html").read_text()


def test_on_postgresql_the_generated_server_is_sent_the_same_and_conforms_too(
    of_seed_1, make, tmp_path
):
    """So one seed sends one sequence of requests."""
    result = make("conformance", PROFILE="smoke", SEED="1", ENGINE="postgresql")

    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stdout.splitlines()[-1].startswith("CONFORMS")
    assert sequence(tmp_path / "reports") == sequence(of_seed_1)


def test_the_database_of_somebodys_server_cannot_be_chosen(make):
    result = make("conformance", BASE_URL="http://127.0.0.1:1", ENGINE="sqlite")

    assert "Error 2" in result.stderr
    assert "ENGINE: the server at BASE_URL has its own database" in result.stderr


def test_another_seed_sends_another_sequence(of_seed_1, make, tmp_path):
    result = make("conformance", PROFILE="smoke", SEED="2")

    assert result.returncode == 0, result.stdout + result.stderr
    assert sequence(tmp_path / "reports") != sequence(of_seed_1)


def test_a_server_that_does_not_answer_cannot_be_judged(make):
    result = make("conformance", BASE_URL="http://127.0.0.1:1", PROFILE="smoke")

    assert "Error 2" in result.stderr
    assert "could not judge: GET http://127.0.0.1:1/workstream_events" in result.stderr


def test_a_wrong_key_cannot_judge_and_is_told_so(saboteur, make):
    with saboteur("none") as server:
        result = make("conformance", BASE_URL=server.base_url, API_KEY="wrong", PROFILE="smoke")

    assert "Error 2" in result.stderr
    assert "refuses the key: set API_KEY" in result.stderr


def test_an_operation_that_the_spec_lacks_is_told_with_those_it_has(make):
    result = make("conformance", OPERATION="no_such_operation", PROFILE="smoke")

    assert "Error 2" in result.stderr
    assert (
        "no_such_operation is not in the spec, which has workstream_events_snapshot"
        in result.stderr
    )


def test_a_base_url_with_a_password_is_refused_before_anything_is_sent(make):
    result = make("conformance", BASE_URL="http://user:secret@127.0.0.1:1", PROFILE="smoke")

    assert "Error 2" in result.stderr
    assert "BASE_URL: no user and password in it" in result.stderr


def test_a_key_that_no_header_can_carry_is_refused(make):
    result = make("conformance", BASE_URL="http://127.0.0.1:1", API_KEY="\u00e9", PROFILE="smoke")

    assert "Error 2" in result.stderr
    assert "API_KEY: a key is printable ASCII" in result.stderr


def test_a_report_folder_that_is_a_file_is_refused_before_the_run(make, tmp_path):
    (tmp_path / "file").write_text("")
    result = make("conformance", REPORT_DIR=str(tmp_path / "file"), PROFILE="smoke")

    assert "Error 2" in result.stderr
    assert "no reports here" in result.stderr


def test_a_disposable_server_is_fuzzed_with_writing_operations_too(saboteur, make):
    with saboteur("none") as server:
        result = make(
            "conformance",
            BASE_URL=server.base_url,
            API_KEY=KEY,
            ALLOW_WRITES="all",
            PROFILE="smoke",
        )

    assert result.returncode == 0, result.stdout
    assert "fuzz       10 operations" in result.stdout
    assert result.stdout.splitlines()[-1].startswith("CONFORMS: 10 of 10 operations reached")
