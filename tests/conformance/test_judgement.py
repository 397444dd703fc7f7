"""What the judge leaves behind, and how it says that it could not judge."""

from __future__ import annotations

import json
import sqlite3
from xml.etree import ElementTree

import httpx

from .conftest import KEY


def test_a_run_against_the_generated_server_writes_junit_json_and_html(make, tmp_path):
    result = make("conformance", PROFILE="smoke")

    assert result.returncode == 0, result.stdout + result.stderr
    reports = tmp_path / "reports"
    junit = ElementTree.parse(reports / "junit.xml").getroot()
    data = json.loads((reports / "report.json").read_text())
    assert result.stdout.splitlines()[-1] == data["verdict"]
    assert len(list(junit.iter("testcase"))) > 30
    assert not list(junit.iter("failure"))
    assert len(data["fuzzing"]["cases"]) == 10
    assert "CONFORMS" in (reports / "index.html").read_text()


def test_one_seed_sends_one_sequence_of_requests_and_another_seed_another(make, tmp_path):
    sequences = []
    for number, seed in enumerate(("7", "7", "8")):
        folder = tmp_path / str(number)
        result = make("conformance", PROFILE="smoke", SEED=seed, REPORT_DIR=str(folder))
        assert result.returncode == 0, result.stdout + result.stderr
        sequences.append(json.loads((folder / "report.json").read_text())["fuzzing"]["sequence"])

    assert sequences[0] == sequences[1] != sequences[2]


def test_somebody_elses_server_is_only_read(saboteur, make, tmp_path):
    with saboteur("none") as server:
        headers = {"X-Application-ID": KEY}
        create = f"{server.base_url}/workstream_events/create"
        for _ in range(3):
            httpx.post(create, headers=headers).raise_for_status()
        before = contents(tmp_path)
        result = make("conformance", BASE_URL=server.base_url, API_KEY=KEY, PROFILE="smoke")
        after = contents(tmp_path)

    assert result.returncode == 0, result.stdout
    assert "ALLOW_WRITES=1" in result.stdout
    assert before == after


def test_with_writes_allowed_only_what_the_judge_created_is_touched_and_it_is_removed(
    saboteur, make, tmp_path
):
    with saboteur("none") as server:
        headers = {"X-Application-ID": KEY}
        create = f"{server.base_url}/workstream_events/create"
        for _ in range(3):
            httpx.post(create, headers=headers).raise_for_status()
        before = contents(tmp_path)
        result = make(
            "conformance", BASE_URL=server.base_url, API_KEY=KEY, ALLOW_WRITES="1", PROFILE="smoke"
        )
        after = contents(tmp_path)

    assert result.returncode == 0, result.stdout
    assert before == after


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


def contents(folder):
    """Every row of the server's database."""
    with sqlite3.connect(f"file:{folder}/events.db?mode=ro", uri=True) as connection:
        return connection.execute(
            "SELECT kind, id, created, updated, base, heavy FROM records ORDER BY seq"
        ).fetchall()
