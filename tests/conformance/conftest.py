"""Servers to judge, and the judge."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from specpipe.workspace import ROOT

from .servers import KEY, start

__all__ = ["KEY", "PACKAGE", "start"]

PACKAGE = "pieces_workstream_server"


@pytest.fixture
def saboteur(tmp_path: Path) -> Callable[[str], object]:
    """Starts the generated server with the defect of that name."""
    script = str(Path(__file__).with_name("saboteur.py"))
    return lambda defect: start([script, PACKAGE, defect], tmp_path)


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs a make target in the repository, as a person would; reports go to `tmp_path`."""

    def run(target: str, **variables: str) -> subprocess.CompletedProcess[str]:
        given = {"REPORT_DIR": str(tmp_path / "reports")} | variables
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
