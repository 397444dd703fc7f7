"""The engines side by side: the same calls of the store give the same results, whatever is called."""

from __future__ import annotations

import asyncio
import itertools
import uuid

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

KINDS = st.sampled_from(["k", "other"])
IDS = st.sampled_from(
    ["a", "A", "b", "é", "e\u0301", "\0", "a\0", "a b/c%d", "%s", "\U0001f600", "'", "z" * 2000]
)
TIMES = st.integers(-3, 6) | st.sampled_from([-(2**62), 2**62])
PARTS = st.sampled_from([b"{}", b'{"x":"\\u0000"}', b"\xff\0'", b"y" * 150_000, b"z" * 300_000])
BOUNDS = st.none() | TIMES | st.sampled_from([-(2**63), 2**63 - 1])


@st.composite
def calls(draw, record, range_, selection):
    """One call: the method's name, and what it is given."""
    records = st.builds(
        lambda id, times, *parts: record(id, *sorted(times), *parts),
        IDS,
        st.tuples(TIMES, TIMES),
        PARTS,
        PARTS,
    )
    ranges = st.lists(st.builds(range_, st.sampled_from(["created", "updated"]), BOUNDS, BOUNDS))
    selections = st.builds(
        selection,
        st.sampled_from(["created", "updated"]),
        st.booleans(),
        ranges.map(lambda found: tuple(found[:3])),
        st.none() | st.sampled_from([0, 1, 3, 2**31 - 1]),
    )
    return draw(
        st.one_of(
            st.tuples(st.just("insert"), KINDS, records),
            st.tuples(st.just("insert_all"), KINDS, st.lists(records, max_size=5)),
            st.tuples(st.just("change"), KINDS, IDS, st.none() | st.tuples(TIMES, PARTS, PARTS)),
            st.tuples(st.just("delete"), KINDS, IDS),
            st.tuples(st.just("get"), KINDS, IDS),
            st.tuples(st.just("fetch"), KINDS, st.lists(IDS, unique=True), st.booleans()),
            st.tuples(st.just("identifiers"), KINDS, selections),
            st.tuples(st.just("snapshot"), KINDS, st.booleans(), st.booleans()),
        )
    )


async def all_of(batches):
    return [item async for batch in batches for item in batch]


async def result(store, name, kind, *given):
    """What a call gives, with what comes in batches put together."""
    if name == "change":
        id, wanted = given
        names = ("updated", "base", "heavy")

        def change(record):
            if wanted is None:
                return None
            changed = record._replace(**dict(zip(names, wanted, strict=True)))
            return changed._replace(updated=max(changed.updated, record.created))

        return await store.change(kind, id, change)
    if name == "fetch":
        found = await all_of(store.fetch(kind, given[0], heavy=given[1]))
        # What is not asked for may be there all the same.
        return found if given[1] else [r._replace(heavy=b"") for r in found]
    if name == "identifiers":
        return await all_of(store.identifiers(kind, given[0]))
    if name == "snapshot":
        async with store.snapshot(kind) as snapshot:
            records = snapshot.records(heavy=given[0], oldest_first=given[1])
            return await all_of(records), await all_of(snapshot.identifiers())
    return await getattr(store, name)(kind, *given)


@pytest.fixture(scope="module")
def new_stores(cluster, runtime, tmp_path_factory):
    """Opens a store of each engine, with nothing in it."""
    folder = tmp_path_factory.mktemp("databases")
    numbers = itertools.count()
    name = f"compared_{uuid.uuid4().hex}"
    cluster.sql(f"CREATE DATABASE {name}")
    url = cluster.url(name)

    async def new_stores():
        cluster.sql("DROP TABLE IF EXISTS records, records_schema", name)
        open_store = runtime("store").open_store
        return await open_store(f"sqlite:///{folder}/{next(numbers)}.db"), await open_store(url)

    return new_stores


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_every_sequence_of_calls_has_the_same_results(new_stores, runtime, data):
    store = runtime("store")
    one = calls(store.Record, store.Range, store.Selection)
    story = data.draw(st.lists(one, min_size=1, max_size=30))

    async def both():
        stores = await new_stores()
        try:
            for call in story:
                first, second = [await result(store, *call) for store in stores]
                assert first == second, call
        finally:
            for store in stores:
                await store.close()

    asyncio.run(both())


