"""PostgreSQL restarts, crashes and is replaced by its standby, while several servers are being used:
they go on by themselves, and what was acknowledged is there."""

from __future__ import annotations

import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from specpipe.conformance.cluster import Cluster

WRITERS = 6
PATIENCE = 60.0


@pytest.fixture(scope="module")
def engine():
    return "postgresql"


@pytest.fixture
def new_cluster():
    """Makes clusters of a test's own; they are gone at the end."""
    made = []

    def new_cluster():
        folder = tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True)
        cluster = Cluster(Path(folder.name))
        made.append((folder, cluster))
        return cluster

    yield new_cluster
    for folder, cluster in made:
        cluster.kill()
        folder.cleanup()


class Load:
    """Clients that create and increment through several servers until it ends. What was answered
    with a success is noted, and everything else must be a 503 of one line."""

    def __init__(self, servers):
        for server in servers:  # a server whose log nobody takes comes to a halt
            threading.Thread(target=server.process.stderr.read, daemon=True).start()
        self._servers = [server.events for server in servers]
        self._counted = self._servers[0].new()["id"]
        self._end = threading.Event()
        self.created = []
        self.increments = [0] * WRITERS
        self.doubtful = [0] * WRITERS
        self.strange = []
        self._threads = [threading.Thread(target=self._run, args=(n,)) for n in range(WRITERS)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        self.goes_on()
        return self

    def __exit__(self, *_):
        self._end.set()
        for thread in self._threads:
            thread.join()

    def _run(self, writer):
        events = self._servers[writer % len(self._servers)]
        while not self._end.is_set():
            try:
                created = events.create()
                counted = events.increment(self._counted, "reuse")
            except httpx.HTTPError as error:
                self.strange.append(repr(error))
                return
            self.created += [created.json()] if created.status_code == 200 else []
            self.increments[writer] += counted.status_code == 204
            self.doubtful[writer] += counted.status_code == 503
            for reply in (created, counted):
                if reply.status_code == 503:
                    if reply.text.count("\n") != 1:
                        self.strange.append(reply.text)
                elif reply.status_code not in (200, 204):
                    self.strange.append(reply.text)

    def goes_on(self):
        """Wait until each client has got something done from now on."""
        before = list(self.increments)
        end = time.monotonic() + PATIENCE
        while any(now < then + 3 for now, then in zip(self.increments, before, strict=True)):
            assert time.monotonic() < end, self.strange or "the servers do not recover"
            time.sleep(0.01)

    def check(self, events):
        """Hold what is stored against what was acknowledged."""
        assert self.strange == []
        found = {event["id"]: event for event in events.snapshot().json()["iterable"]}
        assert [event for event in self.created if found.get(event["id"]) != event] == []
        reuse = found[self._counted]["score"]["reuse"]
        assert sum(self.increments) <= reuse <= sum(self.increments) + sum(self.doubtful)


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_servers_outlive_a_restart_of_the_database(start, new_cluster, mode):
    cluster = new_cluster()
    cluster.create()
    cluster.start()
    servers = [start(url=cluster.url()) for _ in range(2)]
    with Load(servers) as load:
        for _ in range(2):
            cluster.stop(mode)
            down = [server.events.get("e") for server in servers]
            assert [(reply.status_code, reply.text) for reply in down] == [
                (503, "the store is not available: the database cannot be reached\n")
            ] * 2
            assert servers[0].client.get("/.well-known/health").status_code in (200, 503)
            cluster.start()
            load.goes_on()
    load.check(servers[0].events)


def test_a_restart_without_load_costs_no_client_an_error(start, new_cluster):
    cluster = new_cluster()
    cluster.create()
    cluster.start()
    events = start(url=cluster.url()).events
    with ThreadPoolExecutor(8) as pool:
        kept = list(pool.map(lambda _: events.new(), range(40)))
    cluster.stop()
    cluster.start()
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda event: events.read(event["id"]), kept)) == kept
    cluster.stop()
    cluster.start()
    assert events.create().status_code == 200


def test_servers_go_on_with_the_promoted_standby_and_nothing_acknowledged_is_lost(
    start, new_cluster
):
    primary, standby = new_cluster(), new_cluster()
    primary.create()
    primary.start()
    standby.own()
    standby.run(
        "pg_basebackup",
        f"--dbname={primary.url()}",
        f"--pgdata={standby.data}",
        "--write-recovery-conf",
    )
    standby.start({"cluster_name": "standby"})
    primary.sql("ALTER SYSTEM SET synchronous_standby_names = 'standby'")
    primary.sql("SELECT pg_reload_conf()")
    end = time.monotonic() + PATIENCE
    while primary.sql("SELECT sync_state FROM pg_stat_replication") != "sync":
        assert time.monotonic() < end, standby.log()
        time.sleep(0.02)
    url = f"postgresql://postgres@/postgres?host={primary.folder},{standby.folder}"
    servers = [start(url=url) for _ in range(2)]
    with Load(servers) as load:
        primary.kill()
        standby.sql("SELECT pg_promote()")
        load.goes_on()
    load.check(servers[1].events)
    late = start(url=url).events
    assert late.create().status_code == 200
    load.check(late)


def test_what_one_of_three_servers_did_the_others_know_at_once(start, tmp_path):
    servers = [start(database=tmp_path / "shared.db").events for _ in range(3)]
    counted = servers[0].new()["id"]

    def work(number):
        one, other = servers[number % 3], servers[(number + 1) % 3]
        event = one.new(readable=f"{number}")
        assert other.read(event["id"]) == event
        assert one.increment(counted, "reuse").status_code == 204
        changed = other.update({**event, "readable": "changed"}).json()
        assert one.read(event["id"]) == changed
        assert other.associate(event["id"], "s").status_code == 204
        assert one.read(event["id"])["summaries"]["indices"] == {"s": 0}
        if number % 4 == 0:
            assert one.delete(event["id"]).status_code == 204
            assert other.get(event["id"]).status_code == 410
        return event["id"]

    with ThreadPoolExecutor(12) as pool:
        ids = list(pool.map(work, range(60)))
    assert servers[2].read(counted)["score"]["reuse"] == 60
    kept = {id for number, id in enumerate(ids) if number % 4}
    assert [set(events.listed()) - {counted} for events in servers] == [kept] * 3
