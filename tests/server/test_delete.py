"""Deleting events, for good."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.engines


@pytest.fixture
def deleted(events):
    event = events.new()
    reply = events.delete(event["id"])
    assert (reply.status_code, reply.content) == (204, b"")
    assert "content-type" not in reply.headers
    return event


def test_a_second_delete_is_410(events, deleted):
    reply = events.delete(deleted["id"])
    assert reply.status_code == 410
    assert reply.text.startswith("workstream_event: ")


def test_an_event_that_never_was_is_410(events):
    assert events.delete("never").status_code == 410


def test_every_operation_on_a_deleted_event_is_410(events, deleted):
    id = deleted["id"]
    replies = {
        "get": events.get(id),
        "update": events.update(deleted),
        "delete": events.delete(id),
        "increment": events.increment(id, "reuse"),
        "associate": events.associate(id, "s"),
        "disassociate": events.disassociate(id, "s"),
    }
    assert {name: reply.status_code for name, reply in replies.items()} == dict.fromkeys(
        replies, 410
    )


def test_batch_lists_it_as_not_found(events, deleted):
    kept = events.new()["id"]
    reply = events.batch(deleted["id"], kept).json()
    assert reply["notFound"] == [deleted["id"]]
    assert [event["id"] for event in reply["workstreamEvents"]["iterable"]] == [kept]


def test_snapshot_and_identifiers_leave_it_out(events, deleted):
    kept = events.new()["id"]
    snapshot = events.snapshot().json()
    assert deleted["id"] not in snapshot["indices"]
    assert snapshot["indices"][kept] == 0
    assert deleted["id"] not in events.listed()
