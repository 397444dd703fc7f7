"""The pytest plugin of the Python SDK, as people use it who test programs of their own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from .environments import CLEAN, Environment, run

CLIENT, SERVER = "pieces_workstream_client", "pieces_workstream_server"
TESTS = """
from pieces_workstream_client import AsyncClient, Client, UnauthorizedError
from pieces_workstream_client.testing import LiveServer
import pytest

KEPT: list[AsyncClient] = []
BODY = {
    "application": {
        "id": "2a9d4c70-8e35-4f1b-a6c2-70d9b5e3f814", "name": "VS_CODE", "version": "1.94.2",
        "platform": "MACOS", "onboarded": True, "privacy": "OPEN",
    },
    "trigger": {},
}

@pytest.mark.parametrize("again", range(3))
def test_alone(pieces_workstream: Client, again: int) -> None:
    pieces_workstream.workstream_events.create(BODY)
    assert len(pieces_workstream.workstream_events.identifiers().iterable) == 1

@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_both(
    pieces_workstream: Client, async_pieces_workstream: AsyncClient, anyio_backend: str
) -> None:
    event = pieces_workstream.workstream_events.create(BODY)
    assert (await async_pieces_workstream.workstream_event.get(event.id)).id == event.id
    KEPT.append(async_pieces_workstream)

def test_closed_behind_the_test() -> None:
    assert KEPT[0]._engine.link.closed

def test_server(pieces_workstream_server: LiveServer) -> None:
    with pieces_workstream_server.client(retries=0, timeout=5.0) as client:
        event = client.workstream_events.create(BODY)
    with pieces_workstream_server.client(headers={"X-Application-ID": "other"}) as client:
        with pytest.raises(UnauthorizedError):
            client.workstream_event.get(event.id)
    assert pieces_workstream_server.api_key not in repr(pieces_workstream_server)
    assert pieces_workstream_server.log.read_text() == ""
"""
WAITING = """
import os, pathlib, time
def test_it(pieces_workstream, pieces_workstream_server):
    pathlib.Path(os.environ["NOTE"]).write_text(pieces_workstream_server.base_url)
    time.sleep(300)
"""
PATIENCE = 30.0
"""Seconds that anything here may take before it counts as hung."""


def until(true: Callable[[], bool]) -> bool:
    """Whether something becomes true in time."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if true():
            return True
        time.sleep(0.02)
    return False


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Somebody's tests."""
    (tmp_path / "test_program.py").write_text(TESTS)
    return tmp_path


def test_installing_the_package_is_all_it_takes(with_server: Environment, project: Path) -> None:
    said = with_server.pytest("-q", cwd=project)
    assert re.search(r"^6 passed", said, re.MULTILINE), said


def test_each_worker_has_a_server_of_its_own(
    with_server: Environment, tmp_path: Path, listening: Callable[[str], bool]
) -> None:
    (tmp_path / "test_program.py").write_text(
        "import pathlib, pytest\n"
        "@pytest.mark.parametrize('number', range(8))\n"
        "def test_it(pieces_workstream, pieces_workstream_server, worker_id, number):\n"
        "    assert pieces_workstream.workstream_events.identifiers().iterable == []\n"
        "    pathlib.Path(f'{worker_id}.url').write_text(pieces_workstream_server.base_url)\n"
    )
    with_server.pytest("-n", "2", "--dist", "load", cwd=tmp_path)
    urls = {path.read_text() for path in tmp_path.glob("*.url")}
    assert len(urls) == 2
    assert not [url for url in urls if listening(url)]


def test_what_the_environment_says_of_another_server_does_not_matter(
    with_server: Environment, project: Path
) -> None:
    usage = with_server.run("-m", SERVER, "--help", cwd=project, COLUMNS="300")
    variables = re.findall(r"\(([A-Z]+(?:_[A-Z]+)*)(?:, by commas)?\)", usage)
    assert len(variables) > 10
    nonsense = dict.fromkeys([*variables, "API_KEYS"], "nonsense")
    with_server.pytest("-q", cwd=project, **nonsense)


def test_pytest_lists_the_fixtures_with_what_they_are_for(
    with_server: Environment, tmp_path: Path
) -> None:
    said = with_server.pytest("--fixtures", cwd=tmp_path)
    for name in ("pieces_workstream", "async_pieces_workstream", "pieces_workstream_server"):
        assert re.search(rf"^{name}(?: \[session scope\])? -- .*\n    \w.*", said, re.MULTILINE)


def test_a_run_that_needs_no_server_imports_next_to_nothing(
    with_server: Environment, tmp_path: Path
) -> None:
    (tmp_path / "test_program.py").write_text(
        "import sys\n"
        "def test_it():\n"
        "    ours = {name for name in sys.modules if name.startswith('pieces_workstream')}\n"
        "    assert ours == {'pieces_workstream_client', 'pieces_workstream_client.pytest_plugin'}\n"
        "    assert 'msgspec' not in sys.modules\n"
    )
    with_server.pytest("-q", cwd=tmp_path)


def test_without_the_server_one_line_says_what_to_install(
    without_server: Environment, project: Path
) -> None:
    said = without_server.pytest("-q", "-k", "alone", "-p", "no:xdist", cwd=project, status=1)
    assert (
        re.findall(r"^(?!ERROR|[.EF]+ |[_=]|\d).+$", said, re.MULTILINE)
        == [f"there is no module {SERVER}: pip install 'pieces-workstream-client[server]'"] * 3
    )


def test_a_server_that_does_not_start_is_quoted(with_server: Environment, tmp_path: Path) -> None:
    (tmp_path / "server.db").mkdir()
    code = (
        "import pathlib\n"
        "from pieces_workstream_client.testing import StartError, live_server\n"
        "try:\n"
        "    with live_server(pathlib.Path()): pass\n"
        "except StartError as error:\n"
        "    print(error)\n"
    )
    said = with_server.run("-c", code, cwd=tmp_path)
    assert re.fullmatch(
        r"the server did not start: pieces-workstream-server: .*server\.db.*\n", said
    ), said


@pytest.mark.parametrize("kill", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_the_server_does_not_outlive_the_run(
    kill: signal.Signals,
    with_server: Environment,
    tmp_path: Path,
    listening: Callable[[str], bool],
) -> None:
    (tmp_path / "test_program.py").write_text(WAITING)
    note = tmp_path / "note"
    process = subprocess.Popen(
        [with_server.python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_program.py"],
        cwd=tmp_path,
        env={**CLEAN, "NOTE": str(note)},
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        assert until(lambda: note.exists() and note.read_text() != "")
        url = note.read_text()
        assert listening(url)
        os.killpg(process.pid, kill)
        process.wait(PATIENCE)
    finally:
        process.kill()
        process.wait()
    assert until(lambda: not listening(url))


def test_what_the_fixtures_give_is_typed(
    with_server: Environment, project: Path, tmp_path: Path
) -> None:
    strict = (sys.executable, "-m", "mypy", "--strict", "--config-file=")
    strict += ("--python-executable", with_server.python, "--cache-dir", tmp_path / "cache")
    run(*strict, "test_program.py", cwd=project)
    wrong = "def test(pieces_workstream_server: LiveServer) -> None:\n"
    wrong += "    pieces_workstream_server.client(timeouts=1)\n"
    (project / "wrong.py").write_text(f"from {CLIENT}.testing import LiveServer\n{wrong}")
    said = run(*strict, "wrong.py", cwd=project, status=1)
    assert 'wrong.py:3: error: Unexpected keyword argument "timeouts"' in said
