"""The peers: from any spec, on the versions that the server has."""

from __future__ import annotations

import ast
import re

import pytest

from specpipe import pipeline
from specpipe.bench.peers.making import APPLICATIONS, make_applications, nested, peer_python
from specpipe.bench.workload import workload_of
from specpipe.diagnostics import ToolError
from specpipe.workspace import ROOT, SPEC

THINGS = ROOT / "tests" / "unit" / "things.yaml"
PEERS = ROOT / "scripts" / "specpipe" / "bench" / "peers"
REQUIREMENTS = {
    PEERS / "requirements.txt": ("uvicorn", "uvloop", "httptools", "starlette"),
    PEERS / "ours.txt": ("httptools", "msgspec", "pyreqwest"),
    PEERS / "stock.txt": ("httpx", "attrs"),
    ROOT / "spec" / "bench" / "published.txt": ("pieces-os-client",),
}
"""What the peers are made of, and what has to be there at the version that we have."""


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


@pytest.mark.parametrize("path", REQUIREMENTS, ids=lambda path: path.stem)
def test_every_package_of_the_peers_is_pinned_and_what_is_shared_is_the_same_as_ours(path):
    theirs, ours = versions(path), versions(ROOT / "requirements.lock")
    lines = [line for line in path.read_text().splitlines() if line]
    assert len(theirs) == len(lines)
    shared = REQUIREMENTS[path]
    assert {name: theirs[name] for name in shared} == {name: ours[name] for name in shared}


def test_a_peer_that_cannot_be_installed_is_told_in_one_line_and_tried_again(tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    folder = tmp_path / "peers"
    for _ in range(2):
        with pytest.raises(ToolError, match=r"pip install failed: .*no-such-package") as caught:
            peer_python(folder, b"no-such-package==1.0\n")
        assert "\n" not in str(caught.value)
    assert not (folder / ".ready").exists()
