"""Where the SQLite store reads: what is brief on the event loop, what takes long in a thread."""

from __future__ import annotations

import asyncio
import threading

import pytest

COUNT = 3_000
ENDLESS = """
    WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 2000000)
    SELECT max(n) FROM numbers"""


@pytest.fixture
def with_store(runtime, tmp_path):
    """Runs a scenario with a store of COUNT records."""

    def with_store(scenario):
        async def run():
            store = runtime("sqlite").SQLiteStore(str(tmp_path / "e.db"))
            record = runtime("store").Record
            records = [record(f"{n:05}", n, n, b'{"a":1}') for n in range(COUNT)]
            await store.insert_all("k", records)
            try:
                return await asyncio.wait_for(scenario(store), 60)
            finally:
                await store.close()

        return asyncio.run(run())

    return with_store


async def read(runtime, store, what, limit):
    """The ids that one kind of read gives, of as many records."""
    selection = runtime("store").Selection("created", False, (), limit)
    if what == "identifiers":
        return [id async for batch in store.identifiers("k", selection) for id in batch]
    if what == "fetch":
        ids = [f"{n:05}" for n in range(limit)]
        return [r.id async for batch in store.fetch("k", ids, heavy=True) for r in batch]
    async with store.snapshot("k") as snapshot:
        records = snapshot.records(heavy=True, oldest_first=True)
        return [record.id async for batch in records for record in batch][:limit]


def readers():
    """The threads that the event loop has made for reading."""
    return [thread for thread in threading.enumerate() if thread.name.startswith("asyncio_")]


@pytest.mark.parametrize("what", ["identifiers", "fetch"])
def test_a_brief_read_needs_no_thread(with_store, runtime, what, monkeypatch):
    monkeypatch.setattr(runtime("sqlite_transaction"), "BRIEF", 30.0)  # whatever else runs here

    async def scenario(store):
        assert await read(runtime, store, what, 100) == [f"{n:05}" for n in range(100)]
        assert not readers()
        await read(runtime, store, what, COUNT)
        return readers()

    assert with_store(scenario)


@pytest.mark.parametrize("what", ["identifiers", "fetch", "snapshot"])
def test_a_read_that_is_interrupted_on_the_event_loop_begins_again(
    with_store, runtime, what, monkeypatch
):
    monkeypatch.setattr(runtime("sqlite_transaction"), "BRIEF", 0.0)
    monkeypatch.setattr(runtime("sqlite_transaction"), "INSTRUCTIONS", 100)

    async def scenario(store):
        for _ in range(3):
            assert await read(runtime, store, what, COUNT) == [f"{n:05}" for n in range(COUNT)]
        return readers()

    assert with_store(scenario)


def test_a_read_that_takes_long_holds_nobody_up(with_store, runtime):
    """It looks at so many rows before the first that it is not over in a moment."""

    def rows(connection):
        return (row[0] for row in connection.execute(ENDLESS))

    async def scenario(store):
        ended = []

        async def long():
            with store._readers._connections.transaction() as transaction:
                batches = runtime("sqlite_reader").Batches(transaction, rows, lambda _: 1)
                assert await batches.next() == [2_000_000]
            ended.append("long")

        async def short():
            assert (await store.get("k", "00001")).id == "00001"
            assert await read(runtime, store, "identifiers", 10)
            ended.append("short")

        reading = asyncio.create_task(long())
        await asyncio.sleep(0)
        await short()
        await reading
        return ended

    assert with_store(scenario) == ["short", "long"]
