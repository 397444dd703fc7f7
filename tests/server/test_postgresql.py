"""What is PostgreSQL's own: being refused at the start, durability, and how many connections."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

LARGE = "x" * (3 * 1024 * 1024)
SCRIPT = """
import sys
import {package}.runtime.postgres_reader as reader
from {package}.__main__ import run

reader.PATIENCE = 0.2
sys.argv[0] = "server"
run()
"""


OURS = "datname = current_database() AND application_name = 'server'"
"""The servers' connections: not the one that counts them, nor its last, which may still be there."""


@pytest.fixture(scope="module")
def engine():
    return "postgresql"


@pytest.fixture
def url(url_of, tmp_path):
    """An empty database."""
    return url_of(tmp_path / "shared.db")


@pytest.fixture
def sql(cluster, url):
    """Runs a statement on that database."""
    name = url.partition("@/")[2].partition("?")[0]
    return lambda statement: cluster.sql(statement, name)


@pytest.fixture
def refusal(folder, package):
    """The line with which the server refuses to start with a URL."""

    def refusal(url):
        result = subprocess.run(
            [sys.executable, "-m", package, "--port", "0"],
            cwd=folder,
            env={"PATH": os.environ["PATH"], "DATABASE_URL": url},
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert result.returncode == 1
        assert result.stdout == ""
        assert "Traceback" not in result.stderr
        assert result.stderr.count("\n") == 1
        return result.stderr

    return refusal


@pytest.fixture
def open_store(runtime):
    return runtime("store").open_store


@pytest.fixture
def use(open_store, url):
    """What a function of a store gives; it runs on the test's database."""

    def use(job):
        async def run():
            store = await open_store(url)
            try:
                return await job(store)
            finally:
                await store.close()

        return asyncio.run(run())

    return use


# --- starting ----------------------------------------------------------------------------------


def test_a_server_nobody_listens_at_is_told_in_one_line(refusal):
    text = refusal("postgresql://me:hush@127.0.0.1:1/events")
    assert "postgresql://me:***@127.0.0.1:1/events: " in text
    assert "Connection refused" in text


def test_a_host_that_cannot_be_found_is_told_in_one_line(refusal):
    assert "host.invalid" in refusal("postgres://me@host.invalid/events")


def test_a_database_that_is_not_there_is_told_in_one_line(refusal, cluster):
    assert 'database "nothing" does not exist' in refusal(cluster.url("nothing"))


def test_a_wrong_password_is_told_in_one_line_without_it(refusal, cluster):
    cluster.sql("CREATE ROLE locked LOGIN PASSWORD 'right'")
    rules = cluster.data / "pg_hba.conf"
    before = rules.read_text()
    rules.write_text(f"local all locked scram-sha-256\n{before}")
    cluster.sql("SELECT pg_reload_conf()")
    try:
        text = refusal(cluster.url(user="locked:hush"))
    finally:
        rules.write_text(before)
        cluster.sql("SELECT pg_reload_conf()")
        cluster.sql("DROP ROLE locked")
    assert 'password authentication failed for user "locked"' in text
    assert "hush" not in text


def test_a_role_that_may_not_create_tables_is_told_in_one_line(refusal, cluster, url):
    cluster.sql("CREATE ROLE guest LOGIN")
    try:
        text = refusal(url.replace("postgres@", "guest@"))
    finally:
        cluster.sql("DROP ROLE guest")
    assert "permission denied for schema public" in text


def test_a_role_that_may_only_read_and_write_rows_is_enough_once_the_tables_are_there(
    start, cluster, url, sql
):
    start(url=url).events.new()
    cluster.sql("CREATE ROLE clerk LOGIN")
    sql("GRANT SELECT, INSERT, UPDATE, DELETE ON records TO clerk")
    sql("GRANT SELECT ON records_schema TO clerk")
    events = start(url=url.replace("postgres@", "clerk@")).events
    event = events.new()
    events.increment(event["id"], "reuse")
    assert events.delete(event["id"]).status_code == 204
    assert len(events.listed()) == 1
    sql("DROP OWNED BY clerk")
    cluster.sql("DROP ROLE clerk")


def test_a_table_of_another_program_is_left_alone(refusal, url, sql):
    sql("CREATE TABLE records (theirs text)")
    sql("INSERT INTO records VALUES ('precious')")
    assert "has a table `records` of another program" in refusal(url)
    assert sql("SELECT * FROM records") == "precious"
    assert sql("SELECT to_regclass('records_schema') IS NULL") == "t"


def test_beside_it_the_events_can_have_a_schema_of_their_own(start, url, sql):
    sql("CREATE TABLE records (theirs text)")
    sql("CREATE SCHEMA ours")
    events = start(url=f"{url}&options=-csearch_path%3Dours").events
    event = events.new()
    assert events.read(event["id"]) == event
    assert sql("SELECT count(*) FROM ours.records") == "1"
    assert sql("SELECT count(*) FROM public.records") == "0"


def test_tables_of_a_newer_version_are_left_alone(refusal, start, url, sql):
    event = start(url=url).events.new()
    sql("UPDATE records_schema SET version = 99")
    assert "newer version (schema 99, this one knows " in refusal(url)
    sql("UPDATE records_schema SET version = 1")
    assert start(url=url).events.read(event["id"]) == event


def test_a_standby_is_refused_since_nothing_can_be_written_there(refusal, cluster, url, sql):
    name = url.partition("@/")[2].partition("?")[0]
    cluster.sql(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    try:
        assert "session is read-only" in refusal(url)
    finally:
        cluster.sql(f"ALTER DATABASE {name} RESET default_transaction_read_only")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://me:hush@h:port/d",
        "postgresql://me:hu@hush@h/d",
        "postgresql://me:hu/hush@h/d",
        "postgresql://me:%zzhush@h/d",
        "postgresql://h/d?unknown=1&password=hush",
        "postgresql://[h/d?password=hush",
    ],
)
def test_a_url_that_cannot_be_right_is_told_without_its_password(refusal, url):
    text = refusal(url)
    assert "write postgresql://user:password@host:5432/database" in text
    assert "hush" not in text


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://h/d", "postgresql://h/d"),
        ("postgresql://me@h/d?host=/tmp", "postgresql://me@h/d?host=/tmp"),
        ("postgresql://me:p/?&#@h/d", "postgresql://me:***@h/d"),
        ("postgres://me:p@a:1,b:2/d", "postgres://me:***@a:1,b:2/d"),
        ("postgresql:///d?password=p&user=me", "postgresql:///d?password=***&user=me"),
        ("postgresql:///d?sslpassword=p", "postgresql:///d?sslpassword=***"),
    ],
)
def test_passwords_are_not_shown_wherever_they_stand(runtime, url, shown):
    assert runtime("store").shown_url(url) == shown


