"""A whole run of `specpipe bench`, small: real servers, real databases, real load."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest

from specpipe.bench.cli import chosen
from specpipe.cli import main
from specpipe.diagnostics import Misuse
from specpipe.workspace import BENCH

needs_wrk = pytest.mark.skipif(shutil.which("wrk") is None, reason="wrk is not installed")


def start(folder, only, **variables):
    """A run, with a mark in its environment that its processes inherit."""
    mark = str(uuid.uuid4())
    options = [f"--only={only}", "--quick=1", f"--report-dir={folder}"]
    process = subprocess.Popen(
        [sys.executable, "-m", "specpipe", "bench", *options],
        env={**os.environ, "BENCH_MARK": mark, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    return process, mark


def marked(mark):
    """The processes with a mark in their environment."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            if mark.encode() in (entry / "environ").read_bytes():
                found.append((entry / "cmdline").read_bytes())
        except OSError:
            continue
    return found


@needs_wrk
def test_a_row_is_measured_for_every_subject_and_nothing_is_left_running(tmp_path):
    process, mark = start(tmp_path, "get")
    said, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    assert marked(mark) == []

    data = json.loads((tmp_path / "bench.json").read_text())
    subjects = {found["subject"] for found in data["results"]}
    assert len(subjects) == 4
    assert {found["row"] for found in data["results"]} == {"get"}
    assert {found["measure"] for found in data["results"]} == {
        "cpu_us",
        "per_second",
        "p50_ms",
        "p99_ms",
    }
    assert all(value > 0 for found in data["results"] for value in found["values"])
    assert [target["target"].split(":")[0] for target in data["targets"]] == ["get"]
    assert "load average" in data["about"]
    assert (tmp_path / "bench.md").read_text() in said


@needs_wrk
def test_an_interruption_leaves_no_process_and_no_file(tmp_path):
    before = set(BENCH.glob("run-*"))
    process, mark = start(tmp_path, "get")
    end = time.monotonic() + 120
    while not any(b"_server" in command for command in marked(mark)):
        assert process.poll() is None
        assert time.monotonic() < end
        time.sleep(0.1)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does it: to all of them
    process.communicate(timeout=60)
    assert process.returncode == 130
    assert marked(mark) == []
    assert set(BENCH.glob("run-*")) <= before
    assert not (tmp_path / "bench.md").exists()


def test_without_wrk_nothing_is_started(tmp_path):
    process, _ = start(tmp_path, "get", PATH=str(tmp_path))
    said, errors = process.communicate(timeout=60)
    assert process.returncode == 2
    assert said == ""
    assert "apt-get install wrk" in errors
    assert errors.count("\n") == 1


def test_rows_of_the_sdk_need_no_wrk(tmp_path):
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "stat").symlink_to(shutil.which("stat"))
    process, mark = start(tmp_path, "import", PATH=str(tools))
    said, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    assert marked(mark) == []
    data = json.loads((tmp_path / "bench.json").read_text())
    assert len({found["subject"] for found in data["results"]}) == 6
    assert all(value > 0 for found in data["results"] for value in found["values"])
    assert [target["target"].split(":")[0] for target in data["targets"]] == [
        "import to a first client"
    ]
    assert "pyreqwest" in said


def test_rows_are_chosen_by_name_and_come_in_their_own_order():
    assert chosen(" memory,get ") == ["get", "memory"]
    assert len(chosen("")) == 17
    assert chosen("pipeline,get") == ["get", "generate", "sizes"]
    assert chosen("sdk-memory, call") == ["call", "sdk-memory"]
    with pytest.raises(Misuse, match=r"no row is called 'got'; there are server, .*, get, "):
        chosen("got")


def test_a_row_that_there_is_not_is_told(capsys):
    assert main(["bench", "--only", "got"]) == 2
    assert capsys.readouterr().err.count("\n") == 1
