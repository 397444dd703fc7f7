"""Reading events: one, all, and many by id."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

pytestmark = pytest.mark.engines

HEAVY = {"context", "workstreamEventsVector"}


@pytest.fixture
def heavy(events, context, vector):
    """An event with everything that a reply may leave out."""
    return events.new(context=context, workstreamEventsVector=vector, readable="heavy")


def without(event, *members):
    return {name: value for name, value in event.items() if name not in members}


def position_of(reply, id):
    """The event with that id, looked up by its position."""
    return reply["iterable"][reply["indices"][id]]


def test_get_gives_the_full_event_by_default(events, heavy):
    assert events.get(heavy["id"]).json() == heavy
    assert events.get(heavy["id"], transferables="true").json() == heavy


def test_get_without_transferables_leaves_out_exactly_the_payload(events, heavy):
    reply = events.get(heavy["id"], transferables="false")
    assert reply.json() == without(heavy, *HEAVY)


@pytest.mark.parametrize(
    "id", ["unknown", "00000000-0000-4000-8000-000000000000", "a%20b%2Fc%25d", "%00", "..%2F.."]
)
def test_get_of_an_unknown_event_is_410_naming_the_parameter(events, id):
    reply = events.get(id)
    assert reply.status_code == 410
    assert reply.headers["content-type"] == "text/plain; charset=utf-8"
    assert reply.text.startswith("workstream_event: ")


def test_a_percent_encoded_id_is_decoded_once(events):
    event = events.new(internal_identifier="a~b.c")
    assert events.get("a%7Eb%2Ec").json() == event
    assert events.get("a%257Eb.c").status_code == 410


def test_snapshot_has_every_event_newest_first_with_positions(events):
    ids = [events.new()["id"] for _ in range(3)]
    reply = events.snapshot().json()
    assert [event["id"] for event in reply["iterable"]][:3] == ids[::-1]
    assert reply["indices"] == {e["id"]: n for n, e in enumerate(reply["iterable"])}


def test_snapshot_has_the_payload_by_default_but_never_the_vector(events, heavy):
    for query in ({}, {"transferables": "true"}):
        found = position_of(events.snapshot(**query).json(), heavy["id"])
        assert found == without(heavy, "workstreamEventsVector")


def test_snapshot_without_transferables_leaves_out_the_payload(events, heavy):
    found = position_of(events.snapshot(transferables="false").json(), heavy["id"])
    assert found == without(heavy, *HEAVY)


def test_snapshot_of_an_empty_store_is_an_empty_list(start):
    assert start().events.snapshot().json() == {"iterable": [], "indices": {}}


def test_snapshot_of_more_than_one_batch_of_rows_is_whole_and_ordered(start):
    events = start().events
    with ThreadPoolExecutor(16) as pool:
        ids = set(pool.map(lambda _: events.new()["id"], range(520)))
    reply = events.snapshot().json()
    listed = [event["id"] for event in reply["iterable"]]
    assert set(listed) == ids
    assert reply["indices"] == {id: n for n, id in enumerate(listed)}
    created = [event["created"]["value"] for event in reply["iterable"]]
    assert created == sorted(created, reverse=True)
    assert events.listed() == listed


def test_batch_gives_what_exists_in_the_order_asked_and_lists_the_rest(events):
    a, b = events.new()["id"], events.new()["id"]
    reply = events.batch("nope", b, "neither", a)
    assert reply.status_code == 200
    found = reply.json()
    assert [event["id"] for event in found["workstreamEvents"]["iterable"]] == [b, a]
    assert found["workstreamEvents"]["indices"] == {b: 0, a: 1}
    assert found["notFound"] == ["nope", "neither"]


def test_batch_answers_each_id_once_however_often_it_is_asked(events):
    a = events.new()["id"]
    found = events.batch(a, "nope", a, "nope").json()
    assert [event["id"] for event in found["workstreamEvents"]["iterable"]] == [a]
    assert found["notFound"] == ["nope"]


def test_batch_takes_active_keys_of_indices_too(events, client):
    a, b, c = (events.new()["id"] for _ in range(3))
    ids = {"iterable": [{"id": a}], "indices": {a: 0, b: 0, c: -1, "nope": 7, "gone": -2}}
    reply = client.post("/workstream_events/batch/fetch", json={"workstreamEvents": ids})
    assert [e["id"] for e in reply.json()["workstreamEvents"]["iterable"]] == [a, b]
    assert reply.json()["notFound"] == ["nope"]


@pytest.mark.parametrize("body", [{}, {"workstreamEvents": {"iterable": []}}])
def test_batch_without_ids_finds_nothing_and_misses_nothing(client, body):
    reply = client.post("/workstream_events/batch/fetch", json=body)
    assert reply.json() == {"workstreamEvents": {"iterable": [], "indices": {}}, "notFound": []}


def test_batch_leaves_the_payload_out_by_default(events, heavy):
    found = events.batch(heavy["id"]).json()["workstreamEvents"]["iterable"][0]
    assert found == without(heavy, *HEAVY)


def test_batch_with_transferables_has_the_payload_but_never_the_vector(events, heavy):
    reply = events.batch(heavy["id"], transferables="true").json()
    assert reply["workstreamEvents"]["iterable"][0] == without(heavy, "workstreamEventsVector")


def test_batch_of_a_thousand_unknown_ids_lists_them_all(events):
    ids = [f"unknown-{n}" for n in range(1000)]
    assert events.batch(*ids).json()["notFound"] == ids
