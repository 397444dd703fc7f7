"""The write-ahead log of SQLite: it does not grow for ever, whoever reads."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import resource
import signal

import pytest

MIB = 1024 * 1024
LONGEST = MIB
RECORDS = 5_000


@pytest.fixture
def module(runtime, monkeypatch):
    """The modules, with a log that is long from one MiB on."""
    monkeypatch.setattr(runtime("sqlite_schema"), "LONGEST_LOG", LONGEST)
    monkeypatch.setattr(runtime("sqlite_log"), "LONGEST_LOG", LONGEST)
    return runtime


class Story:
    """A store with some records, something to write, and the log's length."""

    def __init__(self, runtime, tmp_path):
        self.store = runtime("sqlite").SQLiteStore(str(tmp_path / "e.db"))
        self._record = runtime("store").Record
        self._log = tmp_path / "e.db-wal"
        self._count = 0

    async def begin(self):
        records = [self._record(f"{n}", n, n, b"x" * 200) for n in range(RECORDS)]
        await self.store.insert_all("k", records)

    async def write(self, size=100_000):
        self._count += 1
        record = self._record(f"{self._count}", self._count, self._count, b"x" * size)
        assert await self.store.insert("other", record)

    @property
    def length(self):
        return self._log.stat().st_size

    async def read(self):
        """How many records a snapshot has, read with pauses."""
        count = 0
        async with self.store.snapshot("k") as snapshot:
            async for records in snapshot.records(heavy=True):
                count += len(records)
                await asyncio.sleep(0.01)
        return count


def test_it_is_cut_once_nobody_reads_an_old_moment_any_more(module, tmp_path):
    async def scenario():
        story = Story(module, tmp_path)
        await story.begin()
        async with story.store.snapshot("k") as snapshot:
            await anext(snapshot.records(heavy=True))
            for _ in range(60):
                await story.write()
            assert story.length > 5 * MIB, "the reader keeps it"
        for _ in range(3):
            await story.write(10)
        assert story.length <= LONGEST
        await story.store.close()

    asyncio.run(scenario())


def test_reads_that_overlap_all_the_time_make_a_gap_for_cutting_it(module, tmp_path):
    """Three readers in turn, none ever without another, and a writer."""

    async def scenario():
        story = Story(module, tmp_path)
        await story.begin()
        lengths = []
        enough = asyncio.Event()

        async def read_again_and_again(delay):
            await asyncio.sleep(delay)
            while not enough.is_set():
                assert await story.read() == RECORDS

        readers = asyncio.gather(*(read_again_and_again(n * 0.03) for n in range(3)))
        for _ in range(200):
            await story.write()
            lengths.append(story.length)
            await asyncio.sleep(0.005)
        enough.set()
        await readers
        await story.store.close()
        return lengths

    lengths = asyncio.run(scenario())
    cuts = sum(later < earlier for earlier, later in itertools.pairwise(lengths))
    assert cuts >= 3
    assert max(lengths) < 10 * MIB, "half of what was written"


def test_a_reader_that_stalls_costs_the_others_one_gap(module, tmp_path, monkeypatch):
    """They wait for it once, in vain, and then read beside it."""
    monkeypatch.setattr(module("sqlite_log"), "GAP", 0.05)
    monkeypatch.setattr(module("sqlite_log"), "BUSY", 0.05)

    async def scenario():
        story = Story(module, tmp_path)
        await story.begin()
        waits = []
        quiet = story.store._readers._turns.quiet

        async def counted(seconds):
            waits.append(seconds)
            await quiet(seconds)

        story.store._readers._turns.quiet = counted
        async with contextlib.AsyncExitStack() as stack:
            stalled = await stack.enter_async_context(story.store.snapshot("k"))
            await anext(stalled.records(heavy=True))
            for _ in range(40):
                await story.write()
            assert story.length > LONGEST
            waits.clear()
            for _ in range(5):
                assert await story.read() == RECORDS
            assert waits == [0.05]
            await story.write()
        await story.store.close()

    asyncio.run(scenario())


def test_when_it_cannot_be_cut_reading_goes_on_and_writers_wait_as_long_as_ever(module, tmp_path):
    """On a full disk what is in the log does not fit into the file, which may not grow here."""

    async def scenario():
        story = Story(module, tmp_path)
        await story.begin()
        before = await story.store._writer.do(timeout)
        async with story.store.snapshot("k") as snapshot:
            await anext(snapshot.records(heavy=True))
            for _ in range(40):
                await story.write()
        assert story.length > LONGEST
        with limited(tmp_path / "e.db"):
            assert await story.read() == RECORDS
            assert story.length > LONGEST, "it could not be cut"
        assert await story.store._writer.do(timeout) == before
        await story.store.close()

    asyncio.run(scenario())


def timeout(connection):
    return connection.execute("PRAGMA busy_timeout").fetchone()[0]


@contextlib.contextmanager
def limited(file):
    """This process may not make any file longer than `file` is (RLIMIT_FSIZE)."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (file.stat().st_size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


def test_a_commit_is_on_disk_before_it_is_acknowledged(runtime, tmp_path):
    """kill -9 cannot show it, only a loss of power would: the running store is asked."""

    async def scenario():
        store = runtime("sqlite").SQLiteStore(str(tmp_path / "e.db"))

        def settings(connection):
            names = ("synchronous", "journal_mode", "journal_size_limit")
            return {name: connection.execute(f"PRAGMA {name}").fetchone()[0] for name in names}

        found = await store._writer.do(settings)
        await store.close()
        return found

    found = asyncio.run(scenario())
    assert found["synchronous"] == 2, "FULL"
    assert found["journal_mode"] == "wal"
    assert found["journal_size_limit"] == runtime("sqlite_schema").LONGEST_LOG
