"""Node.js, for the tools that are written in it: pinned in package-lock.json, put into
node_modules by `make setup`."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from specpipe.diagnostics import ToolError, one_line
from specpipe.workspace import ROOT

OLDEST = (20, 19)
"""The oldest Node.js that the pinned tools run on."""
SECONDS = 120
LONGEST = 500
"""Characters of its words that are shown."""
_INSTALL = (
    f"install Node.js {OLDEST[0]}.{OLDEST[1]} or newer with npm from https://nodejs.org and run "
    "make setup"
)
_STAMP = ROOT / "node_modules" / ".ready"
_LOCK = ROOT / "package-lock.json"


class NoNode(ToolError):
    """Node.js or its tools are not there."""


def executable(what: str) -> str:
    """The path of Node.js, with its tools in place. `what` needs it, and is named in messages.

    Raises NoNode, which says what to do.
    """
    node = shutil.which("node")
    if node is None:
        raise NoNode(f"{what} needs Node.js: {_INSTALL}")
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    version = re.match(r"v(\d+)\.(\d+)", said)
    if version is None or (int(version[1]), int(version[2])) < OLDEST:
        shown = f"{node} is {said.strip()}" if version else f"{node} says no version"
        raise NoNode(f"{what} needs a newer Node.js, {one_line(shown)}: {_INSTALL}")
    if not _STAMP.exists():
        raise NoNode(f"{what} needs tools that are not in node_modules: run make setup")
    if _STAMP.stat().st_mtime < _LOCK.stat().st_mtime:
        raise NoNode(f"{what}: node_modules is older than {_LOCK.name}: run make setup")
    return node


def environment(temporary: str) -> dict[str, str]:
    """The variables of a process of Node.js: nothing of ours, and its own temporary folder."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return {**kept, "TMPDIR": temporary}


def run(script: Path, given: Mapping[str, Any], what: str, seconds: float = SECONDS) -> Any:
    """What `script`, a module for Node.js, makes of `given`: both go through it as JSON.

    `what` names the work in messages. Raises NoNode, and ToolError with the script's own words when
    it fails, or when it takes longer than `seconds`. Whatever happens, nothing of it is left.
    """
    with started(script, given, what, seconds) as result:
        return result()


@contextmanager
def started(
    script: Path, given: Mapping[str, Any], what: str, seconds: float = SECONDS
) -> Iterator[Callable[[], Any]]:
    """The same for whoever has something else to do meanwhile: `script` is at work from here on,
    and what is given here waits for the result. At the end of the block it is ended."""
    command = [executable(what), str(script)]
    with tempfile.TemporaryDirectory(prefix="specpipe-") as folder:
        # Files rather than pipes: nobody reads or writes while something else is done.
        asked, said, errors = (Path(folder, name) for name in ("asked", "said", "errors"))
        asked.write_text(json.dumps(given))
        with asked.open("rb") as stdin, said.open("wb") as stdout, errors.open("wb") as stderr:
            try:
                process = subprocess.Popen(
                    command, stdin=stdin, stdout=stdout, stderr=stderr, env=environment(folder)
                )
            except OSError as error:
                raise ToolError(f"{what}: {command[0]}: {error.strerror}") from error

        def result() -> Any:
            try:
                status = process.wait(seconds)
            except subprocess.TimeoutExpired:
                raise ToolError(f"{what}: {script.name} took longer than {seconds:g} s") from None
            if status:
                reason = words(errors.read_bytes()) or f"exit status {status}"
                raise ToolError(f"{what}: {reason}")
            try:
                return json.loads(said.read_bytes())
            except ValueError:
                raise ToolError(f"{what}: {script.name} gave no JSON") from None

        with process:
            try:
                yield result
            finally:
                process.kill()


def words(stderr: bytes) -> str:
    """What a process of Node.js died of, in a line: the error's own if it shows one, which stands
    before its stack."""
    lines = stderr.decode(errors="replace").strip().splitlines()
    errors = [line for line in lines if re.match(r"\s*\w*Error\b.*: ", line)]
    return one_line((errors[:1] or lines[-1:] or [""])[0].strip()[:LONGEST])
