"""What is made of a hostile spec is loaded and used, with a trap that every payload would spring."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from specpipe import render
from specpipe.workspace import ROOT

from .conftest import TYPESCRIPT, rendered, written
from .frame import filled
from .test_saboteurs import quoted
from .test_texts import turned

PYTHON = """
import builtins, importlib, pathlib, pkgutil, sys
builtins.pwned = lambda *_: pathlib.Path("sprung").touch()
for name in sys.argv[1:]:
    package = importlib.import_module(name)
    for module in pkgutil.walk_packages(package.__path__, f"{name}."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
"""
NODE = """
import { readdirSync, writeFileSync } from 'node:fs';
globalThis.pwned = () => writeFileSync('sprung', '');
const [home] = process.argv.slice(1);
for (const name of readdirSync(home, { recursive: true }))
  if (name.endsWith('.js')) await import(`${home}/${name}`);
"""


def imported(home: Path) -> subprocess.CompletedProcess[str]:
    """Import every module of the Python packages in a folder."""
    paths = [home / "python-client", home / "server"]
    packages = [it.parent.name for path in paths for it in path.glob("*/__init__.py")]
    return subprocess.run(
        [sys.executable, "-c", PYTHON, *(name for name in packages if name != "tests")],
        cwd=home,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, paths))},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("turn", range(3))
def test_no_module_of_a_hostile_spec_runs_its_text(tmp_path, turn):
    done = imported(written(rendered(turned(turn)), tmp_path))
    assert (done.returncode, done.stderr) == (0, "")
    assert not (tmp_path / "sprung").exists()


def test_the_trap_is_sprung_without_a_filter(tmp_path, monkeypatch):
    monkeypatch.setitem(render.FILTERS, "py", quoted)
    payload = 'MARK" if not pwned() else "'
    imported(written(rendered(filled(payload)), tmp_path))
    assert (tmp_path / "sprung").exists()


def test_no_module_of_typescript_runs_its_text(tmp_path, node):
    home = written(rendered(turned(1), TYPESCRIPT), tmp_path) / "typescript-client"
    subprocess.run([ROOT / "node_modules" / ".bin" / "tsc", "-p", home], check=True)
    command = [node, "--input-type=module", "--eval", NODE, home / "dist"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert not (tmp_path / "sprung").exists()
