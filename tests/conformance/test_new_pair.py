"""A new endpoint of a known shape is a change to the spec alone."""

from __future__ import annotations

import copy
import importlib
import shutil
import sys

import pytest
import yaml

from specpipe.workspace import SPEC

from .conftest import PACKAGE, start


@pytest.fixture
def spec_with_tags(tmp_path):
    """A copy of the spec in which events have tags as they have summaries."""
    data = yaml.safe_load(SPEC.read_text())
    for verb in ("associate", "disassociate"):
        old = f"/workstream_event/{{workstream_event}}/workstream_summaries/{verb}/{{workstream_summary}}"
        new = f"/workstream_event/{{workstream_event}}/tags/{verb}/{{tag}}"
        operation = copy.deepcopy(data["paths"][old]["post"])
        operation["operationId"] = f"workstream_event_{verb}_tag"
        operation["x-resource"] |= {"other": "tag", "member": "tags"}
        parameters = operation["parameters"]
        kept = [p for p in parameters if "summary" not in str(p)]
        assert len(kept) == len(parameters) - 1
        schema = {"type": "string", "minLength": 1}
        kept.append({"name": "tag", "in": "path", "required": True, "schema": schema})
        operation["parameters"] = kept
        data["paths"][new] = {"post": operation}
    path = tmp_path / "openapi.yaml"
    path.write_text(yaml.safe_dump(data, sort_keys=False))
    shutil.copy(SPEC.with_name("DECISIONS.md"), tmp_path)
    return path


def test_a_pair_of_associations_needs_no_change_outside_the_spec(
    spec_with_tags, make, tmp_path, monkeypatch
):
    out = tmp_path / "out"
    given = {"SPEC": str(spec_with_tags), "OUT": str(out)}

    generated = make("generate", **given)
    assert generated.returncode == 0, generated.stderr
    judged = make("conformance", **given, PROFILE="smoke")
    assert judged.returncode == 0, judged.stdout
    assert judged.stdout.splitlines()[-1].startswith("CONFORMS: 12 of 12 operations reached")

    monkeypatch.syspath_prepend(str(out / "python-client"))
    for name in [name for name in sys.modules if name.startswith("pieces_workstream_client")]:
        monkeypatch.delitem(sys.modules, name)
    client_package = importlib.import_module("pieces_workstream_client")
    with (
        start(["-m", PACKAGE], tmp_path, out) as server,
        client_package.Client(base_url=server.base_url, api_key=server.key) as client,
    ):
        event = client.workstream_events.create()
        client.workstream_event.associate_tag(event.id, "urgent")
        client.workstream_event.associate_tag(event.id, "later")
        client.workstream_event.disassociate_tag(event.id, "later")
        tags = client.workstream_event.get(event.id).tags

    assert [tag.id for tag in tags.iterable] == ["urgent"]
    assert tags.indices == {"urgent": 0, "later": -1}
