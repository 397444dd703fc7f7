"""Content-Type and Accept, form by form."""

from __future__ import annotations

import pytest

CREATE = "/workstream_events/create"
READ = "/workstream_events"
DELETE = "/workstream_events/e/delete"


@pytest.mark.parametrize(
    "kind",
    [
        "application/json",
        "APPLICATION/JSON",
        "application/json;charset=UTF-8",
        "application/json; charset=utf-8",
        "application/json ; charset=utf-8",
        'application/json; charset="UTF-8"',
        "application/json; CHARSET=utf8",
        "application/json;",
        "application/json;;",
        "application/json; version=1",
        "application/json; version=1; charset=utf-8",
        "\tapplication/json ",
    ],
)
def test_json_in_utf_8_may_be_declared_so(server, raw, kind):
    status, _, body = raw(server, f"POST {CREATE}", f"Content-Type: {kind}", body=b"{}")
    assert status == 422, body


@pytest.mark.parametrize(
    "kind",
    [
        "",
        "json",
        "application",
        "application/",
        "/json",
        "application/*",
        "*/*",
        "application/problem+json",
        "application/json-patch+json",
        "application/x-ndjson",
        "application/json5",
        "application/json, application/json",
        "application/json application/json",
        "application /json",
        '"application/json"',
        "text/json",
        "text/plain",
        "text/plain; application/json",
        "multipart/form-data; boundary=application/json",
        "application/x-www-form-urlencoded",
        "application/octet-stream",
        "application/json; charset=utf-16",
        "application/json; charset=latin1",
        "application/json; charset=us-ascii",
        "application/json; charset=",
        "application/json; charset=utf-8; charset=utf-16",
        "application/json; charset='utf-8'",
    ],
)
def test_another_declaration_is_415(server, raw, kind):
    status, headers, body = raw(server, f"POST {CREATE}", f"Content-Type: {kind}", body=b"{}")
    assert status == 415
    assert headers["content-type"] == "text/plain; charset=utf-8"
    assert b"application/json" in body
    assert body.count(b"\n") == 1


def test_a_body_without_a_declaration_is_415_and_no_body_needs_none(server, raw):
    assert raw(server, f"POST {CREATE}", body=b"{}")[0] == 415
    assert raw(server, f"POST {CREATE}")[0] == 200
    assert raw(server, f"POST {CREATE}", "Content-Type: image/png")[0] == 200
    assert raw(server, f"POST {DELETE}", "Content-Type: image/png", body=b"{}")[0] == 410


TAKEN = [
    "*/*",
    "*/*;q=0.001",
    "*/*; q=1.000",
    "*",
    "application/*",
    "APPLICATION/JSON",
    "application/json;q=0.5",
    "application/json; Q=0.5",
    "application/json;version=1",
    'application/json;x="a"',
    "application/json ; q=0.5",
    "text/html, application/json",
    "text/html,application/json;q=0.9,*/*;q=0",
    "text/html;level=1;q=0, text/plain",
    "text/plain",
    "text/*;q=0.3",
    "application/json;q=0, text/plain",
    "",
    " ",
    ",",
    ",,",
    ", application/json",
    "text/html;;q=1,application/json;;",
    "application/json;q=",
    "application/json;q=2",
    "application/json;q=x",
    "application/json;q=-1",
    "application/json;q=0.0001",
    "x" * 6000 + ", */*",
]
"""What is malformed about a weight does not count against the client."""
NOT_TAKEN = [
    "text/html",
    "image/*",
    "image/png, text/html;q=0.9",
    "application/xml",
    "application/problem+json",
    "application/jsonx",
    "application",
    "app/*",
    "*/json",
    "application/json;q=0",
    "application/json;q=0.000",
    "application/*;q=0.0",
    "*/*;q=0",
    "*/*;q=0.",
    "json",
    "application/json/x",
    "nonsense",
    "\u00ff",
    ";q=1",
    "text/html" + ",text/html" * 500,
]


@pytest.mark.parametrize("accept", TAKEN)
def test_one_of_our_types_is_enough(server, raw, accept):
    status, headers, _ = raw(server, f"GET {READ}", f"Accept: {accept}")
    assert status == 200
    assert headers["content-type"] == "application/json"


@pytest.mark.parametrize("accept", NOT_TAKEN)
def test_none_of_them_is_406(server, raw, accept):
    for line in (f"GET {READ}", f"POST {DELETE}"):
        status, headers, body = raw(server, line, f"Accept: {accept}")
        assert status == 406
        assert headers["content-type"] == "text/plain; charset=utf-8"
        assert body.startswith(b"Accept ")
        assert body.count(b"\n") == 1
        assert len(body) <= 600


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        ((), 200),
        (("text/html", "application/json"), 200),
        (("", "text/html"), 406),
        (("text/html", "image/png"), 406),
        (("application/json;q=0", "*/*"), 200),
    ],
)
def test_several_fields_are_one_list(server, raw, lines, status):
    assert raw(server, f"GET {READ}", *(f"Accept: {line}" for line in lines))[0] == status


def test_pages_beside_the_contract_do_not_negotiate(server, raw):
    for path in ("/.well-known/health", "/openapi.json", "/docs/", "/metrics"):
        assert raw(server, f"GET {path}", "Accept: image/png")[0] == 200
