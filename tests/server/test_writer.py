"""The writer thread of the SQLite store: who goes away while waiting, and what waits at the end."""

from __future__ import annotations

import asyncio
import threading

import pytest


@pytest.fixture
def with_store(runtime, tmp_path):
    """Runs a scenario with a store whose writer is held up until `go` is set."""

    def with_store(scenario):
        async def run():
            store = runtime("sqlite").SQLiteStore(str(tmp_path / "e.db"))
            go = threading.Event()
            held = asyncio.create_task(store._writer.do(lambda _: go.wait(30)))
            await asyncio.sleep(0.05)
            try:
                return await asyncio.wait_for(scenario(store, go), 30)
            finally:
                go.set()
                await held
                await store.close()

        return asyncio.run(run())

    return with_store


def inserts(runtime, store, count):
    record = runtime("store").Record
    records = [record(f"{n}", n, n, b"{}") for n in range(count)]
    return [asyncio.create_task(store.insert("k", record)) for record in records]


async def listed(runtime, store):
    selection = runtime("store").Selection("created", False)
    return [id async for batch in store.identifiers("k", selection) for id in batch]


def test_who_goes_away_while_waiting_takes_nobody_along(with_store, runtime):
    """What was asked for is done: whoever asked must not rely on it either way."""

    async def scenario(store, go):
        tasks = inserts(runtime, store, 100)
        await asyncio.sleep(0)
        for task in tasks[::3]:
            task.cancel()
        go.set()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        assert await store.delete("k", "50")
        return outcomes, await listed(runtime, store)

    outcomes, found = with_store(scenario)
    assert all(isinstance(outcome, asyncio.CancelledError) for outcome in outcomes[::3])
    assert [outcome for n, outcome in enumerate(outcomes) if n % 3] == [True] * 66
    assert found == [f"{n}" for n in range(100) if n != 50]


def test_what_waits_when_the_store_is_closed_is_done_and_acknowledged(
    with_store, runtime, tmp_path
):
    """More than one group of it."""

    async def scenario(store, go):
        tasks = inserts(runtime, store, 600)
        await asyncio.sleep(0)
        closing = asyncio.create_task(store.close())
        await asyncio.sleep(0)
        go.set()
        outcomes = await asyncio.gather(*tasks)
        await closing
        again = runtime("sqlite").SQLiteStore(str(tmp_path / "e.db"))
        found = await listed(runtime, again)
        await again.close()
        return outcomes, found

    outcomes, found = with_store(scenario)
    assert outcomes == [True] * 600
    assert len(found) == 600


def test_a_write_after_the_end_is_refused_and_does_not_wait_for_ever(with_store, runtime):
    async def scenario(store, go):
        go.set()
        await store.close()
        with pytest.raises(runtime("store").StoreError, match="the server is stopping"):
            await store.delete("k", "1")

    with_store(scenario)


def test_a_database_without_memory_for_one_write_goes_on_with_the_others(with_store, runtime):
    """The thread survives it, and whoever waited is told."""

    def too_much(connection):
        raise MemoryError("no memory")

    async def scenario(store, go):
        first, second = inserts(runtime, store, 2)
        failing = asyncio.create_task(store._writer.do(too_much))
        await asyncio.sleep(0)
        go.set()
        with pytest.raises(runtime("store").StoreError, match="refused to write: no memory"):
            await failing
        return [await first, await second]

    assert with_store(scenario) == [True, True]


def test_a_group_ends_when_what_it_gives_is_large(with_store, runtime):
    """Two of eight MiB are enough: five changes that wait together are three commits."""
    large = runtime("store").Record("a", 1, 1, b"x" * (8 * 1024 * 1024))
    commits = []

    async def scenario(store, go):
        go.set()
        assert await store.insert("k", large)
        store._writer._connection.set_trace_callback(commits.append)
        held = threading.Event()
        first = asyncio.create_task(store._writer.do(lambda _: held.wait(30)))
        await asyncio.sleep(0.05)
        changes = [
            asyncio.create_task(store.change("k", "a", lambda r: r._replace(updated=r.updated + 1)))
            for _ in range(5)
        ]
        await asyncio.sleep(0.05)
        held.set()
        await first
        found = await asyncio.gather(*changes)
        store._writer._connection.set_trace_callback(None)
        return [record.updated for record in found]

    assert with_store(scenario) == [2, 3, 4, 5, 6]
    assert commits.count("COMMIT") == 1 + 3
