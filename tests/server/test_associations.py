"""Linking summaries to events, and unlinking them."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.engines


def summaries(events, event):
    return events.read(event["id"]).get("summaries")


def test_associate_adds_the_reference_and_its_position(events):
    event = events.new()
    for summary in ("a", "b"):
        reply = events.associate(event["id"], summary)
        assert (reply.status_code, reply.content) == (204, b"")
    assert summaries(events, event) == {
        "iterable": [{"id": "a"}, {"id": "b"}],
        "indices": {"a": 0, "b": 1},
    }


def test_associating_twice_is_the_same_as_once(events):
    event = events.new()
    for _ in range(2):
        assert events.associate(event["id"], "a").status_code == 204
    assert summaries(events, event) == {"iterable": [{"id": "a"}], "indices": {"a": 0}}


def test_disassociate_removes_the_reference_and_marks_it_with_minus_one(events):
    event = events.new()
    for summary in ("a", "b", "c"):
        events.associate(event["id"], summary)
    reply = events.disassociate(event["id"], "b")
    assert (reply.status_code, reply.content) == (204, b"")
    assert summaries(events, event) == {
        "iterable": [{"id": "a"}, {"id": "c"}],
        "indices": {"a": 0, "b": -1, "c": 1},
    }


def test_disassociating_twice_is_the_same_as_once(events):
    event = events.new()
    events.associate(event["id"], "a")
    for _ in range(2):
        assert events.disassociate(event["id"], "a").status_code == 204
    assert summaries(events, event) == {"iterable": [], "indices": {"a": -1}}


def test_disassociating_what_was_never_linked_is_204_and_leaves_the_mark(events):
    event = events.new()
    assert events.disassociate(event["id"], "never").status_code == 204
    assert summaries(events, event) == {"iterable": [], "indices": {"never": -1}}


def test_a_summary_can_be_linked_again_after_it_was_unlinked(events):
    event = events.new()
    events.associate(event["id"], "a")
    events.associate(event["id"], "b")
    events.disassociate(event["id"], "a")
    events.associate(event["id"], "a")
    assert summaries(events, event) == {
        "iterable": [{"id": "b"}, {"id": "a"}],
        "indices": {"b": 0, "a": 1},
    }


@pytest.mark.parametrize("call", ["associate", "disassociate"])
def test_both_advance_updated_also_when_repeated(events, call):
    event = events.new()
    seen = [event["updated"]["value"]]
    for _ in range(3):
        getattr(events, call)(event["id"], "a")
        seen.append(events.read(event["id"])["updated"]["value"])
    assert seen == sorted(set(seen))


@pytest.mark.parametrize("call", ["associate", "disassociate"])
def test_an_unknown_event_is_410(events, call):
    reply = getattr(events, call)("unknown", "a")
    assert reply.status_code == 410
    assert reply.text.startswith("workstream_event: ")


def test_any_valid_id_of_a_summary_is_accepted_percent_encoded(events):
    event = events.new()
    for encoded in ("a%20b%2Fc%25d", "%C3%A4", "..%2F", "update"):
        assert events.associate(event["id"], encoded).status_code == 204
    ids = [item["id"] for item in summaries(events, event)["iterable"]]
    assert ids == ["a b/c%d", "ä", "../", "update"]


def test_what_else_is_in_the_collection_stays(events):
    reference = {"id": "a", "reference": {"x": 1}, "newer": [1]}
    event = events.new(summaries={"iterable": [reference], "newer": {"y": 2}})
    events.associate(event["id"], "a")
    events.associate(event["id"], "b")
    stored = summaries(events, event)
    assert stored["iterable"] == [reference, {"id": "b"}]
    assert stored["newer"] == {"y": 2}


def test_associations_touch_nothing_else(events, context):
    event = events.new(context=context, newer=1)
    events.associate(event["id"], "a")
    changed = events.read(event["id"])
    assert {k: v for k, v in changed.items() if k not in ("summaries", "updated")} == {
        k: v for k, v in event.items() if k != "updated"
    }
