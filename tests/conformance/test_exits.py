"""How a run ends: its exit status, and one plain line that says why."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time

import pytest

from specpipe.conformance.process import Running
from specpipe.workspace import ROOT

from .conftest import KEY

CREATE = "workstream_events_create_new_workstream_event"
BATCH = "law/workstream-event/batch-is-complete@smoke.1"
DISPOSABLE = ("--allow-writes", "all")


def reported(tmp_path, folder="reports"):
    return json.loads((tmp_path / folder / "report.json").read_text())


def test_what_conforms_exits_with_0(judge):
    result = judge("--replay", BATCH)

    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stdout.splitlines()[-1].startswith("CONFORMS (law/workstream-event/batch")
    assert result.stderr == ""


def test_what_departs_exits_with_1(judge, saboteur):
    with saboteur("batch_names_nothing_missing") as server:
        result = judge(*DISPOSABLE, "--replay", BATCH, server=server)

    assert result.returncode == 1, result.stdout + result.stderr
    assert result.stdout.splitlines()[-1].startswith("DEPARTS (law/workstream-event/batch")
    assert result.stderr == ""


@pytest.mark.parametrize(
    ("path", "key", "says"),
    [
        ("", "wrong", "refuses the key: set API_KEY to one that it takes"),
        ("/nowhere", KEY, "has no /workstream_events: is that the right base URL?"),
    ],
)
def test_a_wrong_key_or_base_url_exits_with_2_and_says_so(judge, saboteur, path, key, says):
    with saboteur("none") as server:
        result = judge(server=Running(server.base_url + path, KEY), key=key)

    assert result.returncode == 2
    assert result.stderr == f"could not judge: {server.base_url}{path} {says}\n"


def test_a_server_that_is_not_there_exits_with_2_and_says_so(judge):
    result = judge(server=Running("http://127.0.0.1:1", KEY))

    assert result.returncode == 2
    assert result.stderr.startswith("could not judge: GET http://127.0.0.1:1/workstream_events: ")
    assert len(result.stderr.splitlines()) == 1


def test_a_server_that_dies_half_way_exits_with_2_and_what_was_found_is_reported(
    judge, misbehaving, tmp_path, monkeypatch
):
    monkeypatch.setenv("DIES_AT", "40")
    with misbehaving("dies") as server:
        result = judge(*DISPOSABLE, "--profile", "smoke", server=server)
    report = reported(tmp_path)

    assert result.returncode == 2
    assert result.stdout.splitlines()[-1].startswith("COULD NOT JUDGE: ")
    assert result.stderr == f"could not judge: {report['reason']}\n"
    assert server.base_url in report["reason"]
    assert report["word"] == "could-not-judge"
    assert report["held"]


def test_a_server_that_dies_while_it_is_fuzzed_exits_with_2(judge, misbehaving, monkeypatch):
    monkeypatch.setenv("DIES_AT", "12")
    again = f"fuzz/{CREATE}/schema@smoke.1"
    with misbehaving("dies") as server:
        result = judge(*DISPOSABLE, "--replay", again, server=server)

    assert result.returncode == 2
    assert result.stderr == f"could not judge: {server.base_url} went away while it was fuzzed\n"


def test_a_server_that_dies_in_a_history_exits_with_2(judge, misbehaving, monkeypatch):
    monkeypatch.setenv("DIES_AT", "20")
    with misbehaving("dies") as server:
        result = judge(*DISPOSABLE, "--replay", "history/workstream-event@smoke.1", server=server)

    assert result.returncode == 2, result.stdout
    assert re.fullmatch(rf"could not judge: \w+ {server.base_url}/.+\n", result.stderr)


def test_a_request_that_gets_no_answer_from_a_server_that_lives_is_a_departure(
    judge, misbehaving, tmp_path
):
    get = "workstream_events_specific_workstream_event_snapshot"
    with misbehaving("breaks_off") as server:
        result = judge(*DISPOSABLE, "--replay", f"fuzz/{get}/answers@smoke.1", server=server)
    found = reported(tmp_path, "reports/replay")["findings"]

    assert result.returncode == 1, result.stderr
    assert [finding["name"] for finding in found] == [f"{get}/answers"]
    assert "GET /workstream_event/{workstream_event} got no answer" in found[0]["message"]


@pytest.mark.parametrize("signal_", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_exits_with_130_reports_what_was_found_and_leaves_nothing_behind(
    saboteur, tmp_path, signal_
):
    command = [sys.executable, "-m", "specpipe", "conformance", "--profile", "smoke"]
    command += ["--allow-writes", "1", "--report-dir", str(tmp_path / "reports")]
    with saboteur("none") as server:
        process = subprocess.Popen(
            [*command, "--base-url", server.base_url],
            env=os.environ | {"API_KEY": KEY},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        assert process.stdout is not None
        # The laws are over, what they created is still there, and the story has begun.
        while not process.stdout.readline().startswith("  law "):
            assert process.poll() is None
        process.send_signal(signal_)
        output, errors = process.communicate(timeout=60)
        with sqlite3.connect(f"file:{tmp_path}/events.db?mode=ro", uri=True) as connection:
            left = connection.execute("SELECT count(*) FROM records").fetchone()
    report = reported(tmp_path)

    assert process.returncode == 130, output + errors
    assert errors == "interrupted: the report has what was found until then\n"
    assert output.splitlines()[-1].startswith("INTERRUPTED")
    assert report["word"] == "interrupted"
    assert {held["kind"] for held in report["held"]} >= {"law"}
    assert left == (0,)


def test_a_spec_that_cannot_be_read_exits_with_2_and_says_where(judge, tmp_path):
    (tmp_path / "spec.yaml").write_text("openapi: 3.1.0\n")
    result = judge("--spec", str(tmp_path / "spec.yaml"))

    assert result.returncode == 2
    assert "spec.yaml:1:1" in result.stderr
    assert result.stderr.splitlines()[-1].startswith("could not judge: ")


def test_a_terminal_that_is_closed_does_not_end_a_run_under_nohup():
    code = (
        "import os, signal; signal.signal(signal.SIGHUP, signal.SIG_IGN);"
        "from specpipe.conformance import interruption; interruption.install();"
        "os.kill(os.getpid(), signal.SIGHUP)"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_judge_that_is_killed_leaves_no_server_behind(listening):
    code = (
        "import os, signal\n"
        "from specpipe import pipeline\n"
        "from specpipe.conformance.process import generated_server\n"
        "from specpipe.workspace import OUT, SPEC\n"
        "with generated_server(pipeline.read_spec(SPEC)[1], OUT, 1) as server:\n"
        "    print(server.base_url, flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=ROOT, check=False
    )

    assert done.returncode == -signal.SIGKILL
    end = time.monotonic() + 20
    while listening(done.stdout.strip()):
        assert time.monotonic() < end
        time.sleep(0.1)
