"""The servers: what makes them is installed in a folder of its own, in the versions pinned here."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from specpipe.bench.peers.making import peer_python, pinned, run
from specpipe.conformance import interruption
from specpipe.conformance.process import stop
from specpipe.diagnostics import ToolError
from specpipe.workspace import BENCH

PATIENCE = 60.0
"""Seconds that a server may take to say where it listens."""
LISTENS = re.compile(r"(?:listening|running) on (http://[\w.]+:\d+)")
PACKAGE = "made"
"""The name of the generated package: a spec's title may be none."""


@dataclass(frozen=True, slots=True)
class Other:
    """A server of somebody's: `prepare` puts it into a folder for a spec and gives its command,
    which runs there. Raises ToolError."""

    name: str
    version: str
    what: str
    prepare: Callable[[Path, Path], list[str]]


def here(name: str) -> bytes:
    """A file beside this module."""
    return resources.files(__package__).joinpath(name).read_bytes()


def prism(folder: Path, spec: Path) -> list[str]:
    """Prism, which answers with the examples of the spec. Installed by npm with its own lock."""
    lock = here("prism/package-lock.json")
    stamp, digest = folder / ".ready", hashlib.sha256(lock).hexdigest()
    if not stamp.is_file() or stamp.read_text() != digest:
        npm = shutil.which("npm")
        if npm is None:
            raise ToolError("npm is not there: install Node.js 20.19 or newer")
        print(f"setting up Prism in {folder} (once)", flush=True)
        for name in ("package.json", "package-lock.json"):
            (folder / name).write_bytes(here(f"prism/{name}"))
        quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
        run(npm, "ci", f"--prefix={folder}", *quiet)
        stamp.write_text(digest)
    program = folder / "node_modules" / ".bin" / "prism"
    return [str(program), "mock", "--port=0", str(spec)]


def fastapi(folder: Path, spec: Path) -> list[str]:
    """What openapi-generator makes for FastAPI, with nothing filled in, on the FastAPI and uvicorn
    of the benchmarks' peers. (With the requirements that it generates itself it does not start: its
    uvicorn of 2021 and its uvloop do not fit each other.)"""
    generator = peer_python(BENCH / "openapi-generator", pinned("generator.txt"))
    made = folder / "server"
    shutil.rmtree(made, ignore_errors=True)
    # It takes a `requestBody` of a link that is no text for an error, which OpenAPI allows.
    options = ("--skip-validate-spec", f"--additional-properties=packageName={PACKAGE}")
    program = str(generator.with_name("openapi-generator-cli"))
    run(program, "generate", "-g", "python-fastapi", "-i", str(spec), "-o", str(made), *options)
    python = peer_python(folder / "python", pinned())
    place = ("--app-dir", str(made / "src"), "--port", "0")
    return [str(python), "-m", "uvicorn", f"{PACKAGE}.main:app", *place]


def version_of_prism() -> str:
    """As in its package.json."""
    wanted: dict[str, str] = json.loads(here("prism/package.json"))["dependencies"]
    return next(iter(wanted.values()))


def version_of_generator() -> str:
    """As in the requirements."""
    return pinned("generator.txt").decode().split()[0].partition("==")[2]


def others() -> tuple[Other, ...]:
    """All of them: made when asked for, since their versions stand in files."""
    return (
        Other("prism", version_of_prism(), "a mock that answers with the spec's examples", prism),
        Other(
            "python-fastapi",
            version_of_generator(),
            "the stub of openapi-generator, with nothing filled in",
            fastapi,
        ),
    )


@contextmanager
def running(command: list[str], folder: Path) -> Iterator[str]:
    """The URL of a server, which runs until the end of the block. Raises ToolError when it does not
    say where it listens."""
    log = folder / "server.log"
    process = None
    with log.open("w") as output:
        try:
            # An interruption must not come when it is there and nobody knows of it yet.
            with interruption.put_off():
                process = subprocess.Popen(
                    command, cwd=folder, stdout=output, stderr=subprocess.STDOUT, text=True
                )
            yield listening(process, log)
        finally:
            if process is not None:
                stop(process)


def listening(process: subprocess.Popen[str], log: Path) -> str:
    """The URL that a server says it listens at. Raises ToolError."""
    end = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < end:
        if match := LISTENS.search(log.read_text(errors="replace")):
            return match[1]
        time.sleep(0.1)
    raise ToolError(f"it did not start: {log.read_text(errors='replace').strip()[-500:]}")
