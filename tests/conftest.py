"""What tests of several folders need. What takes long to make is made once in a run, by the worker
that comes first."""

from __future__ import annotations

import fcntl
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from specpipe.node import NoNode, executable
from specpipe.workspace import ROOT

Once = Callable[[str, Callable[[Path], object]], Path]
Generate = Callable[[Path, Path], None]
Offered = Callable[..., set[str]]
Listening = Callable[[str], bool]


def pytest_configure(config: pytest.Config) -> None:
    """What tests look at is made for them, never taken from an earlier run; what one of them has
    had rendered, the others of this run do not render again."""
    if not hasattr(config, "workerinput"):  # workers have the environment of who started them
        kept = tempfile.TemporaryDirectory(prefix="specpipe-tests-")
        config.add_cleanup(kept.cleanup)
        os.environ["SPECPIPE_CACHE"] = kept.name


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Once:
    """`once(name, make)` gives the folder of that name that `make` filled: in one worker, while
    the others wait for it. It belongs to all of them, so nobody writes into it afterwards."""
    base = tmp_path_factory.getbasetemp()
    home = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "once"
    home.mkdir(exist_ok=True)

    def once(name: str, make: Callable[[Path], object]) -> Path:
        with (home / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (home / name).exists():
                unfinished = Path(tempfile.mkdtemp(dir=home))
                make(unfinished)
                unfinished.rename(home / name)
        return home / name

    return once


@pytest.fixture(scope="session")
def generate(once: Once) -> Generate:
    """`generate(spec, out)` puts what `make generate` makes of a spec into a folder of the test's
    own."""

    def generate(spec: Path, out: Path) -> None:
        command = [sys.executable, "-m", "specpipe", "generate", "--targets=", f"--spec={spec}"]

        def make(folder: Path) -> None:
            subprocess.run([*command, f"--out={folder}"], check=True, capture_output=True)

        made = once(f"{spec.parent.name}-{spec.stem}", make)
        shutil.copytree(made, out, dirs_exist_ok=True)

    return generate


@pytest.fixture(scope="session")
def listening() -> Listening:
    """`listening(url)`: whether anybody takes connections there."""

    def listening(url: str) -> bool:
        address = urlsplit(url)
        with socket.socket() as probe:
            return probe.connect_ex((address.hostname, address.port)) == 0

    return listening


@pytest.fixture(scope="session")
def node() -> str:
    """Node.js. Where there is none, tests that want it are skipped; in CI they fail."""
    try:
        return executable("this test")
    except NoNode as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def offered() -> Offered:
    """`offered(script, *typed)` is what bash offers, with a script of completion, to somebody who
    has typed these words behind the program's name."""

    def offered(script: str, *typed: str) -> set[str]:
        (function,) = re.findall(r"^complete .*-F (\w+) ", script, re.MULTILINE)
        words = shlex.join(["program", *typed])
        asked = f"COMP_WORDS=({words}); COMP_CWORD={len(typed)}; {function}"
        told = 'printf "%s\\n" "${COMPREPLY[@]}"'
        done = subprocess.run(
            ["bash", "-c", f"{script}\n{asked}\n{told}"],
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
        )
        return set(done.stdout.split())

    return offered
