"""Web pages of chosen origins may use the server; those of others see nothing."""

from __future__ import annotations

import httpx
import pytest

PAGE = "https://app.example"
LOCAL = "http://localhost:5173"
CREATE = "/workstream_events/create"
READ = "/workstream_events"
QUESTION = {
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "content-type,x-application-id",
}


@pytest.fixture(scope="module")
def shared(embed):
    """A server with a key, open to two origins."""
    origins = [PAGE.upper() + ":443", LOCAL]
    return embed(f"api_keys=['k'], allowed_origins={origins!r}")


def allowed(reply):
    """The CORS header fields of a reply."""
    return {name: value for name, value in reply.headers.items() if "access-control" in name}


@pytest.mark.parametrize("origin", [PAGE, LOCAL])
def test_a_page_of_theirs_may_read_and_write(shared, origin):
    headers = {"Origin": origin, "Sec-Fetch-Site": "cross-site", "X-Application-ID": "k"}
    for reply in (
        httpx.get(shared.url + READ, headers=headers),
        httpx.post(shared.url + CREATE, headers=headers),
    ):
        assert reply.status_code == 200
        assert allowed(reply) == {
            "access-control-allow-origin": origin,
            "access-control-expose-headers": "X-Request-ID, Retry-After",
        }
        assert reply.headers["vary"] == "Origin"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", READ, 401), ("POST", CREATE, 401), ("GET", "/nothing", 404), ("PUT", READ, 405)],
)
def test_it_gets_to_see_refusals_too(shared, method, path, status):
    reply = httpx.request(method, shared.url + path, headers={"Origin": PAGE})
    assert reply.status_code == status
    assert reply.headers["access-control-allow-origin"] == PAGE


@pytest.mark.parametrize(("path", "method"), [(CREATE, "POST"), (READ, "GET")])
def test_its_preflight_is_answered_without_a_key(shared, path, method):
    reply = httpx.options(shared.url + path, headers={"Origin": PAGE, **QUESTION})
    assert reply.status_code == 204
    assert reply.content == b""
    assert allowed(reply) == {
        "access-control-allow-origin": PAGE,
        "access-control-expose-headers": "X-Request-ID, Retry-After",
        "access-control-allow-methods": method,
        "access-control-allow-headers": "Content-Type, X-Application-ID, X-Request-ID",
        "access-control-max-age": "600",
    }
    assert reply.headers["vary"] == "Origin"


def test_a_preflight_for_a_path_that_nobody_has_is_404(shared):
    reply = httpx.options(shared.url + "/nothing", headers={"Origin": PAGE, **QUESTION})
    assert reply.status_code == 404


def test_private_networks_and_cookies_are_never_allowed(shared):
    headers = {"Origin": PAGE, **QUESTION, "Access-Control-Request-Private-Network": "true"}
    reply = httpx.options(shared.url + CREATE, headers=headers)
    assert "access-control-allow-private-network" not in reply.headers
    assert "access-control-allow-credentials" not in reply.headers


@pytest.mark.parametrize(
    "origin",
    [
        "https://attacker.example",
        "http://app.example",
        "https://app.example:8443",
        "https://app.example.attacker.example",
        "https://sub.app.example",
        "https://app.example/",
        "HTTPS://APP.EXAMPLE",
        "http://localhost",
        "null",
        "*",
        "",
    ],
)
def test_another_origin_is_told_nothing(shared, origin):
    headers = {"Origin": origin, "X-Application-ID": "k"}
    preflight = httpx.options(shared.url + CREATE, headers={**headers, **QUESTION})
    read = httpx.get(shared.url + READ, headers=headers)
    write = httpx.post(shared.url + CREATE, headers=headers)
    assert [reply.status_code for reply in (preflight, read, write)] == [403, 200, 403]
    for reply in (preflight, read, write):
        assert allowed(reply) == {}
        assert reply.headers["vary"] == "Origin"


def test_two_origins_are_none(shared, raw):
    lines = (f"Origin: {PAGE}", f"Origin: {LOCAL}", "X-Application-ID: k")
    status, headers, _ = raw(shared, f"POST {CREATE}", *lines)
    assert status == 403
    assert not [name for name in headers if "access-control" in name]


def test_a_host_that_is_not_ours_is_refused_before_anything_is_told(shared):
    headers = {"Origin": PAGE, "Host": "attacker.example", **QUESTION}
    assert httpx.options(shared.url + CREATE, headers=headers).status_code == 421


def test_what_no_page_asks_gets_told_that_answers_vary(shared):
    reply = httpx.get(shared.url + READ, headers={"X-Application-ID": "k"})
    assert allowed(reply) == {}
    assert reply.headers["vary"] == "Origin"


def test_an_options_that_is_no_preflight_stays_a_405(shared):
    reply = httpx.options(shared.url + CREATE, headers={"Origin": PAGE})
    assert reply.status_code == 405


def test_by_default_nobody_is_allowed(client):
    preflight = client.options(CREATE, headers={"Origin": PAGE, **QUESTION})
    assert preflight.status_code == 403
    assert client.options(CREATE).status_code == 405
    assert client.options("/nothing").status_code == 404
    for reply in (preflight, client.get(READ, headers={"Origin": PAGE})):
        assert allowed(reply) == {}
        assert "vary" not in reply.headers


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("https://a.example", "https://a.example"),
        (" HTTPS://A.Example:443 ", "https://a.example"),
        ("http://a.example:80", "http://a.example"),
        ("http://a.example:08080", "http://a.example:8080"),
        ("http://[::1]:3000", "http://[::1]:3000"),
        ("vscode-webview://abc", "vscode-webview://abc"),
    ],
)
def test_an_origin_is_written_as_browsers_send_it(runtime, text, origin):
    assert runtime("cross_origin").origin_of(text) == origin


@pytest.mark.parametrize(
    "text",
    [
        "*",
        "null",
        "",
        "//a",
        "a.example",
        "https://",
        "https://*",
        "https://a.example/",
        "https://a:0",
        "https://a.example:65536",
        "https://a b",
        "https://u@a.example",
        "https://a?b",
    ],
)
def test_what_is_no_origin_cannot_be_allowed(runtime, text):
    with pytest.raises(ValueError, match="is no origin"):
        runtime("cross_origin").CrossOrigin([text])
