"""Rows `growth` and `memory`: lists of ids over a small and a large database, and how much memory
the server needs to send all of the large one."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from specpipe.bench.commits import program
from specpipe.bench.engines import Database
from specpipe.bench.figures import Results
from specpipe.bench.load import Load, Request, TooShort, run_load
from specpipe.bench.processes import Server, forget_peak, memory_of
from specpipe.bench.subjects import Bench, our_server, ours_on
from specpipe.bench.workload import LISTED, Workload
from specpipe.conformance.process import server_environment, server_module
from specpipe.conformance.samples import sample
from specpipe.diagnostics import ToolError
from specpipe.spec.model import Document, Time

FIRST = 1_700_000_000_000_000
"""When the first thing was created, in microseconds since the epoch."""
STEP = 1_000_000
"""Microseconds from one thing to the next."""
NARROW = 200
"""Things that a narrow range of times of creation holds, however many there are."""
MIB = 1024 * 1024
Ranges = dict[Time, tuple[int, int]]


def sized(count: int) -> str:
    """The words for a database of so many things."""
    return f"{count:,} things"


def measure_growth(
    bench: Bench, document: Document, rows: Collection[str], results: Results
) -> None:
    """Measure those of the two rows that are in `rows`, on each engine."""
    small, large = bench.effort.small, bench.effort.large
    for engine in bench.databases:
        name = ours_on(engine)
        with filled(bench, document, engine, large) as many:
            if "growth" in rows:
                with (
                    filled(bench, document, engine, small) as few,
                    our_server(bench, few) as less,
                    our_server(bench, many) as more,
                ):
                    measure_lists(bench, name, {small: less, large: more}, results)
            if "memory" in rows:
                bench.say(f"memory: {name}, {sized(large)}")
                with our_server(bench, many) as server:
                    measure_memory(bench, name, server, results)


@contextmanager
def filled(bench: Bench, document: Document, engine: str, count: int) -> Iterator[Database]:
    """A database of an engine with so many small things."""
    resource = bench.work.resource
    schemas = document.data["components"]["schemas"]
    thing = json.dumps(sample(schemas[resource.schema], schemas))
    module = server_module(bench.api, bench.out)
    with bench.databases[engine]() as database, program("fill.py") as path:
        bench.say(f"filling {engine} with {sized(count)}")
        given = (resource.name.snake.upper(), database.url, str(count), str(FIRST), str(STEP))
        done = subprocess.run(
            [sys.executable, str(path), module, *given, thing],
            env=server_environment(bench.out),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise ToolError(f"cannot fill a database: {done.stderr.strip()[-500:]}")
        yield database


def measure_lists(bench: Bench, name: str, servers: dict[int, Server], results: Results) -> None:
    """The time of a list over one connection, of each shape, in turns over both databases."""
    for number in range(bench.effort.rounds):
        bench.say(f"growth, round {number + 1}: {name}")
        for shape in shapes(bench.work, 1):
            for count, server in servers.items():
                request = shapes(bench.work, count)[shape]
                load = list_ids(server, request)
                results.add(
                    "growth", f"{shape}, {sized(count)}", name, p50_ms=load.p50, p99_ms=load.p99
                )


def list_ids(server: Server, request: Request) -> Load:
    """A load of one second, or of ten when that is too short for one answer."""
    try:
        return run_load(server.base_url, [request], 1, 1)
    except TooShort:
        return run_load(server.base_url, [request], 1, 10)


def shapes(work: Workload, count: int) -> dict[str, Request]:
    """Lists of LISTED ids over `count` things, by what their ranges of times hold: those in any of
    them are listed, latest creation first."""
    middle = count // 2
    kinds: dict[str, dict[Time, tuple[float, float]]] = {
        "no range": {},
        "narrow": dict.fromkeys(work.times, (middle, middle + NARROW)),
        "wide": dict.fromkeys(work.times, (count * 0.05, count * 0.95)),
        "narrow, oldest": dict.fromkeys(work.times, (0, NARROW)),
    }
    # Created in a few moments long ago, or changed in many: neither index alone is enough.
    if set(work.times) == {"created", "updated"}:
        kinds["narrow or wide"] = {"created": (0, NARROW), "updated": (count * 0.05, count * 0.95)}
        kinds["changed early"] = {"updated": (0, count * 0.1)}
    return {name: work.identifiers(as_times(ranges)) for name, ranges in kinds.items()}


def as_times(ranges: dict[Time, tuple[float, float]]) -> Ranges:
    """Ranges of numbers of things, as times."""
    return {
        time: (FIRST + int(first * STEP), FIRST + int(last * STEP))
        for time, (first, last) in ranges.items()
    }


def measure_memory(bench: Bench, name: str, server: Server, results: Results) -> None:
    """How far the server's memory rises above what it was while it sends everything, once: unlike
    times, that hardly differs from round to round."""
    work, pid = bench.work, server.pids[0]
    run_load(server.base_url, [work.identifiers()], 1, 1)
    before = memory_of(pid, "VmRSS")
    forget_peak(pid)
    started = time.monotonic()
    size = read_all(server.base_url, work.snapshot())
    results.add(
        "memory",
        sized(bench.effort.large),
        name,
        added_mib=(memory_of(pid, "VmHWM") - before) / MIB,
        seconds=time.monotonic() - started,
        reply_mib=size / MIB,
    )


def read_all(base_url: str, request: Request) -> int:
    """Read an answer and drop it; returns its size. Raises ToolError."""
    parts = urlsplit(base_url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    connection.request(request.method, request.path)
    reply = connection.getresponse()
    size = 0
    while piece := reply.read(MIB):
        size += len(piece)
    connection.close()
    if reply.status != 200 or size < LISTED:
        raise ToolError(f"{request.path} answers {reply.status} with {size} bytes")
    return size
