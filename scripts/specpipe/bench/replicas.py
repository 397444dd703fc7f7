"""Row `replicas`: several servers on one PostgreSQL, alone and with a standby that has each commit
before it is acknowledged. On a machine where they share the cores, a request's CPU tells what
another server costs; more requests a second come of more machines."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from specpipe.bench.engines import POSTGRESQL, Database
from specpipe.bench.figures import Results
from specpipe.bench.load import Load, Request, run_load
from specpipe.bench.processes import Server, cpu_of, family
from specpipe.bench.requests import WARM_UP, in_turn
from specpipe.bench.subjects import Bench, our_server, ours_on
from specpipe.bench.workload import LISTED, fill
from specpipe.conformance.cluster import Cluster, throwaway_cluster
from specpipe.diagnostics import ToolError

ROW = "replicas"
COUNTS = (1, 2, 4)
CONNECTIONS = 64
"""Of all servers together."""
STANDBY = "standby"
ALONE, STANDING_BY = ours_on(POSTGRESQL), f"{ours_on(POSTGRESQL)} with a synchronous standby"
PATIENCE = 30.0
"""Seconds until a standby follows."""


def measure_replicas(bench: Bench, results: Results) -> None:
    """Measure the row: in each round each number of servers, on a fresh database."""
    for name in (ALONE, STANDING_BY):
        with throwaway_cluster() as cluster, ExitStack() as stack:
            if name == STANDING_BY:
                stack.enter_context(following(cluster))
            for number in range(bench.effort.sizings):
                for count in in_turn(COUNTS, number):
                    bench.say(f"{ROW}, round {number + 1}: {name}, {servers(count)}")
                    measure_count(bench, cluster, name, count, results)


def servers(count: int) -> str:
    """The words for so many servers."""
    return f"{count} server{'s' * (count != 1)}"


def measure_count(bench: Bench, cluster: Cluster, name: str, count: int, results: Results) -> None:
    """Creating and reading through so many servers at once."""
    database = f"bench_{time.monotonic_ns()}"
    cluster.sql(f"CREATE DATABASE {database}")
    with ExitStack() as stack:
        up = [
            stack.enter_context(our_server(bench, Database(cluster.url(database))))
            for _ in range(count)
        ]
        ids = fill(up[0].base_url, bench.work, LISTED)
        gets = [bench.work.get(id) for id in ids]
        for kind, requests in (("create", [bench.work.create()]), ("get", gets)):
            at_once(up, requests, WARM_UP)
            before = cpu(up, cluster)
            loads = at_once(up, requests, bench.effort.seconds)
            spent = cpu(up, cluster) - before
            answered = sum(load.requests for load in loads)
            results.add(
                ROW,
                f"{kind}, {servers(count)}",
                name,
                cpu_us=spent / answered * 1e6,
                per_second=sum(load.per_second for load in loads),
                p99_ms=max(load.p99 for load in loads),
            )
    cluster.sql(f"DROP DATABASE {database} WITH (FORCE)")


def at_once(up: Sequence[Server], requests: Sequence[Request], seconds: int) -> list[Load]:
    """The same load on each server at the same time, with its part of CONNECTIONS."""
    each = CONNECTIONS // len(up)
    with ThreadPoolExecutor(len(up)) as pool:
        return list(pool.map(lambda it: run_load(it.base_url, requests, each, seconds), up))


def cpu(up: Sequence[Server], cluster: Cluster) -> float:
    """Seconds of CPU that the servers and the database have used."""
    postmaster = int((cluster.data / "postmaster.pid").read_text().split()[0])
    return sum(it.cpu for it in up) + sum(map(cpu_of, family(postmaster)))


@contextmanager
def following(primary: Cluster) -> Iterator[None]:
    """A standby of `primary` that has every commit on its disk before it is acknowledged. Raises
    ToolError."""
    with TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as folder:
        standby = Cluster(Path(folder))
        standby.own()
        options = (f"--pgdata={standby.data}", "--write-recovery-conf", "--checkpoint=fast")
        source = f"user=postgres host={primary.folder} application_name={STANDBY}"
        standby.run("pg_basebackup", f"--dbname={source}", *options)
        try:
            standby.start({"cluster_name": STANDBY})
            primary.sql(f"ALTER SYSTEM SET synchronous_standby_names = '{STANDBY}'")
            primary.sql("SELECT pg_reload_conf()")
            wait_for(primary, standby)
            yield
        finally:
            primary.sql("ALTER SYSTEM RESET synchronous_standby_names")
            primary.sql("SELECT pg_reload_conf()")
            standby.kill()


def wait_for(primary: Cluster, standby: Cluster) -> None:
    """Until the standby is synchronous. Raises ToolError when it does not come to that."""
    end = time.monotonic() + PATIENCE
    while primary.sql("SELECT sync_state FROM pg_stat_replication") != "sync":
        if time.monotonic() > end:
            raise ToolError(f"a standby does not follow: {standby.log()[-300:].strip()}")
        time.sleep(0.05)
