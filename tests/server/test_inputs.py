"""Parts that read what clients send, against independent ways to do the same."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=20,
)


@pytest.fixture(scope="module")
def json_input(runtime):
    return runtime("json_input")


@pytest.fixture(scope="module")
def http_input(runtime):
    return runtime("http_input")


@pytest.fixture(scope="module")
def replies(runtime):
    return runtime("replies")


def status_of(replies, call):
    """The status that a call refuses with; None when it does not."""
    try:
        call()
    except replies.Refusal as refusal:
        return refusal.status
    return None


def levels(value):
    """Depth by recursion, as its definition has it."""
    inner = value.values() if isinstance(value, dict) else value
    return 1 + max(map(levels, inner), default=0) if isinstance(value, dict | list) else 0


@given(json_values)
def test_depth_is_the_number_of_nested_arrays_and_objects(json_input, value):
    assert json_input.depth(value) == levels(value)


@given(json_values, st.booleans())
def test_json_is_read_as_the_standard_library_reads_it(json_input, value, ascii_only):
    raw = json.dumps(value, ensure_ascii=ascii_only).encode()
    assert json_input.parse_json(raw) == json.loads(raw)


def written(value, escaped, repeat):
    """JSON text of `value`, with colons in text escaped or not, and members repeated or not."""
    if isinstance(value, list):
        return f"[{','.join(written(item, escaped, repeat) for item in value)}]"
    if not isinstance(value, dict):
        text = json.dumps(value)
        return text.replace(":", "\\u003a") if escaped and isinstance(value, str) else text
    members = [
        f"{written(name, escaped, False)} : {written(item, escaped, repeat)}"
        for name, item in value.items()
    ]
    return f"{{{','.join(members + members[:1] * repeat)}}}"


def has_object(value):
    """Whether there is an object with members in it."""
    if isinstance(value, list):
        return any(map(has_object, value))
    return isinstance(value, dict) and bool(value)


colons = st.recursive(
    st.text(':\\"u03aA', max_size=8) | st.integers(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(':\\"u03aA', max_size=4), inner, max_size=3)
    ),
    max_leaves=10,
)


@given(colons, st.booleans(), st.booleans())
def test_a_name_that_comes_twice_is_found_whatever_the_text(
    json_input, replies, value, escaped, repeat
):
    raw = written(value, escaped, repeat).encode()
    assert json.loads(raw) == value
    refused = status_of(replies, lambda: json_input.parse_json(raw))
    assert refused == (400 if repeat and has_object(value) else None)


@given(st.binary(max_size=40))
def test_bytes_are_json_or_a_refusal(json_input, replies, raw):
    refused = status_of(replies, lambda: json_input.parse_json(raw))
    assert refused in (None, 400)
    if refused is None:
        json.loads(raw)


@given(st.lists(st.tuples(st.text(min_size=1, max_size=6), st.text(max_size=6)), max_size=5))
def test_a_query_is_read_as_the_standard_library_reads_it(http_input, pairs):
    for raw in (urlencode(pairs), urlencode(pairs, quote_via=quote)):
        expected = parse_qs(raw, keep_blank_values=True)
        assert http_input.query_of(raw.encode(), expected.keys()) == expected
        some = dict(list(expected.items())[:2])
        assert http_input.query_of(raw.encode(), some.keys()) == some


@given(st.binary(max_size=40))
def test_any_query_is_fields_or_a_refusal(http_input, replies, raw):
    assert http_input.query_of(raw, ()) == {}
    query = b"a=" + raw.replace(b"&", b"")
    assert status_of(replies, lambda: http_input.query_of(query, ("a",))) in (None, 422)


@given(st.lists(st.text("abcdefgh.[]0", min_size=1, max_size=4) | st.integers(0, 99), max_size=5))
def test_a_place_in_a_body_starts_with_its_first_member(json_input, path):
    shown = json_input.member("the body", path)
    assert shown == "the body" if not path else shown.startswith((str(path[0]), f"[{path[0]}]"))


def test_one_line_does_not_look_at_megabytes_that_it_cuts_off(replies):
    class Megabytes(str):
        def __iter__(self):
            raise AssertionError("all of it was looked at")

    assert replies.one_line(Megabytes("a" * 1000)) == "a" * 497 + "..."


@given(st.text(max_size=600))
def test_one_line_is_printable_short_and_keeps_what_can_be_seen(replies, text):
    line = replies.one_line(text)
    assert line.isprintable()
    assert len(line) <= 500
    if text.isprintable() and len(text) <= 500:
        assert line == text


@pytest.mark.parametrize(
    ("accept", "taken"),
    [
        (None, True),
        ("", True),
        ("*/*", True),
        ("application/*;q=0.2", True),
        ("text/html, application/json;q=0.9, */*;q=0", True),
        ("application/json;q=0, text/html", False),
        ("application/json;q=0.000", False),
        ("application/json;q=0.001", True),
        ("app/*", False),
        ("applicationx/*", False),
        ("application", False),
    ],
)
def test_accept_is_read_as_rfc_9110_says(http_input, replies, accept, taken):
    refused = status_of(replies, lambda: http_input.check_accept(accept, ("application/json",)))
    assert refused == (None if taken else 406)