def test_many_servers_that_start_at_once_agree_on_the_tables(open_store, url, sql):
    async def scenario():
        for store in await asyncio.gather(*(open_store(url) for _ in range(12))):
            await store.check()
            await store.close()

    for _ in range(3):
        sql("DROP TABLE IF EXISTS records, records_schema")
        asyncio.run(scenario())
        assert sql("SELECT version FROM records_schema") == "1"


# --- durability --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "used"),
    [("off", "on"), ("local", "on"), ("remote_write", "on"), ("remote_apply", "remote_apply")],
)
def test_what_is_acknowledged_is_on_disk_whatever_the_database_is_set_to(
    use, cluster, url, given, used
):
    name = url.partition("@/")[2].partition("?")[0]
    cluster.sql(f"ALTER DATABASE {name} SET synchronous_commit = {given}")

    async def setting(store):
        async with store._connections.lend() as session:
            return await session.run("SHOW synchronous_commit")

    assert use(setting) == [(used,)]


def test_a_database_that_does_not_sync_is_warned_of(use, cluster, caplog):
    async def nothing(store):
        pass

    use(nothing)
    assert not caplog.records
    cluster.sql("ALTER SYSTEM SET fsync = off")
    cluster.sql("SELECT pg_reload_conf()")
    try:
        time.sleep(0.2)
        use(nothing)
    finally:
        cluster.sql("ALTER SYSTEM RESET fsync")
        cluster.sql("SELECT pg_reload_conf()")
    assert "fsync=off" in caplog.text


