"""kill -9 of servers amid concurrent creates and deletes, again and again on one database: what was
acknowledged is there, what was not is there or not, and nothing is there in part."""

from __future__ import annotations

import random
import threading
import time
from dataclasses import dataclass, field
from typing import Any

import httpx
import jsonschema_rs
import pytest

from specpipe import pipeline
from specpipe.workspace import SPEC

pytestmark = pytest.mark.engines

ROUNDS = 20
WRITERS = 6


@dataclass
class Ledger:
    """What the clients know: events that are there, and such as may be there or not."""

    kept: dict[str, Any] = field(default_factory=dict)
    created_perhaps: dict[str, Any] = field(default_factory=dict)
    deleted_perhaps: dict[str, Any] = field(default_factory=dict)
    acknowledged: int = 0

    def check(self, found: dict[str, Any]) -> None:
        """Hold what the database has against it, and know that from now on."""
        for id, event in self.kept.items():
            assert found.get(id) == event
        for id, event in found.items():
            if id in self.created_perhaps:
                sent = {**self.created_perhaps[id], "id": id}
                del sent["internal_identifier"]
                assert {name: event.get(name) for name in sent} == sent
                assert event["created"] == event["updated"]
            else:
                assert event == {**self.kept, **self.deleted_perhaps}.get(id)
        self.kept = dict(found)
        self.created_perhaps.clear()
        self.deleted_perhaps.clear()


def write(events, ledger, name, seed, random):
    """Create and delete until the server is gone."""
    mine = []
    for number in range(100_000):
        try:
            if mine and random.random() < 0.4:
                id = mine.pop(random.randrange(len(mine)))
                ledger.deleted_perhaps[id] = ledger.kept.pop(id)
                assert events.delete(id).status_code == 204
                del ledger.deleted_perhaps[id]
            else:
                id = f"{name}-{number}"
                text = id * random.choice([1, 100, 2000])
                body = seed(internal_identifier=id, readable=text, context={"newer": text})
                ledger.created_perhaps[id] = body
                reply = events.create(body)
                assert reply.status_code == 200, reply.text
                ledger.kept[id] = reply.json()
                del ledger.created_perhaps[id]
                mine.append(id)
        except httpx.HTTPError:
            return
        ledger.acknowledged += 1


@pytest.fixture(scope="module")
def valid():
    document, _ = pipeline.read_spec(SPEC)
    components = document.data["components"]
    schema = {"$ref": "#/components/schemas/WorkstreamEvents", "components": components}
    return jsonschema_rs.validator_for(schema).validate


def everything(events, valid):
    found = events.snapshot().json()
    valid(found)
    return {event["id"]: event for event in found["iterable"]}


@pytest.mark.parametrize("servers", [1, 2], ids=["one-server", "two-servers"])
def test_twenty_kills_lose_nothing_that_was_acknowledged(start, tmp_path, seed, valid, servers):
    numbers = random.Random(servers)
    ledger = Ledger()
    for round in range(ROUNDS // 2):
        running = [start(database=tmp_path / "shared.db") for _ in range(servers)]
        ledger.check(everything(running[-1].events, valid))
        before = ledger.acknowledged
        threads = [
            threading.Thread(
                target=write,
                args=(
                    running[n % servers].events,
                    ledger,
                    f"r{round}-w{n}",
                    seed,
                    random.Random(f"{servers} {round} {n}"),
                ),
            )
            for n in range(WRITERS)
        ]
        for thread in threads:
            thread.start()
        while ledger.acknowledged < before + 10:
            time.sleep(0.001)
        time.sleep(numbers.uniform(0, 0.2))
        for server in running:
            server.kill()
        for thread in threads:
            thread.join()
    found = everything(start(database=tmp_path / "shared.db").events, valid)
    ledger.check(found)
    assert ledger.acknowledged >= ROUNDS // 2 * 10
    assert len(found) > ROUNDS // 2
