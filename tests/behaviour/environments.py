"""Virtual environments with what was generated, as somebody has them who knows nothing of this
repository."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import Distribution, distribution, distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

CLEAN = {
    name: value
    for name, value in os.environ.items()
    if not name.startswith(("PYTEST_", "PYTHON", "COV_"))
}
"""The environment of a process that is nobody's test."""


def run(*command: object, cwd: Path, status: int = 0, **environment: str) -> str:
    """What a command prints, errors behind the rest; it has to exit with that status."""
    result = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**CLEAN, "PYTHONDONTWRITEBYTECODE": "1", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == status, result.stdout + result.stderr
    return result.stdout + result.stderr


@dataclass(frozen=True)
class Environment:
    """A virtual environment."""

    home: Path

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.home / "bin" / "python"

    @property
    def site(self) -> Path:
        """Where its packages are."""
        (folder,) = self.home.glob("lib/python*/site-packages")
        return folder

    def run(self, *arguments: object, cwd: Path, status: int = 0, **variables: str) -> str:
        """What its interpreter prints."""
        return run(self.python, *arguments, cwd=cwd, status=status, **variables)

    def pytest(self, *arguments: object, cwd: Path, status: int = 0, **variables: str) -> str:
        """What pytest prints in it."""
        options = ("-p", "no:cacheprovider", "--color=no")
        return self.run("-m", "pytest", *options, *arguments, cwd=cwd, status=status, **variables)


def empty(home: Path) -> Environment:
    """One with nothing in it."""
    venv.create(home, with_pip=False)
    return Environment(home)


def install(environment: Environment, *packages: Path) -> None:
    """Install wheels, or source distributions, without what they depend on and without asking an
    index."""
    pip = ("-m", "pip", "--python", environment.python, "install", "--quiet")
    offline = ("--no-deps", "--no-index", "--ignore-installed", "--no-build-isolation")
    run(sys.executable, *pip, *offline, *packages, cwd=environment.home)


def with_dependencies(
    home: Path, *packages: Path, also: Iterable[str] = (), extras: Iterable[str] = ()
) -> Environment:
    """One with `packages`, what these declare to need, with `extras` if given, and what is in
    `also`. All but the packages comes from the environment of these tests, by links, so that
    nothing is downloaded; and nothing else comes with it."""
    environment = empty(home)
    install(environment, *packages)
    ours = list(distributions(path=[str(environment.site)]))
    known = {canonicalize_name(found.name) for found in ours}
    wanted = [Requirement(name) for name in also]
    wanted += [need for found in ours for need in needs(found, {"", *extras})]
    while wanted:
        requirement = wanted.pop()
        if (name := canonicalize_name(requirement.name)) not in known:
            known.add(name)
            found = distribution(name)
            link(found, environment.site)
            wanted += needs(found, {"", *requirement.extras})
    return environment


def needs(found: Distribution, extras: set[str]) -> list[Requirement]:
    """What a distribution declares to need here, with those extras."""
    requirements = [Requirement(text) for text in found.requires or ()]
    return [
        requirement
        for requirement in requirements
        if requirement.marker is None
        or any(requirement.marker.evaluate({"extra": extra}) for extra in extras)
    ]


def link(found: Distribution, site: Path) -> None:
    """Put a distribution of this environment into another one."""
    for name in {file.parts[0] for file in found.files or ()} - {"..", "__pycache__"}:
        if not (site / name).exists():
            (site / name).symlink_to(Path(str(found.locate_file(name))))


def build(folder: Path, out: Path, **variables: str) -> tuple[Path, Path]:
    """The wheel and the source distribution of a project folder, by hatchling."""
    out.mkdir(exist_ok=True)
    run(sys.executable, "-m", "hatchling", "build", "--directory", out, cwd=folder, **variables)
    (wheel,), (source,) = out.glob("*.whl"), out.glob("*.tar.gz")
    return wheel, source
