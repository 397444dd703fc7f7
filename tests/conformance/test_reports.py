"""What is made of a report: for machines in the forms that they know, for people short and once."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest

from specpipe import pipeline
from specpipe.conformance import console, publish
from specpipe.conformance.check import Check
from specpipe.conformance.exchange import Exchange
from specpipe.conformance.fuzz import Outcome
from specpipe.conformance.ledger import Broken
from specpipe.conformance.plan import Plan
from specpipe.conformance.process import Running
from specpipe.conformance.profile import PROFILES
from specpipe.conformance.progress import Progress
from specpipe.conformance.report import Circumstances, Known, compose, read
from specpipe.conformance.sequence import Sequence
from specpipe.conformance.trial import Trial
from specpipe.conformance.verdict import Finding, Verdict
from specpipe.diagnostics import ToolError
from specpipe.workspace import OUT, SPEC

DOCUMENT, API = pipeline.read_spec(SPEC)
HOSTILE = "<script>alert(1)</script> \x1b[31m\x00 \ud800 ]]> & \" '"
DELETE = next(o for o in API.operations if o.path.endswith("/delete"))


def exchange(body=b"oh no", status=500):
    url = "http://127.0.0.1:1/workstream_events/a%20b/delete"
    return Exchange("POST", url, {"accept": "*/*"}, None, status, {}, body, "x-application-id")


def check(name, kind="law", pointer="/x-resources/workstream_event"):
    statement = f"{name} is true."
    ids = (DELETE.id, API.operations[0].id)
    return Check(kind, name, statement, pointer, ids, True, 1, lambda _: iter(()))


def report(*broken, kind="law", **verdict_fields):
    """A report in which the checks of these names found these things, and one more held."""
    trial = Trial(
        SPEC, DOCUMENT, API, OUT, Running("http://127.0.0.1:1", None), PROFILES["smoke"], 7
    )
    verdict = Verdict(held=[check("held")], **verdict_fields)
    for name, found in broken:
        verdict.note(Finding.of(check(name, kind), found, trial))
    checks = (check("held"), *(check(name, kind) for name, _ in broken))
    around = Circumstances(datetime(2026, 1, 2, tzinfo=UTC), 1.25, {}, (), 3, "ab" * 32)
    return compose(trial, Plan(checks, ()), API.operations, verdict, around)


def test_a_report_is_the_same_after_its_json(tmp_path):
    whole = report(("gone", Broken(HOSTILE, exchange())), ("kept", Broken("no exchange")))
    publish.write(whole, tmp_path)

    assert read(tmp_path / "report.json") == whole


def test_a_report_of_another_version_or_none_is_refused_with_one_line(tmp_path):
    path = tmp_path / "report.json"
    path.write_bytes(replace(report(), version=2).json())
    with pytest.raises(ToolError, match="a report of version 2, not 1"):
        read(path)
    path.write_text("[]")
    with pytest.raises(ToolError, match="no report"):
        read(path)


def test_one_cause_is_one_finding_that_names_the_other_checks():
    same = [(name, Broken("delete answered 500, not 204", exchange())) for name in "abcde"]
    whole = report(*same, ("f", Broken("something else")))
    text = "\n".join(console.lines(whole))

    assert [(f.name, f.also) for f in whole.findings] == [("a", ("b", "c", "d", "e")), ("f", ())]
    assert text.count("delete answered 500, not 204") == 1
    assert "also   b, c, d and 1 others" in text
    assert "6 broken" in whole.line


def test_what_differs_in_ids_and_numbers_alone_is_found_once_and_counted():
    ids = ("01a20305-b24e-79bb-a6b7-d4ae2ff05f02", "11a20305-b24e-79bb-a6b7-d4ae2ff05f02")
    whole = report(*(("a", Broken(f"{id} is at {n}")) for n, id in enumerate(ids)))

    assert [(f.message, f.times) for f in whole.findings] == [(f"{ids[0]} is at 0", 2)]


def test_a_finding_is_about_the_operation_that_answered_and_knows_its_line():
    (finding,) = report(("gone", Broken("x", exchange()))).findings
    lines = SPEC.read_text().splitlines()

    assert finding.operations == (DELETE.id,)
    assert finding.replay == "law/gone@smoke.7"
    assert finding.answer == "500 oh no"
    assert finding.place is not None
    assert finding.pointer == f"{DELETE.pointer}/x-resource"
    assert "does: delete" in lines[finding.place.line - 1]
    assert finding.curl == (
        "curl -i -X POST http://127.0.0.1:1/workstream_events/a%20b/delete "
        '-H "x-application-id: $API_KEY"'
    )


def test_a_finding_without_an_answer_is_about_the_operation_that_its_message_names():
    broken = Broken(f"{DELETE.id}: not a value")
    (finding,) = report(("Python SDK", broken), kind="answers").findings

    assert finding.operations == (DELETE.id,)


def test_junit_has_a_case_for_each_check_and_each_of_them_fails_that_found_the_same():
    broken = [(name, Broken(HOSTILE, exchange())) for name in "ab"]
    whole = report(*broken, passed_over=[("other", "the spec has no delete")])
    root = ElementTree.fromstring(publish.junit(whole))
    cases = {case.get("name"): [child.tag for child in case] for case in root.iter("testcase")}

    assert cases == {"held": [], "a": ["failure"], "b": ["failure"], "other": ["skipped"]}
    assert root.find("testsuite").get("failures") == "2"
    assert "REPLAY=law/a@smoke.7" in root.find(".//failure").text


def test_junit_tells_of_a_run_that_did_not_come_to_its_end():
    root = ElementTree.fromstring(publish.junit(report(unjudged="the server went away")))

    assert root.find(".//error").get("message") == "the server went away"


def test_junit_has_a_case_for_each_operation_that_was_fuzzed():
    cases = {operation.id: 3 for operation in API.operations}
    root = ElementTree.fromstring(publish.junit(report(fuzzing=Outcome(True, cases=cases))))
    (suite,) = (suite for suite in root if suite.get("name") == "fuzz")

    assert {case.get("name") for case in suite} == set(cases)


def test_sarif_has_what_code_scanning_asks_for():
    """The members that SARIF 2.1.0 requires, and those that GitHub does."""
    whole = report(("a", Broken(HOSTILE, exchange())), ("b", Broken("other")))
    log = json.loads(publish.sarif(whole))
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]

    assert (log["version"], run["tool"]["driver"]["name"]) == ("2.1.0", "specpipe conformance")
    assert [rule["id"] for rule in rules] == ["law/a", "law/b"]
    assert run["invocations"][0]["executionSuccessful"] is True
    for result, finding in zip(run["results"], whole.findings, strict=True):
        (location,) = result["locations"]
        place = location["physicalLocation"]
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] == "error"
        assert finding.message in result["message"]["text"]
        assert place["artifactLocation"]["uri"] == "spec/openapi.yaml"
        assert place["region"]["startLine"] == finding.place.line
        assert all(isinstance(print_, str) for print_ in result["partialFingerprints"].values())


def test_sarif_says_when_a_run_did_not_come_to_its_end():
    (run,) = json.loads(publish.sarif(report(unjudged="gone")))["runs"]
    (invocation,) = run["invocations"]

    assert invocation["executionSuccessful"] is False
    assert invocation["toolExecutionNotifications"][0]["message"]["text"] == "gone"


def test_nothing_that_a_server_says_acts_on_a_terminal_or_as_html():
    whole = report(("a", Broken(HOSTILE, exchange(HOSTILE.encode(errors="backslashreplace")))))
    text, page = "\n".join(console.lines(whole)), publish.page(whole)

    assert "\x1b" not in text
    assert "\x00" not in text
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_console_line_that_is_not_to_be_copied_has_at_most_100_columns():
    broken = Broken("a word " * 60, exchange(b"an-answer-with-hyphens " * 30))
    lines = list(console.lines(report(("a", broken))))
    kept = [line for line in lines if not line.startswith(("    curl", "    replay"))]

    assert max(map(len, kept)) <= 100


def test_into_a_pipe_progress_writes_one_line_a_stage_and_on_a_terminal_over_and_over():
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    for output, writes in ((io.StringIO(), 1), (Terminal(), 1002)):
        progress = Progress(output)
        progress.stage("law", 1000)
        for number in range(1000):
            progress.step(f"check {number}")
        progress.found()
        progress.end("1000 checks")

        text = output.getvalue()
        assert text.count("law ") == writes
        assert text.count("\n") == 1
        assert "1000 checks, 1 broken (" in text


def test_a_line_of_progress_in_a_pipe_has_at_most_100_columns(monkeypatch):
    monkeypatch.setattr("specpipe.conformance.progress.PAUSE", -1)  # says each, as when it is slow
    output = io.StringIO()
    progress = Progress(output)
    progress.stage("fuzz")
    output.truncate(output.seek(0))
    for length in (85, 86, 87, 300):
        progress.say(length * "a")

    lines = output.getvalue().splitlines()
    assert [len(line) for line in lines] == [98, 99, 100, 100]
    assert [line[-1] for line in lines] == ["a", "a", "a", "…"]


def test_the_hash_of_requests_knows_order_paths_and_bodies_but_not_the_port():
    def digest(*requests):
        sequence = Sequence()
        for request in requests:
            sequence.add(*request)
        return sequence.digest()

    first, second = ("GET", "http://h:1/a?b=c", None), ("POST", "http://h:1/a", b"{}")
    elsewhere = ("GET", "http://h:2/a?b=c", None)

    assert digest(first, second) == digest(elsewhere, second)
    assert digest(first, second) != digest(second, first)
    assert digest(first) != digest(("GET", "http://h:1/a?b=d", None))
    assert digest(second) != digest(("POST", "http://h:1/a", b"[]"))


def test_what_is_known_stands_apart_on_console_and_page_with_its_reason():
    whole = report(("a", Broken("found", exchange())))
    known = Known(whole.findings[0], "ticket <12>", "2027-01-31")
    later = replace(whole, findings=(), known=(known,), notes=("law/b is not found any more",))
    text, page = "\n".join(console.lines(later)), publish.page(later)

    assert "known until 2027-01-31: law a: ticket <12>" in text
    assert "ticket &lt;12&gt;" in page
    for shown in (text, page):
        assert "law/b is not found any more" in shown


def test_two_statuses_are_two_findings_though_numbers_are_not_told_apart():
    whole = report(*(("a", Broken(f"it answered {n}; the spec lists 200")) for n in (418, 503)))

    assert len(whole.findings) == 2
