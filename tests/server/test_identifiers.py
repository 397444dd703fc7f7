"""Listing ids: order, limit and ranges of time."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from urllib.parse import quote

import pytest

pytestmark = pytest.mark.engines

MICROSECOND = timedelta(microseconds=1)


@pytest.fixture(scope="module")
def stored(server):
    """Four events, oldest first; the oldest was updated last."""
    events = server.events
    created = [events.new() for _ in range(4)]
    assert events.increment(created[0]["id"], "reuse").status_code == 204
    return [events.read(event["id"]) for event in created]


def moment(event, member="created"):
    return datetime.fromisoformat(event[member]["value"])


def ids(*stored):
    return [event["id"] for event in stored]


def test_newest_first_ids_only_and_empty_indices(events, stored):
    reply = events.identifiers().json()
    assert reply == {"iterable": [{"id": id} for id in ids(*stored)[::-1]], "indices": {}}


@pytest.mark.parametrize("limit", [0, 1, 3, 4, 5, 2147483647])
def test_limit_caps_the_count(events, stored, limit):
    assert events.listed(limit=limit) == ids(*stored)[::-1][:limit]


def test_limit_caps_after_filtering(events, stored):
    a, b, c, _ = stored
    assert events.listed(created_to=moment(c).isoformat(), limit=2) == ids(c, b)
    assert events.listed(created_to=moment(a).isoformat(), limit=2) == ids(a)


def test_both_bounds_are_inclusive(events, stored):
    _, b, c, _ = stored
    first, last = moment(b), moment(c)
    listed = events.listed
    assert listed(created_from=first.isoformat(), created_to=last.isoformat()) == ids(c, b)
    later, earlier = (first + MICROSECOND).isoformat(), (last - MICROSECOND).isoformat()
    assert listed(created_from=later, created_to=last.isoformat()) == ids(c)
    assert listed(created_from=first.isoformat(), created_to=earlier) == ids(b)
    assert listed(created_from=later, created_to=earlier) == []


def test_one_bound_may_be_missing(events, stored):
    a, b, c, d = stored
    assert events.listed(created_from=moment(c).isoformat()) == ids(d, c)
    assert events.listed(created_to=moment(b).isoformat()) == ids(b, a)
    assert events.listed(updated_to=moment(b, "updated").isoformat()) == ids(b)


def test_bounds_the_wrong_way_round_match_nothing(events, stored):
    a, *_, d = stored
    range_ = {"created_from": moment(d).isoformat(), "created_to": moment(a).isoformat()}
    assert events.listed(**range_) == []


def test_an_updated_only_filter_is_still_ordered_by_created(events, stored):
    a, _, _, d = stored
    assert moment(a, "updated") > moment(d, "updated")
    assert events.listed(updated_from=moment(d, "updated").isoformat()) == ids(d, a)


def test_created_and_updated_ranges_are_joined_by_or(events, stored):
    a, b, _, _ = stored
    at_b = moment(b).isoformat()
    ranges = {"created_from": at_b, "created_to": at_b}
    last = moment(a, "updated").isoformat()
    assert events.listed(**ranges, updated_from=last) == ids(b, a)
    assert events.listed(**ranges, updated_from=last, limit=1) == ids(b)


def test_an_event_that_matches_both_ranges_is_listed_once(events, stored):
    a, *_ = stored
    listed = events.listed(created_to="9999-12-31T23:59:59Z", updated_from="0000-01-01T00:00:00Z")
    assert listed == ids(*stored)[::-1]
    assert len(set(listed)) == len(listed)
    assert a["id"] in listed


@pytest.mark.parametrize("zone", ["Z", "z", "+00:00", "-00:00", "+0000", "-0000"])
def test_utc_may_be_written_in_any_of_its_forms(events, stored, zone):
    _, b, *_ = stored
    at_b = moment(b).isoformat().removesuffix("+00:00") + zone
    assert events.listed(created_from=at_b, created_to=at_b) == ids(b)


@pytest.mark.parametrize("minutes", [330, -570, 840, -720])
@pytest.mark.parametrize("form", ["%z", "colon"])
def test_offsets_are_normalised_to_utc_with_and_without_a_colon(events, stored, minutes, form):
    _, b, *_ = stored
    local = moment(b).astimezone(timezone(timedelta(minutes=minutes)))
    text = local.isoformat() if form == "colon" else local.strftime("%Y-%m-%dT%H:%M:%S.%f%z")
    assert events.listed(created_from=text, created_to=text) == ids(b)


def test_the_published_sdks_form_is_accepted_on_every_bound(client):
    for name in ("created_from", "created_to", "updated_from", "updated_to"):
        value = quote("2024-01-02T03:04:05.678000+0530", safe="")
        reply = client.get(f"/workstream_events/identifiers?{name}={value}")
        assert reply.status_code == 200, reply.text


def test_digits_beyond_microseconds_are_compared_exactly(events, stored):
    _, b, *_ = stored
    at_b = moment(b).isoformat().removesuffix("+00:00")
    assert events.listed(created_from=f"{at_b}001Z", created_to=f"{at_b}999Z") == []
    assert events.listed(created_from=f"{at_b}000Z", created_to=f"{at_b}001Z") == ids(b)
    just_before = (moment(b) - MICROSECOND).isoformat().removesuffix("+00:00")
    assert events.listed(created_from=f"{just_before}001Z", created_to=f"{just_before}999Z") == []
    assert events.listed(created_from=f"{just_before}001Z", created_to=f"{at_b}Z") == ids(b)


def test_leap_seconds_and_the_first_and_last_year_are_moments_too(events, stored):
    everything = ids(*stored)[::-1]
    for start in ("2016-12-31T23:59:60Z", "0000-01-01T00:00:00+23:59", "2024-02-29t00:00:00z"):
        assert events.listed(created_from=start) == everything
    assert events.listed(created_to="9999-12-31T23:59:59.999999-23:59") == everything


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2024-01-02",
        "2024-01-02T03:04:05",
        "2024-01-02 03:04:05Z",
        "2024-02-30T00:00:00Z",
        "2023-02-29T00:00:00Z",
        "2024-01-02T24:00:00Z",
        "2024-01-02T03:04:05+2500",
        "2024-01-02T03:04:05+05",
        "2024-01-02T03:04Z",
        "20240102T030405Z",
        "1704164645",
        "2024-01-02T03:04:05,5Z",
        "\u0662024-01-02T03:04:05Z",
    ],
)
def test_what_is_no_rfc_3339_date_time_is_422_naming_the_bound(events, text):
    reply = events.identifiers(updated_to=text)
    assert reply.status_code == 422
    assert reply.text.startswith("updated_to: ")


@pytest.mark.parametrize(
    "limit", ["-1", "2147483648", "1.0", "", "01", "+1", "1e3", "ten", "\u0661"]
)
def test_what_is_no_limit_is_422_naming_it(events, limit):
    reply = events.identifiers(limit=limit)
    assert reply.status_code == 422
    assert reply.text.startswith("limit: ")


def test_a_parameter_given_twice_is_422_and_an_unknown_one_is_ignored(client):
    assert client.get("/workstream_events/identifiers?limit=1&limit=2").status_code == 422
    assert client.get("/workstream_events/identifiers?newer=1&newer=2").status_code == 200
