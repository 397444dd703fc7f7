"""The judge of SDKs is judged: an SDK with one planted defect must not pass."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from specpipe import pipeline
from specpipe.conformance.checks_of_sdks import (
    answer_checks,
    driven,
    mouth,
    request_checks,
    story_checks,
)
from specpipe.conformance.contract import PYTHON
from specpipe.conformance.judge import judge_checks
from specpipe.conformance.plan import planned
from specpipe.conformance.process import generated_server
from specpipe.conformance.profile import PROFILES
from specpipe.conformance.requests import Requests
from specpipe.conformance.sdk import SyncDriver
from specpipe.conformance.session import Session
from specpipe.conformance.trial import Trial
from specpipe.conformance.typescript import NAME, Bridge, LeftOut
from specpipe.conformance.verdict import Verdict
from specpipe.diagnostics import ToolError
from specpipe.workspace import OUT, SPEC

from .sdk_saboteurs import NO_DEFECT, SDK_DEFECTS, Saboteurs, copied


@pytest.fixture(scope="module")
def trial() -> Iterator[Trial]:
    """The real server, and a trial of it."""
    document, api = pipeline.read_spec(SPEC)
    with generated_server(api, OUT, seed=1) as server:
        yield Trial(SPEC, document, api, OUT, server, PROFILES["smoke"], seed=1)


@pytest.fixture(scope="module")
def saboteurs(trial, tmp_path_factory) -> Iterator[Saboteurs]:
    with Saboteurs(trial, tmp_path_factory.mktemp("sdks")) as saboteurs:
        yield saboteurs


@pytest.mark.parametrize("name", NO_DEFECT)
def test_an_sdk_without_a_defect_passes_behind_the_wrapper(saboteurs, name):
    assert list(saboteurs.found(NO_DEFECT[name])) == []


@pytest.mark.parametrize("name", SDK_DEFECTS)
def test_a_defect_is_found(saboteurs, name):
    assert saboteurs.findings(SDK_DEFECTS[name])


def test_an_sdk_that_checks_nothing_is_found(trial, tmp_path):
    file = copied(tmp_path) / "validators.ts"
    names = re.findall(r"^export function (\w+)", file.read_text(), re.M)
    assert len(names) > 20
    file.write_text(
        "".join(f"export function {n}(it: unknown): any {{ return it; }}\n" for n in names)
    )
    trial = dataclasses.replace(trial, out=tmp_path)
    with Session(trial) as session:
        checks = [check for check in answer_checks(trial) if check.name == NAME]
        told = [broken.message for check in checks for broken in check.judge(session)]
        some = trial.api.operations[::4]
        alone = [
            broken.message
            for operation in some
            for check in checks
            for broken in check.about([operation.id]).judge(session)
        ]
    assert len(told) > 100
    assert all("the SDK took it for a result" in one for one in told)
    # To an operation alone it gets the answers that it gets among others.
    assert alone == [one for one in told if one.startswith(tuple(f"{o.id}: " for o in some))]


def test_for_an_operation_alone_is_sent_what_is_sent_for_it_among_others(trial):
    def sent(*operations):
        heard = []
        sequence = SimpleNamespace(add=lambda *request: heard.append(request))
        with (
            Session(trial) as session,
            mouth(trial) as listener,
            driven(SyncDriver.name, session, listener.running) as driver,
        ):
            requests = Requests(trial, driver, PYTHON, listener, sequence)
            for operation in operations:
                assert list(requests.faults(operation)) == []
        return heard

    first, *_, last = (o for o in trial.api.operations if o.body is not None)
    alone = sent(last)
    assert len(alone) > 4
    assert sent(first, last)[-len(alone) :] == alone


def test_of_an_operation_only_what_is_about_it_is_made(trial):
    (operation, *_) = trial.api.operations
    plan = planned(trial).about([operation.id])
    kinds = [check.kind for check in plan.checks if check.operations == (operation.id,)]
    assert kinds.count("requests") == kinds.count("answers") == 3
    assert planned(trial).about([]).checks == ()


def test_an_sdk_that_does_not_load_is_no_verdict(tmp_path):
    (copied(tmp_path) / "client.ts").write_text("syntax error")
    with pytest.raises(ToolError, match=f"the {NAME}: Error: Build failed"):
        Bridge(tmp_path)


def test_without_node_the_sdk_is_left_out_and_the_verdict_says_so(trial, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    verdict = Verdict()
    with Session(trial) as session:
        judge_checks(sdk_checks(trial), session, verdict)
    assert verdict.left_out == [NAME]
    ((name, reason),) = verdict.passed_over
    assert name == NAME
    assert "needs Node.js: install" in reason
    assert NAME not in {check.name for check in verdict.held}


def test_with_node_it_is_judged(trial):
    verdict = Verdict()
    with Session(trial) as session:
        judge_checks(sdk_checks(trial), session, verdict)
    assert verdict.findings == []
    assert verdict.left_out == []
    kinds = [check.kind for check in verdict.held if check.name == NAME]
    assert kinds == ["requests", "answers", "story"]


def test_an_output_folder_without_it_is_told(tmp_path):
    with pytest.raises(LeftOut, match="there is no TypeScript SDK here: run make generate"):
        Bridge(tmp_path)


def sdk_checks(trial):
    return [*request_checks(trial), *answer_checks(trial), *story_checks(trial)]
