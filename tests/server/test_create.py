"""Creating events."""

from __future__ import annotations

import re
import time
import uuid
from datetime import UTC, datetime, timedelta

import pytest

pytestmark = pytest.mark.engines

MICROSECONDS_AND_OFFSET = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00")


def test_server_assigns_uuids_that_begin_with_the_time(events):
    before = time.time_ns() // 1_000_000
    ids = [uuid.UUID(events.new()["id"]) for _ in range(20)]
    after = time.time_ns() // 1_000_000
    assert {(id.version, id.variant) for id in ids} == {(7, uuid.RFC_4122)}
    times = [id.int >> 80 for id in ids]
    assert before <= times[0] <= times[-1] <= after
    assert times == sorted(times)
    assert len({id.int & ((1 << 62) - 1) for id in ids}) == 20


def test_ids_are_in_small_letters(events):
    id = events.new()["id"]
    assert str(uuid.UUID(id)) == id


def test_created_equals_updated_and_is_now_in_utc_with_microseconds(events):
    before = datetime.now(UTC)
    event = events.new()
    assert MICROSECONDS_AND_OFFSET.fullmatch(event["created"]["value"])
    assert event["created"] == event["updated"]
    created = datetime.fromisoformat(event["created"]["value"])
    assert before - timedelta(milliseconds=1) <= created <= datetime.now(UTC)


def test_reply_is_the_event_as_sent_plus_id_and_times(events, seed, context, vector):
    body = seed(context=context, workstreamEventsVector=vector, readable="é\u2028\U0001f600", x=[1])
    event = events.create(body).json()
    assert event == body | {k: event[k] for k in ("id", "created", "updated")}
    assert events.read(event["id"]) == event


def test_without_a_body_the_event_is_the_servers_own(events):
    event = events.create().json()
    assert event["trigger"] == {}
    assert event["application"] == {
        "id": "00000000-0000-0000-0000-000000000000",
        "name": "UNKNOWN",
        "version": "1.0.0",
        "platform": "UNKNOWN",
        "onboarded": False,
        "privacy": "UNKNOWN",
    }
    assert events.read(event["id"]) == event


def test_json_content_type_with_an_empty_body_is_no_body(client):
    headers = {"Content-Type": "application/json", "Content-Length": "0"}
    reply = client.post("/workstream_events/create", headers=headers)
    assert reply.status_code == 200


@pytest.mark.parametrize("proposed", ["a", "A_b.c~d-e", "9" * 128, "create", "identifiers"])
def test_a_free_internal_identifier_becomes_the_id(events, seed, proposed):
    event = events.create(seed(internal_identifier=proposed)).json()
    assert event["id"] == proposed
    assert "internal_identifier" not in event
    assert events.read(proposed) == event
    assert events.delete(proposed).status_code == 204


def test_a_taken_internal_identifier_gets_another_id_and_both_exist(events):
    first = events.new(internal_identifier="wanted", readable="first")
    second = events.new(internal_identifier="wanted", readable="second")
    assert uuid.UUID(second["id"]).version == 7
    assert events.read("wanted")["readable"] == first["readable"]
    assert events.read(second["id"])["readable"] == "second"


def test_an_identifier_that_a_concrete_path_hides_is_not_free(events):
    """GET /workstream_event/update is no read of an event, so that none can be called update."""
    event = events.new(internal_identifier="update", readable="first")
    assert uuid.UUID(event["id"]).version == 7
    assert "internal_identifier" not in event
    assert events.read(event["id"]) == event
    assert events.batch("update").json()["notFound"] == ["update"]


def test_an_identifier_freed_by_delete_can_be_taken_again(events):
    events.new(internal_identifier="again")
    events.delete("again")
    assert events.new(internal_identifier="again")["id"] == "again"


@pytest.mark.parametrize("proposed", ["", ".", "..", "a/b", "a b", "ä", "9" * 129, 7, None])
def test_an_internal_identifier_that_cannot_be_an_id_is_422(events, seed, proposed):
    reply = events.create(seed(internal_identifier=proposed))
    assert reply.status_code == 422
    assert reply.text.startswith("internal_identifier: ")


def test_a_seeds_summary_becomes_an_association(events):
    event = events.new(summary={"id": "s-1", "note": "kept"})
    assert "summary" not in event
    assert event["summaries"] == {
        "iterable": [{"id": "s-1", "note": "kept"}],
        "indices": {"s-1": 0},
    }


def test_a_seeds_summary_joins_the_summaries_that_it_brings(events):
    event = events.new(
        summary={"id": "b"}, summaries={"iterable": [{"id": "a"}], "indices": {"a": 0}, "x": 1}
    )
    assert event["summaries"] == {
        "iterable": [{"id": "a"}, {"id": "b"}],
        "indices": {"a": 0, "b": 1},
        "x": 1,
    }


def test_id_and_times_in_a_seed_are_not_the_clients_to_set(events):
    old = {"value": "2001-01-01T00:00:00Z"}
    event = events.new(id="mine", created=old, updated=old)
    assert event["id"] != "mine"
    assert event["created"]["value"] > "2024"
    assert event["created"]["value"] == event["updated"]["value"]


def test_a_member_that_only_the_stored_event_has_is_checked_too(events, seed):
    reply = events.create(seed(summaries=5))
    assert reply.status_code == 422
    assert reply.text.startswith("summaries: ")


@pytest.mark.parametrize(
    ("query", "full"),
    [({}, True), ({"transferables": "true"}, True), ({"transferables": "false"}, False)],
)
def test_transferables_false_leaves_the_payload_out_of_the_reply_not_of_the_store(
    events, seed, context, query, full
):
    body = seed(context=context, workstreamEventsVector=[0.5])
    event = events.create(body, **query).json()
    assert ("context" in event) is full
    assert ("workstreamEventsVector" in event) is full
    assert events.read(event["id"])["context"] == context


def test_a_repeated_create_stores_a_second_event(events, seed):
    body = seed(readable="twice")
    ids = {events.create(body).json()["id"] for _ in range(3)}
    assert len(ids) == 3
