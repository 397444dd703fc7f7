"""Every answer has an id that the log knows it by."""

from __future__ import annotations

import re

import pytest

NAME = "X-Request-ID"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/workstream_events", 200),
        ("GET", "/workstream_event/unknown", 410),
        ("POST", "/workstream_event/e/workstream_summaries/associate/s", 410),
        ("PUT", "/workstream_events", 405),
        ("GET", "/nothing", 404),
        ("GET", "/.well-known/health", 200),
        ("HEAD", "/.well-known/health", 200),
        ("GET", "/openapi.json", 200),
        ("GET", "/metrics", 200),
        ("GET", "/workstream_events?transferables=maybe", 422),
    ],
)
def test_every_answer_has_one(client, method, path, status):
    reply = client.request(method, path)
    assert reply.status_code == status
    assert re.fullmatch(r"[0-9a-f]{12}-[0-9a-f]+", reply.headers[NAME])


def test_so_has_one_without_a_body_and_one_that_the_guard_gives(events, client):
    event = events.new()
    assert NAME in client.post(f"/workstream_events/{event['id']}/delete").headers
    reply = client.get("/workstream_events", headers={"Host": "attacker.example"})
    assert reply.status_code == 421
    assert NAME in reply.headers


def test_no_two_are_alike(client):
    ids = [client.get("/.well-known/health").headers[NAME] for _ in range(50)]
    assert len(set(ids)) == 50


@pytest.mark.parametrize("given", ["a", "A-Za-z0-9._-", "x" * 64, "0"])
def test_a_sane_one_of_the_clients_is_kept(client, given):
    assert client.get("/workstream_events", headers={NAME: given}).headers[NAME] == given


@pytest.mark.parametrize("given", ["", "x" * 65, "a b", "a,b", "\u00e9", '"', "a/b", "<b>", "%0a"])
def test_another_one_is_replaced(client, given):
    headers = {NAME: given.encode("latin-1")}
    shown = client.get("/workstream_events", headers=headers).headers[NAME]
    assert shown != given
    assert re.fullmatch(r"[0-9a-f]{12}-[0-9a-f]+", shown)


def test_two_of_them_are_none(server, raw):
    status, headers, _ = raw(server, "GET /.well-known/health", f"{NAME}: a", f"{NAME}: a")
    assert (status, headers["x-request-id"] == "a") == (200, False)


def test_a_500_names_it_and_so_does_the_log(embed):
    code = """
class Broken:
    async def workstream_events_snapshot(self, **arguments):
        raise RuntimeError("somebody's bug")
"""
    server = embed("handlers=Broken()", code)
    reply = server.client.get("/workstream_events", headers={NAME: "find-me"})
    assert reply.status_code == 500
    assert reply.text.count("\n") == 1
    assert "find-me" in reply.text
    assert "bug" not in reply.text
    errors = server.stop()
    assert "request find-me: " in errors
    assert "RuntimeError: somebody's bug" in errors
