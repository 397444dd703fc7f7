"""Rows `decode`, `encode`, `call`, `import` and `sdk-memory`: what an SDK costs the program that
uses it. Each figure comes from a process of its own."""

from __future__ import annotations

import os
import statistics
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path

from specpipe.bench.commits import program
from specpipe.bench.figures import Results
from specpipe.bench.growth import sized
from specpipe.bench.processes import Server, serving
from specpipe.bench.requests import in_turn
from specpipe.bench.sdks import FLOOR, OURS, STOCK, Sdk
from specpipe.bench.snapshots import Answers, answers_of, snapshot_of
from specpipe.bench.subjects import Run

SYNC, ASYNC = "one after the other", "the same, awaited"
ONE_CORE = "the same, on one core"
FOREIGN = "an unknown member in each"
FIRST_CLIENT = "first client"
FEW = 10
"""Things in the snapshot that a subject warms up with."""
NOWHERE = "http://127.0.0.1:9"
"""For a client that calls nothing."""
FLOORS = {
    "decode": "floor: orjson",
    "encode": "floor: orjson",
    "sdk-memory": "floor: orjson",
    "call": "floor: http.client + orjson",
    "import": "floor: bare interpreter",
}
Measure = Callable[[Run, Sdk, Answers, Results], None]


def measure_clients(
    bench: Run, sdks: Sequence[Sdk], rows: Collection[str], results: Results
) -> None:
    """Measure those of CLIENT_ROWS that are in `rows`: in each round every subject once."""
    answers = answers_of(bench)
    for case, text in snapshots(bench, answers).items():
        snapshot_file(bench, case).write_bytes(text)
    for number in range(bench.effort.client_rounds):
        for row, measure in CLIENT_ROWS.items():
            for sdk in in_turn(sdks, number) if row in rows else ():
                if not sdk.takes_part(row):
                    continue
                bench.say(f"{row}, round {number + 1}: {named(sdk, row)}")
                measure(bench, sdk, answers, results)


def snapshots(bench: Run, answers: Answers) -> dict[str, bytes]:
    """Those that are decoded, by case."""
    count = bench.effort.snapshot
    return {
        sized(FEW): snapshot_of(answers.snapshot, bench.work, FEW),
        sized(count): snapshot_of(answers.snapshot, bench.work, count),
        FOREIGN: snapshot_of(answers.snapshot, bench.work, count, unknown=True),
    }


def snapshot_file(bench: Run, case: str) -> Path:
    """Where the snapshot of a case is."""
    return bench.folder / f"{case}.json"


def coding(row: str) -> Measure:
    """What measures `decode` or `encode`: of what the contract knows, and with more than that. A
    program does it when it has asked for a snapshot, so the first one of a process counts; the
    median of several processes."""

    def measure(bench: Run, sdk: Sdk, answers: Answers, results: Results) -> None:
        few = snapshot_file(bench, sized(FEW))
        for case in (sized(bench.effort.snapshot), FOREIGN):
            many = snapshot_file(bench, case)
            runs = [sdk.measure(row, NOWHERE, few, many) for _ in range(bench.effort.repeats)]
            found = {name: statistics.median(run[name] for run in runs) for name in runs[0]}
            results.add(row, case, named(sdk, row), **found)

    return measure


def measure_memory(bench: Run, sdk: Sdk, answers: Answers, results: Results) -> None:
    """The peak that decoding adds."""
    case = sized(bench.effort.snapshot)
    few, many = (snapshot_file(bench, size) for size in (sized(FEW), case))
    found = sdk.measure("memory", NOWHERE, few, many)
    results.add("sdk-memory", case, named(sdk, "sdk-memory"), **found)


def measure_calls(bench: Run, sdk: Sdk, answers: Answers, results: Results) -> None:
    """Reading one thing from a server that does next to nothing. On one core nothing sleeps: what
    it costs to wake a core, which machines differ in widely, is in the other cases alone."""
    tasks = {SYNC: "call", ONE_CORE: "call"}
    if sdk.name in (OURS, STOCK):
        tasks[ASYNC] = "async_call"
    for case, task in tasks.items():
        cores = one_core() if case == ONE_CORE else nullcontext()
        with cores, answering(bench.folder, answers.thing) as server:
            found = sdk.measure(task, server.base_url, answers.id, bench.effort.seconds)
        results.add("call", case, named(sdk, "call"), **found)


@contextmanager
def one_core() -> Iterator[None]:
    """What is started meanwhile runs on one core, and so does this process."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextmanager
def answering(folder: Path, answer: bytes) -> Iterator[Server]:
    """A server that gives the same answer to everything."""
    file = folder / "answer.json"
    file.write_bytes(answer)
    with program("answer.py") as path:
        command = [sys.executable, str(path), str(file)]
        with serving(command, os.environ, folder / "answer.log") as server:
            yield server


def measure_import(bench: Run, sdk: Sdk, answers: Answers, results: Results) -> None:
    """A new interpreter until it has a client; the median of several, the first one of which, with
    cold files, does not count."""
    sdk.first_client(NOWHERE)
    seconds = statistics.median(sdk.first_client(NOWHERE) for _ in range(bench.effort.repeats * 3))
    results.add("import", FIRST_CLIENT, named(sdk, "import"), cpu_ms=seconds * 1e3)


def named(sdk: Sdk, row: str) -> str:
    """The subject's name: what the floor is differs from row to row."""
    return FLOORS[row] if sdk.name == FLOOR else sdk.name


CLIENT_ROWS: dict[str, Measure] = {
    "decode": coding("decode"),
    "encode": coding("encode"),
    "call": measure_calls,
    "import": measure_import,
    "sdk-memory": measure_memory,
}
