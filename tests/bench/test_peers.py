"""The peers: from any spec, on the versions that the server has."""

from __future__ import annotations

import ast
import re

import pytest

from specpipe import pipeline
from specpipe.bench.peers.making import APPLICATIONS, make_applications, nested
from specpipe.bench.workload import workload_of
from specpipe.workspace import ROOT, SPEC

THINGS = ROOT / "tests" / "unit" / "things.yaml"
REQUIREMENTS = ROOT / "scripts" / "specpipe" / "bench" / "peers" / "requirements.txt"
SHARED = ("uvicorn", "uvloop", "httptools", "starlette")


def versions(path):
    return dict(re.findall(r"^([\w-]+)(?:\[\w+\])?==([\w.]+)", path.read_text(), re.M))


@pytest.mark.parametrize("spec", [SPEC, THINGS], ids=["ours", "another"])
def test_applications_are_python_and_have_the_paths_of_the_spec(tmp_path, spec):
    document, api = pipeline.read_spec(spec)
    work = workload_of(api, spec)
    make_applications(document, api, work, tmp_path)
    for name in APPLICATIONS:
        source = (tmp_path / f"{name}.py").read_text()
        ast.parse(source)
        assert repr(work.creating.path) in source
    models = (tmp_path / "models.py").read_text()
    assert f"class {work.resource.schema}(BaseModel):" in models


def test_a_path_of_members_becomes_nested_dicts():
    assert nested(("created", "va'lue"), "now") == "'created': {\"va'lue\": now}"


def test_every_package_of_the_peers_is_pinned_and_what_serves_is_the_same_as_ours():
    theirs, ours = versions(REQUIREMENTS), versions(ROOT / "requirements.lock")
    lines = [line for line in REQUIREMENTS.read_text().splitlines() if line]
    assert len(theirs) == len(lines)
    assert {name: theirs[name] for name in SHARED} == {name: ours[name] for name in SHARED}