@pytest.mark.parametrize("engine", [0, 1], ids=["sqlite", "postgresql"])
@pytest.mark.parametrize("count", [0, 1, 255, 256, 257, 999, 1000, 1001, 2500])
def test_batches_put_together_are_everything_once_and_in_order(new_stores, runtime, engine, count):
    store = runtime("store")
    records = [store.Record(f"{n}", n // 3, n, b"b" * 700, b"h" * 700) for n in range(count)]
    newest_first = records[::-1]

    async def scenario():
        stores = await new_stores()
        try:
            subject = stores[engine]
            assert await subject.insert_all("k", records) == count if records else True
            async with subject.snapshot("k") as snapshot:
                assert await all_of(snapshot.records(heavy=True)) == newest_first
                assert await all_of(snapshot.records(heavy=True, oldest_first=True)) == records
                ids = await all_of(snapshot.identifiers())
            assert ids == [record.id for record in newest_first]
            everything = store.Selection("created", descending=True)
            assert await all_of(subject.identifiers("k", everything)) == ids
            asked = [f"{n}" for n in range(0, count + 500, 2)]
            fetched = await all_of(subject.fetch("k", asked, heavy=True))
            assert fetched == records[::2]
        finally:
            for store_ in stores:
                await store_.close()

    asyncio.run(scenario())


@pytest.mark.parametrize("engine", [0, 1], ids=["sqlite", "postgresql"])
def test_of_inserts_of_one_id_at_once_one_is_told_that_it_was_stored(new_stores, runtime, engine):
    store = runtime("store")
    records = [store.Record(f"{n % 5}", n, n, b"%d" % n) for n in range(60)]

    async def scenario():
        stores = await new_stores()
        try:
            subject = stores[engine]
            async with asyncio.timeout(60):
                told = await asyncio.gather(*(subject.insert("k", record) for record in records))
            stored = [record for record, was in zip(records, told, strict=True) if was]
            assert sorted(record.id for record in stored) == ["0", "1", "2", "3", "4"]
            assert [await subject.get("k", record.id) for record in stored] == stored
        finally:
            for store_ in stores:
                await store_.close()

    asyncio.run(scenario())


@pytest.mark.parametrize("engine", [0, 1], ids=["sqlite", "postgresql"])
def test_an_id_that_is_free_in_one_kind_says_nothing_of_another(new_stores, runtime, engine):
    """Inserts that are done together: who is told that a record was stored finds it."""
    record = runtime("store").Record

    async def scenario():
        stores = await new_stores()
        try:
            subject = stores[engine]
            assert await subject.insert("a", record("x", 1, 1, b"first"))
            inserts = [
                subject.insert("c", record("y", 2, 2, b"{}")),
                subject.insert("a", record("x", 2, 2, b"second")),
                subject.insert("b", record("x", 2, 2, b"{}")),
            ]
            assert await asyncio.gather(*inserts) == [True, False, True]
        finally:
            for store in stores:
                await store.close()

    asyncio.run(scenario())


@pytest.mark.parametrize("engine", [0, 1], ids=["sqlite", "postgresql"])
def test_an_insert_that_cannot_be_done_holds_up_nobody(new_stores, runtime, engine):
    """Whatever the reason; here an id that no database can hold, which no request can have."""
    record = runtime("store").Record
    ids = ["\ud800", "a", "a"]

    async def scenario():
        stores = await new_stores()
        try:
            subject = stores[engine]
            inserts = (subject.insert("k", record(id, 1, 1, b"{}")) for id in ids)
            async with asyncio.timeout(20):
                _, *others = await asyncio.gather(*inserts, return_exceptions=True)
            assert len(others) == 2, "told, one way or the other"
            assert await subject.insert("k", record("b", 1, 1, b"{}"))
        finally:
            for store in stores:
                await store.close()

    asyncio.run(scenario())
