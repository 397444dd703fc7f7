"""The access log: one line of JSON for each request, with nothing in it that should not be."""

from __future__ import annotations

import io
import json
import os
import socket
import threading
import time

import pytest

KEY = "s3cret-key"
MEMBERS = {"time", "id", "client", "method", "path", "operation", "status", "bytes", "ms", "whole"}


@pytest.fixture
def logging(embed):
    """A server that logs what is asked of it, and needs a key."""
    server = embed(f"access_log=True, api_keys=[{KEY!r}]")
    server.client.headers["X-Application-ID"] = KEY
    return server


@pytest.fixture(scope="module")
def access_log(runtime):
    return runtime("access_log")


def entries(text):
    """What the log has, and that nothing else is in it."""
    lines = text.splitlines()
    assert text.isascii()
    assert all(line.isprintable() for line in lines)
    return [json.loads(line) for line in lines]


def entry(access_log, number=0, **changes):
    given = access_log.Entry(number, "id", "::1", "GET", b"/a", "-", 200, 1, 0.5, True)
    return given._replace(**changes)


def test_each_request_is_a_line_that_says_what_came_of_it(logging, seed):
    event = logging.events.new()
    logging.client.get("/workstream_events/identifiers", params={"limit": "1"})
    logging.client.get("/nothing")
    logging.client.head("/.well-known/health", headers={"X-Request-ID": "mine"})
    logging.client.get("/workstream_events", headers={"X-Application-ID": "wrong"})
    snapshot = logging.client.get("/workstream_events")
    found = entries(logging.stop())
    assert all(line.keys() == MEMBERS for line in found)
    assert [
        (line["method"], line["path"], line["operation"], line["status"]) for line in found
    ] == [
        ("POST", "/workstream_events/create", "workstream_events_create_new_workstream_event", 200),
        (
            "GET",
            "/workstream_events/identifiers",
            "workstream_events_identifiers_snapshot",
            200,
        ),
        ("GET", "/nothing", "-", 404),
        ("HEAD", "/.well-known/health", "/.well-known/health", 200),
        ("GET", "/workstream_events", "workstream_events_snapshot", 401),
        ("GET", "/workstream_events", "workstream_events_snapshot", 200),
    ]
    assert found[3]["id"] == "mine"
    assert found[3]["bytes"] == 0
    assert found[0]["bytes"] == len(json.dumps(event, separators=(",", ":")).encode())
    assert found[-1]["bytes"] == len(snapshot.content)
    assert all(line["client"] == "127.0.0.1" and line["whole"] for line in found)
    assert all(line["ms"] > 0 for line in found)


def test_neither_keys_nor_queries_nor_bodies_are_in_it(logging, seed):
    logging.events.create(seed(windowTitle="very private"))
    logging.client.get("/workstream_events?transferables=hidden-value&key=" + KEY)
    logging.client.post("/workstream_events/create", content=b"very private")
    text = logging.stop()
    assert len(entries(text)) == 3
    for secret in (KEY, "private", "hidden-value", "?"):
        assert secret not in text


def test_nothing_that_a_client_sends_makes_a_line_of_its_own(logging, raw):
    paths = [b"/a%0a%22b", b"/'<>", b"/" + b"x" * 3000]
    for path in paths:
        raw(logging, b"GET " + path)
    found = [line["path"] for line in entries(logging.stop())]
    assert found == ["/a%0a%22b", "/'<>", "/" + "x" * 499 + "..."]


def test_a_request_that_is_cut_off_is_told_too(logging):
    host, port = logging.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        head = f"POST /workstream_events/create HTTP/1.1\r\nHost: {host}\r\nX-Application-ID: {KEY}"
        kind = "Content-Type: application/json\r\nContent-Length: 100"
        connection.sendall(f"{head}\r\n{kind}\r\n\r\n{{".encode())
        time.sleep(0.2)
    logging.client.get("/.well-known/health")
    found = entries(logging.stop())
    assert [line["status"] for line in found] == [400, 200]


def test_without_it_nothing_is_told(embed):
    server = embed()
    server.client.get("/workstream_events")
    assert server.stop() == ""


def test_a_reader_who_stalls_stalls_nobody_and_learns_how_much_is_missing(access_log, monkeypatch):
    monkeypatch.setattr(access_log, "MOST_WAITING", 10)
    reading, writing = os.pipe()
    with open(writing, "wb", buffering=0) as stream:
        log = access_log.AccessLog(stream)
        for number in range(3000):
            log.tell(entry(access_log, number, path=b"x" * 400))
            time.sleep(0.0001)
        told = []
        with open(reading, "rb") as pipe:
            reader = threading.Thread(target=lambda: told.extend(pipe))
            reader.start()
            log.close()
            stream.close()
            reader.join(10)
    found = [json.loads(line) for line in told]
    dropped = sum(line.get("dropped", 0) for line in found)
    assert dropped > 0
    assert dropped + sum("id" in line for line in found) == 3000


def test_what_is_waiting_at_the_end_is_written(access_log):
    stream = io.BytesIO()
    log = access_log.AccessLog(stream)
    for number in range(500):
        log.tell(entry(access_log, number * 1_000_000))
    log.close()
    times = [json.loads(line)["time"] for line in stream.getvalue().splitlines()]
    assert len(times) == 500
    assert times == sorted(times)


def test_a_log_that_nobody_can_read_any_more_harms_nobody(access_log):
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "wb", buffering=0) as stream:
        log = access_log.AccessLog(stream)
        log.tell(entry(access_log))
        time.sleep(0.2)
        log.tell(entry(access_log))
        log.close()


def test_a_proxys_word_for_the_client_cannot_break_a_line(access_log):
    line = entry(
        access_log, client='\x1b[31m\n"\u2028\udc80', method="G\nET", path=b'/"\\\x7f\xc2\x9b\n'
    ).line()
    assert line.count(b"\n") == 1
    shown = json.loads(line)
    assert shown["client"].isascii()
    assert shown["client"].isprintable()
    assert shown["method"] == "G%0AET"
    assert shown["path"] == '/"\\%7F%C2%9B%0A'
