"""What the server refuses, and how: one line of text that names what is at fault."""

from __future__ import annotations

import gzip
import json
import socket

import httpx
import pytest

CREATE = "/workstream_events/create"
BATCH = "/workstream_events/batch/fetch"
UPDATE = "/workstream_event/update"
INCREMENT = "/workstream_event/e/scores/increment"
WITH_BODY = [CREATE, BATCH, UPDATE, INCREMENT]
OPERATIONS = [
    ("GET", "/workstream_events"),
    ("GET", "/workstream_events/identifiers"),
    ("GET", "/workstream_event/e"),
    *(("POST", path) for path in WITH_BODY),
    ("POST", "/workstream_events/e/delete"),
    ("POST", "/workstream_event/e/workstream_summaries/associate/s"),
    ("POST", "/workstream_event/e/workstream_summaries/disassociate/s"),
]
JSON = {"Content-Type": "application/json"}
KEY = "X-Application-ID"


def assert_refused(reply: httpx.Response, status: int, *names: str) -> None:
    """It is that status, with one line of plain text that has the names in it."""
    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"] == "text/plain; charset=utf-8"
    assert reply.text.endswith("\n")
    assert reply.text[:-1].isprintable()
    for name in names:
        assert name in reply.text


def send(server, text, **headers):
    """A create with these bytes as its body."""
    content = text if isinstance(text, bytes) else text.encode()
    return httpx.post(server.url + CREATE, content=content, headers=JSON | headers)


# --- 401 -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
@pytest.mark.parametrize("key", [None, "", "wrong", "s3cre", "s3crett", "S3CRET", "s3cret,s3cret"])
def test_a_missing_and_a_wrong_key_are_401_alike(keyed, method, path, key):
    headers = {} if key is None else {KEY: key}
    reply = httpx.request(method, keyed.url + path, headers=headers)
    assert_refused(reply, 401, KEY)
    assert reply.headers["www-authenticate"] == f'ApiKey header="{KEY}"'
    assert reply.text == httpx.get(keyed.url + "/workstream_events").text


def test_a_key_that_is_given_twice_is_none(keyed):
    for other in ("s3cret", "wrong", ""):
        for pair in (("s3cret", other), (other, "s3cret")):
            reply = httpx.get(keyed.url + "/workstream_events", headers=[(KEY, k) for k in pair])
            assert_refused(reply, 401, KEY)


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_with_the_key_every_operation_goes_on(keyed, method, path):
    reply = keyed.client.request(method, path)
    assert reply.status_code in (200, 204, 400, 410)


def test_the_headers_name_is_not_case_sensitive(keyed):
    headers = {KEY.upper(): "s3cret"}
    assert httpx.get(keyed.url + "/workstream_events", headers=headers).status_code == 200


def test_a_key_that_was_not_asked_for_does_no_harm(client):
    assert client.get("/workstream_events", headers={KEY: "anything"}).status_code == 200


def test_health_version_and_document_need_no_key(keyed):
    for path in ("/.well-known/health", "/.well-known/version", "/openapi.json"):
        assert httpx.get(keyed.url + path).status_code == 200