@pytest.mark.parametrize("method", ["insert", "inserts", "insert_all", "change", "delete"])
def test_a_write_that_stopped_waiting_for_the_standby_is_not_acknowledged(
    use, runtime, cluster, method
):
    """Somebody cancels the wait: PostgreSQL then reports success, with a warning."""
    store_module = runtime("store")
    record = store_module.Record("a", 1, 1, b"{}")
    changed = store_module.Record("a", 1, 2, b'{"x":1}')
    calls = {
        "insert": lambda store: store.insert("k", store_module.Record("b", 1, 1, b"{}")),
        "inserts": lambda store: asyncio.gather(
            *(store.insert("k", store_module.Record(id, 1, 1, b"{}")) for id in "bc")
        ),
        "insert_all": lambda store: store.insert_all("k", [store_module.Record("b", 1, 1, b"{}")]),
        "change": lambda store: store.change("k", "a", lambda _: changed),
        "delete": lambda store: store.delete("k", "a"),
    }
    cancel = "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"

    async def scenario(store):
        await store.insert("k", record)
        standbys(cluster, "nobody")
        try:
            call = asyncio.ensure_future(calls[method](store))
            while not call.done():
                await asyncio.to_thread(cluster.sql, cancel)
            with pytest.raises(store_module.StoreError, match="cut off before it was safe"):
                await call
        finally:
            standbys(cluster, "")
        await store.check()

    use(scenario)


def standbys(cluster, names):
    """Wait for these with each commit from now on."""
    cluster.sql(f"ALTER SYSTEM SET synchronous_standby_names = '{names}'")
    cluster.sql("SELECT pg_reload_conf()")
    while cluster.sql("SHOW synchronous_standby_names") != names:
        time.sleep(0.01)


def test_a_write_that_waits_for_a_standby_too_long_is_503_and_readers_go_on(
    start, package, url, cluster
):
    script = SCRIPT.format(package=package).replace(
        "reader.PATIENCE = 0.2",
        f"import {package}.runtime.postgres_connections as c; c.STATEMENT_TIME = 0.5",
    )
    events = start(script=script, url=url).events
    event = events.new()
    standbys(cluster, "nobody")
    try:
        for _ in range(2):
            reply = events.create()
            assert reply.status_code == 503
            assert reply.text == "the store is not available: the database did not answer in time\n"
        assert events.read(event["id"]) == event
    finally:
        standbys(cluster, "")
    assert events.create().status_code == 200


# --- connections -------------------------------------------------------------------------------


def test_a_request_that_is_broken_off_leaks_no_connection(use):
    async def cancelled(store):
        async def slow():
            async with store._connections.lend() as session:
                await session.run("SELECT pg_sleep(20)")

        for _ in range(3):
            tasks = [asyncio.create_task(slow()) for _ in range(12)]
            await asyncio.sleep(0.2)
            for task in tasks:
                task.cancel()
            assert all(
                isinstance(outcome, asyncio.CancelledError)
                for outcome in await asyncio.gather(*tasks, return_exceptions=True)
            )
        await store.check()
        async with store._connections.lend() as session:
            rows = await session.run(
                "SELECT count(*) FROM pg_stat_activity WHERE starts_with(query, 'SELECT pg_sleep') "
                "AND state = 'active' AND datname = current_database()",
                (),
            )
        return rows[0][0]

    assert use(cancelled) == 0


