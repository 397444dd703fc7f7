"""What is a number, a flag, a field in a query string: each form has one answer."""

from __future__ import annotations

import pytest

LIST = "/workstream_events/identifiers"
READ = "/workstream_events"


@pytest.fixture(scope="module")
def three(start_once):
    """The operations of a server with three events."""
    events = start_once().events
    for _ in range(3):
        events.new()
    return events


@pytest.mark.parametrize(
    ("query", "listed"),
    [
        ("limit=0", 0),
        ("limit=-0", 0),
        ("limit=1", 1),
        ("limit=2147483647", 3),
        ("limit=%31", 1),
        ("l%69mit=1", 1),
        ("limit=1&", 1),
        ("&limit=1&&", 1),
        ("limit=1&other=2", 1),
        ("limit=1&Limit=2&LIMIT=3", 1),
        ("limit=1&limit[]=2", 1),
        ("limit=1&=2", 1),
        ("limit=1&&=&=", 1),
        ("limit =2", 3),
        ("+limit=2", 3),
        ("limit%00=2", 3),
        ("", 3),
        ("&", 3),
        ("?", 3),
        ("=", 3),
        (";", 3),
        ("a;limit=1", 3),
        ("limit%3D1", 3),
        ("%6Cimit%3D1", 3),
        ("%", 3),
        ("%zz=%zz", 3),
        ("x" * 7000, 3),
        ("&" * 7000, 3),
    ],
)
def test_a_query_is_read_as_a_form_and_unknown_fields_mean_nothing(three, query, listed):
    reply = three.client.get(f"{LIST}?{query}")
    assert reply.status_code == 200, reply.text
    assert len(reply.json()["iterable"]) == listed


@pytest.mark.parametrize(
    "text",
    [
        "",
        "%20",
        "%201",
        "1%20",
        "+1",
        "%2B1",
        "-1",
        "--1",
        "01",
        "00",
        "-01",
        "1.0",
        "1.",
        ".5",
        "1e2",
        "1E0",
        "0x10",
        "0b1",
        "1_000",
        "1,000",
        "1%00",
        "1;2",
        "1=1",
        "%D9%A1",
        "%EF%BC%91",
        "%C2%B2",
        "NaN",
        "nan",
        "Infinity",
        "-Infinity",
        "inf",
        "null",
        "true",
        "2147483648",
        "-2147483649",
        "9223372036854775808",
        "18446744073709551616",
        "9" * 40,
        "9" * 5000,
        "%zz",
        "%",
    ],
)
def test_what_is_no_integer_in_its_bounds_is_422(client, text):
    reply = client.get(f"{LIST}?limit={text}")
    assert reply.status_code == 422
    assert reply.text.startswith("limit: ")
    assert reply.text[:-1].isprintable()


@pytest.mark.parametrize(
    "query", ["limit", "limit=", "limit&limit=1", "limit=1&limit=1", "limit=1&l%69mit=2"]
)
def test_a_field_without_a_value_is_empty_and_one_that_is_repeated_is_422(client, query):
    reply = client.get(f"{LIST}?{query}")
    assert reply.status_code == 422
    assert reply.text.startswith("limit: ")


@pytest.mark.parametrize(
    ("query", "full"),
    [
        ("transferables=true", True),
        ("transferables=false", False),
        ("transferables=%66alse", False),
        ("Transferables=false", True),
        ("", True),
    ],
)
def test_a_flag_is_true_or_false(events, context, query, full):
    event = events.new(context=context)
    reply = events.client.get(f"/workstream_event/{event['id']}?{query}")
    assert reply.status_code == 200
    assert ("context" in reply.json()) is full


@pytest.mark.parametrize(
    "text",
    [
        "",
        "True",
        "TRUE",
        "False",
        "1",
        "0",
        "yes",
        "no",
        "on",
        "off",
        "t",
        "null",
        "+true",
        "true+",
        "true%00",
        "true,false",
        "%22true%22",
        "%EF%BD%94rue",
        "true;",
        "tru",
    ],
)
def test_what_is_no_flag_is_422(client, text):
    for path in (READ, "/workstream_event/e"):
        reply = client.get(f"{path}?transferables={text}")
        assert reply.status_code == 422
        assert reply.text.startswith("transferables: ")


def test_a_flag_that_is_repeated_is_422_even_when_it_says_the_same(client):
    reply = client.get(f"{READ}?transferables=true&transferables=true")
    assert (reply.status_code, reply.text) == (422, "transferables: given more than once\n")


@pytest.mark.parametrize("text", ["%FF", "%C3%28", "%ED%A0%80", "%F8%88%80%80%80", "%C0%80"])
def test_what_is_not_utf_8_is_422(client, text):
    reply = client.get(f"{LIST}?limit={text}")
    assert (reply.status_code, reply.text) == (422, "limit: is not percent-encoded UTF-8\n")
