"""What takes long to make is made once in a run, by the worker that comes first."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

# What tests look at is made for them, never taken from an earlier run.
os.environ["SPECPIPE_CACHE"] = "off"

Once = Callable[[str, Callable[[Path], object]], Path]
Generate = Callable[[Path, Path], None]


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
