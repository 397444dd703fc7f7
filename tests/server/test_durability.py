"""Acknowledged means durable, and several processes share one file."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

pytestmark = pytest.mark.engines


def test_kill_9_right_after_an_acknowledged_write_loses_nothing(start, tmp_path):
    file = tmp_path / "shared.db"
    stored = []
    for _ in range(5):
        server = start(database=file)
        stored.append(server.events.new(readable="durable"))
        server.kill()
    events = start(database=file).events
    assert [events.read(event["id"]) for event in stored] == stored


def test_kill_9_amid_many_writers_loses_nothing_that_was_acknowledged(start, tmp_path):
    file = tmp_path / "shared.db"
    server = start(database=file)
    acknowledged = []

    def write(_: int) -> None:
        for _ in range(200):
            try:
                acknowledged.append(server.events.new()["id"])
            except httpx.HTTPError:
                return
            if len(acknowledged) == 60:
                server.process.kill()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    assert len(acknowledged) >= 60
    assert start(database=file).events.batch(*acknowledged).json()["notFound"] == []


def test_every_kind_of_write_survives_kill_9(start, tmp_path):
    file = tmp_path / "shared.db"
    server = start(database=file)
    events = server.events
    kept, gone = events.new(), events.new()
    events.update(kept | {"readable": "updated"})
    events.associate(kept["id"], "a")
    events.disassociate(kept["id"], "a")
    events.increment(kept["id"], "reuse")
    events.delete(gone["id"])
    expected = events.read(kept["id"])
    server.kill()
    events = start(database=file).events
    assert events.read(kept["id"]) == expected
    assert events.listed() == [kept["id"]]


def test_a_second_process_on_the_same_file_sees_and_changes_the_same_events(start, tmp_path):
    file = tmp_path / "shared.db"
    one, two = start(database=file).events, start(database=file).events
    event = one.new()
    assert two.read(event["id"]) == event
    assert two.associate(event["id"], "s").status_code == 204
    assert one.read(event["id"])["summaries"]["indices"] == {"s": 0}
    assert two.delete(event["id"]).status_code == 204
    assert one.get(event["id"]).status_code == 410


def test_two_processes_lose_no_increment_of_one_event(start, tmp_path):
    file = tmp_path / "shared.db"
    servers = [start(database=file).events for _ in range(2)]
    event = servers[0].new()
    with ThreadPoolExecutor(4) as pool:
        calls = [pool.submit(servers[n % 2].increment, event["id"], "reuse") for n in range(60)]
        assert {call.result().status_code for call in calls} == {204}
    assert servers[1].read(event["id"])["score"]["reuse"] == 60


def test_a_proposed_id_goes_to_one_of_two_processes_only(start, tmp_path):
    file = tmp_path / "shared.db"
    servers = [start(database=file).events for _ in range(2)]
    with ThreadPoolExecutor(4) as pool:
        calls = [
            pool.submit(servers[n % 2].new, internal_identifier=f"wanted-{n // 4}")
            for n in range(40)
        ]
        ids = [call.result()["id"] for call in calls]
    assert len(set(ids)) == 40
    assert sum(id.startswith("wanted-") for id in ids) == 10


def test_the_store_is_reused_after_a_clean_stop(start, tmp_path):
    file = tmp_path / "shared.db"
    server = start(database=file)
    event = server.events.new()
    assert server.stop() == ""
    assert start(database=file).events.read(event["id"]) == event


def test_processes_that_start_at_once_agree_on_a_new_file(start, tmp_path):
    file = tmp_path / "shared.db"
    with ThreadPoolExecutor(3) as pool:
        calls = [pool.submit(start, database=file) for _ in range(3)]
        servers = [call.result().events for call in calls]
    event = servers[0].new()
    assert [events.read(event["id"]) for events in servers] == [event] * 3
