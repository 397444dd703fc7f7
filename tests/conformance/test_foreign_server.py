"""How the judge behaves towards a server that holds things of somebody's."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys

import httpx
import pytest

from specpipe import pipeline
from specpipe.conformance.checks_of_sdks import story_checks
from specpipe.conformance.judge import judge_checks, opened
from specpipe.conformance.ledger import Trespass
from specpipe.conformance.profile import PROFILES
from specpipe.conformance.report import read
from specpipe.conformance.trial import Trial
from specpipe.conformance.verdict import Verdict
from specpipe.spec.model import Create
from specpipe.workspace import OUT, SPEC

from .conftest import KEY

HEADERS = {"X-Application-ID": KEY}
CREATE = "workstream_events_create_new_workstream_event"


def fill(server, count=5):
    """Put things on the server that are not the judge's, in the forms that people make them in:
    the published example with an id of its own, without one, and no body at all. Gives the ids."""
    _, api = pipeline.read_spec(SPEC)
    operation = next(o for o in api.operations if isinstance(o.behaviour, Create))
    example = dict(operation.body.example)
    ids = []
    with httpx.Client(base_url=server.base_url, headers=HEADERS) as client:
        for number in range(count):
            body = [example, {k: v for k, v in example.items() if k != "id"}, None][number % 3]
            reply = client.post(operation.path, json=body).raise_for_status().json()
            ids.append(reply["id"])
            other = f"somebodys-{number}"
            client.post(
                f"/workstream_event/{ids[-1]}/workstream_summaries/associate/{other}"
            ).raise_for_status()
    return ids


def contents(folder):
    """Every row of the server's database."""
    with sqlite3.connect(f"file:{folder}/events.db?mode=ro", uri=True) as connection:
        return connection.execute(
            "SELECT kind, id, created, updated, base, heavy FROM records ORDER BY seq"
        ).fetchall()


def test_without_leave_to_write_only_reading_requests_are_sent(
    saboteur, make, tmp_path, monkeypatch
):
    log = tmp_path / "requests.log"
    monkeypatch.setenv("REQUEST_LOG", str(log))
    with saboteur("nothing_but_a_log_of_requests") as server:
        fill(server)
        before = contents(tmp_path)
        log.write_text("")
        # The quick profile has the coverage phase, which tries methods that the spec lacks.
        result = make("conformance", BASE_URL=server.base_url, API_KEY=KEY, PROFILE="quick")
        after = contents(tmp_path)
    requests = log.read_text().splitlines()
    methods = {line.split()[0] for line in requests}
    posted = {line.split()[1] for line in requests if line.startswith("POST ")}

    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stdout.splitlines()[-1].startswith("CONFORMS (reading only): 4 of 4 operations")
    assert methods == {"GET", "POST"}
    assert posted == {"/workstream_events/batch/fetch"}
    assert len(requests) > 100
    assert before == after


def test_with_leave_to_write_only_things_of_its_own_are_touched_and_they_are_removed(
    saboteur, make, tmp_path
):
    """In parts as well, each of which knows its own things only."""
    variables = {"API_KEY": KEY, "ALLOW_WRITES": "1", "PROFILE": "smoke"}
    with saboteur("none") as server:
        fill(server)
        contents_after = [contents(tmp_path)]
        for part in ("1/2", "2/2"):
            result = make("conformance", BASE_URL=server.base_url, SHARD=part, **variables)
            contents_after.append(contents(tmp_path))

            assert result.returncode == 0, result.stdout
    before, *after = contents_after

    assert after == [before, before]


def test_a_second_run_on_the_same_server_conforms_too(saboteur, make):
    """Ids that a run proposes are not those of the run before: a server may not reuse them."""
    variables = {"API_KEY": KEY, "ALLOW_WRITES": "1", "PROFILE": "smoke"}
    with saboteur("deleted_ids_are_not_reused") as server:
        results = [make("conformance", BASE_URL=server.base_url, **variables) for _ in range(2)]

    assert [result.returncode for result in results] == [0, 0], results[1].stdout


