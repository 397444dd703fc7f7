"""The judge is judged: a server with one planted defect must not pass, and is told which."""

from __future__ import annotations

import pytest

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


@pytest.mark.parametrize(("defect", "law"), DEFECTS.items())
def test_a_server_with_this_defect_departs_and_the_law_is_named(saboteur, make, defect, law):
    with saboteur(defect) as server:
        result = make(
            "conformance", BASE_URL=server.base_url, API_KEY=KEY, ALLOW_WRITES="1", PROFILE="smoke"
        )

    assert result.returncode != 0
    assert f"law broken: workstream-event/{law}" in result.stdout
    assert result.stdout.splitlines()[-1].startswith("DEPARTS: ")


def test_the_same_server_without_a_defect_conforms(saboteur, make):
    with saboteur("none") as server:
        result = make(
            "conformance", BASE_URL=server.base_url, API_KEY=KEY, ALLOW_WRITES="1", PROFILE="smoke"
        )

    assert result.returncode == 0, result.stdout
    assert result.stdout.splitlines()[-1].startswith("CONFORMS: 10 of 10 operations reached")
