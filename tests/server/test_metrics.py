"""What the server counts, read by Prometheus' own parser."""

from __future__ import annotations

import asyncio
import importlib
import socket

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

READ = "workstream_events_snapshot"


@pytest.fixture
def fresh(embed):
    return embed()


def samples(server):
    """Each sample by name and labels."""
    reply = server.client.get("/metrics")
    assert reply.status_code == 200
    assert reply.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(reply.text)
        for sample in family.samples
    }


def test_what_is_refused_before_it_is_a_request_is_counted_too(start):
    started = start()
    address = started.url.removeprefix("http://").rsplit(":", 1)
    for request in (b"nonsense\r\n\r\n", b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n"):
        with socket.create_connection((address[0], int(address[1])), timeout=10) as connection:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(65536):
                pass
    found = samples(started)
    assert found["http_requests_total", "-", "400"] == 1
    assert found["http_requests_total", "-", "414"] == 1
    assert found["http_requests_in_flight",] == 1


def test_requests_are_counted_by_operation_and_status(fresh):
    sizes = [len(fresh.client.get("/workstream_events").content) for _ in range(3)]
    fresh.client.get("/workstream_events?transferables=maybe")
    fresh.client.put("/workstream_events")
    found = samples(fresh)
    assert found["http_requests_total", READ, "200"] == 3
    assert found["http_requests_total", READ, "422"] == 1
    assert found["http_requests_total", "-", "405"] == 1
    assert found["http_response_body_bytes_total", READ] > sum(sizes)
    assert found["http_requests_in_flight",] == 1
    assert found["process_resident_memory_bytes",] > 1_000_000


def test_durations_are_counted_in_buckets(fresh):
    for _ in range(5):
        fresh.client.get("/workstream_events")
    found = samples(fresh)
    buckets = [
        value
        for key, value in found.items()
        if key[0] == "http_request_duration_seconds_bucket" and READ in key
    ]
    assert buckets == sorted(buckets)
    assert buckets[-1] == 5
    assert found["http_request_duration_seconds_count", READ] == 5
    assert 0 < found["http_request_duration_seconds_sum", READ] < 60


def test_what_clients_make_up_makes_no_new_series(fresh):
    for number in range(30):
        fresh.client.get(f"/made-up-{number}")
        fresh.client.request(f"M{number}", "/workstream_events")
        fresh.client.get(f"/workstream_event/{number}")
        fresh.client.get("/workstream_events", headers={"Host": f"h{number}"})
    counted = {
        key: value for key, value in samples(fresh).items() if key[0] == "http_requests_total"
    }
    assert set(counted) <= {
        ("http_requests_total", operation, status)
        for operation in ("-", "workstream_events_specific_workstream_event_snapshot")
        for status in ("400", "404", "405", "410", "421")
    }
    assert counted["http_requests_total", "-", "404"] == 30


def test_a_reply_that_is_sent_in_pieces_is_counted_as_long_as_it_is(fresh, seed):
    for _ in range(20):
        fresh.events.create(seed(newer="x" * 50_000))
    before = samples(fresh).get(("http_response_body_bytes_total", READ), 0)
    size = len(fresh.client.get("/workstream_events").content)
    assert size > 1_000_000
    assert samples(fresh)["http_response_body_bytes_total", READ] - before == size


def test_applications_of_one_process_count_apart(package, folder, monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(str(folder))
    create_app = importlib.import_module(package).create_app
    one, two = (create_app(database_url=f"sqlite:///{tmp_path}/{n}.db") for n in range(2))

    async def get(app, path):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return (await client.get(path)).text

    async def both():
        async with one.router.lifespan_context(one), two.router.lifespan_context(two):
            await get(one, "/workstream_events")
            return await get(one, "/metrics"), await get(two, "/metrics")

    busy, idle = asyncio.run(both())
    assert READ in busy
    assert READ not in idle


def test_they_need_no_key_but_a_host_of_ours(keyed):
    assert httpx.get(keyed.url + "/metrics").status_code == 200
    assert httpx.head(keyed.url + "/metrics").status_code == 200
    assert httpx.get(keyed.url + "/metrics", headers={"Host": "a.example"}).status_code == 421