# --- 404 and 405 ---------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/nothing",
        "/workstream_events/",
        "/workstream_events/e",
        "/workstream_events/batch",
        "/workstream_event/",
        "/workstream_event//scores/increment",
        "/workstream_event/e/workstream_summaries/associate",
        "/workstream_event/e/workstream_summaries/associate/",
        "/WORKSTREAM_EVENTS",
    ],
)
def test_a_path_of_no_operation_is_404(client, method, path):
    assert_refused(client.request(method, path), 404)


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
@pytest.mark.parametrize("other", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY"])
def test_a_method_that_a_path_does_not_have_is_405_with_allow(client, method, path, other):
    if other == method:
        return
    reply = client.request(other, path)
    assert_refused(reply, 405, method)
    assert reply.headers["allow"] == method


def test_a_concrete_path_comes_before_a_templated_one_whatever_the_method(client):
    """OpenAPI 3.1, 4.8.8.2: GET of the update path is no read of an event called update."""
    reply = client.get(UPDATE)
    assert_refused(reply, 405, "POST")
    assert reply.headers["allow"] == "POST"


# --- 406 -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
@pytest.mark.parametrize("accept", ["image/png", "application/xml", "text/html", "*/*;q=0"])
def test_an_accept_that_allows_nothing_we_send_is_406(client, method, path, accept):
    assert_refused(client.request(method, path, headers={"Accept": accept}), 406, "Accept")


@pytest.mark.parametrize(
    "accept",
    [
        "*/*",
        "",
        "text/*",
        "text/plain",
        "TEXT/PLAIN",
        "text/plain;charset=utf-8",
        "text/html, text/plain;q=0.1",
        "image/png,*/*;q=0.01",
    ],
)
def test_every_operation_can_be_asked_for_text(client, accept):
    """The published SDK asks for text/plain where the answer has no body."""
    for method, path in OPERATIONS:
        reply = client.request(method, path, headers={"Accept": accept})
        assert reply.status_code in (200, 204, 400, 410)


@pytest.mark.parametrize(
    "accept", ["application/json", "application/*", "application/json, text/plain"]
)
def test_operations_that_answer_with_json_can_be_asked_for_it(client, accept):
    for path in ("/workstream_events", "/workstream_events/identifiers"):
        assert client.get(path, headers={"Accept": accept}).status_code == 200


def test_an_accept_that_is_given_twice_is_one_list(server):
    for pair, status in (
        (("application/json", "image/png"), 200),
        (("image/png", "application/json"), 200),
        (("image/png", "image/gif"), 406),
    ):
        reply = httpx.get(
            server.url + "/workstream_events", headers=[("Accept", value) for value in pair]
        )
        assert reply.status_code == status


# --- 400, 413 and 415 ----------------------------------------------------------------------


@pytest.mark.parametrize("path", WITH_BODY)
@pytest.mark.parametrize(
    "text", ["{", "nope", "{'a': 1}", "[1,]", '{"a": NaN}', '"\\ud800"', " ", "{} {}", "\ufeff{}"]
)
def test_a_body_that_is_not_json_is_400(client, path, text):
    assert_refused(client.post(path, content=text.encode(), headers=JSON), 400, "body", "JSON")


def test_a_body_that_is_not_utf_8_is_400(server):
    assert_refused(send(server, b'{"a": "\xff"}'), 400, "body")
    assert_refused(send(server, '{"a": 1}'.encode("utf-16")), 400, "body")


@pytest.mark.parametrize("headers", [{}, JSON])
def test_batch_without_a_body_is_400(client, headers):
    assert_refused(client.post(BATCH, headers=headers), 400, "body")


@pytest.mark.parametrize("levels", [254, 300, 980, 100_000])
def test_nesting_beyond_256_levels_is_400_before_it_can_do_harm(server, seed, levels):
    """An event that can be stored but not read would break every list that it is in."""
    nested = "[" * levels + "]" * levels
    body = json.dumps(seed())[:-1] + f', "context": {{"newer": {nested}}}}}'
    reply = send(server, body)
    if levels == 254:
        assert reply.status_code == 200
        assert server.events.batch(reply.json()["id"], transferables="true").status_code == 200
    else:
        assert_refused(reply, 400, "body", "256")
    assert server.events.snapshot().status_code == 200


def test_many_brackets_side_by_side_are_not_deep(events, seed):
    assert events.create(seed(newer=[[]] * 10_000)).status_code == 200


@pytest.mark.parametrize("path", WITH_BODY)
def test_a_body_beyond_the_limit_is_413(server, path):
    reply = httpx.post(server.url + path, content=b" " * (8 * 1024 * 1024 + 1), headers=JSON)
    assert_refused(reply, 413, "body", "8388608")


def test_a_body_beyond_the_limit_in_chunks_is_413_too(server):
    chunks = (b" " * 1024 * 1024 for _ in range(9))
    assert_refused(httpx.post(server.url + CREATE, content=chunks, headers=JSON), 413)


@pytest.mark.parametrize("path", WITH_BODY)
@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/xml",
        "application/x-www-form-urlencoded",
        "application/json; charset=latin-1",
        "application/jsonx",
        None,
    ],
)
def test_a_body_that_is_not_declared_as_json_is_415(client, path, kind):
    headers = {} if kind is None else {"Content-Type": kind}
    assert_refused(client.post(path, content=b"{}", headers=headers), 415, "application/json")


@pytest.mark.parametrize(
    "kind",
    [
        "application/json; charset=utf-8",
        "Application/JSON;charset=UTF-8",
        'application/json; charset="utf-8"',
    ],
)
def test_json_may_be_declared_with_its_charset(server, seed, kind):
    assert send(server, json.dumps(seed()), **{"Content-Type": kind}).status_code == 200


@pytest.mark.parametrize("path", WITH_BODY)
@pytest.mark.parametrize(
    "kinds",
    [
        ("application/json", "application/json"),
        ("text/plain", "application/json"),
        ("application/json; x=1", "text/plain"),
    ],
)
def test_a_content_type_that_is_given_twice_is_415(server, path, kinds):
    headers = [("Content-Type", kind) for kind in kinds]
    reply = httpx.post(server.url + path, content=b"{}", headers=headers)
    assert_refused(reply, 415, "Content-Type", "more than once")


