"""The judge knows no API: it judges servers of other specs by what these say."""

from __future__ import annotations

import re

import pytest

from specpipe.workspace import ROOT

THINGS = ROOT / "tests" / "unit" / "things.yaml"
AWKWARD = ROOT / "tests" / "golden" / "awkward-names" / "spec.yaml"


@pytest.mark.parametrize("spec", [THINGS, AWKWARD], ids=["things", "awkward-names"])
def test_laws_and_stories_hold_on_the_server_of_another_spec(spec, make, tmp_path):
    given = {"SPEC": str(spec), "OUT": str(tmp_path / "out")}
    assert make("generate", **given).returncode == 0

    result = make("conformance", **given, PROFILE="smoke")

    # What the fuzzer finds is these specs' own: they document no refusals of what is malformed.
    broken = re.findall(r"^(?!fuzz )\S+ broken: .*", result.stdout, re.M)
    held = re.search(r"(\d+) checks held", result.stdout.splitlines()[-1])
    assert broken == []
    assert held is not None
    assert int(held[1]) >= 50
