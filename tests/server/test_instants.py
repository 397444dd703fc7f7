"""Moments: parsing and writing them, against Python's own calendar."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
offsets = st.integers(-(24 * 60 - 1), 24 * 60 - 1)
moments = st.datetimes(timezones=st.just(UTC))
forms = st.fixed_dictionaries(
    {
        "colon": st.booleans(),
        "letters": st.sampled_from(["z", "Z", "offset"]),
        "digits": st.text("0123456789", max_size=12),
    }
)


@pytest.fixture(scope="module")
def instants(runtime):
    return runtime("instants")


def written(moment: datetime, offset: int, *, colon: bool, letters: str, digits: str) -> str:
    """RFC 3339 for the wall clock `moment` in a zone `offset` minutes from UTC."""
    sign = "-" if offset < 0 else "+"
    hours, minutes = divmod(abs(offset), 60)
    zone = f"{sign}{hours:02}{':' if colon else ''}{minutes:02}"
    if offset == 0 and letters in "zZ":
        zone = letters
    fraction = f".{digits}" if digits else ""
    return f"{moment.year:04}-{moment:%m-%dT%H:%M:%S}{fraction}{zone}"


@given(moments, offsets, forms)
def test_parse_agrees_with_datetime(instants, moment, offset, form):
    moment = moment.replace(microsecond=0)
    text = written(moment, offset, **form)
    digits = form["digits"]
    instant = instants.parse(text)
    seconds = (moment - EPOCH) // timedelta(seconds=1) - offset * 60
    finer = int(digits or "0") * 10**6
    scale = 10 ** len(digits)
    assert instant.text == text
    assert instant.floor == seconds * 10**6 + finer // scale
    assert instant.ceiling == seconds * 10**6 - (-finer // scale)


@given(moments, offsets)
def test_parse_reads_what_isoformat_writes(instants, moment, offset):
    zone = timezone(timedelta(minutes=offset))
    text = moment.replace(tzinfo=zone).isoformat()
    expected = (moment - EPOCH) // MICROSECOND - offset * 60 * 10**6
    assert instants.parse(text).floor == expected
    assert instants.parse(text).ceiling == expected


@given(st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(9999, 12, 31)))
def test_render_writes_what_parse_and_datetime_read(instants, moment):
    micros = (moment.replace(tzinfo=UTC) - EPOCH) // MICROSECOND
    text = instants.render(micros)
    assert instants.parse(text).floor == micros
    assert datetime.fromisoformat(text) == moment.replace(tzinfo=UTC)
    assert text == moment.replace(tzinfo=UTC).isoformat(timespec="microseconds")


@given(st.integers(0, 9999), st.integers(1, 12), st.integers(1, 28))
def test_days_go_up_by_one_each_day(instants, year, month, day):
    days = instants.days_since_epoch
    assert days(year, month, day + 1) - days(year, month, day) == 1
    following = (year + 1, 1) if month == 12 else (year, month + 1)
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    length = (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]
    assert days(*following, 1) - days(year, month, 1) == length


@given(st.text(max_size=40))
def test_parse_gives_an_instant_or_a_value_error(instants, text):
    try:
        instants.parse(text)
    except ValueError:
        return
    assert text[:4].isdigit()


@given(moments, offsets, st.booleans())
def test_canonical_puts_the_colon_in_and_changes_nothing_else(instants, moment, offset, colon):
    text = written(moment, offset, colon=colon, letters="offset", digits="5")
    wanted = written(moment, offset, colon=True, letters="offset", digits="5")
    assert instants.canonical(text) == wanted
    assert instants.canonical(wanted) == wanted


@given(st.text(max_size=40))
def test_canonical_of_any_text_is_that_text_or_one_colon_longer(instants, text):
    changed = instants.canonical(text)
    assert changed == text or changed.replace(":", "") == text.replace(":", "")


def test_year_zero_and_leap_seconds_have_a_place(instants):
    first = instants.parse("0001-01-01T00:00:00Z").floor
    assert instants.parse("0000-12-31T00:00:00Z").floor == first - 86_400_000_000
    leap = instants.parse("2016-12-31T23:59:60Z")
    assert leap.floor == instants.parse("2017-01-01T00:00:00Z").floor
