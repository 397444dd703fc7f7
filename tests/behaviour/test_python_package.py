"""The generated package as such: types, style, weight, sameness."""

from __future__ import annotations

import os
import sys
import tomllib
from pathlib import Path

import pytest

from specpipe.render import MARK
from specpipe.spec.model import Api

from .conftest import Stub
from .environments import run

RUFF = (
    *(sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "--line-length", "100"),
    *("--select", "E,F,I,UP,B,C4,SIM,RUF,RET,PERF,D1", "--ignore", "D105,D107"),
    *("--per-file-ignores", "**/tests/*:D1,**/tests/*:E501"),
)
HEAVY = ("asyncio", "httpx", "pyreqwest", "msgspec")


def test_mypy_strict(python_folder: Path, api: Api, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    package = f"{api.package.snake}_client"
    program.write_text(
        f"import {package}\nfrom {package} import Client, AsyncClient, GoneError, models\n"
    )
    cache = str(tmp_path / "cache")
    command = (sys.executable, "-m", "mypy", "--strict", "--config-file=", "--cache-dir", cache)
    run(*command, package, str(program), cwd=python_folder)


def test_ruff(python_folder: Path) -> None:
    run(*RUFF, python_folder.name, cwd=python_folder.parent)


def test_every_file_is_marked(python_folder: Path) -> None:
    """But for the licence, which is somebody else's text."""
    files = [path for path in python_folder.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    files.remove(python_folder / "LICENSE")
    assert len(files) > 10
    for path in files:
        assert MARK in path.read_text().partition("\n")[0], path


def test_import_is_light(python_folder: Path, api: Api) -> None:
    code = f"import sys, {api.package.snake}_client; print(*sys.modules)"
    loaded = run(sys.executable, "-c", code, cwd=python_folder).split()
    assert not [name for name in HEAVY if name in loaded]


def test_a_sync_client_does_without_asyncio(python_folder: Path, api: Api) -> None:
    code = (
        f"import sys; from {api.package.snake}_client import Client; Client(); print(*sys.modules)"
    )
    loaded = run(sys.executable, "-c", code, cwd=python_folder).split()
    assert not [name for name in ("asyncio", "httpx") if name in loaded]


def test_a_sync_client_of_this_machine_does_without_pyreqwest(
    python_folder: Path, api: Api, stub: Stub
) -> None:
    code = (
        f"import sys; from {api.package.snake}_client import Client\n"
        "Client(sys.argv[1]).workstream_events.delete('e'); print(*sys.modules)"
    )
    loaded = run(sys.executable, "-c", code, stub.url, cwd=python_folder).split()
    assert not [name for name in ("asyncio", "httpx", "pyreqwest") if name in loaded]
    assert stub.seen


def test_the_interpreter_exits_cleanly(python_folder: Path, api: Api, stub: Stub) -> None:
    """pyreqwest's thread and an interpreter that shuts down get in each other's way."""
    program = f"""
import asyncio
from {api.package.snake}_client import AsyncClient
async def main():
    client = AsyncClient({stub.url!r})
    for _ in range(50):
        await client.workstream_events.delete("e")
asyncio.run(main())
"""
    for _ in range(10):
        run(sys.executable, "-c", program, cwd=python_folder)


def test_metadata(python_folder: Path, api: Api) -> None:
    project = tomllib.loads((python_folder / "pyproject.toml").read_text())["project"]
    assert project["name"] == f"{api.package.kebab}-client"
    assert project["version"] == api.version
    assert (python_folder / f"{api.package.snake}_client" / "py.typed").exists()


@pytest.mark.parametrize("seed", ["0", "1", "4711"])
def test_same_bytes_for_every_hash_seed(python_folder: Path, tmp_path: Path, seed: str) -> None:
    code = (
        "import sys; from pathlib import Path; from specpipe.pipeline import read_spec;"
        "from specpipe.targets.python import PythonTarget; from specpipe.workspace import SPEC\n"
        "for path, content in PythonTarget().render(*read_spec(SPEC)).items():\n"
        "    file = Path(sys.argv[1], path); file.parent.mkdir(parents=True, exist_ok=True)\n"
        "    file.write_bytes(content)\n"
    )
    path = os.pathsep.join(sys.path)
    run(
        sys.executable,
        "-c",
        code,
        str(tmp_path),
        cwd=tmp_path,
        PYTHONHASHSEED=seed,
        PYTHONPATH=path,
    )
    made = {
        p.relative_to(tmp_path / "python-client"): p.read_bytes()
        for p in tmp_path.rglob("*")
        if p.is_file()
    }
    assert made
    for name, content in made.items():
        assert (python_folder / name).read_bytes() == content
