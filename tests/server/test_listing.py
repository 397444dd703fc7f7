"""The choice between sorting and scanning: whichever is taken, the list is the one that the plain
meaning of a selection gives, and neither reads what it need not."""

from __future__ import annotations

import asyncio
import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

KINDS = ("k", "other")
TIMES = st.integers(0, 12)
ENDS = st.none() | TIMES
ROWS = st.lists(
    st.builds(
        lambda kind, times: (kind, *sorted(times)), st.sampled_from(KINDS), st.tuples(TIMES, TIMES)
    ),
    max_size=40,
)
"""Nothing is updated before it is created."""


@pytest.fixture(scope="module")
def listing(runtime):
    return runtime("listing")


@pytest.fixture(scope="module")
def store(runtime):
    return runtime("store")


def database(runtime, rows):
    """A database with the rows (kind, created, updated), each with its place as its id."""
    connection = sqlite3.connect(":memory:")
    for statement in runtime("sqlite_schema").SCHEMA:
        connection.execute(statement)
    connection.executemany(
        "INSERT INTO records (kind, id, created, updated, base, heavy) VALUES (?, ?, ?, ?, '', '')",
        [(kind, str(n), created, updated) for n, (kind, created, updated) in enumerate(rows)],
    )
    return connection


def run(connection, choice):
    """The chosen query's ids, and the counts that led to it."""
    counts = []
    try:
        query = next(choice)
        while True:
            (count,) = connection.execute(query.text, query.arguments).fetchone()
            counts.append(count)
            query = choice.send(count)
    except StopIteration as chosen:
        query = chosen.value
    return [row[0] for row in connection.execute(query.text, query.arguments)], counts


def meaning(rows, selection):
    """What a selection means, read aloud."""

    def within(times, range_):
        time = times[range_.time]
        return (range_.start is None or time >= range_.start) and (
            range_.end is None or time <= range_.end
        )

    found = []
    for n, (kind, created, updated) in enumerate(rows):
        times = {"created": created, "updated": updated}
        if kind == "k" and (
            not selection.ranges or any(within(times, range_) for range_ in selection.ranges)
        ):
            found.append((times[selection.order], n))
    found.sort(reverse=selection.descending)
    ids = [str(n) for _, n in found]
    return ids if selection.limit is None else ids[: selection.limit]


@given(data=st.data())
def test_every_choice_lists_what_the_selection_means(runtime, listing, store, data):
    rows = data.draw(ROWS)
    range_ = st.builds(store.Range, st.sampled_from(["created", "updated"]), ENDS, ENDS)
    selection = data.draw(
        st.builds(
            store.Selection,
            st.sampled_from(["created", "updated"]),
            st.booleans(),
            st.lists(range_, max_size=3).map(tuple),
            st.none() | st.integers(0, 45),
        )
    )
    steps = data.draw(st.lists(st.integers(1, 20), max_size=3).map(sorted))
    connection = database(runtime, rows)
    expected = meaning(rows, selection)
    assert run(connection, listing.choose("k", selection, steps))[0] == expected
    if selection.ranges and not listing.Listing("k", selection).has_everything:
        sort = listing.Listing("k", selection).sort()
        assert [row[0] for row in connection.execute(sort.text, sort.arguments)] == expected
    connection.close()


OLD_HALF_UPDATED = [("k", n, 1000 + n if n < 100 else n) for n in range(200)]
"""200 records; of the older half each was updated after all of the newer half."""


@pytest.mark.parametrize(
    ("ranges", "limit", "steps", "counts", "why"),
    [
        ([("created", 5, 9)], 3, (10,), [], "in order anyway: read up to the limit"),
        ([("updated", 1000, 1005)], 3, (10,), [6], "few matches: sorted"),
        ([("updated", 100, None)], 3, (10,), [10, 3], "many, early: scanned"),
        ([("updated", 1000, None)], 3, (10,), [10, 0], "many, late: scanned to there"),
        ([("updated", 1000, 1019)], 3, (10, 50), [10, 0, 20], "sorted at the second try"),
        ([("updated", 1000, None)], 3, (10, 90, 120), [10, 0, 90, 0, 100], "sorted at the third"),
        ([("updated", 1000, None)], 3, (10, 90, 99), [10, 0, 90, 0, 99, 0], "never few enough"),
        ([("updated", 1000, None)], 30, (10, 90), [10, 90, 0], "too many for the first try"),
        ([("updated", 1000, None)], None, (10, 90), [10, 90], "no end: no use in trying to scan"),
        ([("created", 0, 0), ("updated", 1000, None)], 3, (10,), [10, 0], "two ranges"),
        ([("created", 0, None)], None, (10,), [10], "all there is"),
        ([], 3, (10,), [], "no ranges"),
        ([("updated", 1000, None)], 0, (10,), [], "nothing is asked for"),
    ],
)
def test_a_try_ends_as_soon_as_one_of_the_two_is_cheap(
    *, runtime, listing, store, ranges, limit, steps, counts, why
):
    ranges = tuple(store.Range(*range_) for range_ in ranges)
    selection = store.Selection("created", True, ranges, limit)
    connection = database(runtime, OLD_HALF_UPDATED)
    ids, asked = run(connection, listing.choose("k", selection, steps))
    assert asked == counts, why
    assert ids == meaning(OLD_HALF_UPDATED, selection)


