"""The generated folder alone: it builds, installs, and runs from there."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest


def run(*command, cwd):
    """Run a command as somebody who has nothing of this repository."""
    result = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={"PATH": "/usr/bin:/bin", "HOME": str(cwd)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.fixture(scope="module")
def built(folder, tmp_path_factory):
    """The wheel and the source distribution, by hatchling."""
    out = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "hatchling", "build", "--directory", out, cwd=folder)
    (wheel,), (source,) = out.glob("*.whl"), out.glob("*.tar.gz")
    return wheel, source


@pytest.fixture(scope="module")
def installed(built, tmp_path_factory):
    """A virtual environment with the wheel. What it depends on comes from this one, by a path
    file, so that nothing is downloaded; nothing of this repository comes with it."""
    wheel, _ = built
    home = tmp_path_factory.mktemp("venv")
    venv.create(home, with_pip=False)
    python = home / "bin" / "python"
    site = Path(
        run(python, "-c", "import sysconfig as s; print(s.get_path('purelib'))", cwd=home).strip()
    )
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    pip = (sys.executable, "-m", "pip", "--python", python, "install", "--quiet")
    run(*pip, "--no-deps", "--no-index", "--ignore-installed", wheel, cwd=home)
    return home, site


@pytest.fixture(scope="module")
def program(folder):
    """The name of the console script."""
    (name,) = tomllib.loads((folder / "pyproject.toml").read_text())["project"]["scripts"]
    return name


def source_files(folder, package):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in (folder / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_wheel_has_every_file_of_the_package_and_nothing_else(built, folder, package):
    with zipfile.ZipFile(built[0]) as wheel:
        packed = {name: wheel.read(name) for name in wheel.namelist()}
    ours = {name: text for name, text in packed.items() if ".dist-info/" not in name}
    assert ours == source_files(folder, package)
    assert {f"{package}/py.typed", f"{package}/openapi.json"} <= ours.keys()
    assert f"{package}/runtime/store.py" in ours


def test_the_source_distribution_builds_the_same_wheel(built, folder, tmp_path):
    wheel, source = built
    with tarfile.open(source) as archive:
        archive.extractall(tmp_path, filter="data")
    (unpacked,) = tmp_path.iterdir()
    assert {"Dockerfile", "compose.yaml", "Caddyfile", "README.md", ".env.example"} <= {
        path.name for path in unpacked.iterdir()
    }
    command = (sys.executable, "-m", "hatchling", "build", "-t", "wheel", "--directory", tmp_path)
    run(*command, cwd=unpacked)
    with zipfile.ZipFile(wheel) as one, zipfile.ZipFile(tmp_path / wheel.name) as two:
        assert {n: one.read(n) for n in one.namelist()} == {n: two.read(n) for n in two.namelist()}


def test_the_installed_package_comes_from_where_it_was_installed(installed, package, tmp_path):
    home, site = installed
    code = f"import {package}; print({package}.__file__)"
    assert run(home / "bin" / "python", "-c", code, cwd=tmp_path).strip() == str(
        site / package / "__init__.py"
    )
    code = "import importlib.util as u; print(u.find_spec('specpipe'))"
    assert run(home / "bin" / "python", "-c", code, cwd=tmp_path).strip() == "None"


def test_every_import_is_of_something_that_the_package_depends_on(folder, package, installed):
    """By the names of what is loaded: a module of a distribution that is not asked for, directly
    or by what is, would be missing in somebody's environment."""
    home, _ = installed
    declared = tomllib.loads((folder / "pyproject.toml").read_text())["project"]["dependencies"]
    code = (
        f"import sys, re, importlib.metadata as m, {package}.__main__\n"
        "owners = m.packages_distributions()\n"
        "plain = lambda text: re.split(r'[^A-Za-z0-9._-]', text)[0].lower().replace('_', '-')\n"
        f"allowed, todo = set(), [plain(each) for each in {declared!r}]\n"
        "while todo:\n"
        "    name = todo.pop()\n"
        "    if name in allowed: continue\n"
        "    allowed.add(name)\n"
        "    try: todo += [plain(each) for each in m.requires(name) or ()]\n"
        "    except m.PackageNotFoundError: pass\n"
        "loaded = {name.split('.')[0] for name in sys.modules}\n"
        "print(*sorted(n for n in loaded for d in owners.get(n, ()) "
        f"if n != {package!r} and d.lower().replace('_', '-') not in allowed))"
    )
    assert run(home / "bin" / "python", "-c", code, cwd=home).split() == []


def test_the_console_script_runs_from_there(installed, program, tmp_path):
    script = installed[0] / "bin" / program
    assert run(script, "--help", cwd=tmp_path).startswith(f"usage: {program}")
    assert run(script, "--version", cwd=tmp_path).strip()
    assert run(script, "export", "--help", cwd=tmp_path).startswith(f"usage: {program} export")
    assert list(tmp_path.iterdir()) == []


def test_the_installed_server_serves_and_its_history_can_be_carried_away(
    installed, program, tmp_path, launching_command
):
    script = str(installed[0] / "bin" / program)
    url = f"sqlite:///{tmp_path}/e.db"
    server = launching_command([script, "--port", "0", "--database-url", url], tmp_path)
    event = server.events.new(readable="kept")
    assert server.client.get("/openapi.json").status_code == 200
    exported = run(script, "export", "--database-url", url, cwd=tmp_path)
    assert exported.encode() == server.events.get(event["id"]).content + b"\n"
    assert server.stop() == ""
