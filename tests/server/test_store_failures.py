"""A database that fails under a running server: 503, one line, and nothing else harmed."""

from __future__ import annotations

import asyncio
import re
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest


@pytest.fixture
def broken(start, tmp_path):
    """Operations of a server whose table somebody has taken away."""
    file = tmp_path / "shared.db"
    events = start(database=file).events
    events.new()
    with sqlite3.connect(file) as connection:
        connection.execute("ALTER TABLE records RENAME TO lost")
    connection.close()
    return events


OPERATIONS = {
    "create": lambda events: events.create(),
    "get": lambda events: events.get("e"),
    "snapshot": lambda events: events.snapshot(),
    "identifiers": lambda events: events.identifiers(),
    "batch": lambda events: events.batch("e"),
    "delete": lambda events: events.delete("e"),
    "associate": lambda events: events.associate("e", "s"),
    "increment": lambda events: events.increment("e", "reuse"),
}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_operation_answers_503_in_one_line(broken, operation):
    for _ in range(3):
        reply = OPERATIONS[operation](broken)
        assert reply.status_code == 503, reply.text
        assert reply.headers["content-type"] == "text/plain; charset=utf-8"
        assert reply.text.count("\n") == 1
        assert "no such table" in reply.text
    assert broken.client.get("/.well-known/health").status_code == 200


def test_errors_in_the_log_have_a_time(start, tmp_path):
    file = tmp_path / "shared.db"
    server = start(database=file)
    with sqlite3.connect(file) as connection:
        connection.execute("ALTER TABLE records RENAME TO lost")
    connection.close()
    assert server.events.get("e").status_code == 503
    line = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z ERROR \S+: request \S+: .*no such table.*\n"
    assert re.fullmatch(line, server.stop())


def test_a_write_that_the_database_refuses_does_not_fail_those_beside_it(start, tmp_path):
    file = tmp_path / "shared.db"
    events = start(database=file).events
    with sqlite3.connect(file) as connection:
        connection.execute(
            "CREATE TRIGGER no BEFORE INSERT ON records WHEN NEW.id LIKE 'bad-%' "
            "BEGIN SELECT RAISE(ABORT, 'not this one'); END"
        )
    connection.close()

    def write(number):
        name = f"{'bad' if number % 4 == 0 else 'good'}-{number}"
        return name, events.create(
            {"application": APPLICATION, "trigger": {}, "internal_identifier": name}
        )

    with ThreadPoolExecutor(16) as pool:
        replies = dict(pool.map(write, range(200)))
    for name, reply in replies.items():
        assert reply.status_code == (503 if name.startswith("bad") else 200), reply.text
        assert ("not this one" in reply.text) is name.startswith("bad")
    assert sorted(events.listed()) == sorted(name for name in replies if name.startswith("good"))


APPLICATION = {
    "id": "a",
    "name": "VS_CODE",
    "version": "1",
    "platform": "LINUX",
    "onboarded": True,
    "privacy": "OPEN",
}


def test_a_job_that_raises_fails_alone_in_its_group(runtime, tmp_path):
    """The first job holds the writer up, so that the others are one group."""
    store = runtime("sqlite").SQLiteStore(str(tmp_path / "e.db"))
    record = runtime("store").Record
    go = threading.Event()

    def broken(connection):
        connection.execute("INSERT INTO records (seq) VALUES (NULL)")

    def bug(connection):
        raise LookupError("a bug")

    async def scenario():
        jobs = [store._writer.do(lambda _: go.wait())]
        jobs += [store.insert("k", record(f"{n}", n, n, b"{}")) for n in range(3)]
        jobs += [store._writer.do(broken), store._writer.do(bug)]
        jobs += [store.insert("k", record(f"{n}", n, n, b"{}")) for n in range(2, 6)]
        tasks = [asyncio.create_task(job) for job in jobs]
        await asyncio.sleep(0)
        go.set()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        batches = store.fetch("k", [str(n) for n in range(9)], heavy=True)
        found = [record.id async for batch in batches for record in batch]
        await store.close()
        return outcomes[1:], found

    outcomes, found = asyncio.run(scenario())
    assert outcomes[:3] == [True] * 3
    assert isinstance(outcomes[3], runtime("store").StoreError)
    assert isinstance(outcomes[4], LookupError)
    assert outcomes[5:] == [False, True, True, True]
    assert found == ["0", "1", "2", "3", "4", "5"]
