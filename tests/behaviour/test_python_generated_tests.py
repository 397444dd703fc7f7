"""The tests that are generated with the Python SDK: they pass with what is generated from any
spec, whoever runs them and however, and they fail when something is wrong."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

import pytest

from specpipe.pipeline import read_spec
from specpipe.spec.model import Api
from specpipe.targets.python import PythonTarget
from specpipe.targets.server import ServerTarget
from specpipe.workspace import ROOT, SPEC

from .environments import run
from .live import rendered
from .test_python_package import RUFF

SPECS = {
    "ours": SPEC,
    "things": ROOT / "tests" / "unit" / "things.yaml",
    "odds and ends": ROOT / "tests" / "behaviour" / "odds-and-ends.yaml",
    "rivals": ROOT / "tests" / "behaviour" / "rivals.yaml",
    **{path.parent.name: path for path in (ROOT / "tests" / "golden").glob("*/spec.yaml")},
}


@pytest.fixture(scope="module", params=SPECS)
def generated(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an SDK and a server."""
    return made(SPECS[request.param], tmp_path_factory.mktemp("generated"))


def made(spec: Path, out: Path) -> Path:
    for target in (PythonTarget(), ServerTarget()):
        rendered(target, out, *read_spec(spec))
    return out


def package(out: Path) -> str:
    (folder,) = (out / "python-client").glob("*_client")
    return folder.name


def said_by_pytest(out: Path, *options: str, status: int = 0) -> str:
    """What pytest says of the generated tests."""
    folder = out / "python-client"
    paths = os.pathsep.join([str(folder), str(out / "server")])
    plugin = ("-p", f"{package(out)}.pytest_plugin", "-p", "no:cacheprovider")
    command = (sys.executable, "-m", "pytest", *plugin, "--tb=short", "--color=no", *options)
    return run(*command, "tests", cwd=folder, status=status, PYTHONPATH=paths)


def test_they_pass(generated: Path) -> None:
    assert re.search(r"\d+ passed", said_by_pytest(generated, "-q"))


def test_they_type_check_and_are_tidy(tmp_path: Path) -> None:
    """Of a spec with everything that ours lacks: `make lint` looks at ours."""
    folder = made(SPECS["odds and ends"], tmp_path) / "python-client"
    strict = ("--strict", "--config-file=", "--cache-dir", tmp_path / "cache")
    run(sys.executable, "-m", "mypy", *strict, package(tmp_path), "tests", cwd=folder)
    run(*RUFF, folder.name, cwd=tmp_path)


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(SPEC, tmp_path_factory.mktemp("ours"))


@pytest.fixture(scope="module")
def collected(ours: Path) -> str:
    """The names of all of them."""
    return said_by_pytest(ours, "--collect-only", "-q")


def test_each_method_of_each_client_is_called_both_ways(collected: str, api: Api) -> None:
    for operation in api.operations:
        place = f"tests/test_{operation.tag.snake}.py::Test{operation.method_name.pascal}::"
        names = set(re.findall(rf"{re.escape(place)}(\w+)", collected))
        wanted = {"test_with_the_least", "test_raw", "test_refused"}
        assert {*wanted, *(f"{name}_awaited" for name in wanted)} <= names
        assert f"test_has_the_name_{operation.name.snake}_too" in names


def test_each_documented_refusal_but_the_servers_own_failure_is_provoked(
    collected: str, api: Api
) -> None:
    for operation in api.operations:
        place = f"tests/test_{operation.tag.snake}.py::Test{operation.method_name.pascal}::"
        provoked = set(re.findall(rf"{re.escape(place)}test_refused\[\w+-(\d+)-", collected))
        documented = {r.status for r in operation.responses if 400 <= r.status < 500}
        without_a_way = set() if operation.body else {413}
        if not (operation.body or operation.parameters_in("query")):
            without_a_way.add(422)
        assert {int(status) for status in provoked} == documented - without_a_way


def test_they_pass_on_several_workers_in_any_order(ours: Path) -> None:
    assert re.search(r"\d+ passed", said_by_pytest(ours, "-q", "-n", "3", "--dist", "load"))


DEFECTS = {
    "a server that does not delete": (
        "server/*/runtime/resource.py",
        "if not await self._store.delete(self._kind, id):",
        "if not await self._store.get(self._kind, id):",
        "TestDelete::test_with_the_least",
    ),
    "an SDK that forgets the query": (
        "python-client/*/_settings.py",
        'given.get("query", {})',
        "{}",
        "TestIdentifiers::test_with_everything",
    ),
    "an SDK that lists no failures": (
        "python-client/*/_outcome.py",
        "documented = response.status in operation.failures",
        "documented = False",
        "TestGet::test_refused",
    ),
    "an alias of another method": (
        "python-client/*/resources/*.py",
        "workstream_event_update = update",
        "workstream_event_update = with_raw_response",
        "TestUpdate::test_has_the_name_workstream_event_update_too",
    ),
}


@pytest.mark.parametrize("defect", DEFECTS)
def test_they_fail_with(defect: str, ours: Path, tmp_path: Path) -> None:
    pattern, text, instead, victim = DEFECTS[defect]
    out = Path(shutil.copytree(ours, tmp_path / "out"))
    changed = 0
    for path in out.glob(pattern):
        source = path.read_text()
        changed += source.count(text)
        path.write_text(source.replace(text, instead))
    assert changed
    said = said_by_pytest(out, "-q", "-k", victim.replace("::", " and "), status=1)
    assert re.search(rf"^FAILED \S+{re.escape(victim)}", said, re.MULTILINE), said
