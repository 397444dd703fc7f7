"""`import`: checked as a whole, harmless when it is repeated, beside a server that writes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

pytestmark = pytest.mark.engines

PROGRAM = "pieces-workstream-server import"


@pytest.fixture
def line(seed):
    """An event as a line of a file, without its end."""

    def line(id, **members):
        time = {"value": "2024-05-06T07:08:09.123456+00:00"}
        event = seed(id=id, created=time, updated=time, **members)
        return json.dumps({name: value for name, value in event.items() if value is not None})

    return line


@pytest.fixture
def import_(command, database_url):
    """Import text or bytes; gives the exit status and what it said."""

    def import_(*lines, end="\n"):
        raw = b"".join(
            (text.encode() if isinstance(text, str) else text) + end.encode() for text in lines
        )
        result = command("import", "--database-url", database_url, input=raw)
        assert result.stdout == b""
        return result.returncode, result.stderr.decode()

    return import_


@pytest.fixture
def stored(command, database_url):
    """What is in the database, oldest first."""

    def stored():
        result = command("export", "--database-url", database_url)
        return [json.loads(line) for line in result.stdout.splitlines()]

    return stored


def test_it_says_how_many_were_added_and_how_many_were_there(import_, line, stored):
    assert import_(line("a"), line("b")) == (
        0,
        f"{PROGRAM}: 2 imported (workstream_event), 0 were there already\n",
    )
    assert import_(line("c"), line("b", readable="other"), line("a")) == (
        0,
        f"{PROGRAM}: 1 imported (workstream_event), 2 were there already\n",
    )
    assert [event["id"] for event in stored()] == ["a", "b", "c"]
    assert "readable" not in stored()[1]


def test_a_file_is_read_as_standard_input_is(command, database_url, line, stored, tmp_path):
    file = tmp_path / "history.ndjson"
    file.write_text(line("a"))
    result = command("import", "--database-url", database_url, str(file))
    assert result.returncode == 0
    assert [event["id"] for event in stored()] == ["a"]


def test_a_file_that_cannot_be_read_is_told_in_one_line(command, database_url, tmp_path):
    for name in ("none.ndjson", "."):
        result = command("import", "--database-url", database_url, f"{tmp_path}/{name}")
        assert result.returncode == 1
        assert result.stderr.count(b"\n") == 1
        assert f"{tmp_path}/{name}".encode() in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_line_ends_byte_order_mark_and_blank_lines_are_as_any_tool_writes_them(
    import_, line, stored
):
    assert import_("\ufeff" + line("a"), "", "  \t", line("b"), "", end="\r\n")[0] == 0
    assert import_("\ufeff")[0] == 0
    assert import_()[0] == 0
    assert [event["id"] for event in stored()] == ["a", "b"]


def test_id_times_and_unknown_members_stay_as_they_are(import_, stored, seed):
    event = seed(
        id="any id \U0001f40b \0",
        created={"value": "1969-12-31T23:59:60Z"},
        updated={"value": "2024-05-06t07:08:09.123456789-05:30", "readable": "then"},
        newer=[12345678901234567890123, {"deep": None}],
    )
    assert import_(json.dumps(event))[0] == 0
    assert stored() == [event]


def test_a_server_serves_what_was_imported_while_it_runs(import_, start, line, tmp_path):
    events = start(database=tmp_path / "transfer.db").events
    assert import_(line("a"), line("b", context=None))[0] == 0
    assert events.listed() == ["b", "a"]
    assert events.read("a") == json.loads(line("a"))
    assert events.update(events.read("a")).status_code == 200
    assert events.listed(updated_from="2025-01-01T00:00:00Z") == ["a"]
    assert events.listed(created_to="2024-05-06T07:08:09.123455Z") == []


def test_a_bad_line_is_named_and_then_nothing_is_imported(import_, line, stored):
    status, said = import_(line("a"), "", line("b"), '{"id": "c"}')
    assert status == 1
    assert said.startswith(f"{PROGRAM}: line 4: ")
    assert said.count("\n") == 1
    assert import_(line("x"))[0] == 0
    assert [event["id"] for event in stored()] == ["x"]


def test_two_lines_with_one_id_are_both_named(import_, line):
    assert import_(line("a"), line("b"), "", line("a")) == (
        1,
        f"{PROGRAM}: line 4: the id 'a' is on line 1 already\n",
    )


def test_a_line_that_was_cut_off_is_named(import_, line):
    status, said = import_(line("a"), line("b")[:-7])
    assert status == 1
    assert "line 2: is not valid JSON" in said


def test_a_database_that_cannot_be_used_is_told_in_one_line(command, line):
    result = command("import", "--database-url", "mysql://h/d", input=line("a").encode())
    assert result.returncode == 1
    assert result.stderr.count(b"\n") == 1


@pytest.fixture
def importing(folder, package, database_url):
    """Starts an import of a file as a process."""
    started = []

    def importing(file):
        process = subprocess.Popen(
            [sys.executable, "-m", package, "import", "--database-url", database_url, str(file)],
            cwd=folder,
            stderr=subprocess.PIPE,
        )
        started.append(process)
        return process

    yield importing
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def many(tmp_path, line):
    """A file with 4,000 events; and their ids."""
    ids = [str(uuid.UUID(int=n, version=4)) for n in range(4000)]
    file = tmp_path / "many.ndjson"
    file.write_text("".join(line(id, readable="x" * 500) + "\n" for id in ids))
    return file, ids


def wait_for_some(events, process):
    """Wait until an import has got under way."""
    while not events.listed(limit=1):
        assert process.poll() is None, "the import was over too soon"
        time.sleep(0.005)


def test_kill_9_in_the_middle_costs_nothing_but_a_second_run(importing, many, start, tmp_path):
    file, ids = many
    events = start(database=tmp_path / "transfer.db").events
    process = importing(file)
    wait_for_some(events, process)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert 0 < len(events.listed()) < len(ids)
    assert importing(file).wait(timeout=60) == 0
    assert events.listed() == ids[::-1]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_and_says_what_to_do(importing, many, start, tmp_path, number):
    file, ids = many
    events = start(database=tmp_path / "transfer.db").events
    process = importing(file)
    wait_for_some(events, process)
    process.send_signal(number)
    assert process.wait(timeout=30) == 130
    assert process.stderr.read().endswith(
        b": interrupted; import the same again to get what is missing\n"
    )
    assert events.get(ids[0]).status_code == 200


def test_a_server_goes_on_writing_meanwhile(importing, many, start, tmp_path):
    file, ids = many
    events = start(database=tmp_path / "transfer.db").events
    process = importing(file)
    wait_for_some(events, process)
    stop = threading.Event()

    def write():
        made = []
        while not stop.is_set():
            made.append(events.new()["id"])
        return made

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write)
        try:
            status = process.wait(timeout=60)
        finally:
            stop.set()
        made = writing.result()
    assert status == 0
    assert len(made) > 3
    assert sorted(events.listed()) == sorted([*ids, *made])


def test_the_temporary_folder_can_be_chosen_and_is_left_empty(
    folder, package, many, database_url, tmp_path
):
    """And a disk that is full there is told: a limit on the size of files stands for it."""
    file, _ = many
    aside = tmp_path / "aside"
    aside.mkdir()
    code = (
        "import resource, signal, runpy; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000));"
        f"runpy.run_module({package!r}, run_name='__main__')"
    )
    result = subprocess.run(
        [sys.executable, "-c", code, "import", "--database-url", database_url, str(file)],
        cwd=folder,
        env={**os.environ, "SQLITE_TMPDIR": str(aside)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1, result.stderr
    assert "SQLITE_TMPDIR" in result.stderr
    assert result.stderr.count("\n") == 1
    assert list(aside.iterdir()) == []


@pytest.mark.parametrize("late", ["9999-12-31T00:00:00Z", "9999-12-30T23:00:00.5-01:30"])
def test_a_time_of_update_after_which_none_can_be_written_is_refused(import_, line, late):
    """Each change makes it later, and RFC 3339 ends with the year 9999."""
    event = json.loads(line("a")) | {"updated": {"value": late}}
    assert import_(json.dumps(event)) == (
        1,
        f"{PROGRAM}: line 1: updated.value: is so late that no later time could be written\n",
    )
    event["updated"]["value"] = "9999-12-30T23:59:59.999999Z"
    assert import_(json.dumps(event))[0] == 0


def test_a_change_is_later_than_the_last_even_when_the_clock_is_not(import_, line, start, tmp_path):
    """As after a clock that was set back, or beside a server whose clock is ahead."""
    event = json.loads(line("a")) | {"updated": {"value": "2999-12-31T23:59:59.999999Z"}}
    assert import_(json.dumps(event))[0] == 0
    events = start(database=tmp_path / "transfer.db").events
    assert events.increment("a", "reuse").status_code == 204
    assert events.read("a")["updated"]["value"] == "3000-01-01T00:00:00.000000+00:00"
    assert events.associate("a", "s").status_code == 204
    assert events.listed(updated_from="3000-01-01T00:00:00.000001Z") == ["a"]
