"""What a server keeps is promised by `x-resource`, not guessed from methods and paths."""

from __future__ import annotations

import tomllib
from dataclasses import replace

import pytest

from specpipe.conformance.fuzz import KEEPING, configuration
from specpipe.conformance.profile import PROFILES
from specpipe.pipeline import read_spec
from specpipe.workspace import ROOT


@pytest.mark.parametrize("has_resources", [True, False])
def test_deletion_is_guessed_from_methods_only_where_things_are_kept(has_resources):
    _, api = read_spec(ROOT / "tests" / "unit" / "things.yaml")
    api = api if has_resources else replace(api, resources=())
    checks = tomllib.loads(configuration(api, PROFILES["smoke"], 1, read_only=False))["checks"]
    switched_off = {name for name, said in checks.items() if said.get("enabled") is False}
    assert switched_off == (set() if has_resources else set(KEEPING))
