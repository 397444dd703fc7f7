"""The command line of the server, and what it serves besides the operations."""

from __future__ import annotations

import json
import signal
import socket
import sqlite3
import subprocess
import sys

import httpx
import pytest

from specpipe import pipeline
from specpipe.targets.server import ServerTarget
from specpipe.workspace import ROOT


@pytest.fixture
def run(folder, package, tmp_path):
    """Run the server with options that make it stop by itself."""

    def run(*options, **environment):
        return subprocess.run(
            [sys.executable, "-m", package, *options],
            cwd=folder,
            env={"PATH": "/usr/bin", "DATABASE_URL": f"sqlite:///{tmp_path}/e.db", **environment},
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )

    return run


def assert_one_clear_line(result, *words):
    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1, result.stderr
    for word in words:
        assert word in result.stderr


def test_health_answers_get_and_head(client):
    reply = client.get("/.well-known/health")
    assert (reply.status_code, reply.text) == (200, "ok\n")
    reply = client.head("/.well-known/health")
    assert (reply.status_code, reply.content) == (200, b"")


def test_version_tells_title_and_version(client):
    document = client.get("/openapi.json").json()
    told = client.get("/.well-known/version").json()
    assert told == {k: document["info"][k] for k in ("title", "version")}


def test_openapi_json_is_the_document_that_the_server_was_generated_from(client, folder, package):
    reply = client.get("/openapi.json")
    assert reply.headers["content-type"] == "application/json"
    assert reply.json() == json.loads((folder / package / "openapi.json").read_bytes())


def test_the_first_free_port_of_the_range_is_the_default(run, folder, package):
    document = json.loads((folder / package / "openapi.json").read_bytes())
    first, last = document["x-port-range"]
    help_ = " ".join(run("--help").stdout.split())
    assert f"{first}-{last}" in help_


def test_a_server_whose_first_line_nobody_can_take_serves_all_the_same(folder, package, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", package, "--port", str(port)]
    environment = {"PATH": "/usr/bin", "DATABASE_URL": f"sqlite:///{tmp_path}/e.db"}
    with open("/dev/full", "wb") as full:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=full)
    try:
        transport = httpx.HTTPTransport(retries=7)  # waits for longer each time: 30 s in all
        with httpx.Client(transport=transport) as client:
            assert client.get(f"http://127.0.0.1:{port}/.well-known/health").status_code == 200
    finally:
        process.terminate()
        process.wait(20)


def test_a_port_in_use_is_told_in_one_line(run):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert_one_clear_line(run("--port", str(port)), f"port {port} is in use", "--port")


@pytest.mark.parametrize("port", ["abc", "-1", "65536", "1.5", "\u0661"])
def test_what_is_no_port_is_misuse_on_the_command_line_and_in_the_environment(run, port):
    for result in (run(f"--port={port}"), run(PORT=port)):
        assert result.returncode == 2
        assert "0 to 65535" in result.stderr
        assert "Traceback" not in result.stderr


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org"])
def test_beyond_loopback_a_key_is_needed(run, host):
    assert_one_clear_line(run("--host", host), host, "--api-key")
    assert_one_clear_line(run("--host", host, "--api-key", ""), host, "--api-key")


def test_a_key_that_no_operation_asks_for_protects_nothing(tmp_path):
    """So that the API of this spec is for this machine only."""
    spec = ROOT / "tests" / "golden" / "example-answers" / "spec.yaml"
    for path, content in ServerTarget().render(*pipeline.read_spec(spec)).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    result = subprocess.run(
        [sys.executable, "-m", "tide_tables_server", "--host", "0.0.0.0", "--api-key", "k"],
        cwd=tmp_path / "server",
        env={"PATH": "/usr/bin", "DATABASE_URL": f"sqlite:///{tmp_path}/e.db"},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert_one_clear_line(result, "0.0.0.0", "no operation")


def test_with_a_key_the_server_may_listen_beyond_loopback(start):
    server = start("--host", "0.0.0.0", key="k")
    port = server.url.rpartition(":")[2]
    url = f"http://127.0.0.1:{port}/workstream_events"
    assert httpx.get(url).status_code == 401
    assert httpx.get(url, headers={"X-Application-ID": "k"}).status_code == 200


def test_a_host_that_cannot_be_found_is_told_in_one_line(run):
    assert_one_clear_line(run("--host", "host.invalid", "--api-key", "k"), "host.invalid")


@pytest.mark.parametrize(
    "url", ["nonsense", "sqlite://", "sqlite:///", "mysql://h/d", "sqlite:e.db"]
)
def test_a_database_url_of_another_form_is_told_in_one_line(run, url):
    assert_one_clear_line(run("--database-url", url), "sqlite:///file.db")


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("sqlite:///:memory:", "lost"),
        ("sqlite:///:memory:?cache=shared", "lost"),
        ("sqlite:///e.db?mode=ro", "'?'"),
        ("sqlite:////e.db?", "'?'"),
    ],
)
def test_a_database_that_is_no_plain_file_is_told_in_one_line(run, folder, url, word):
    before = sorted(folder.iterdir())
    assert_one_clear_line(run("--database-url", url), url, word)
    assert sorted(folder.iterdir()) == before


