"""RFC 3339, form by form: what is a moment in a query and in a body, and which moment it is.

The schema's `format: date-time` decides in bodies; in queries an offset without a colon is a moment
too, since the published SDK sends that.
"""

from __future__ import annotations

import pytest

LIST = "/workstream_events/identifiers"
VALID = [
    ("2024-01-02T03:04:05Z", 0),
    ("2024-01-02t03:04:05z", 0),
    ("2024-01-02T03:04:05+00:00", 0),
    ("2024-01-02T03:04:05-00:00", 0),
    ("2024-01-02T05:04:05+02:00", 0),
    ("2024-01-01T21:34:05-05:30", 0),
    ("2024-01-03T03:03:05+23:59", 0),
    ("2024-01-01T03:05:05-23:59", 0),
    *((f"2024-01-02T03:04:05.{'0' * digits}Z", 0) for digits in range(1, 13)),
    ("2024-01-02T03:04:05.1Z", 100_000),
    ("2024-01-02T03:04:05.123456Z", 123_456),
    ("2024-01-02T03:04:05.123456789012345Z", 123_456),
    ("2024-01-02T03:04:05.9999999Z", 999_999),
    ("2024-02-29T00:00:00Z", None),
    ("2000-02-29T00:00:00Z", None),
    ("2016-12-31T23:59:60Z", None),
    ("2016-12-31T23:59:60.999Z", None),
    ("2017-01-01T05:29:60+05:30", None),
    ("2024-12-31T23:59:59Z", None),
    ("0000-01-01T00:00:00Z", None),
    ("0000-01-01T00:00:00+23:59", None),
    ("0001-01-01T00:00:00Z", None),
    ("0001-01-01T00:00:00+23:59", None),
    ("9999-12-31T23:59:59.999999Z", None),
    ("9999-12-31T23:59:59-23:59", None),
]
"""With the microseconds from 2024-01-02T03:04:05Z, rounded down; None where that says nothing."""
BASIC = [
    ("2024-01-02T03:04:05+0000", 0),
    ("2024-01-02T03:04:05-0000", 0),
    ("2024-01-02T08:34:05.678000+0530", 678_000),
    ("2024-01-01T21:34:05.678000-0530", 678_000),
]
INVALID = [
    "",
    "now",
    "0",
    "1704164645",
    "2024-01-02",
    "2024-01-02T03:04:05",
    "2024-01-02T03:04:05.678",
    "2024-01-02 03:04:05Z",
    "2024-01-02T03:04Z",
    "2024-01-02T03Z",
    "2024-01-02T03:04:05.Z",
    "2024-01-02T03:04:05,5Z",
    "2024-01-02T24:00:00Z",
    "2024-01-02T23:60:00Z",
    "2024-01-02T03:04:60Z",
    "2016-12-31T23:59:61Z",
    "2024-02-30T00:00:00Z",
    "2023-02-29T00:00:00Z",
    "1900-02-29T00:00:00Z",
    "2024-04-31T00:00:00Z",
    "2024-13-01T00:00:00Z",
    "2024-00-01T00:00:00Z",
    "2024-01-00T00:00:00Z",
    "2024-01-32T00:00:00Z",
    "2024-1-2T03:04:05Z",
    "24-01-02T03:04:05Z",
    "12024-01-02T03:04:05Z",
    "+2024-01-02T03:04:05Z",
    "-2024-01-02T03:04:05Z",
    "2024-W01-2T03:04:05Z",
    "2024-002T03:04:05Z",
    "20240102T030405Z",
    "2024-01-02T03:04:05+24:00",
    "2024-01-02T03:04:05+05:60",
    "2024-01-02T03:04:05+5:30",
    "2024-01-02T03:04:05+05",
    "2024-01-02T03:04:05+05:30:00",
    "2024-01-02T03:04:05\u221205:30",
    "2024-01-02T03:04:05ZZ",
    "2024-01-02T03:04:05Z+00:00",
    "2024-01-02T03:04:05UTC",
    " 2024-01-02T03:04:05Z",
    "2024-01-02T03:04:05Z ",
    "2024-01-02T03:04:05Z\n",
    "2024-01-02T03:04:05\x00Z",
    "\u0662\u0660\u0662\u0664-01-02T03:04:05Z",
    "2024-01-02T03:04:05.\u0661Z",
    "\uff12024-01-02T03:04:05Z",
]
ONLY_IN_QUERIES_INVALID = [
    "2024-01-02T03:04:05 05:30",
    "2024-01-02T03:04:05+2400",
    "2024-01-02T03:04:05+0560",
    "2024-01-02T03:04:05+530",
    "20240102T030405+0000",
]
"""A plus sign that was not percent-encoded is a blank."""


@pytest.fixture(scope="module")
def instants(runtime):
    return runtime("instants")


@pytest.fixture(scope="module")
def event(server):
    return server.events.new()


@pytest.mark.parametrize("text", [text for text, _ in VALID + BASIC])
def test_in_a_query_it_is_a_moment(client, text):
    for name in ("created_from", "created_to", "updated_from", "updated_to"):
        reply = client.get(LIST, params={name: text})
        assert reply.status_code == 200, reply.text


@pytest.mark.parametrize("text", INVALID + ONLY_IN_QUERIES_INVALID)
def test_in_a_query_it_is_none(client, text):
    for name in ("created_from", "updated_to"):
        reply = client.get(LIST, params={name: text})
        assert reply.status_code == 422
        assert reply.text.startswith(f"{name}: ")
        assert reply.text[:-1].isprintable()


@pytest.mark.parametrize(("text", "micros"), VALID + BASIC)
def test_which_moment_it_is(instants, text, micros):
    found = instants.parse(instants.canonical(text)).floor
    if micros is not None:
        assert found == instants.parse("2024-01-02T03:04:05Z").floor + micros


@pytest.mark.parametrize("text", [text for text, _ in VALID])
def test_in_a_body_it_is_a_moment(events, event, text):
    reply = events.update({**event, "created": {"value": text}})
    assert reply.status_code == 200, reply.text
    assert reply.json()["created"] == event["created"]


@pytest.mark.parametrize("text", INVALID + [text for text, _ in BASIC])
def test_in_a_body_it_is_none(events, event, text):
    reply = events.update({**event, "created": {"value": text}})
    assert reply.status_code == 422
    assert reply.text.startswith("created.value: ")
    assert reply.text[:-1].isprintable()
