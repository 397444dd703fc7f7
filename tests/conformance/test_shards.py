"""Parts of a judgement, and one report out of those of all parts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from specpipe import pipeline
from specpipe.conformance import baseline, shard
from specpipe.conformance.budget import budget
from specpipe.conformance.merge import merged
from specpipe.conformance.plan import planned
from specpipe.conformance.process import Running
from specpipe.conformance.profile import PROFILES
from specpipe.conformance.report import (
    VERSION,
    Held,
    Planned,
    Report,
    Row,
    Run,
    Spec,
    read,
)
from specpipe.conformance.trial import Trial
from specpipe.conformance.verdict import Finding
from specpipe.diagnostics import ToolError
from specpipe.workspace import OUT, ROOT, SPEC

SPECS = [SPEC, *sorted((ROOT / "tests" / "golden").glob("*/spec.yaml"))]


def trial_of(spec, profile):
    document, api = pipeline.read_spec(spec)
    return Trial(
        spec, document, api, OUT, Running("http://127.0.0.1:1", None), PROFILES[profile], 1
    )


@pytest.mark.parametrize("spec", SPECS, ids=lambda path: path.parent.name)
@pytest.mark.parametrize("of", [1, 2, 3, 7, 200])
def test_all_shards_together_are_the_whole_and_each_thing_is_in_one(spec, of):
    trial = trial_of(spec, "smoke")
    plan = planned(trial)
    whole = budget(plan, trial)
    parts = [shard.Shard(number, of).part(plan, whole) for number in range(1, of + 1)]

    def sorted_ids(things):
        return sorted(thing.id for thing in things)

    assert sorted_ids(c for part in parts for c in part.checks) == sorted_ids(plan.checks)
    assert sorted_ids(o for part in parts for o in part.fuzzed) == sorted_ids(plan.fuzzed)
    assert [part.linked for part in parts if part.linked] == [plan.linked]
    for part in parts:
        order = [plan.checks.index(check) for check in part.checks]
        assert order == sorted(order)  # a kind of check stays in one piece


def test_shards_are_about_equal_work():
    trial = trial_of(SPEC, "quick")
    plan = planned(trial)
    whole = budget(plan, trial)

    def work(part):
        fuzzed = sum(whole.fuzzed[o.id] for o in part.fuzzed)
        return fuzzed + sum(c.cost for c in part.checks) + whole.linked * bool(part.linked)

    two = [work(shard.Shard(number, 2).part(plan, whole)) for number in (1, 2)]

    assert sum(two) > 5000  # what the coverage phase has is counted
    assert max(two) < 1.5 * min(two)


def test_every_shard_of_a_run_is_judged_and_their_merge_is_its_verdict(make, tmp_path):
    folders = [tmp_path / "shards" / str(number) for number in (1, 2, 3)]
    results = [
        make("conformance", PROFILE="smoke", SHARD=f"{number}/3", REPORT_DIR=str(folder))
        for number, folder in enumerate(folders, 1)
    ]
    merge = make("conformance", PROFILE="smoke", MERGE=str(tmp_path / "shards"))
    parts = [read(folder / "report.json") for folder in folders]
    whole = read(tmp_path / "reports" / "report.json")
    plan = planned(trial_of(SPEC, "smoke"))

    assert [r.returncode for r in results] == [0, 0, 0], results[0].stdout + results[0].stderr
    assert [f"(shard {n}/3)" in r.stdout for n, r in enumerate(results, 1)] == [True] * 3
    assert all("budget: " in result.stdout for result in results)
    assert merge.returncode == 0, merge.stdout + merge.stderr
    assert merge.stdout.splitlines()[-1].startswith("CONFORMS (3 shards): 10 of 10 operations")
    assert sorted(whole.plan.checks) == sorted(check.id for check in plan.checks)
    assert sorted(whole.plan.fuzzed) == sorted(operation.id for operation in plan.fuzzed)
    assert whole.run.requests == sum(part.run.requests for part in parts)
    assert (tmp_path / "reports" / "index.html").is_file()


# --- merging ---------------------------------------------------------------------------------

ROW = Row("a", "GET", "/a", "/paths/~1a/get", True, 1, 1, 0, 1, 1, 0, 1, 0)
DOCUMENT, _ = pipeline.read_spec(SPEC)
POINTER = "/paths/~1workstream_events/get"
LAW = Finding("law", "thing/first", "It is so.", "it is not so", POINTER, ("a",))


def report_of(part, **changes):
    run = Run(
        "http://127.0.0.1:1",
        False,
        "smoke",
        1,
        {},
        (),
        "2026-01-01T00:00:00Z",
        1.0,
        {},
        2,
        "aa",
        "",
    )
    run = replace(run, shard=part, scope=(f"shard {part}",) if part else ())
    report = Report(
        VERSION,
        "conforms",
        "",
        "",
        Spec("spec", "title", "1", DOCUMENT.digest),
        run,
        Planned((f"law/{part}",), (), True),
        (),
        (Held("law", part, "", POINTER, ()),),
        (),
        (replace(ROW, pointer=POINTER),),
    )
    run_changes = {name: value for name, value in changes.items() if hasattr(run, name)}
    others = {name: value for name, value in changes.items() if name not in run_changes}
    return replace(report, run=replace(run, **run_changes), **others)


def merge_of(tmp_path, *reports):
    for number, report in enumerate(reports):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "report.json").write_bytes(report.json())
    return merged(tmp_path, DOCUMENT, tmp_path / "report.json")


def test_what_one_shard_found_departs_as_a_whole(tmp_path):
    found = report_of("2/2", word="departs", findings=(LAW,))
    whole = merge_of(tmp_path, found, report_of("1/2"))

    assert whole.word == "departs"
    assert [finding.name for finding in whole.findings] == ["thing/first"]
    assert whole.plan.checks == ("law/1/2", "law/2/2")
    assert whole.operations[0].requests == 2


def test_one_cause_in_two_shards_is_one_finding(tmp_path):
    one = report_of("1/2", word="departs", findings=(LAW,))
    other = report_of("2/2", word="departs", findings=(replace(LAW, name="thing/second"),))
    (finding,) = merge_of(tmp_path, one, other).findings

    assert (finding.name, finding.also, finding.times) == ("thing/first", ("thing/second",), 2)


def test_what_no_shard_reached_departs(tmp_path):
    rows = (replace(ROW, accepted=0, pointer=POINTER),)
    unreached = [report_of(part, operations=rows) for part in ("1/2", "2/2")]
    whole = merge_of(tmp_path, *unreached)

    assert whole.word == "departs"
    assert [(finding.kind, finding.name) for finding in whole.findings] == [("reach", "a")]


def test_what_one_shard_could_not_judge_is_not_judged(tmp_path):
    lost = report_of("2/2", word="could-not-judge", reason="it went away")
    whole = merge_of(tmp_path, report_of("1/2"), lost)

    assert (whole.word, whole.reason) == ("could-not-judge", "shard 2/2: it went away")


@pytest.mark.parametrize(
    ("reports", "words"),
    [
        ([], "there is no report.json in it"),
        ([report_of("1/3"), report_of("3/3")], "missing: shard 2/3"),
        ([report_of("1/2"), report_of("1/2")], "shard 1/2 is there twice"),
        ([report_of("")], "made without SHARD"),
        ([report_of("1/2"), report_of("2/3")], "of another number of shards"),
        ([report_of("1/2"), report_of("2/2", seed=2)], "of another seed"),
        ([report_of("1/2"), report_of("2/2", profile="deep")], "of another profile"),
        ([report_of("1/2"), report_of("2/2", foreign=True)], "of another kind of server"),
        (
            [report_of("1/2"), report_of("2/2", spec=Spec("spec", "title", "1", "other"))],
            "of another spec",
        ),
    ],
)
def test_reports_that_are_not_the_whole_of_one_run_are_refused(tmp_path, reports, words):
    with pytest.raises(ToolError, match=words):
        merge_of(tmp_path, *reports)


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"SHARD": "3/2"}, "SHARD: 3/2: write it as"),
        ({"SHARD": "0/2"}, "SHARD: 0/2: write it as"),
        ({"SHARD": "x"}, "SHARD: x: write it as"),
        ({"MERGE": "/nowhere/at/all"}, "there is no report.json in it"),
        ({"BASELINE": "/nowhere/at/all"}, "BASELINE: /nowhere/at/all: No such file or directory"),
        ({"SHARD": "1/2", "REPLAY": "law/a/b@smoke.1"}, "SHARD: a replay is of one check"),
    ],
)
def test_a_mistake_is_told_in_one_line(make, variables, words):
    result = make("conformance", **variables)

    assert "Error 2" in result.stderr
    assert words in result.stderr.splitlines()[0]


# --- known departures ------------------------------------------------------------------------

TODAY = date(2026, 6, 1)


def known(tmp_path, text):
    path = tmp_path / "baseline.toml"
    path.write_text(text)
    return baseline.read(path)


def entry_for(check, expires="2027-01-31", more=""):
    return (
        f'[[departure]]\ncheck = "{check}"\nreason = "mended in 2.1"\nexpires = {expires}\n{more}'
    )


def departing():
    return report_of("", word="departs", findings=(replace(LAW, also=("thing/second",)),))


def test_a_known_departure_does_not_count_and_is_listed_with_its_reason(tmp_path):
    entries = known(tmp_path, entry_for("law/thing/first") + entry_for("law/thing/second"))
    report = baseline.applied(departing(), entries, TODAY)

    assert report.word == "conforms"
    assert report.findings == ()
    assert [(k.finding.name, k.reason) for k in report.known] == [
        ("thing/first", "mended in 2.1"),
        ("thing/second", "mended in 2.1"),
    ]
    assert "2 known departures" in report.line


def test_what_is_not_known_departs_though_it_has_the_same_cause(tmp_path):
    entries = known(tmp_path, entry_for("law/thing/first"))
    report = baseline.applied(departing(), entries, TODAY)

    assert report.word == "departs"
    assert [(f.name, f.also) for f in report.findings] == [("thing/second", ())]


def test_an_entry_for_one_operation_is_about_no_other(tmp_path):
    elsewhere = known(tmp_path, entry_for("law/thing/first", more='operation = "b"\n'))
    here = known(tmp_path, entry_for("law/thing/first", more='operation = "a"\n'))

    assert len(baseline.applied(departing(), elsewhere, TODAY).known) == 0
    assert len(baseline.applied(departing(), here, TODAY).known) == 1


def test_an_entry_that_has_expired_counts_again_and_is_told(tmp_path):
    entries = known(tmp_path, entry_for("law/thing/first", expires="2026-05-31"))
    report = baseline.applied(departing(), entries, TODAY)

    assert report.word == "departs"
    assert report.notes == (
        "law/thing/first: known, but it expired on 2026-05-31: it counts again",
    )


def test_an_entry_whose_check_holds_now_is_told(tmp_path):
    held = report_of("", held=(Held("law", "thing/first", "", POINTER, ()),))
    entries = known(tmp_path, entry_for("law/thing/first") + entry_for("law/thing/not-made"))
    report = baseline.applied(held, entries, TODAY)

    assert report.word == "conforms"
    (note,) = report.notes
    assert note.startswith("law/thing/first: known, but it was not found")


def test_what_is_written_for_a_baseline_is_one_when_it_has_reasons(tmp_path):
    text = baseline.template(departing())
    with pytest.raises(ToolError, match="reason has to be a text that is not empty"):
        known(tmp_path, text)
    filled = text.replace('reason = ""', 'reason = "x"').replace("2000-01-01", "2027-01-01")

    assert baseline.applied(departing(), known(tmp_path, filled), TODAY).word == "conforms"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[departure]", "BASELINE: .*: Expected"),
        ("departure = 1", r"write each departure as \[\[departure\]\]"),
        ("[more]", r"write each departure as \[\[departure\]\]"),
        (entry_for("law/a", more='who = "me"\n'), "departure 1: who is not one of"),
        (entry_for("law/a", expires='"soon"'), "expires has to be a date"),
        (entry_for("law/a", expires="2026-01-01T00:00:00Z"), "expires has to be a date"),
        ('[[departure]]\ncheck = "law/a"\nexpires = 2026-01-01\n', "reason has to be a text"),
    ],
)
def test_a_bad_baseline_is_refused_in_one_line(tmp_path, text, words):
    with pytest.raises(ToolError, match=words) as caught:
        known(tmp_path, text)

    assert "\n" not in str(caught.value)


def test_a_server_with_a_known_departure_conforms(saboteur, make, tmp_path):
    variables = {"API_KEY": "a-key-for-tests", "ALLOW_WRITES": "1", "PROFILE": "smoke"}
    variables["OPERATION"] = "workstream_events_identifiers_snapshot"
    with saboteur("limit_is_off_by_one") as server:
        first = make("conformance", BASE_URL=server.base_url, **variables)
        text = (tmp_path / "reports" / "baseline.toml").read_text()
        path = tmp_path / "known.toml"
        path.write_text(text.replace('""', '"off by one"').replace("2000-", "2999-"))
        second = make("conformance", BASE_URL=server.base_url, BASELINE=str(path), **variables)

    assert "Error 1" in first.stderr
    assert second.returncode == 0, second.stdout
    assert "known until 2999-01-01" in second.stdout


def test_an_earlier_merge_is_passed_over_however_its_folder_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "report.json").write_bytes(report_of("").json())
    (tmp_path / "1").mkdir()
    (tmp_path / "1" / "report.json").write_bytes(report_of("1/1").json())

    assert merged(Path("."), DOCUMENT, tmp_path / "report.json").word == "conforms"


def test_an_entry_for_what_was_not_judged_is_not_said_to_be_mended(tmp_path):
    entries = known(tmp_path, entry_for("reach/a"))
    other = report_of("", operations=(replace(ROW, judged=False),))

    assert not baseline.applied(other, entries, TODAY).notes
    assert not baseline.applied(report_of("1/2"), entries, TODAY).notes
    assert baseline.applied(report_of(""), entries, TODAY).notes
