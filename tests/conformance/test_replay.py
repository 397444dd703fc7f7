"""A finding's id makes its check again, alone and with the same requests."""

from __future__ import annotations

import json

import pytest

from specpipe.conformance.replay import Replay, parse
from specpipe.diagnostics import ToolError

DISPOSABLE = ("--allow-writes", "all")
CREATE = "workstream_events_create_new_workstream_event"
DELETE = "workstream_events_delete_specific_workstream_event"
REPLAYS = {
    "law/workstream-event/gone-after-delete@smoke.5": "delete_fails",
    "story/Python SDK@smoke.3": "delete_fails",
    "access/key@smoke.1": "the_key_guards_reading_only",
    f"fuzz/{DELETE}/server-error@smoke.2": "delete_fails",
    f"fuzz/{CREATE}/status@smoke.1": "create_answers_201",
    f"reach/{DELETE}@smoke.1": "delete_fails",
}


def findings(tmp_path):
    report = json.loads((tmp_path / "reports" / "replay" / "report.json").read_text())
    return report["findings"], report["run"]


@pytest.mark.parametrize(("id", "defect"), REPLAYS.items())
def test_the_check_that_a_saboteur_broke_is_made_again_and_breaks_again(
    judge, saboteur, tmp_path, id, defect
):
    with saboteur(defect) as server:
        result = judge(*DISPOSABLE, "--replay", id, server=server)
    found, run = findings(tmp_path)

    assert result.returncode == 1, result.stdout + result.stderr
    assert {finding["replay"] for finding in found} == {id}
    assert f"{run['profile']}.{run['seed']}" == id.rpartition("@")[2]
    assert f"REPLAY={id}" in result.stdout or f"REPLAY='{id}'" in result.stdout


@pytest.mark.parametrize("id", REPLAYS)
def test_the_same_check_holds_on_the_generated_server(judge, id):
    result = judge("--replay", id)

    assert result.returncode == 0, result.stdout + result.stderr


def test_a_replay_sends_the_requests_that_the_whole_run_sent(judge, tmp_path):
    sequences = []
    for _ in range(2):
        assert judge("--replay", f"fuzz/{CREATE}/schema@smoke.9").returncode == 0
        sequences.append(findings(tmp_path)[1]["sequence"])

    assert sequences[0] == sequences[1] != ""


@pytest.mark.parametrize(
    "id",
    [
        "law/workstream-event/no-such-law@smoke.1",
        "fuzz/no_such_operation/status@quick.1",
        f"fuzz/{CREATE}/no-such-check@smoke.1",
    ],
)
def test_a_check_that_there_is_not_is_said_in_one_line(judge, id):
    result = judge("--replay", id)

    assert result.returncode == 2
    name = id.partition("@")[0]
    assert result.stderr == f"could not judge: REPLAY: there is no check {name} of this server\n"


@pytest.mark.parametrize("text", ["law", "law/x", "law/x@smoke", "law/x@tiny.1", "law/x@smoke.-1"])
def test_what_is_no_id_is_refused_with_the_form_of_one(text):
    with pytest.raises(ToolError, match=r"write it as a finding does: kind/name@profile\.seed"):
        parse(text)


def test_an_id_says_kind_name_profile_and_seed_and_nothing_given_is_no_replay():
    assert parse("story/Python SDK, async@deep.12") == Replay(
        "story", "Python SDK, async", "deep", 12
    )
    assert parse("") is None
