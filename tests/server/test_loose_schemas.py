"""A contract whose references need no id: what the house rules would not let pass must not make
the server fail either."""

from __future__ import annotations

import json
import shutil

import pytest


@pytest.fixture(scope="module")
def events(folder, package, launching, tmp_path_factory):
    """Operations of a server whose copy of the document demands no `id` anywhere."""
    loose = tmp_path_factory.mktemp("loose") / "server"
    shutil.copytree(folder, loose)
    file = loose / package / "openapi.json"
    document = json.loads(file.read_text())
    for schema in document["components"]["schemas"].values():
        schema["required"] = [name for name in schema.get("required", ()) if name != "id"]
    file.write_text(json.dumps(document))
    return launching(loose, package).events


def assert_invalid(reply, name):
    assert reply.status_code == 422, reply.text
    assert reply.text == f"{name}: has no id\n"


def test_a_reference_without_an_id_is_422_naming_it(events, seed):
    assert_invalid(events.create(seed(summary={"note": "x"})), "summary")


def test_an_item_without_an_id_is_422_naming_it(events, seed):
    body = seed(summary={"id": "a"}, summaries={"iterable": [{"id": "b"}, {}]})
    assert_invalid(events.create(body), "summaries.iterable[1]")


def test_an_update_without_an_id_is_422(events):
    event = events.new()
    assert_invalid(events.update({k: v for k, v in event.items() if k != "id"}), "the body")


def test_a_batch_of_items_without_an_id_is_422_naming_the_first(events):
    body = {"workstreamEvents": {"iterable": [{"id": "a"}, {}, {}]}}
    reply = events.client.post("/workstream_events/batch/fetch", json=body)
    assert_invalid(reply, "workstreamEvents.iterable[1]")


def test_stored_items_without_an_id_are_left_alone(events):
    event = events.new(summaries={"iterable": [{"note": "x"}, {"id": "a"}], "indices": {"a": 1}})
    assert events.associate(event["id"], "b").status_code == 204
    assert events.read(event["id"])["summaries"] == {
        "iterable": [{"note": "x"}, {"id": "a"}, {"id": "b"}],
        "indices": {"a": 1, "b": 2},
    }
    assert events.disassociate(event["id"], "a").status_code == 204
    assert events.read(event["id"])["summaries"] == {
        "iterable": [{"note": "x"}, {"id": "b"}],
        "indices": {"a": -1, "b": 1},
    }
