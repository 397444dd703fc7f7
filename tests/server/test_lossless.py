"""What a client sends comes back: unknown members at any depth, numbers and text as they were."""

from __future__ import annotations

import json

import pytest

pytestmark = pytest.mark.engines

ODD = {
    "newer": {"a": [1, {"b": None, "": [[]]}], "ключ": "значение \u2028 \u0000 \U0001f600"},
    "big": 2**64 + 1,
    "negative": -(2**70),
    "small": 5e-324,
    "float": 0.1,
    "truth": [True, False, None],
    "__proto__": {"constructor": 1},
}


@pytest.fixture
def odd(events, seed):
    """A seed with something unknown in every object of it."""
    body = seed(
        **ODD,
        trigger={"copy": True, "newer": ODD},
        context={"ide": {"tabs": {"iterable": [ODD]}, "newer": ODD}, "newer": ODD},
        tags={"iterable": [{"id": "t", "reference": ODD, "newer": ODD}], "newer": ODD},
        score={"manual": 1, "automatic": 2, "newer": ODD},
    )
    body["application"] = body["application"] | {"newer": ODD}
    return body


def test_unknown_members_survive_at_every_depth(events, odd):
    event = events.create(odd).json()
    assert {k: event[k] for k in odd} == odd
    assert {k: events.read(event["id"])[k] for k in odd} == odd
    found = events.snapshot().json()
    assert {k: found["iterable"][found["indices"][event["id"]]][k] for k in odd} == odd
    found = events.batch(event["id"], transferables="true").json()["workstreamEvents"]
    assert {k: found["iterable"][0][k] for k in odd} == odd


def test_a_round_trip_through_every_write_loses_nothing(events, odd):
    event = events.create(odd).json()
    events.update(event)
    events.associate(event["id"], "s")
    events.disassociate(event["id"], "s")
    events.increment(event["id"], "reuse")
    stored = events.read(event["id"])
    expected = odd | {"score": odd["score"] | {"manual": 2, "reuse": 1}}
    assert {k: stored[k] for k in odd} == expected


def test_members_of_the_times_survive(events):
    event = events.new(created={"value": "x", "readable": "just now", "newer": 1})
    assert event["created"]["readable"] == "just now"
    events.increment(event["id"], "reuse")
    stored = events.read(event["id"])
    assert stored["created"] == event["created"]


def test_integers_come_back_digit_by_digit(client, events, seed):
    body = json.dumps(seed(big=123456789012345678901234567890, one=1.0))
    headers = {"Content-Type": "application/json"}
    reply = client.post("/workstream_events/create", content=body, headers=headers)
    text = events.get(reply.json()["id"]).text
    assert '"big":123456789012345678901234567890' in text
    assert '"one":1.0' in text


def test_a_body_of_a_megabyte_survives(events):
    text = 'ä\n\t"\\' * 180_000
    event = events.new(readable=text)
    assert events.read(event["id"])["readable"] == text
