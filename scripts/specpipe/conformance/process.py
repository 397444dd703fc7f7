"""Running the generated server, for as long as a judgement takes."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from specpipe.conformance.cluster import throwaway_cluster
from specpipe.diagnostics import ToolError
from specpipe.spec.model import Api

ENGINES = ("sqlite", "postgresql")
"""What the generated server can keep its things in."""


@dataclass(frozen=True, slots=True)
class Running:
    """A server that is up."""

    base_url: str
    key: str | None


def server_environment(out: Path) -> dict[str, str]:
    """The environment in which the packages generated into `out` can be imported."""
    paths = [str((out / folder).resolve()) for folder in ("server", "python-client")]
    inherited = os.environ.get("PYTHONPATH")
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths + ([inherited] if inherited else []))}


def server_module(api: Api, out: Path) -> str:
    """The name of the generated server's package. Raises ToolError when it is not in `out`."""
    module = f"{api.package.snake}_server"
    if not (out / "server" / module / "__main__.py").is_file():
        raise ToolError(f"{out}: there is no generated server here: run `make generate` first")
    return module


@contextmanager
def fresh_database(engine: str, folder: str) -> Iterator[str]:
    """The URL of a database with nothing in it, of one of ENGINES, that is gone afterwards with
    `folder`. Raises ToolError."""
    if engine == "postgresql":
        with throwaway_cluster() as cluster:
            yield cluster.url()
    else:
        yield f"sqlite:///{folder}/conformance.db"


def stop(process: subprocess.Popen[Any]) -> None:
    """Ask a process to stop, and see to it that it does."""
    process.terminate()
    try:
        process.wait(timeout=15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def generated_server(api: Api, out: Path, seed: int, engine: str = ENGINES[0]) -> Iterator[Running]:
    """Start the generated server on a free port, with a fresh database and a key of its own, and
    stop it afterwards. However this process ends, the server does not outlive it. Raises ToolError
    when it does not come up."""
    module = server_module(api, out)
    tether = f"{api.package.snake}_client._tethered"
    key = secrets.token_urlsafe(16) if api.key is not None else None
    with (
        tempfile.TemporaryDirectory(prefix="specpipe-") as folder,
        fresh_database(engine, folder) as url,
    ):
        environment = server_environment(out) | {
            "DATABASE_URL": url,
            "API_KEY": key or "",
            "API_KEYS": "",
            "API_KEY_FILE": "",
            "HOST": "127.0.0.1",
        }
        log_path = Path(folder, "server.log")
        with log_path.open("w") as log:
            process = subprocess.Popen(
                [
                    *(sys.executable, "-m", tether, module),
                    *("--port", "0", "--repeatable", str(seed)),
                ],
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            if "http://" not in line:
                raise ToolError(f"the server did not start: {log_path.read_text().strip()}")
            yield Running(line.split()[2], key)
        finally:
            stop(process)
            process.stdin.close()
            process.stdout.close()
