"""A command as a whole: what it costs, and that nothing of it is left."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from pathlib import Path

import pytest

from specpipe.bench.commands import cost, together
from specpipe.bench.judging import portions
from specpipe.diagnostics import ToolError

BUSY = "import time\nwhile time.process_time() < 0.2: pass"


def test_cpu_and_memory_are_those_of_all_its_processes(tmp_path):
    inner = "import subprocess, sys; held = b'x' * 30_000_000; subprocess.run(sys.argv[1:])"
    found = cost([sys.executable, "-c", inner, sys.executable, "-c", BUSY], tmp_path / "log")
    assert 0.2 <= found["cpu_s"] < 5
    assert found["seconds"] >= 0.2
    assert found["peak_mib"] > 30


def test_a_failure_is_told_with_its_last_words(tmp_path):
    command = [sys.executable, "-c", "import sys; sys.exit('no good')"]
    with pytest.raises(ToolError, match="ended with 1: no good"):
        cost(command, tmp_path / "log")
    assert cost(command, tmp_path / "log", ends=(0, 1))["seconds"] > 0


def test_an_interruption_leaves_no_process(tmp_path):
    pid = tmp_path / "pid"
    inner = f"sleep 60 & echo $$ $! >{pid}; wait"

    def interrupt():
        while not pid.exists() or not pid.read_text():
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        cost(["/bin/sh", "-c", inner], tmp_path / "log")
    thread.join()
    end = time.monotonic() + 10
    while not all(ended(int(each)) for each in pid.read_text().split()):
        assert time.monotonic() < end
        time.sleep(0.01)


def ended(pid):
    """Whether a process that is not ours to wait for has ended: init may be slow to take it away."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return True
    return state in "ZX"


def test_several_commands_cost_their_sum_and_the_memory_of_the_largest():
    one = {"seconds": 1.0, "cpu_s": 2.0, "peak_mib": 3.0}
    assert together([one, {**one, "peak_mib": 9.0}]) == {"seconds": 2, "cpu_s": 4, "peak_mib": 9}


def test_the_stages_of_the_judge_are_parts_of_a_whole():
    said = "  laws       9 checks (3.0 s)\nother\n  fuzzing    10 operations, 9 requests (1.0 s)\n"
    assert dict(portions(said)) == {"laws": 75, "fuzzing": 25}