def test_however_many_change_records_at_once_few_records_are_in_memory(use, runtime):
    """Each may be of 16 MiB, and asking for a change takes a client no body."""
    record = runtime("store").Record
    begun = ended = most = 0

    def change(present):
        nonlocal begun, most
        begun += 1
        most = max(most, begun - ended)
        return present._replace(updated=present.updated + 1)

    async def scenario(store):
        async def one(id):
            nonlocal ended
            assert (await store.change("k", id, change)).updated == 2
            ended += 1

        await store.insert_all("k", [record(f"{n}", 1, 1, b"{}") for n in range(100)])
        await asyncio.gather(*(one(f"{n}") for n in range(100)))

    use(scenario)
    assert begun == 100
    assert most <= runtime("postgres").MOST_CONNECTIONS


def test_a_change_that_cannot_be_made_costs_no_connection(use, runtime):
    record = runtime("store").Record

    def refuse(present):
        raise LookupError(present.id)

    async def scenario(store):
        await store.insert("k", record("a", 1, 1, b"{}"))
        before = list(store._connections._idle)
        for _ in range(3):
            with pytest.raises(LookupError, match="a"):
                await store.change("k", "a", refuse)
        assert store._connections._idle == before
        assert (await store.get("k", "a")).updated == 1

    use(scenario)


def test_connections_that_died_while_they_were_idle_cost_no_client_an_error(start, url, sql):
    events = start(url=url).events
    with ThreadPoolExecutor(16) as pool:
        ids = [e["id"] for e in pool.map(lambda _: events.new(), range(64))]
    for _ in range(3):
        assert (
            int(sql(f"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE {OURS}"))
            >= 1
        )
        while int(sql(f"SELECT count(*) FROM pg_stat_activity WHERE {OURS}")):
            time.sleep(0.01)
        with ThreadPoolExecutor(16) as pool:
            statuses = list(pool.map(lambda id: events.increment(id, "reuse").status_code, ids))
        assert set(statuses) == {204}
        assert events.create().status_code == 200


def test_a_server_has_at_most_sixteen_connections(start, url, sql):
    events = start(url=url).events
    for _ in range(6):
        events.new(readable=LARGE)
    peak = []
    done = threading.Event()

    def watch():
        while not done.is_set():
            peak.append(int(sql(f"SELECT count(*) FROM pg_stat_activity WHERE {OURS}")))

    with ThreadPoolExecutor(41) as pool:
        watching = pool.submit(watch)
        try:
            calls = [pool.submit(events.create) for _ in range(200)]
            calls += [pool.submit(events.snapshot) for _ in range(20)]
            calls += [pool.submit(events.listed) for _ in range(200)]
            for call in calls:
                call.result()
        finally:
            done.set()
        watching.result()
    assert max(peak) <= 16


@pytest.mark.parametrize(("size", "kept"), [(1000, 1), (2 * 1024 * 1024, 0)])
def test_a_connection_that_a_large_record_went_through_is_not_kept(use, runtime, size, kept):
    """libpq's buffers grow to hold the largest message and never shrink."""
    record = runtime("store").Record("a", 1, 1, b"b" * size)

    async def scenario(store):
        await store.insert("k", record)
        after_write = len(store._connections._idle)
        await store.check()
        assert await store.get("k", "a") == record
        return after_write, len(store._connections._idle)

    assert use(scenario) == (kept, kept)


