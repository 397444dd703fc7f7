"""Paths and methods as they come on the wire, each with the one answer that it has."""

from __future__ import annotations

from urllib.parse import quote

import pytest

READ = "/workstream_events"
HEALTH = "/.well-known/health"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/workstream_event/a", 410),
        ("/workstream_event/%61", 410),
        ("/workstream_event/a%2Fb", 410),
        ("/workstream_event/a%2fb", 410),
        ("/workstream_event/%2E%2E", 410),
        ("/workstream_event/..", 410),
        ("/workstream_event/.", 410),
        ("/workstream_event/%00", 410),
        ("/workstream_event/%0D%0AX:%20y", 410),
        ("/workstream_event/a;b=c", 410),
        ("/workstream_event/;", 410),
        ("/workstream_event/a+b", 410),
        ("/workstream_event/%20", 410),
        ("/workstream_event/%", 410),
        ("/workstream_event/%zz", 410),
        ("/workstream_event/%25", 410),
        ("/workstream_event/%F0%9F%98%80", 410),
        ("/workstream_event/%FF", 422),
        ("/workstream_event/%C0%AF", 422),
        ("/workstream_event/%ED%A0%80", 422),
        ("/workstream_event/" + "x" * 4000, 410),
        ("/workstream_event/upd%61te", 410),
        ("/workstream_event/a/", 404),
        ("/workstream_event/a//", 404),
        ("/workstream_event/", 404),
        ("/workstream_event//", 404),
        ("/workstream_event", 404),
        ("/workstream_event/a/b", 404),
        ("//workstream_events", 404),
        ("/workstream_events/", 404),
        ("/workstream_events//identifiers", 404),
        ("/./workstream_events", 404),
        ("/a/../workstream_events", 404),
        ("/a/%2E%2E/workstream_events", 404),
        ("/workstream_events/../workstream_events", 404),
        ("/workstream_events;a=b", 404),
        ("/workstream_events%00", 404),
        ("/workstream_events%20", 404),
        ("/workstream_events%2F", 404),
        ("/workstream%5Fevents", 404),
        ("/Workstream_Events", 404),
        ("/%2Fworkstream_events", 404),
        ("/workstream_events\\identifiers", 404),
        ("/", 404),
        ("//", 404),
        ("/%", 404),
        ("/%FF", 404),
        ("/openapi.json/", 404),
        ("/.well-known/", 404),
        ("/.well-known/health%2F", 404),
        ("/docs/..", 404),
        ("/workstream_events?", 200),
        ("/workstream_events??", 200),
        ("/workstream_events?/../x", 200),
        ("/workstream_events#identifiers", 200),
        ("/workstream_events?a#b", 200),
    ],
)
def test_a_path_is_taken_as_it_comes(server, raw, path, status):
    """No dots are resolved, no slashes merged, nothing is decoded before it is split. An id is any
    text; one that nobody has is 410."""
    found, headers, body = raw(server, f"GET {path}")
    assert found == status, body
    if status != 200:
        assert headers["content-type"] == "text/plain; charset=utf-8"
        assert body.endswith(b"\n")
        assert body[:-1].decode().isprintable()


@pytest.mark.parametrize(
    "id", ["a/b", "..", ".", "\x00", "\r\n", "%2F", "a?b#c", "\U0001f600", " ", "x" * 1000]
)
def test_an_id_in_a_path_is_any_text(server, raw, id):
    event = server.events.new()
    path = f"POST /workstream_event/{event['id']}/workstream_summaries"
    encoded = "".join(f"%{byte:02X}" for byte in id.encode())
    assert raw(server, f"{path}/associate/{encoded}")[0] == 204
    assert server.events.read(event["id"])["summaries"]["iterable"] == [{"id": id}]
    assert raw(server, f"{path}/disassociate/{quote(id, safe='')}")[0] == 204
    assert server.events.read(event["id"])["summaries"]["indices"] == {id: -1}


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("http://localhost/workstream_events", 200),
        ("http://localhost:39300/workstream_events?transferables=false", 200),
        ("http://localhost/nothing", 404),
        ("http://localhost/", 404),
        ("http://localhost", 404),
        ("*", 404),
        ("workstream_events", 400),
        ("http://", 400),
        ("", 400),
        ("/ /", 400),
    ],
)
def test_other_forms_of_target(server, raw, target, status):
    """RFC 9112, 3.2: the absolute form is served, by its path."""
    found, _, body = raw(server, f"GET {target}")
    assert found == status, body


@pytest.mark.parametrize(
    "authority", ["evil.example", "evil.example:80", "a@localhost", "localhost."]
)
def test_the_host_of_an_absolute_target_is_the_one_that_counts(server, raw, authority):
    """RFC 9112, 3.2.2: whatever Host says."""
    status, _, body = raw(server, f"GET http://{authority}/workstream_events")
    assert (status, authority.encode() in body) == (421, True), body


@pytest.mark.parametrize("target", ["localhost:80", "/workstream_events", "*"])
def test_nothing_is_connected(server, raw, target):
    assert raw(server, f"CONNECT {target}")[0] in (400, 404, 405)


def test_options_of_everything_is_404(server, raw):
    assert raw(server, "OPTIONS *")[0] == 404


def test_bytes_that_are_no_ascii_in_a_path_are_refused(server, raw):
    status, _, _ = raw(server, "GET /workstream_event/\u00e9".encode())
    assert status in (400, 410)


@pytest.mark.parametrize(
    ("method", "status"),
    [
        ("HEAD", 405),
        ("OPTIONS", 405),
        ("TRACE", 405),
        ("PUT", 405),
        ("PATCH", 405),
        ("DELETE", 405),
        ("PROPFIND", 405),
        ("POST", 405),
        ("get", 400),
        ("Get", 400),
        ("FETCH", 400),
        ("G\tET", 400),
        ("", 400),
    ],
)
def test_a_method_that_a_path_of_the_contract_does_not_have(server, raw, method, status):
    found, headers, body = raw(server, f"{method} {READ}")
    assert found == status
    if status == 405:
        assert headers["allow"] == "GET"
        assert body == (b"" if method == "HEAD" else b"this path takes GET only\n")


@pytest.mark.parametrize("method", ["HEAD", "GET"])
def test_a_path_that_takes_post_only_says_so(server, raw, method):
    status, headers, _ = raw(server, f"{method} /workstream_events/create")
    assert (status, headers["allow"]) == (405, "POST")


def test_a_get_may_have_a_body_that_means_nothing(server, raw):
    assert raw(server, f"GET {READ}", body=b"{nonsense")[0] == 200
    assert raw(server, f"GET {HEALTH}", body=b"{nonsense")[0] == 200
