"""Type checkers about programs that use the SDK: right ones pass, each mistake is reported where it
is. Both checkers in their strict modes, over the package as users have it."""

from __future__ import annotations

import json
import os
import pydoc
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from specpipe.conformance.process import Running, generated_server
from specpipe.spec.model import Api
from specpipe.workspace import OUT, ROOT

PROGRAMS = Path(__file__).parent / "typing"
RIGHT, WRONG = PROGRAMS / "right.py", PROGRAMS / "wrong.py"
PYRIGHT = ROOT / "node_modules" / ".bin" / "pyright"
STYLE = {"reportUnusedExpression", "reportUnusedVariable"}
"""What pyright says of statements that stand alone, which a list of mistakes is made of."""


def by_mypy(program: Path, python_folder: Path, cache: Path) -> dict[int, str]:
    """What mypy reports, by line."""
    options = ("--strict", "--config-file=", "--no-error-summary", "--hide-error-context")
    result = subprocess.run(
        [sys.executable, "-m", "mypy", *options, "--cache-dir", str(cache), str(program)],
        cwd=python_folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode in (0, 1), result.stderr
    pattern = rf"^{re.escape(str(program))}:(\d+): error: (.*)$"
    found = re.findall(pattern, result.stdout, re.M)
    assert result.stdout.count(": error: ") == len(found), result.stdout
    return {int(line): text for line, text in found}


def by_pyright(program: Path, python_folder: Path, folder: Path) -> dict[int, str]:
    """What pyright reports, by line."""
    if shutil.which("node") is None:
        pytest.skip("pyright needs Node")
    copy = folder / program.name
    shutil.copy(program, copy)
    settings = {
        "include": [copy.name],
        "extraPaths": [str(python_folder)],
        "typeCheckingMode": "strict",
        "pythonVersion": "3.11",
    }
    (folder / "pyrightconfig.json").write_text(json.dumps(settings))
    result = subprocess.run(
        [PYRIGHT, "--outputjson", "--pythonpath", sys.executable],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode in (0, 1), result.stdout + result.stderr
    return {
        found["range"]["start"]["line"] + 1: found["message"]
        for found in json.loads(result.stdout)["generalDiagnostics"]
        if found["severity"] == "error" and found.get("rule") not in STYLE
    }


CHECKERS = {"mypy": by_mypy, "pyright": by_pyright}
Checker = Callable[[Path, Path, Path], dict[int, str]]


@pytest.fixture(params=CHECKERS)
def checker(request: pytest.FixtureRequest) -> Checker:
    return CHECKERS[request.param]


def test_a_right_program_is_accepted(checker: Checker, python_folder: Path, tmp_path: Path) -> None:
    assert checker(RIGHT, python_folder, tmp_path) == {}


def test_each_mistake_is_reported_where_it_is_and_nothing_else(
    checker: Checker, python_folder: Path, tmp_path: Path
) -> None:
    lines = WRONG.read_text().splitlines()
    marked = {number for number, line in enumerate(lines, 1) if "# wrong: " in line}
    assert len(marked) > 40
    reported = checker(WRONG, python_folder, tmp_path)
    unseen = [lines[number - 1] for number in sorted(marked - reported.keys())]
    assert unseen == []
    assert {number: text for number, text in reported.items() if number not in marked} == {}


@pytest.fixture(scope="module")
def server(api: Api) -> Iterator[Running]:
    with generated_server(api, OUT, 1) as running:
        yield running


def test_the_right_program_runs(server: Running, python_folder: Path) -> None:
    assert server.key
    result = subprocess.run(
        [sys.executable, "-W", "error", str(RIGHT), server.base_url, server.key],
        env={"PYTHONPATH": str(python_folder)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert result.returncode == 0, result.stderr
    said = result.stdout
    assert "Opened retry.py: 0 summaries, []" in said
    for part in ("no: 410", "no: 401", "trigger", "created_to", "unexpected: 503"):
        assert part in said


def test_the_right_program_uses_all_methods(sdk: ModuleType, api: Api) -> None:
    client, text = sdk.Client(), RIGHT.read_text()
    aliases = {o.name.snake for o in api.operations if o.name != o.method_name}
    for tag in api.tags:
        methods = {name for name in dir(getattr(client, tag.snake)) if not name.startswith("_")}
        unused = [n for n in methods - aliases if not re.search(rf"\.{n}\b", text)]
        assert unused == []


@pytest.mark.parametrize("program", ["README.md", "REFERENCE.md"])
def test_the_programs_on_the_pages_are_right(
    program: str, checker: Checker, python_folder: Path, tmp_path: Path
) -> None:
    text = (python_folder / program).read_text()
    blocks = re.findall(r"^```python\n(.*?)^```$", text, re.M | re.S)
    reference = (python_folder / "REFERENCE.md").read_text()
    first = re.findall(r"^```python\n(.*?)^```$", reference, re.M | re.S)[0]
    file = tmp_path / "programs.py"
    rest = [block for block in blocks if block != first]
    functions = [indented(block, number) for number, block in enumerate(rest)]
    file.write_text(f"{first}\nprint(models)\n" + "\n".join(functions))
    (tmp_path / "cache").mkdir()
    assert checker(file, python_folder, tmp_path / "cache") == {}


def indented(block: str, number: int) -> str:
    """A program as a function, so that its names are its own."""
    body = "".join(f"    {line}" if line.strip() else line for line in block.splitlines(True))
    return f"def program_{number}() -> None:\n{body}"


def test_the_public_surface_is_typed(python_folder: Path, api: Api) -> None:
    """Ambiguous to pyright are models and errors, by what it makes of msgspec's own stubs."""
    if shutil.which("node") is None:
        pytest.skip("pyright needs Node")
    places = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    result = subprocess.run(
        [
            PYRIGHT,
            "--verifytypes",
            f"{api.package.snake}_client",
            "--ignoreexternal",
            "--outputjson",
        ],
        cwd=python_folder,
        env={**os.environ, "PYTHONPATH": str(python_folder), "PATH": places},
        capture_output=True,
        text=True,
        check=False,
    )
    report = json.loads(result.stdout)["typeCompleteness"]
    counted = report["exportedSymbolCounts"]
    assert counted["withKnownType"] > 500
    assert counted["withUnknownType"] == 0
    assert report["missingFunctionDocStringCount"] == 0


def test_everything_in_all_is_there_and_dir_lists_it(sdk: ModuleType) -> None:
    assert len(sdk.__all__) > 30
    for name in sdk.__all__:
        assert getattr(sdk, name) is not None
    assert set(dir(sdk)) == set(sdk.__all__)
    with pytest.raises(AttributeError, match="NoSuchName"):
        sdk.NoSuchName  # noqa: B018


def test_help_shows_methods_with_their_words(sdk: ModuleType) -> None:
    text = pydoc.render_doc(sdk.Client, renderer=pydoc.plaintext)
    assert "with_options(self, **options" in text
    resource = type(sdk.Client().workstream_event)
    assert "Read an event" in pydoc.render_doc(resource, renderer=pydoc.plaintext)
    assert "Something that happened" in (sdk.models.WorkstreamEvent.__doc__ or "")
