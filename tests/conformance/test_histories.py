"""Histories find what no single law looks for, and tell it as a short story."""

from __future__ import annotations

import re

import pytest

from specpipe import pipeline
from specpipe.conformance.checks_of_histories import history_checks
from specpipe.conformance.checks_of_laws import law_checks
from specpipe.conformance.judge import clean_up, judge_checks
from specpipe.conformance.profile import PROFILES
from specpipe.conformance.session import Session
from specpipe.conformance.trial import Trial
from specpipe.conformance.verdict import Verdict
from specpipe.workspace import OUT, SPEC

STORIES = {
    "an_associate_after_a_disassociate_forgets_a_position": ("associate", "disassociate"),
    "an_update_forgets_what_was_counted": ("increment", "update"),
    "what_was_counted_stays_in_the_snapshot": ("increment", "delete a"),
}
"""By defect, what the story of it has to tell."""


def judged(server, checks_of, profile="smoke", seed=1):
    """The verdict of some checks on a server of ours."""
    document, api = pipeline.read_spec(SPEC)
    trial = Trial(SPEC, document, api, OUT, server, PROFILES[profile], seed)
    verdict = Verdict()
    with Session(trial) as session:
        judge_checks(checks_of(trial), session, verdict)
        clean_up(session, verdict)
    return verdict


@pytest.mark.parametrize(("defect", "told"), STORIES.items())
def test_a_history_finds_what_no_law_looks_for_and_its_story_is_short(saboteur, defect, told):
    with saboteur(defect) as server:
        by_laws = judged(server, law_checks)
        by_histories = judged(server, history_checks, "quick")

    assert by_laws.findings == []
    (finding,) = by_histories.findings
    _, *lines = finding.message.splitlines()
    print(finding.message)
    assert [line.split(".")[0].strip() for line in lines] == [
        str(number) for number in range(1, len(lines) + 1)
    ]
    assert 2 <= len(lines) <= 8
    assert all(part in finding.message for part in told)
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}", finding.message), "ids are no story"
    assert finding.curl is not None
