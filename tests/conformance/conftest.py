"""Servers to judge, and the judge."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from specpipe.conformance.process import Running
from specpipe.workspace import ROOT

from .servers import KEY, PACKAGE, start

__all__ = ["KEY", "PACKAGE", "start"]


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where journals are kept: not where a person's are."""
    folder = tmp_path / "state"
    monkeypatch.setenv("XDG_STATE_HOME", str(folder))
    return folder


@pytest.fixture
def saboteur(tmp_path: Path) -> Callable[[str], object]:
    """Starts the generated server with the defect of that name."""
    script = str(Path(__file__).with_name("saboteur.py"))
    return lambda defect: start([script, PACKAGE, defect], tmp_path)


@pytest.fixture
def misbehaving(tmp_path: Path) -> Callable[[str], object]:
    """Starts the generated server that misbehaves in that way."""
    script = str(Path(__file__).with_name("misbehaving.py"))
    return lambda way: start([script, PACKAGE, way], tmp_path)


@pytest.fixture
def judge(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs the command behind `make conformance`, whose exit status make does not pass on, on the
    disposable server that is given or on one of its own; the report goes to `tmp_path`."""

    def run(
        *options: str, server: Running | None = None, key: str = KEY
    ) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "specpipe", "conformance", *options]
        command += ["--report-dir", str(tmp_path / "reports")]
        if server is not None:
            command += ["--base-url", server.base_url]
        environment = os.environ | ({"API_KEY": key} if server is not None else {})
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False, cwd=ROOT
        )

    return run


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs a make target in the repository, as a person would but for its rate; reports go to `tmp_path`."""

    def run(target: str, **variables: str) -> subprocess.CompletedProcess[str]:
        given = {"REPORT_DIR": str(tmp_path / "reports"), "RATE": "0"} | variables
        arguments = [f"{name}={value}" for name, value in given.items()]
        ours = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "API_KEY")
        environment = {k: v for k, v in os.environ.items() if k not in ours}
        return subprocess.run(
            ["make", target, *arguments],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    return run
