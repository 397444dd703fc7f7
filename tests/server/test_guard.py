"""What web pages may not do: names that lead here, and requests across origins."""

from __future__ import annotations

import socket

import httpx
import pytest

CREATE = "/workstream_events/create"
PATHS = ["/workstream_events", "/.well-known/health", "/openapi.json", "/nothing"]


def ask(server, method, path, *lines):
    """Send a request with exactly these header lines; gives the status and the text."""
    host, port = server.url.removeprefix("http://").split(":")
    head = "\r\n".join((f"{method} {path} HTTP/1.1", *lines, "Connection: close"))
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(f"{head}\r\n\r\n".encode("latin-1"))
        reply = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, body = reply.partition(b"\r\n\r\n")
    return int(head.split()[1]), head.decode().lower(), body.decode()


def own_host(server):
    return server.url.removeprefix("http://")


# --- Host ----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "lines",
    [
        ["Host: attacker.example"],
        ["Host: attacker.example:39300"],
        ["Host: localhost.attacker.example"],
        ["Host: localhost6"],
        ["Host: localhost."],
        ["Host: 127.0.0.1.attacker.example"],
        ["Host: 127.1"],
        ["Host: 0x7f.0.0.1"],
        ["Host: 2130706433"],
        ["Host: [::1"],
        ["Host: ::1"],
        ["Host: [localhost]"],
        ["Host: localhost:80:80"],
        ["Host: localhost:port"],
        ["Host: user@localhost"],
        ["Host: localhost/"],
        ["Host: http://localhost"],
        ["Host: l\u00f6calhost"],
        ["Host: "],
        ["Host: localhost", "Host: attacker.example"],
        ["Host: localhost", "Host: localhost"],
        [],
    ],
)
def test_a_host_that_is_not_ours_is_421_whatever_the_path(server, path, lines):
    status, head, text = ask(server, "GET", path, *lines)
    assert status == 421
    assert "content-type: text/plain; charset=utf-8" in head
    assert text.startswith("Host ")
    assert text.count("\n") == 1


@pytest.mark.parametrize("path", PATHS[:3])
@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LocalHost:1",
        "127.0.0.1",
        "127.0.0.1:39300",
        "[::1]",
        "[::1]:65535",
        "10.1.2.3",
    ],
)
def test_ip_addresses_and_localhost_are_ours_at_any_port(server, path, host):
    assert ask(server, "GET", path, f"Host: {host}")[0] == 200


def test_a_head_request_is_held_to_it_too(server):
    assert ask(server, "HEAD", "/.well-known/health", "Host: attacker.example")[0] == 421


def test_a_post_by_a_rebound_name_changes_nothing(server, events):
    event = events.new()
    path = f"/workstream_events/{event['id']}/delete"
    assert ask(server, "POST", path, "Host: attacker.example", "Content-Length: 0")[0] == 421
    assert events.read(event["id"]) == event


def test_names_can_be_allowed(start):
    server = start("--allow-host", "events.example", "--allow-host", "Other.Example")
    for host in ("events.example", "EVENTS.example:8080", "other.example", "localhost"):
        assert ask(server, "GET", "/workstream_events", f"Host: {host}")[0] == 200
    for host in ("sub.events.example", "events.example.", "example"):
        assert ask(server, "GET", "/workstream_events", f"Host: {host}")[0] == 421


def test_beyond_loopback_names_are_checked_all_the_same(start):
    server = start("--host", "0.0.0.0", "--allow-host", "events.example", key="k")
    server.url = server.url.replace("0.0.0.0", "127.0.0.1")
    for host, status in (("192.0.2.1:80", 200), ("events.example", 200), ("a.example", 421)):
        assert ask(server, "GET", "/.well-known/health", f"Host: {host}")[0] == status


# --- origin --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "Sec-Fetch-Site: cross-site",
        "Sec-Fetch-Site: same-site",
        "Sec-Fetch-Site: ",
        "Origin: https://attacker.example",
        "Origin: http://localhost:1",
        "Origin: http://127.0.0.1",
        "Origin: null",
        "Origin: ",
        "Origin: ftp://{host}",
        "Origin: {host}",
        "Origin: http://{host}.attacker.example",
        "Origin: http://{host}\r\nOrigin: https://attacker.example",
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_a_page_of_another_origin_may_not_write(server, events, line, method):
    event = events.new()
    host = own_host(server)
    path = f"/workstream_events/{event['id']}/delete"
    lines = [f"Host: {host}", *line.format(host=host).split("\r\n"), "Content-Length: 0"]
    status, head, text = ask(server, method, path, *lines)
    assert status == 403
    assert "content-type: text/plain; charset=utf-8" in head
    assert "access-control" not in head
    assert text.startswith(line.partition(":")[0])
    assert text.count("\n") == 1
    assert events.read(event["id"]) == event


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Mode": "cors"},
        {"Origin": "http://{host}"},
        {"Origin": "https://{host}"},
        {"Origin": "http://{host}", "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"},
    ],
)
def test_its_own_pages_and_programs_may(server, headers):
    given = {name: value.format(host=own_host(server)) for name, value in headers.items()}
    assert httpx.post(server.url + CREATE, headers=given).status_code == 200


def test_reading_is_no_business_of_origins_but_no_page_gets_to_see_it(server):
    headers = {"Origin": "https://attacker.example", "Sec-Fetch-Site": "cross-site"}
    reply = httpx.get(server.url + "/workstream_events", headers=headers)
    assert reply.status_code == 200
    assert not [name for name in reply.headers if name.startswith("access-control")]


# --- settings ------------------------------------------------------------------------------


def test_hosts_are_allowed_in_an_application_too(start, package):
    code = f"""
import argparse, socket, uvicorn
from {package} import create_app

options = argparse.ArgumentParser()
options.add_argument("--port", type=int)
options.add_argument("--database-url")
given = options.parse_args()
listener = socket.create_server(("127.0.0.1", given.port))
print(f"listening on http://127.0.0.1:{{listener.getsockname()[1]}}", flush=True)
app = create_app(database_url=given.database_url, allowed_hosts=["Events.example"])
uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="on")).run(sockets=[listener])
"""
    server = start(script=code)
    for host, status in (("events.example:1", 200), ("localhost", 200), ("a.example", 421)):
        assert ask(server, "GET", "/workstream_events", f"Host: {host}")[0] == status


@pytest.mark.parametrize("name", ["*", "http://a.example", "a.example:80", "", "a b"])
def test_what_is_no_name_cannot_be_allowed(runtime, name):
    with pytest.raises(ValueError, match="is no host name"):
        runtime("guard").host_name(name)