@pytest.mark.parametrize("name", ["*", "http://a.example", "a.example:80", ""])
def test_a_host_that_is_no_name_is_misuse(run, name):
    for result in (run("--allow-host", name), run(ALLOW_HOSTS=f"a.example,{name or ' /'}")):
        assert result.returncode == 2
        assert "is no host name" in result.stderr
        assert "Traceback" not in result.stderr


def test_a_folder_that_is_not_there_is_told_in_one_line(run, tmp_path):
    path = f"{tmp_path}/none/e.db"
    assert_one_clear_line(run("--database-url", f"sqlite:///{path}"), path)


@pytest.mark.parametrize(
    "content", [b"not a database" * 100, b"SQLite format 3\0" + b"\xff" * 4096]
)
def test_a_file_that_is_no_database_is_refused_and_left_alone(run, tmp_path, content):
    file = tmp_path / "e.db"
    file.write_bytes(content)
    assert_one_clear_line(run(), str(file))
    assert file.read_bytes() == content


def test_a_newer_file_is_refused_and_left_alone(run, tmp_path):
    file = tmp_path / "e.db"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE records (newer)")
        connection.execute("PRAGMA user_version=2")
    connection.close()
    before = file.read_bytes()
    assert_one_clear_line(run(), str(file), "newer")
    assert file.read_bytes() == before


def test_a_database_of_another_program_is_refused_and_left_alone(run, tmp_path):
    file = tmp_path / "e.db"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE bookmarks (url)")
    connection.close()
    before = file.read_bytes()
    assert_one_clear_line(run(), str(file), "another program")
    assert file.read_bytes() == before


def test_settings_can_come_from_the_environment(run):
    assert_one_clear_line(run(HOST="0.0.0.0"), "0.0.0.0")
    assert_one_clear_line(run(DATABASE_URL="nonsense"), "nonsense")


def test_help_lists_every_setting(run):
    help_ = run("--help").stdout
    for option in ("--host", "--port", "--database-url", "--api-key", "--allow-host"):
        assert option in help_


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_the_server_without_a_word(start, number):
    server = start()
    server.events.new()
    server.process.send_signal(number)
    _, errors = server.process.communicate(timeout=20)
    assert errors == ""


def test_runs_with_the_same_seed_give_the_same_replies(start, seed):
    def story(server):
        events = server.events
        event = events.create(seed(readable="r")).json()
        events.increment(event["id"], "reuse")
        return [event, events.read(event["id"]), events.new(), events.snapshot().text]

    first = story(start("--repeatable", "7"))
    assert story(start("--repeatable", "7")) == first
    assert story(start("--repeatable", "8")) != first


def test_servers_that_are_started_at_once_get_ports_of_their_own(folder, package, tmp_path):
    """Each the first free one of the range, which it tells."""
    document = json.loads((folder / package / "openapi.json").read_bytes())
    first, last = document["x-port-range"]
    environment = {"PATH": "/usr/bin"}
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", package, "--database-url", f"sqlite:///{tmp_path}/{n}.db"],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        for n in range(4)
    ]
    try:
        lines = [process.stdout.readline() for process in processes]
        urls = [line.split()[2] for line in lines]
        ports = {int(url.rpartition(":")[2]) for url in urls}
        assert len(ports) == 4
        assert all(first <= port <= last for port in ports)
        for url in urls:
            assert httpx.get(f"{url}/.well-known/health", trust_env=False).text == "ok\n"
    finally:
        for process in processes:
            process.kill()
            process.wait()
            process.stdout.close()


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&- >&- 2>&-"])
def test_standard_streams_may_be_closed(folder, package, closed):
    command = [sys.executable, "-m", package, "export", "--help"]
    shell = ["sh", "-c", f'exec "$@" {closed}', "sh", *command]
    assert subprocess.run(shell, cwd=folder, check=False, capture_output=True).returncode == 0