def test_a_server_that_gives_out_ids_of_somebodys_things_loses_none_of_them(
    saboteur, make, tmp_path
):
    with saboteur("create_gives_out_what_is_there") as server:
        fill(server, count=1)
        before = contents(tmp_path)
        result = make(
            "conformance", BASE_URL=server.base_url, API_KEY=KEY, ALLOW_WRITES="1", PROFILE="smoke"
        )
        after = contents(tmp_path)

    assert result.returncode != 0
    assert "which was there before" in result.stdout
    assert "nothing more is written" in result.stdout
    assert before == after


def test_a_story_stops_at_a_thing_of_somebodys_as_a_law_does(saboteur, tmp_path):
    with saboteur("create_gives_out_what_is_there") as server:
        fill(server, count=1)
        before = contents(tmp_path)
        document, api = pipeline.read_spec(SPEC)
        trial = Trial(SPEC, document, api, OUT, server, PROFILES["smoke"], seed=1, foreign=True)
        verdict = Verdict()
        with opened(trial, writes=True) as session, pytest.raises(Trespass):
            judge_checks(story_checks(trial), session, verdict)
        after = contents(tmp_path)

    assert "which was there before" in verdict.findings[0].message
    assert before == after


def test_on_a_server_that_cannot_list_what_is_there_nothing_is_written(saboteur, make, tmp_path):
    with saboteur("identifiers_fail") as server:
        fill(server, count=1)
        before = contents(tmp_path)
        result = make(
            "conformance", BASE_URL=server.base_url, API_KEY=KEY, ALLOW_WRITES="1", PROFILE="smoke"
        )
        after = contents(tmp_path)

    assert "Error 2" in result.stderr
    assert "cannot be listed, so nothing is written" in result.stderr
    assert before == after


def test_what_a_create_with_a_wrong_status_made_is_removed_all_the_same(saboteur, make, tmp_path):
    variables = {"API_KEY": KEY, "ALLOW_WRITES": "1", "PROFILE": "smoke", "OPERATION": CREATE}
    with saboteur("create_answers_201") as server:
        result = make("conformance", BASE_URL=server.base_url, **variables)
        after = contents(tmp_path)

    assert result.returncode != 0
    assert after == []


def test_what_cannot_be_removed_is_told_by_id(saboteur, make, tmp_path):
    variables = {"API_KEY": KEY, "ALLOW_WRITES": "1", "PROFILE": "smoke", "OPERATION": CREATE}
    with saboteur("delete_fails") as server:
        result = make("conformance", BASE_URL=server.base_url, **variables)
        left = [row[1] for row in contents(tmp_path)]

    report = read(tmp_path / "reports" / "report.json")
    (told,) = [finding.message for finding in report.findings if finding.kind == "clean-up"]
    assert result.returncode != 0
    assert left
    assert all(id in told for id in left)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_an_interrupted_run_removes_what_it_created(saboteur, tmp_path, number):
    with saboteur("none") as server:
        fill(server)
        before = contents(tmp_path)
        command = (
            f"{sys.executable} -m specpipe conformance --base-url {server.base_url} "
            f"--allow-writes 1 --profile deep --report-dir {tmp_path}/reports"
        )
        judge = subprocess.Popen(
            command.split(),
            env=os.environ | {"API_KEY": KEY},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # Not ignored, as `nohup` has it. No thread runs here.
            preexec_fn=lambda: signal.signal(number, signal.SIG_DFL),  # noqa: PLW1509
        )
        while len(contents(tmp_path)) < len(before) + 3:
            assert judge.poll() is None
        judge.send_signal(number)
        _, error = judge.communicate(timeout=30)
        after = contents(tmp_path)

    assert judge.returncode == 130
    assert "interrupted" in error
    assert before == after
