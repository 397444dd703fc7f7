"""Laws about time hold for a server that conforms, however coarse its clock is."""

from __future__ import annotations

from specpipe import pipeline
from specpipe.conformance.checks_of_laws import law_checks
from specpipe.conformance.judge import judge_checks
from specpipe.conformance.profile import PROFILES
from specpipe.conformance.session import Session
from specpipe.conformance.trial import Trial
from specpipe.conformance.verdict import Verdict
from specpipe.workspace import OUT, SPEC

ABOUT_TIME = ("order", "limit", "range", "bound", "list", "update", "gone", "association")


def test_laws_about_time_hold_by_a_coarse_clock(misbehaving):
    document, api = pipeline.read_spec(SPEC)
    verdict = Verdict()
    with misbehaving("ticks") as server:
        trial = Trial(SPEC, document, api, OUT, server, PROFILES["smoke"], 1)
        checks = [c for c in law_checks(trial) if any(word in c.name for word in ABOUT_TIME)]
        with Session(trial) as session:
            judge_checks(checks, session, verdict)

    assert verdict.findings == []
    assert len(verdict.held) > 10
