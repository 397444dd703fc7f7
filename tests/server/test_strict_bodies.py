"""JSON, form by form: what is a body, and what its numbers, texts and members may be."""

from __future__ import annotations

import json
import math

import pytest

CREATE = "/workstream_events/create"
TYPED = {"Content-Type": "application/json"}


def create(server, seed, members):
    """Create an event with these members, as JSON text."""
    body = json.dumps(seed())[:-1] + (f", {members}}}" if members else "}")
    content = body if isinstance(body, bytes) else body.encode("utf-8", "surrogatepass")
    return server.client.post(CREATE, content=content, headers=TYPED)


# --- numbers -------------------------------------------------------------------------------

LARGEST = 2**53 - 1


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("-0", 0),
        ("1", 1),
        ("1.0", 1),
        ("1e2", 100),
        ("1E+2", 100),
        ("10e-1", 1),
        ("-0.0", 0),
        ("0e99", 0),
        ("0.0e-999", 0),
        (str(LARGEST), LARGEST),
        (f"{LARGEST}.0", LARGEST),
        ("9.007199254740991e15", LARGEST),
    ],
)
def test_an_integer_may_be_written_as_a_number_without_a_fraction(server, seed, text, value):
    reply = create(server, seed, f'"score": {{"manual": {text}, "automatic": 0}}')
    assert reply.status_code == 200, reply.text
    assert reply.json()["score"]["manual"] == value
    assert server.events.read(reply.json()["id"]) == reply.json()


@pytest.mark.parametrize(
    "text",
    [
        "-1",
        "-1.0",
        "1.5",
        "1e-1",
        "0.1",
        str(2**53),
        "9.007199254740992e15",
        "1e300",
        str(2**63),
        str(2**64),
        "1" + "0" * 200,
        "-1e0",
        '"1"',
        "true",
        "null",
        "[]",
        "{}",
    ],
)
def test_what_is_no_integer_in_its_bounds_is_422(server, seed, text):
    reply = create(server, seed, f'"score": {{"manual": {text}, "automatic": 0}}')
    assert reply.status_code == 422
    assert reply.text.startswith("score.manual: ")


@pytest.mark.parametrize(
    "text",
    [
        "+1",
        "01",
        "-01",
        "1.",
        ".5",
        "-",
        "1e",
        "1e+",
        "0x1",
        "1_000",
        "1,5",
        "NaN",
        "-NaN",
        "nan",
        "Infinity",
        "-Infinity",
        "inf",
        "\u0661",
        "True",
        "None",
        "undefined",
        "'a'",
        "1 2",
        "",
    ],
)
def test_what_json_has_no_such_number_for_is_400(server, seed, text):
    reply = create(server, seed, f'"newer": {text}')
    assert reply.status_code == 400
    assert "JSON" in reply.text


@pytest.mark.parametrize(
    "text", ["1e400", "-1e400", "1" + "0" * 400 + ".0", "1e" + "9" * 50, "9" * 5000]
)
def test_a_number_that_nothing_can_hold_is_400(server, seed, text):
    reply = create(server, seed, f'"newer": {text}')
    assert reply.status_code == 400
    assert "JSON" in reply.text


@pytest.mark.parametrize(
    "text",
    [
        "-0.0",
        "0.1",
        "1e-400",
        "5e-324",
        "1.7976931348623157e308",
        str(2**64),
        "-" + "9" * 100,
        "123456789.123456789123456789",
    ],
)
def test_numbers_that_nobody_knows_are_kept_as_doubles_or_integers(server, seed, text):
    reply = create(server, seed, f'"newer": {text}')
    assert reply.status_code == 200
    kept, sent = reply.json()["newer"], json.loads(text)
    assert (kept, type(kept), math.copysign(1, kept)) == (sent, type(sent), math.copysign(1, sent))
    assert server.events.read(reply.json()["id"])["newer"] == sent


# --- members -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('{"a": 1, "a": 1}', "'a'"),
        ('{"a": 1, "b": 2, "a": 3}', "'a'"),
        ('{"a": {"b": 1, "b": {}}}', "'b'"),
        ('[{"a": [{"c": 1, "c": "x:y:z"}]}]', "'c'"),
        ('{"": 1, "": 2}', "''"),
        ('{"a": 1, "\\u0061": 2}', "'a'"),
        ('{"\\u003a": 1, ":": 2}', "':'"),
        ('{"a": "\\u003a", "a": "x"}', "'a'"),
        ('{"a": "\\u003A\\u003a", "b": {"c":1}, "a": ":"}', "'a'"),
        ('{"\U0001f600": 1, "\\ud83d\\ude00": 2}', "'\U0001f600'"),
        ('{"a" : 1 ,\n"a"\t:2}', "'a'"),
    ],
)
def test_a_name_that_an_object_has_twice_is_400(server, seed, text, name):
    reply = create(server, seed, f'"newer": {text}')
    assert reply.status_code == 400
    assert reply.text == f"the body is not usable JSON: {name} is given more than once\n"


def test_so_is_one_of_the_body_itself(server, seed):
    reply = create(server, seed, '"trigger": {}')
    assert (reply.status_code, "'trigger'" in reply.text) == (400, True)


