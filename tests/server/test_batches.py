"""Batch and identifiers in parts: short replies in one piece, long ones of one moment, and short
ones that do not wait behind long ones that nobody takes."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3

import httpx
import pytest

LARGE = "x" * (3 * 1024 * 1024)


def item(n):
    return f"{n:05}"


@pytest.fixture
def with_store(runtime, tmp_path):
    """Runs a scenario with a store of ten thousand records, each of a hundred bytes."""

    def with_store(scenario):
        async def run():
            store = runtime("sqlite").SQLiteStore(str(tmp_path / "e.db"))
            record = runtime("store").Record
            base = b'{"a":"%s"}' % (b"x" * 100)
            await store.insert_all("k", [record(item(n), n, n, base) for n in range(10_000)])
            try:
                return await scenario(store)
            finally:
                await store.close()

        return asyncio.run(run())

    return with_store


EVERYTHING = [item(n) for n in range(10_000)]


def reads(store, selection):
    """The two reads of a store that come in batches, of all there is."""
    return {
        "fetch": lambda: store.fetch("k", EVERYTHING, heavy=True),
        "identifiers": lambda: store.identifiers("k", selection),
    }


@pytest.fixture
def selection(runtime):
    return runtime("store").Selection("created", False)


@pytest.mark.parametrize("read", ["fetch", "identifiers"])
def test_batches_are_of_one_moment(with_store, selection, read):
    async def scenario(store):
        found = []
        async for batch in reads(store, selection)[read]():
            assert 0 < len(batch) < 2_000
            found += [getattr(record, "id", record) for record in batch]
            await store.delete("k", item(9_999))
            await store.insert_all("k", [])
        return found

    assert with_store(scenario) == EVERYTHING


@pytest.mark.parametrize("read", ["fetch", "identifiers"])
def test_a_long_read_that_finds_no_turn_fails_and_a_short_one_needs_none(
    with_store, runtime, selection, read, monkeypatch
):
    monkeypatch.setattr(runtime("turns"), "PATIENCE", 0.1)

    async def scenario(store):
        begin = reads(store, selection)[read]
        async with contextlib.AsyncExitStack() as stack:
            for _ in range(runtime("turns").MOST):
                stalled = await stack.enter_async_context(contextlib.aclosing(begin()))
                await anext(stalled)
            with pytest.raises(runtime("store").StoreError, match="try again later"):
                await anext(begin())
            with pytest.raises(runtime("store").StoreError, match="try again later"):
                async with store.snapshot("k"):
                    pass
            short = [batch async for batch in store.fetch("k", EVERYTHING[:500], heavy=True)]
            assert [record.id for batch in short for record in batch] == EVERYTHING[:500]
            missing = [batch async for batch in store.fetch("k", ["?"], heavy=True)]
            assert missing == [[]]
        return sum([len(batch) async for batch in begin()])

    assert with_store(scenario) == 10_000


def test_a_long_read_that_waited_is_of_the_moment_when_its_turn_came(with_store, runtime):
    """Nobody waits with a transaction open."""

    async def scenario(store):
        turns = store._readers._turns
        async with contextlib.AsyncExitStack() as stack:
            for _ in range(runtime("turns").MOST):
                await stack.enter_async_context(turns.one())
            waiting = asyncio.create_task(anext(store.fetch("k", EVERYTHING, heavy=True)))
            while not turns._turns._waiters:
                await asyncio.sleep(0.001)
            await store.delete("k", item(0))
        return (await waiting)[0].id

    assert with_store(scenario) == item(1)


def test_while_a_long_read_waits_others_read_the_moment_of_now(with_store, runtime, selection):
    """It has read a part already, on a connection that others use meanwhile."""

    async def scenario(store):
        turns = store._readers._turns
        async with contextlib.AsyncExitStack() as stack:
            for _ in range(runtime("turns").MOST):
                await stack.enter_async_context(turns.one())
            waiting = asyncio.create_task(anext(store.identifiers("k", selection)))
            while not turns._turns._waiters:
                await asyncio.sleep(0.001)
            await store.delete("k", item(0))
            found = [batch async for batch in store.fetch("k", [item(0)], heavy=True)]
        await waiting
        return found

    assert with_store(scenario) == [[]]


@pytest.mark.parametrize("read", ["records", "identifiers"])
def test_a_snapshot_that_is_left_before_its_end_keeps_no_moment(with_store, read):
    """Somebody's own operation may stop at what it looked for, and hold on to the iterator."""

    async def scenario(store):
        async with store.snapshot("k") as snapshot:
            passes = {
                "records": lambda: snapshot.records(heavy=True),
                "identifiers": snapshot.identifiers,
            }
            batches = passes[read]()
            await anext(batches)
        await store.delete("k", item(0))
        found = [batch async for batch in store.fetch("k", [item(0)], heavy=True)]
        with pytest.raises(Exception, match="broken off"):
            await anext(batches)
        return found

    assert with_store(scenario) == [[]]


def test_a_read_that_is_cancelled_in_the_middle_lets_go_of_its_connection(
    with_store, runtime, tmp_path
):
    """The thread that reads is interrupted; afterwards nobody has an old moment open, so that the
    whole log can be taken over into the file and cut to nothing."""

    async def scenario(store):
        selection = runtime("store").Selection("created", True)
        for delay in (0, 0.0001, 0.001, 0.01) * 5:
            for begin in reads(store, selection).values():
                async with contextlib.aclosing(begin()) as batches:
                    reading = asyncio.create_task(anext(batches))
                    await asyncio.sleep(delay)
                    reading.cancel()
                    with contextlib.suppress(asyncio.CancelledError):
                        await reading
        await store.delete("k", item(0))
        await asyncio.sleep(0.2)
        with contextlib.closing(sqlite3.connect(tmp_path / "e.db")) as connection:
            return connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()

    assert with_store(scenario) == (0, 0, 0)


def test_short_replies_have_a_length_and_long_ones_are_sent_in_chunks(start):
    events = start().events
    ids = [events.new(readable=text)["id"] for text in ("short", LARGE, "short")]
    for reply in (events.batch(ids[0], "?"), events.identifiers(), events.batch()):
        assert int(reply.headers["content-length"]) == len(reply.content)
    reply = events.batch(*ids, "?")
    assert reply.headers["transfer-encoding"] == "chunked"
    found = reply.json()
    assert list(found) == ["workstreamEvents", "notFound"]
    assert found["workstreamEvents"]["indices"] == {id: n for n, id in enumerate(ids)}
    assert [event["readable"] for event in found["workstreamEvents"]["iterable"]] == [
        "short",
        LARGE,
        "short",
    ]
    assert found["notFound"] == ["?"]


def test_a_batch_that_fails_midway_breaks_the_reply_off(start, tmp_path):
    database = tmp_path / "shared.db"
    events = start(database=database).events
    ids = [events.new(readable=LARGE)["id"] for _ in range(4)]
    with contextlib.closing(sqlite3.connect(database)) as connection, connection:
        # As text these bytes cannot be decoded.
        connection.execute("UPDATE records SET base=CAST(x'ff' AS TEXT) WHERE seq=4")
    with pytest.raises(httpx.RemoteProtocolError):
        events.batch(*ids)
    assert events.batch(*ids[:3]).json()["notFound"] == []
    assert events.batch(ids[3]).status_code == 503