def resident(server):
    """The memory that a server has now, in MiB."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) // 1024


def test_clients_that_do_not_read_hold_few_connections(start, package, url, sql):
    """More than may read at once wait, and are told; all else can be done all the while."""
    server = start(script=SCRIPT.format(package=package), url=url)
    events = server.events
    event = events.new()
    for _ in range(6):
        events.new(readable=LARGE)
    slow = [asked(server) for _ in range(8)]
    for connection in slow:
        assert connection.recv(12) == b"HTTP/1.1 200"
    reply = events.snapshot()
    assert reply.status_code == 503
    assert "8 clients are reading everything" in reply.text
    assert events.read(event["id"]) == event
    assert len(events.listed()) == 7
    assert events.batch(event["id"]).status_code == 200
    assert events.increment(event["id"], "reuse").status_code == 204
    assert int(sql(f"SELECT count(*) FROM pg_stat_activity WHERE {OURS}")) <= 16
    for connection in slow:
        connection.close()
    end = time.monotonic() + 60
    while events.snapshot().status_code != 200:
        assert time.monotonic() < end
    in_transaction = f"state LIKE 'idle in transaction%' AND {OURS}"
    while int(sql(f"SELECT count(*) FROM pg_stat_activity WHERE {in_transaction}")):
        assert time.monotonic() < end


def asked(server):
    """A connection on which everything was asked for, and nothing of it read."""
    host, port = server.url.removeprefix("http://").split(":")
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.settimeout(20)
    connection.connect((host, int(port)))
    connection.sendall(b"GET /workstream_events HTTP/1.1\r\nHost: localhost\r\n\r\n")
    return connection


def test_a_snapshot_of_many_adds_little_memory(start, url, sql):
    server = start(url=url)
    event = server.events.new()
    sql(
        "INSERT INTO records (kind, id, created, updated, base, heavy) SELECT kind, "
        "convert_to(lpad(n::text, 100, '0'), 'UTF8'), created, updated, base, heavy "
        "FROM records, generate_series(1, 100000) AS n"
    )
    before = resident(server)
    with server.client.stream("GET", "/workstream_events") as reply:
        text = b"".join(reply.iter_bytes())
    assert resident(server) - before < 12
    indices = json.loads(text)["indices"]
    assert len(indices) == 100_001
    assert indices[event["id"]] in range(100_001)


# --- a database that fails ---------------------------------------------------------------------

OPERATIONS = {
    "create": lambda events: events.create(),
    "get": lambda events: events.get("e"),
    "snapshot": lambda events: events.snapshot(),
    "identifiers": lambda events: events.identifiers(),
    "batch": lambda events: events.batch("e"),
    "delete": lambda events: events.delete("e"),
    "associate": lambda events: events.associate("e", "s"),
    "increment": lambda events: events.increment("e", "reuse"),
}


def test_every_operation_answers_503_in_one_line_and_recovers(start, url, sql):
    events = start(url=url).events
    event = events.new()
    sql("ALTER TABLE records RENAME TO lost")
    for _ in range(2):
        for operation in OPERATIONS.values():
            reply = operation(events)
            assert reply.status_code == 503
            assert reply.text.count("\n") == 1
            assert 'relation "records" does not exist' in reply.text
    sql("ALTER TABLE lost RENAME TO records")
    assert events.read(event["id"]) == event


def test_a_write_that_the_database_refuses_does_not_fail_those_beside_it(start, url, sql):
    events = start(url=url).events
    sql("ALTER TABLE records ADD CHECK (get_byte(id, 0) <> ascii('b'))")

    def write(number):
        name = f"{'bad' if number % 4 == 0 else 'good'}-{number}"
        application = {
            "id": "a",
            "name": "VS_CODE",
            "version": "1",
            "platform": "LINUX",
            "onboarded": True,
            "privacy": "OPEN",
        }
        body = {"application": application, "trigger": {}, "internal_identifier": name}
        return name, events.create(body)

    with ThreadPoolExecutor(16) as pool:
        replies = dict(pool.map(write, range(200)))
    for name, reply in replies.items():
        assert reply.status_code == (503 if name.startswith("bad") else 200), reply.text
    assert sorted(events.listed()) == sorted(name for name in replies if name.startswith("good"))


def test_a_store_that_fails_midway_breaks_the_reply_off(start, url, sql):
    """It must not look whole: the last chunk never comes."""
    server = start(url=url)
    for _ in range(6):
        server.events.new(readable=LARGE)
    sql("UPDATE records SET id = '\\xff' WHERE seq = 1")  # the oldest comes last
    with pytest.raises(httpx.RemoteProtocolError):
        server.events.snapshot()
    assert server.client.get("/.well-known/health").status_code == 200
