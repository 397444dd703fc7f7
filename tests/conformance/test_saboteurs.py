"""The judge is judged: a server with one planted defect must not pass, and is told which."""

from __future__ import annotations

import pytest

from specpipe import pipeline
from specpipe.conformance.judge import clean_up, judge_checks
from specpipe.conformance.plan import planned
from specpipe.conformance.profile import PROFILES
from specpipe.conformance.session import Session
from specpipe.conformance.trial import Trial
from specpipe.conformance.verdict import Verdict
from specpipe.workspace import OUT, SPEC

from .conftest import KEY

DEFECTS = {
    "delete_does_nothing": "gone-after-delete",
    "create_stores_nothing": "create-is-read-back",
    "identifiers_are_unsorted": "identifiers-are-ordered",
    "filters_are_anded": "ranges-are-joined",
    "limit_is_off_by_one": "identifiers-are-limited",
    "batch_names_nothing_missing": "batch-is-complete",
    "update_clears": "update-replaces-and-keeps",
    "increment_adds_two": "increments-are-exact",
}


SUBTLE_DEFECTS = {
    "batch_is_full_by_default": "heavy-members-are-left-out",
    "snapshot_is_light_by_default": "heavy-members-are-left-out",
    "batch_is_always_full": "heavy-members-are-left-out",
    "snapshot_is_always_full": "heavy-members-are-left-out",
    "create_is_always_full": "heavy-members-are-left-out",
    "update_is_always_full": "heavy-members-are-left-out",
    "get_is_always_light": "heavy-members-are-left-out",
    "snapshot_omits_nothing": "heavy-members-are-left-out",
    "batch_omits_nothing": "heavy-members-are-left-out",
    "batch_positions_are_wrong": "lists-have-positions",
    "snapshot_has_no_positions": "lists-have-positions",
    "batch_ignores_positions": "batch-takes-positions",
    "batch_counts_removed_positions": "batch-takes-positions",
    "an_updated_filter_orders_by_updated": "identifiers-are-ordered",
    "the_limit_comes_before_the_filter": "identifiers-are-limited",
    "a_filter_lifts_the_limit": "identifiers-are-limited",
    "offsets_are_ignored": "ranges-are-inclusive",
    "update_merges_deeply": "update-replaces-and-keeps",
    "delete_takes_what_is_older": "gone-after-delete",
    "long_text_is_cut": "create-is-read-back",
    "associate_drops_what_it_does_not_know": "associations-keep-the-collection",
    "disassociate_forgets_the_position": "associations-are-sets",
    "the_key_guards_reading_only": "key",
}


def judged(server):
    """The verdict of laws and access on a server of ours, without fuzzing."""
    document, api = pipeline.read_spec(SPEC)
    trial = Trial(SPEC, document, api, OUT, server, PROFILES["smoke"], seed=1)
    verdict = Verdict()
    checks = [check for check in planned(trial).checks if check.kind in ("law", "access")]
    with Session(trial) as session:
        judge_checks(checks, session, verdict)
        clean_up(session, verdict)
    return verdict


@pytest.mark.parametrize(("defect", "law"), SUBTLE_DEFECTS.items())
def test_a_subtle_defect_breaks_its_law(saboteur, defect, law):
    with saboteur(defect) as server:
        verdict = judged(server)

    assert law in {finding.name.rpartition("/")[2] for finding in verdict.findings}


def test_laws_hold_on_the_server_without_a_defect(saboteur):
    with saboteur("none") as server:
        verdict = judged(server)

    assert verdict.findings == []
    assert len(verdict.held) > 20
    assert verdict.passed_over == []


def test_a_server_that_refuses_everything_has_operations_that_were_not_reached(saboteur, make):
    with saboteur("everything_is_refused") as server:
        result = make(
            "conformance", BASE_URL=server.base_url, API_KEY=KEY, ALLOW_WRITES="1", PROFILE="smoke"
        )

    assert result.returncode != 0
    assert "POST /workstream_events/create accepted no request" in result.stdout


@pytest.mark.parametrize(("defect", "law"), DEFECTS.items())
def test_a_server_with_this_defect_departs_and_the_law_is_named(saboteur, make, defect, law):
    with saboteur(defect) as server:
        result = make(
            "conformance", BASE_URL=server.base_url, API_KEY=KEY, ALLOW_WRITES="1", PROFILE="smoke"
        )

    assert result.returncode != 0
    assert f"law broken: workstream-event/{law}" in result.stdout
    assert result.stdout.splitlines()[-1].startswith("DEPARTS ")


def test_the_same_server_without_a_defect_conforms(saboteur, make):
    with saboteur("none") as server:
        result = make(
            "conformance", BASE_URL=server.base_url, API_KEY=KEY, ALLOW_WRITES="1", PROFILE="smoke"
        )

    assert result.returncode == 0, result.stdout
    assert result.stdout.splitlines()[-1].startswith(
        "CONFORMS (writing operations not fuzzed): 10 of"
    )
