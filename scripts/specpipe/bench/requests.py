"""Rows `get`, `create`, `snapshot` and `identifiers`: requests a second, their times, and what a
request costs the server in CPU, at several numbers of connections, over LISTED stored things."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TypeVar

from specpipe.bench.figures import Results
from specpipe.bench.load import Request, run_load
from specpipe.bench.processes import Server
from specpipe.bench.subjects import CONSTANT, FASTAPI, Bench, ours
from specpipe.bench.workload import LISTED, Workload, fill

T = TypeVar("T")

WARM_UP = 1
"""Seconds, before each kind of request."""
WARM_CONNECTIONS = 16
KINDS = ("get", "snapshot", "identifiers", "create")
"""The last one changes how much is stored, and so comes last."""


def requests_of(kind: str, work: Workload, ids: Sequence[str]) -> list[Request]:
    """What is sent for one of KINDS, when the things of `ids` are stored."""
    if kind == "get":
        return [work.get(id) for id in ids]
    whole = {
        "snapshot": work.snapshot,
        "identifiers": work.identifiers,
        "create": work.create,
    }
    return [whole[kind]()]


def connected(connections: int) -> str:
    """The case of so many connections."""
    return f"{connections} connection{'s' * (connections != 1)}"


def measure_requests(bench: Bench, rows: Collection[str], results: Results) -> None:
    """Measure those of KINDS that are in `rows`: in each round every subject once, started anew."""
    subjects = [*map(ours, bench.databases), FASTAPI, CONSTANT]
    for number in range(bench.effort.rounds):
        for subject in in_turn(subjects, number):
            bench.say(f"requests, round {number + 1}: {subject.name}")
            with subject.start(bench) as server:
                measure_one(bench, rows, subject.name, server, results)


def measure_one(
    bench: Bench, rows: Collection[str], name: str, server: Server, results: Results
) -> None:
    """Every kind of request to one server."""
    # The floor stores nothing, and answers whatever id is asked for.
    stored = name != CONSTANT.name
    ids = fill(server.base_url, bench.work, LISTED) if stored else ["constant"]
    for row in KINDS:
        if row not in rows:
            continue
        requests = requests_of(row, bench.work, ids)
        run_load(server.base_url, requests, WARM_CONNECTIONS, WARM_UP)
        for connections in bench.effort.connections:
            found = measured(server, requests, connections, bench.effort.seconds)
            results.add(row, connected(connections), name, **found)


def measured(
    server: Server, requests: Sequence[Request], connections: int, seconds: int
) -> dict[str, float]:
    """What one load gave, and what it cost the server: microseconds of CPU a request."""
    before = server.cpu
    load = run_load(server.base_url, requests, connections, seconds)
    return {
        "cpu_us": (server.cpu - before) / load.requests * 1e6,
        "per_second": load.per_second,
        "p50_ms": load.p50,
        "p99_ms": load.p99,
    }


def in_turn(subjects: Sequence[T], number: int) -> list[T]:
    """The subjects in another order in each round, so that none is always after the same one."""
    at = number % len(subjects)
    return [*subjects[at:], *subjects[:at]]
