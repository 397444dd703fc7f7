"""The tests of the TypeScript SDK, by vitest: each file is one test here, run on the sources in
generated/typescript-client."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator

import pytest

from specpipe.node import NoNode, executable
from specpipe.workspace import ROOT

HERE = ROOT / "tests" / "typescript"
FILES = sorted(path.name for path in HERE.glob("*.test.ts"))
VITEST = ROOT / "node_modules" / ".bin" / "vitest"
SECONDS = 600
IN_CI = os.environ.get("CI", "") not in ("", "0", "false")
"""Where nothing may be left out."""


def environment() -> dict[str, str]:
    """That of a person's shell, with the interpreter that runs this."""
    ours = ("NODE_OPTIONS", "NODE_ENV", "VITEST", "API_KEY")
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    return {**kept, "SPECPIPE_PYTHON": sys.executable, "NO_COLOR": "1"}


def left_out(why: str) -> None:
    """Skip, or fail where nothing may be left out."""
    if IN_CI:
        pytest.fail(why, pytrace=False)
    pytest.skip(why)


@pytest.fixture
def temporary() -> Iterator[str]:
    """A folder with a short path: chromium listens at a socket in it, and does not start where the
    path of that is longer than the system takes, as it is below tmp_path."""
    with tempfile.TemporaryDirectory(prefix="ts-", ignore_cleanup_errors=True) as folder:
        yield folder


@pytest.mark.parametrize("name", FILES)
def test_vitest_passes(name: str, temporary: str) -> None:
    try:
        executable("the tests of the TypeScript SDK")
    except NoNode as error:
        left_out(str(error))
    if needs_browser(name) and browser() is None:
        left_out("no chromium: run make browser, or say where it is: CHROMIUM=/usr/bin/...")
    result = subprocess.run(
        [VITEST, "run", "--root", HERE, f"{name.removesuffix('.test.ts')}.test.ts"],
        cwd=HERE,
        env=environment() | {"TMPDIR": temporary},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    if result.returncode:
        pytest.fail(f"vitest: {name}\n{result.stdout}", pytrace=False)


def needs_browser(name: str) -> bool:
    return name.startswith("browser")


def browser() -> str | None:
    """Where chromium is, as browser.ts looks for it."""
    named = os.environ.get("CHROMIUM")
    names = (named,) if named else ("chromium", "chromium-browser", "google-chrome")
    return next((found for name in names if (found := shutil.which(name))), None)


def test_there_are_files_to_run() -> None:
    assert FILES
