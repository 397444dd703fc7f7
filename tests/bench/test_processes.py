"""Processes: measured from outside, and gone afterwards."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from specpipe.bench import processes
from specpipe.bench.processes import Server, family, forget_peak, memory_of, serving, started
from specpipe.diagnostics import ToolError

MIB = 1024 * 1024


def python(code):
    return [sys.executable, "-c", code]


def until(holds):
    """Wait until something holds; half a minute at most."""
    end = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_the_cpu_of_a_server_is_that_of_its_processes_and_their_children():
    busy = "import os\nif os.fork(): os.wait()\nwhile True: pass"
    with started(python(busy)) as process:
        server = Server("", (process.pid,))
        until(lambda: len(family(process.pid)) == 2 and server.cpu > 0.3)
        _, child = family(process.pid)
        own = processes.cpu_of(process.pid)
        assert server.cpu > 2 * own
        os.kill(child, 9)


def test_a_process_that_has_ended_costs_nothing_more():
    process = subprocess.run(python(""), check=True)
    assert process.returncode == 0
    assert family(2**22 + 1) == []
    assert processes.cpu_of(2**22 + 1) == 0.0


def test_the_peak_of_memory_counts_from_when_it_was_forgotten():
    code = f"b = b'x' * {64 * MIB}; del b; print(1, flush=True); import time; time.sleep(99)"
    with started(python(code)) as process:
        process.stdout.readline()
        assert memory_of(process.pid, "VmHWM") > 64 * MIB
        forget_peak(process.pid)
        assert memory_of(process.pid, "VmHWM") < 64 * MIB


def test_a_process_that_does_not_want_to_stop_is_killed(monkeypatch):
    monkeypatch.setattr(processes, "PATIENCE", 0.2)
    code = "import signal, time; signal.signal(15, signal.SIG_IGN); print(1, flush=True); time.sleep(99)"
    with started(python(code)) as process:
        process.stdout.readline()
    assert process.returncode == -9


def test_a_server_that_does_not_come_up_is_told_with_the_reason(tmp_path):
    code = "import sys; sys.exit('no room')"
    with (
        pytest.raises(ToolError, match="a server did not start: no room"),
        serving(python(code), os.environ, tmp_path / "log"),
    ):
        pass