@pytest.mark.parametrize(
    "text",
    [
        '{"a": {"a": {"a": 1}}}',
        '[{"a": 1}, {"a": 1}]',
        '{"a": 1, "A": 1, " a": 1, "a ": 1}',
        '{"e\\u0301": 1, "\u00e9": 1}',
        '{"a:b": ":", "::": "a:a"}',
        '{"a": "\\u003a", "\\u003A": "\\\\u003a", "b": "\\\\\\u003a"}',
        '{"a": "\\"b\\": 1, \\"b\\": 2"}',
    ],
)
def test_names_that_only_look_alike_are_kept(server, seed, text):
    reply = create(server, seed, f'"newer": {text}')
    assert reply.status_code == 200, reply.text
    assert server.events.read(reply.json()["id"])["newer"] == json.loads(text)


@pytest.mark.parametrize(
    "name",
    [
        "application",
        "trigger",
        "browserUrl",
        "windowTitle",
        "context",
        "internal_identifier",
        "score",
        "readable",
        "processing",
        "summary",
    ],
)
def test_no_member_that_is_described_is_null(server, seed, name):
    body = {**seed(), name: None}
    reply = server.client.post(CREATE, json=body)
    assert (reply.status_code, reply.text.startswith(f"{name}: ")) == (422, True)


def test_one_that_is_not_may_be(server, seed):
    event = server.events.new(newer=None, other=[None, {"a": None}])
    assert server.events.read(event["id"])["newer"] is None


# --- text ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        '"\\u0000"',
        '"a\\u0000b"',
        '{"\\u0000": 1}',
        '"\\ud83d\\ude00"',
        '"\U0001f600"',
        '"\\u2028"',
        '"\u2028"',
        '"\ufeff"',
        '"\ufffe"',
        '"\\uffff"',
        '"\x7f"',
        '"\\b\\f\\n\\r\\t\\/\\\\\\""',
    ],
)
def test_any_text_of_unicode_is_kept(server, seed, text):
    reply = create(server, seed, f'"newer": {text}')
    assert reply.status_code == 200, reply.text
    assert server.events.read(reply.json()["id"])["newer"] == json.loads(text)


@pytest.mark.parametrize(
    "text",
    [
        '"\\ud800"',
        '"\\udc00"',
        '"\\ud800\\ud800"',
        '"\\ude00\\ud83d"',
        '{"\\ud800": 1}',
        '"\ud800"',
        '"\x00"',
        '"\x1f"',
        '"\n"',
        '"\\x41"',
        '"\\u12"',
        '"\\U00000041"',
        '"\\"',
        '"\\u{41}"',
    ],
)
def test_what_is_no_text_is_400(server, seed, text):
    reply = create(server, seed, f'"newer": {text}')
    assert reply.status_code == 400
    assert "JSON" in reply.text
    assert reply.text[:-1].isprintable()


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf{}",
        b'{"a": "\xff"}',
        b'{"a": "\xc0\x80"}',
        b'{"a": "\xc0\xaf"}',
        b'{"a": "\xe0\x80\xaf"}',
        b'{"a": "\xed\xa0\x80"}',
        b'{"a": "\xf4\x90\x80\x80"}',
        b'{"a": "\xc3"}',
        b'{"\xff": 1}',
        "{}".encode("utf-16"),
        "{}".encode("utf-16-le"),
        "{}".encode("utf-32"),
        b"{}\x00",
        b"\x00{}",
        b"{}\xff",
        b"\xc2\xa0{}",
        b"\x0c{}",
        b"//\n{}",
        b"{} // comment",
        b"/**/{}",
        b"{},",
        b"{}{}",
        b"{}\n{}",
        b"{",
        b"}",
        b'{"a":}',
        b'{"a" 1}',
        b"{a: 1}",
        b'{"a": 1,}',
        b"[1,,2]",
        b"[1,]",
        b"nul",
        b"TRUE",
        b" ",
        b"\n",
        b'"a',
        b"-",
    ],
)
def test_bytes_that_are_no_json_in_utf_8_are_400(server, content):
    reply = server.client.post(CREATE, content=content, headers=TYPED)
    assert reply.status_code == 400
    assert "JSON" in reply.text
    assert reply.text[:-1].isprintable()


@pytest.mark.parametrize("content", [b" \t\r\n{}", b"{}\r\n\r\n", b"{ }"])
def test_blanks_around_it_mean_nothing(server, content):
    path = "/workstream_event/e/scores/increment"
    assert server.client.post(path, content=content, headers=TYPED).status_code == 410


@pytest.mark.parametrize("brackets", ["[]", "{}"])
@pytest.mark.parametrize(("levels", "status"), [(1, 200), (255, 200), (256, 400), (100_000, 400)])
def test_depth_ends_at_256_levels(server, seed, brackets, levels, status):
    """The body itself is one of them."""
    if brackets == "[]":
        nested = "[" * levels + "]" * levels
    else:
        nested = '{"a":' * (levels - 1) + "{}" + "}" * (levels - 1)
    reply = create(server, seed, f'"newer": {nested}')
    assert reply.status_code == status, reply.text
    if status == 200:
        assert server.events.read(reply.json()["id"])["newer"] == json.loads(nested)


@pytest.mark.parametrize(("count", "status"), [(249_990, 200), (250_001, 413)])
def test_a_body_has_at_most_250000_arrays_and_objects(server, seed, count, status):
    reply = create(server, seed, f'"newer": [{"[]," * (count - 4)}[]]')
    assert reply.status_code == status
    if status == 413:
        assert reply.text == "the body has more than 250000 arrays and objects\n"


def test_brackets_in_text_are_text(server, seed):
    text = '{[\\"' * 200_000
    reply = create(server, seed, f'"newer": "{text}"')
    assert reply.status_code == 200
    assert server.events.read(reply.json()["id"])["newer"] == json.loads(f'"{text}"')
