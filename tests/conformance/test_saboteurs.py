"""The judge is judged: a server with one planted defect must not pass, and is told which."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import pytest

from specpipe import pipeline
from specpipe.conformance.check import Check
from specpipe.conformance.judge import clean_up, judge_checks
from specpipe.conformance.ledger import Trespass
from specpipe.conformance.plan import planned
from specpipe.conformance.process import Running
from specpipe.conformance.profile import PROFILES
from specpipe.conformance.session import Session
from specpipe.conformance.trial import Trial
from specpipe.conformance.verdict import Verdict
from specpipe.spec.model import Create, Delete, Identifiers
from specpipe.workspace import OUT, SPEC

from .conftest import KEY
from .saboteurs import CONTROLS, SABOTEURS

KINDS = ("law", "history", "access", "form", "refusal")
THROUGH_THE_COMMAND = {
    "delete_does_nothing": ("workstream-event/gone-after-delete", Delete),
    "limit_is_off_by_one": ("workstream-event/identifiers-are-limited", Identifiers),
    "a_member_may_be_given_twice": ("malformed-json", Create),
    "the_start_of_the_key_suffices": ("access broken: key", Identifiers),
}
"""By defect, the check that is told, and the verb that is judged: one is enough."""


def trial_of(server: Running, profile: str = "smoke") -> Trial:
    document, api = pipeline.read_spec(SPEC)
    return Trial(SPEC, document, api, OUT, server, PROFILES[profile], seed=1)


def judged(checks: list[Check], trial: Trial) -> Verdict:
    """The verdict of some checks on a server of ours."""
    verdict = Verdict()
    with Session(trial) as session:
        with suppress(Trespass):
            judge_checks(checks, session, verdict)
        clean_up(session, verdict)
    return verdict


def named(found_by: str, trial: Trial) -> Iterator[Check]:
    """The checks that a saboteur names, for all resources."""
    kind, _, name = found_by.partition("/")
    for check in planned(trial).checks:
        if check.kind == kind and name in ("", check.name, check.name.rpartition("/")[2]):
            yield check


@pytest.mark.parametrize("defect", SABOTEURS)
def test_a_defect_breaks_the_check_that_it_names(saboteur, defect):
    found_by = SABOTEURS[defect].found_by
    with saboteur(defect) as server:
        # What takes several steps in a certain order is found by chance: by few histories not yet.
        trial = trial_of(server, "quick" if found_by == "history" else "smoke")
        checks = list(named(found_by, trial))
        verdict = judged(checks, trial)

    assert checks
    assert verdict.findings


def test_every_check_of_a_server_has_a_defect_that_it_has_to_find():
    trial = trial_of(Running("http://127.0.0.1:1", None))
    wanted = {c.id for c in planned(trial).checks if c.kind in KINDS}
    found = {c.id for defect in SABOTEURS.values() for c in named(defect.found_by, trial)}

    assert wanted - found == set()


@pytest.mark.parametrize("control", CONTROLS)
def test_checks_hold_on_a_server_without_a_defect(saboteur, control):
    with saboteur(control) as server:
        trial = trial_of(server)
        verdict = judged([c for c in planned(trial).checks if c.kind in KINDS], trial)

    assert verdict.findings == []
    assert len(verdict.held) > 30
    assert verdict.passed_over == []


def test_a_server_that_refuses_everything_has_operations_that_were_not_reached(saboteur, make):
    with saboteur("everything_is_refused") as server:
        result = make(
            "conformance", BASE_URL=server.base_url, API_KEY=KEY, ALLOW_WRITES="1", PROFILE="smoke"
        )

    assert result.returncode != 0
    assert "POST /workstream_events/create accepted no request" in result.stdout


@pytest.mark.parametrize("defect", THROUGH_THE_COMMAND)
def test_a_server_with_a_defect_departs_the_check_is_told_and_its_key_is_nowhere(
    saboteur, make, tmp_path, defect
):
    check, verb = THROUGH_THE_COMMAND[defect]
    _, api = pipeline.read_spec(SPEC)
    with saboteur(defect) as server:
        result = make(
            "conformance",
            BASE_URL=server.base_url,
            API_KEY=KEY,
            ALLOW_WRITES="all",
            PROFILE="smoke",
            OPERATION=next(o.id for o in api.operations if isinstance(o.behaviour, verb)),
        )
    written = [path for path in (tmp_path / "reports").rglob("*") if path.is_file()]

    assert result.returncode != 0
    assert check in result.stdout
    assert "fuzz       1 operation, " in result.stdout
    assert result.stdout.splitlines()[-1].startswith("DEPARTS")
    assert KEY not in result.stdout + result.stderr
    assert len(written) > 5
    assert [path for path in written if KEY.encode() in path.read_bytes()] == []