@pytest.mark.parametrize("order", ["created", "updated"])
@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("limit", [5, None])
@pytest.mark.parametrize("times", [["created"], ["updated"], ["created", "updated"]])
def test_indexes_answer_every_query_and_only_a_scan_reads_all(
    *, runtime, listing, store, order, descending, limit, times
):
    """EXPLAIN tells: a query that counts or sorts is bounded by a time, and none looks into the
    table itself."""
    connection = database(runtime, [])
    ranges = tuple(store.Range(time, 3, 9) for time in times)
    queries = listing.Listing("k", store.Selection(order, descending, ranges, limit))

    def searches(query):
        steps = connection.execute(f"EXPLAIN QUERY PLAN {query.text}", query.arguments).fetchall()
        return [step[3] for step in steps if "records" in step[3]]

    for query in (queries.count(ranges, 10), queries.sort()):
        assert len(searches(query)) == len(times)
        for time, search in zip(times, searches(query), strict=True):
            assert f"USING COVERING INDEX records_{time} (kind=? AND {time}>?" in search
    scans = [queries.scan()] if limit is None else [queries.scan(), queries.count_among(10)]
    for query in scans:
        (search,) = searches(query)
        assert f"USING COVERING INDEX records_{order} (kind=?" in search
        assert (f"{order}>?" in search) == (order == "updated" or times == ["created"])
        assert (f"{order}<?" in search) == (order == "created" or times == ["updated"])


@pytest.mark.parametrize(
    ("order", "ranges", "start", "end"),
    [
        ("created", [("created", 3, 9)], 3, 9),
        ("created", [("updated", 3, 9)], None, 9),
        ("created", [("updated", 3, None)], None, None),
        ("created", [("created", 3, 9), ("updated", 5, 12)], None, 12),
        ("created", [("created", 3, None), ("updated", 5, 12)], None, None),
        ("created", [("created", 3, 5), ("created", 1, 4)], 1, 5),
        ("updated", [("updated", 3, 9)], 3, 9),
        ("updated", [("created", 3, 9)], 3, None),
        ("updated", [("created", 3, 9), ("updated", None, 9)], None, None),
        ("updated", [("created", 3, 9), ("updated", 2, 9)], 2, None),
    ],
)
def test_a_scan_goes_over_no_more_than_where_matches_can_be(
    *, listing, store, order, ranges, start, end
):
    expected = store.Range(order, start, end)
    assert listing.span(order, [store.Range(*range_) for range_ in ranges]) == expected


@pytest.mark.parametrize(
    "ranges", [[], [("updated", 0, None)], [("created", 0, 9), ("updated", 0, 9)]]
)
def test_a_limit_may_be_larger_than_the_database_can_count(runtime, listing, store, ranges):
    """A spec may let it be of any size."""
    rows = [("k", n, n) for n in range(9)]
    ranges = tuple(store.Range(*range_) for range_ in ranges)
    selection = store.Selection("created", True, ranges, 10**30)
    connection = database(runtime, rows)
    assert run(connection, listing.choose("k", selection))[0] == meaning(rows, selection)


def test_a_store_lists_more_than_one_batch_in_order(runtime, store, tmp_path):
    """Ten thousand ids are about ten batches."""

    async def scenario():
        events = runtime("sqlite").SQLiteStore(str(tmp_path / "e.db"))
        records = [store.Record(f"{n:05}", n // 3, 20_000 - n, b"{}") for n in range(10_000)]
        assert await events.insert_all("k", records) == len(records)
        assert await events.insert_all("k", records) == 0
        selection = store.Selection("created", True, (store.Range("updated", 10_002, None),))
        batches = [batch async for batch in events.identifiers("k", selection)]
        await events.close()
        return batches

    batches = asyncio.run(scenario())
    assert len(batches) > 3
    assert [id for batch in batches for id in batch] == [f"{n:05}" for n in range(9_998, -1, -1)]
