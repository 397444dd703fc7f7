"""Updating events."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.engines


def test_members_in_the_body_replace_those_stored_and_absent_ones_stay(events, context):
    event = events.new(context=context, readable="before", windowTitle="title")
    body = {k: event[k] for k in ("id", "application", "trigger", "created", "updated")}
    changed = events.update(body | {"readable": "after", "context": {"ide": {"name": "x"}}}).json()
    assert changed == event | {
        "readable": "after",
        "context": {"ide": {"name": "x"}},
        "updated": changed["updated"],
    }
    assert events.read(event["id"]) == changed


def test_a_member_is_replaced_whole_not_merged(events):
    event = events.new(trigger={"copy": True, "unknown": 1})
    changed = events.update(event | {"trigger": {"paste": True}}).json()
    assert changed["trigger"] == {"paste": True}


def test_unknown_members_stay_when_a_client_does_not_know_them(events, seed):
    event = events.create(seed(newer={"deep": [{"x": 1.5}]})).json()
    known = {k: v for k, v in event.items() if k != "newer"}
    assert events.update(known | {"readable": "r"}).json()["newer"] == {"deep": [{"x": 1.5}]}


def test_unknown_members_can_be_added_and_replaced(events):
    event = events.new(newer=1)
    assert events.update(event | {"newer": [2], "newest": None}).status_code == 200
    stored = events.read(event["id"])
    assert (stored["newer"], stored["newest"]) == ([2], None)


def test_created_never_changes_and_updated_always_advances_strictly(events):
    event = events.new()
    past = {"value": "1999-01-01T00:00:00Z"}
    seen = [event["updated"]["value"]]
    for _ in range(20):
        changed = events.update(event | {"created": past, "updated": past}).json()
        assert changed["created"] == event["created"]
        seen.append(changed["updated"]["value"])
    assert seen == sorted(set(seen))


def test_an_update_does_not_move_the_event_in_the_order_of_creation(events):
    first, second = events.new(), events.new()
    events.update(first)
    listed = events.listed()
    assert listed.index(second["id"]) < listed.index(first["id"])


def test_an_id_that_is_not_there_is_410(events):
    event = events.new()
    reply = events.update(event | {"id": "other"})
    assert reply.status_code == 410
    assert "'other'" in reply.text
    assert events.get("other").status_code == 410


@pytest.mark.parametrize("headers", [{}, {"Content-Type": "application/json"}])
def test_without_a_body_there_is_nothing_to_update_400(client, headers):
    reply = client.post("/workstream_event/update", headers=headers)
    assert reply.status_code == 400
    assert "body" in reply.text


@pytest.mark.parametrize("missing", ["id", "application", "trigger", "created", "updated"])
def test_a_required_member_left_out_is_422_naming_it(events, missing):
    event = events.new()
    reply = events.update({k: v for k, v in event.items() if k != missing})
    assert reply.status_code == 422
    assert missing in reply.text


@pytest.mark.parametrize("value", ["2024-01-01T00:00:00", "2024-01-01T00:00:00+0000", 7])
def test_a_time_in_the_body_needs_the_form_of_rfc_3339(events, value):
    event = events.new()
    reply = events.update(event | {"updated": {"value": value}})
    assert reply.status_code == 422
    assert reply.text.startswith("updated.value: ")


@pytest.mark.parametrize(
    ("transferables", "full"), [(None, True), ("true", True), ("false", False)]
)
def test_transferables_decides_the_reply_only(events, context, vector, transferables, full):
    event = events.new()
    body = event | {"context": context, "workstreamEventsVector": vector}
    query = {} if transferables is None else {"transferables": transferables}
    reply = events.update(body, **query).json()
    assert ("context" in reply) is full
    assert ("workstreamEventsVector" in reply) is full
    assert events.read(event["id"])["workstreamEventsVector"] == vector


def test_an_event_read_without_its_payload_and_sent_back_keeps_it(events, context):
    event = events.new(context=context)
    light = events.get(event["id"], transferables="false").json()
    assert events.update(light | {"readable": "r"}).json()["context"] == context


def test_two_clients_updating_different_members_lose_nothing(events):
    event = events.new()
    base = {k: event[k] for k in ("id", "application", "trigger", "created", "updated")}
    events.update(base | {"readable": "one"})
    events.update(base | {"windowTitle": "two"})
    stored = events.read(event["id"])
    assert (stored["readable"], stored["windowTitle"]) == ("one", "two")
