"""Text that a database could trip over: every engine gives the same, documented answer."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.engines

ODD = ["\0", "a\0b", "\U0001f600", "\ufffd", "é", "e\u0301", "E", "%s", "'; --", "x" * 7000]


@pytest.mark.parametrize("id", ODD, ids=ascii)
def test_an_id_that_nothing_has_is_not_found_whatever_its_text(events, id):
    reply = events.batch(id)
    assert reply.status_code == 200, reply.text
    assert reply.json()["notFound"] == [id]


@pytest.mark.parametrize("path", ["%00", "a%00b", "%F0%9F%98%80", "%27%3B--", "x" * 7000])
def test_no_text_in_a_path_is_more_than_an_unknown_id(client, path):
    assert client.get(f"/workstream_event/{path}").status_code == 410
    assert client.post(f"/workstream_events/{path}/delete").status_code == 410


@pytest.mark.parametrize("id", ODD[:-1], ids=ascii)
def test_any_text_can_be_referred_to(events, client, id):
    event = events.new()
    events.update({**event, "summaries": {"iterable": [{"id": id}], "indices": {id: 0}}})
    stored = events.read(event["id"])["summaries"]
    assert stored == {"iterable": [{"id": id}], "indices": {id: 0}}
    assert events.snapshot().json()["iterable"][0]["summaries"] == stored


def test_ids_are_equal_when_every_letter_is(events):
    ids = ["Case", "case", "CASE", "case.", "ca-se", "ca_se"]
    created = [events.new(internal_identifier=id, readable=id) for id in ids]
    assert [event["id"] for event in created] == ids
    assert [events.read(id)["readable"] for id in ids] == ids
    assert events.delete("case").status_code == 204
    assert events.batch(*ids).json()["notFound"] == ["case"]


def test_a_lone_surrogate_is_refused_in_bodies(client):
    headers = {"Content-Type": "application/json"}
    body = b'{"workstreamEvents": {"iterable": [{"id": "\\ud800"}]}}'
    reply = client.post("/workstream_events/batch/fetch", content=body, headers=headers)
    assert reply.status_code == 400
    assert client.get("/workstream_event/%ED%A0%80").status_code in (400, 410, 422)
