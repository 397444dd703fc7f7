"""The throwaway PostgreSQL: it leaves nothing behind, and says clearly when it cannot be."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from specpipe.conformance import cluster
from specpipe.diagnostics import ToolError

ORPHAN = """
import time
from specpipe.conformance.cluster import throwaway_cluster

with throwaway_cluster() as cluster:
    print(cluster.folder, (cluster.data / "postmaster.pid").read_text().split()[0], flush=True)
    time.sleep(600)
"""


def runs(pid):
    """Whether a process does, rather than being a zombie."""
    done = subprocess.run(["ps", "-o", "stat=", "-p", pid], capture_output=True, check=False)
    return done.stdout.strip() not in (b"", b"Z", b"Zs")


def test_nothing_is_left_of_it():
    with cluster.throwaway_cluster() as made:
        assert made.sql("SELECT 1") == "1"
        pid = (made.data / "postmaster.pid").read_text().split()[0]
        assert runs(pid)
    assert not runs(pid)
    assert not made.folder.exists()


def test_it_ends_when_whoever_started_it_is_killed():
    process = subprocess.Popen([sys.executable, "-c", ORPHAN], stdout=subprocess.PIPE, text=True)
    folder, pid = process.stdout.readline().split()
    process.kill()
    process.wait()
    end = time.monotonic() + 60
    while runs(pid):
        assert time.monotonic() < end
        time.sleep(0.05)
    subprocess.run(["rm", "-r", folder], check=True)


def test_without_the_wheel_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(cluster, "WHEEL", "no_such_wheel")
    with pytest.raises(ToolError, match="install the wheel no-such-wheel"):
        cluster.binaries()


def test_a_program_that_fails_is_told_with_what_it_said():
    with (
        cluster.throwaway_cluster() as made,
        pytest.raises(ToolError, match=r"psql failed: .*nope"),
    ):
        made.sql("SELECT nope")
