"""`export`: everything as NDJSON, as of one moment, while a server runs on the same database."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

pytestmark = pytest.mark.engines


@pytest.fixture
def export(command, database_url):
    """Run the command; gives the lines that it wrote, parsed."""

    def export(*options):
        result = command("export", "--database-url", database_url, *options)
        assert result.returncode == 0, result.stderr.decode()
        return [json.loads(line) for line in result.stdout.splitlines()]

    return export


@pytest.fixture
def server(start, tmp_path):
    """A server on the database that is exported."""
    return start(database=tmp_path / "transfer.db")


def test_every_thing_is_a_line_oldest_first_and_whole(export, server, context, vector):
    events = server.events
    stored = [
        events.new(readable="one", context=context, workstreamEventsVector=vector, newer={"a": 1}),
        events.new(readable="\U0001f40b line\nbreak \u2028 NUL \0"),
        events.new(),
    ]
    assert export() == [events.read(event["id"]) for event in stored]


def test_a_line_is_what_the_api_answers_for_the_thing_byte_by_byte(command, server, database_url):
    event = server.events.new(readable="r", big=12345678901234567890123, small=5e-324)
    result = command("export", "--database-url", database_url)
    assert result.stdout == server.events.get(event["id"]).content + b"\n"


def test_what_is_deleted_is_left_out_and_nothing_is_an_empty_file(export, server):
    event = server.events.new()
    server.events.delete(event["id"])
    assert export() == []


@pytest.mark.parametrize("suffix", ["", "-wal"])
def test_the_database_is_not_overwritten_by_its_own_export(command, tmp_path, suffix):
    database = tmp_path / "own.db"
    url = f"sqlite:///{database}"
    assert command("import", "--database-url", url).returncode == 0
    link = tmp_path / "link"
    link.symlink_to(f"{database}{suffix}")
    for output in (f"{database}{suffix}", link):
        result = command("export", "--database-url", url, "--output", str(output))
        assert (result.returncode, b"database itself" in result.stderr) == (1, True)
    assert database.read_bytes().startswith(b"SQLite format 3")


def test_the_summary_goes_to_standard_error(command, server, database_url):
    server.events.new()
    result = command("export", "--database-url", database_url)
    assert result.stderr == b"pieces-workstream-server export: 1 exported (workstream_event)\n"


def test_a_file_is_replaced_as_a_whole_and_is_private(command, server, database_url, tmp_path):
    server.events.new()
    folder = tmp_path / "out"
    folder.mkdir()
    file = folder / "history.ndjson"
    file.write_text("before")
    link = folder / "link"
    link.symlink_to(file)
    result = command("export", "--database-url", database_url, "--output", str(link))
    assert (result.returncode, result.stdout) == (0, b"")
    assert len(file.read_text().splitlines()) == 1
    assert link.is_symlink()
    assert file.stat().st_mode & 0o777 == 0o600
    assert sorted(folder.iterdir()) == [file, link]


def test_a_device_is_written_to_and_not_replaced(command, server, database_url):
    result = command("export", "--database-url", database_url, "--output", "/dev/stdout")
    assert result.returncode == 0
    assert not os.path.isfile("/dev/stdout") or os.path.islink("/dev/stdout")


@pytest.mark.parametrize("name", ["none/history.ndjson", "."])
def test_an_output_that_cannot_be_written_is_told_in_one_line(
    command, server, database_url, tmp_path, name
):
    result = command("export", "--database-url", database_url, "--output", f"{tmp_path}/{name}")
    assert result.returncode == 1
    assert result.stderr.count(b"\n") == 1
    assert str(tmp_path).encode() in result.stderr
    assert not list(tmp_path.glob(".*"))


def test_a_file_of_sqlite_that_is_not_there_is_told_and_not_made(command, tmp_path):
    result = command("export", "--database-url", f"sqlite:///{tmp_path}/e.db")
    assert result.returncode == 1
    assert result.stderr.count(b"\n") == 1
    assert b"there is no such database" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_told_and_leaves_the_file_as_it_was(command, server, database_url):
    server.events.new()
    result = command("export", "--database-url", database_url, "--output", "/dev/full")
    assert result.returncode == 1
    assert b"No space left" in result.stderr
    assert b"Traceback" not in result.stderr


def test_each_line_is_whole_and_the_moment_is_one_while_a_server_writes(export, server):
    """A writer counts up the first event and then the last, over and over: at any one moment the
    first is ahead by one at most. They are so far apart that no one batch has both."""
    ids = [server.events.new(newer="x" * 1000)["id"] for _ in range(500)]
    stop = threading.Event()

    def write() -> int:
        rounds = 0
        while not stop.is_set():
            for id in (ids[0], ids[-1]):
                assert server.events.increment(id, "reuse").status_code == 204
            rounds += 1
        return rounds

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write)
        try:
            found = [export() for _ in range(5)]
        finally:
            stop.set()
        assert writing.result() > 0
    for events in found:
        assert [event["id"] for event in events] == ids
        first, last = (event.get("score", {}).get("reuse", 0) for event in (events[0], events[-1]))
        assert 0 <= first - last <= 1
    assert found[-1][0]["score"]["reuse"] > 1


@pytest.fixture
def much(server):
    """Enough to fill any pipe."""
    for _ in range(30):
        server.events.new(newer="x" * 100_000)


@pytest.fixture
def begun(folder, package, database_url, much):
    """Starts an export that writes to a pipe which nobody reads: it stands still in the middle."""
    started = []

    def begun(*options):
        process = subprocess.Popen(
            [sys.executable, "-m", package, "export", "--database-url", database_url, *options],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        started.append(process)
        return process

    yield begun
    for process in started:
        process.kill()
        process.communicate()


def test_a_reader_that_has_enough_ends_it_quietly(begun):
    process = begun()
    assert process.stdout.readline().endswith(b"}\n")
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait(timeout=30) == 141


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_even_while_it_waits_for_its_reader(begun, number):
    process = begun()
    process.stdout.read(1)
    process.send_signal(number)
    assert process.wait(timeout=30) == 130
    errors = process.stderr.read()
    assert errors.count(b"\n") == 1
    assert b"interrupted" in errors


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_leaves_no_file(begun, tmp_path, number, server):
    folder = tmp_path / "out"
    folder.mkdir()
    for _ in range(20):
        process = begun("--output", str(folder / "history.ndjson"))
        while process.poll() is None and not list(folder.iterdir()):
            pass
        process.send_signal(number)
        if process.wait(timeout=30) == 130:
            assert list(folder.iterdir()) == []
            return
        (folder / "history.ndjson").unlink()
    pytest.fail("each export was quicker than the signal")
