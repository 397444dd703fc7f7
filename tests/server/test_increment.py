"""Raising the counters of a score."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.engines

MAXIMUM = 2**53 - 1


def score(events, event):
    return events.read(event["id"]).get("score")


def post(client, event, body):
    return client.post(f"/workstream_event/{event['id']}/scores/increment", json=body)


@pytest.mark.parametrize("flag", ["priority", "reuse", "update", "reference", "searched"])
def test_a_true_member_adds_one_to_its_counter_and_to_manual(events, flag):
    event = events.new()
    reply = events.increment(event["id"], flag)
    assert (reply.status_code, reply.content) == (204, b"")
    assert score(events, event) == {"manual": 1, "automatic": 0, flag: 1}
    events.increment(event["id"], flag)
    assert score(events, event) == {"manual": 2, "automatic": 0, flag: 2}


def test_several_flags_add_one_each_and_manual_grows_by_their_number(events):
    event = events.new(score={"manual": 10, "automatic": 3, "reuse": 4, "newer": 7})
    events.increment(event["id"], "reuse", "searched")
    expected = {"manual": 12, "automatic": 3, "reuse": 5, "searched": 1, "newer": 7}
    assert score(events, event) == expected


def test_nothing_but_the_score_and_updated_changes(events, context):
    event = events.new(context=context, newer={"x": 1})
    events.increment(event["id"], "reuse")
    changed = events.read(event["id"])
    assert changed["updated"]["value"] > event["updated"]["value"]
    expected = event | {"score": changed["score"], "updated": changed["updated"]}
    assert changed == expected


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"workstream_event": {}},
        {"workstream_event": {"reuse": False}},
        {"workstream_event": {"newer": True, "manual": True, "automatic": True, "schema2": True}},
        {"anchor": {"reuse": True}, "newer": {"reuse": True}},
    ],
)
def test_with_nothing_true_nothing_changes_updated_included(events, client, body):
    event = events.new(score={"manual": 1, "automatic": 1})
    assert post(client, event, body).status_code == 204
    assert events.read(event["id"]) == event


@pytest.mark.parametrize("headers", [{}, {"Content-Type": "application/json"}])
def test_without_a_body_nothing_changes(events, client, headers):
    event = events.new()
    path = f"/workstream_event/{event['id']}/scores/increment"
    assert client.post(path, headers=headers).status_code == 204
    assert events.read(event["id"]) == event


def test_unknown_flags_are_ignored_beside_known_ones(events, client):
    event = events.new()
    post(client, event, {"workstream_event": {"reuse": True, "newer": True, "manual": True}})
    assert score(events, event) == {"manual": 1, "automatic": 0, "reuse": 1}


def test_a_counter_at_its_maximum_stays_there(events):
    event = events.new(score={"manual": MAXIMUM - 1, "automatic": 0, "reuse": MAXIMUM})
    assert events.increment(event["id"], "reuse", "update").status_code == 204
    expected = {"manual": MAXIMUM, "automatic": 0, "reuse": MAXIMUM, "update": 1}
    assert score(events, event) == expected
    assert events.update(events.read(event["id"])).status_code == 200


def test_a_counter_that_was_sent_as_a_float_is_counted_as_an_integer(events):
    event = events.new(score={"manual": 1.0, "automatic": 0, "reuse": 2.0})
    events.increment(event["id"], "reuse")
    assert str(score(events, event)) == "{'manual': 2, 'automatic': 0, 'reuse': 3}"


@pytest.mark.parametrize("flags", [(), ("reuse",)])
def test_an_unknown_event_is_410_with_or_without_flags(events, flags):
    assert events.increment("unknown", *flags).status_code == 410


def test_a_flag_that_is_no_boolean_is_422_naming_it(events, client):
    event = events.new()
    reply = post(client, event, {"workstream_event": {"reuse": 1}})
    assert reply.status_code == 422
    assert reply.text.startswith("workstream_event.reuse: ")


def test_counts_of_many_clients_at_once_all_arrive(events):
    from concurrent.futures import ThreadPoolExecutor

    event = events.new()
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: events.increment(event["id"], "reuse"), range(64)))
    assert {reply.status_code for reply in replies} == {204}
    assert score(events, event) == {"manual": 64, "automatic": 0, "reuse": 64}