@pytest.mark.parametrize("path", WITH_BODY)
@pytest.mark.parametrize("coding", ["gzip", "br", "identity, gzip", "x"])
def test_a_compressed_body_is_415_naming_the_coding(client, path, coding):
    headers = JSON | {"Content-Encoding": coding}
    reply = client.post(path, content=gzip.compress(b"{}"), headers=headers)
    assert_refused(reply, 415, "Content-Encoding", coding)
    assert reply.headers["accept-encoding"] == "identity"


def test_a_body_that_is_not_compressed_may_say_so(server, seed):
    for coding in ("identity", "Identity", "identity, identity", ""):
        reply = send(server, json.dumps(seed()), **{"Content-Encoding": coding})
        assert reply.status_code == 200


def test_without_a_body_its_coding_does_not_matter(client):
    assert client.post(CREATE, headers={"Content-Encoding": "gzip"}).status_code == 200


# --- 422 -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("members", "name"),
    [
        ({"application": None}, "application: "),
        ({"trigger": []}, "trigger: "),
        ({"trigger": {"copy": "yes"}}, "trigger.copy: "),
        ({"processing": "MAYBE"}, "processing: "),
        ({"score": {"manual": -1, "automatic": 0}}, "score.manual: "),
        ({"score": {"manual": 2**53, "automatic": 0}}, "score.manual: "),
        ({"score": {"manual": 1.5, "automatic": 0}}, "score.manual: "),
        ({"score": {"manual": 1}}, "automatic"),
        ({"tags": {"iterable": [{"id": "a"}, {}]}}, "tags.iterable[1]: "),
        ({"tags": {"iterable": [], "indices": {"a": "0"}}}, "tags.indices.a: "),
        ({"workstreamEventsVector": [1, "2"]}, "workstreamEventsVector[1]: "),
        ({"context": {"native_clipboard": {"isCached": 1}}}, "context.native_clipboard"),
        ({"readable": None}, "readable: "),
    ],
)
def test_what_the_schema_refuses_is_422_naming_the_member(events, seed, members, name):
    assert_refused(events.create(seed(**members)), 422, name)


@pytest.mark.parametrize("body", ["null", "[]", "1", '"text"', "{}", '{"trigger": {}}'])
def test_a_body_of_another_shape_is_422(server, body):
    assert_refused(send(server, body), 422, "body")


@pytest.mark.parametrize("name", ["application", "trigger"])
def test_a_required_member_left_out_is_422_naming_it(events, seed, name):
    body = {k: v for k, v in seed().items() if k != name}
    assert_refused(events.create(body), 422, name)


@pytest.mark.parametrize("text", ["True", "1", "", "yes", "TRUE"])
def test_a_flag_that_is_neither_true_nor_false_is_422_naming_it(events, text):
    for reply in (
        events.snapshot(transferables=text),
        events.get("e", transferables=text),
        events.batch(transferables=text),
        events.create(transferables=text),
    ):
        assert_refused(reply, 422, "transferables: ")


@pytest.mark.parametrize("path", ["/workstream_event/%FF", "/workstream_events?transferables=%C3"])
def test_what_is_not_utf_8_behind_percent_signs_is_422(server, path):
    reply = httpx.get(server.url + path)
    assert_refused(reply, 422, "UTF-8")


@pytest.mark.parametrize("query", ["other=%FF", "%FF=1", "%C3%28", "other=%zz", "&&=&%"])
def test_a_query_field_that_nobody_knows_is_not_even_decoded(server, query):
    reply = httpx.get(f"{server.url}/workstream_events?{query}&transferables=false")
    assert reply.status_code == 200


def test_a_refusal_quotes_no_control_character_and_stays_short(events, seed):
    reply = events.create(seed(processing="\x1b[31m\r\n" * 1000))
    assert_refused(reply, 422, "processing: ")
    assert len(reply.text) <= 501


# --- beyond HTTP ---------------------------------------------------------------------------


def test_a_web_socket_is_not_opened(server):
    host, port = server.url.removeprefix("http://").split(":")
    request = (
        "GET /workstream_events HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
        "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(request.encode())
        status = connection.recv(64)
    assert status.startswith(b"HTTP/1.1 200 ")
    assert server.process.poll() is None


def test_a_client_that_leaves_in_the_middle_of_a_body_harms_nobody(server):
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        head = f"POST {CREATE} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        connection.sendall(f"{head}Content-Length: 100\r\n\r\n{{".encode())
    assert server.events.create().status_code == 200
