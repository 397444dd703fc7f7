"""Node.js and its tools: what is missing is said in one line, and nothing is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from specpipe import node
from specpipe.cli import main
from specpipe.diagnostics import ToolError
from specpipe.targets.registry import TARGETS
from specpipe.targets.typescript import WITHOUT
from specpipe.workspace import ROOT

SMALL = ROOT / "tests" / "golden" / "example-answers" / "spec.yaml"


@pytest.fixture
def path(tmp_path, monkeypatch):
    """The only folder on the PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


@pytest.fixture
def script(tmp_path):
    """Makes a module for Node.js out of text."""

    def script(text: str) -> Path:
        file = tmp_path / "script.mjs"
        file.write_text(text)
        return file

    return script


def program(path, text):
    (path / "node").write_text(f"#!/bin/sh\n{text}\n")
    (path / "node").chmod(0o755)


@pytest.fixture
def generate(tmp_path, capsys):
    """Runs the command with all targets, or some; gives its status, what it said, and where."""

    def generate(*options):
        out = tmp_path / "out"
        status = main(["generate", "--spec", str(SMALL), "--out", str(out), *options])
        return status, capsys.readouterr().err, out

    return generate


def test_without_node_one_line_says_what_to_do_and_nothing_is_written(path, generate):
    status, said, out = generate()
    assert status == 1
    (line,) = said.splitlines()
    assert line.startswith("specpipe: TARGETS=typescript needs Node.js: install Node.js 20.19")
    assert line.endswith(f"run make setup; or leave it out: {WITHOUT}")
    assert not out.exists()


def test_what_one_is_told_to_leave_it_out_with_names_all_others_and_works(path, generate):
    others = [target.name for target in TARGETS if target.name != "typescript"]
    assert f"TARGETS={','.join(others)}" == WITHOUT
    assert generate("--targets", ",".join(others))[0] == 0


@pytest.mark.parametrize("version", ["v18.20.4", "v20.18.3", "v0.12.18"])
def test_an_old_node_is_named_with_its_version(path, generate, version):
    program(path, f"echo {version}")
    status, said, out = generate()
    assert status == 1
    (line,) = said.splitlines()
    assert f"needs a newer Node.js, {path}/node is {version}: install" in line
    assert not out.exists()


def test_a_node_that_does_not_start_is_named(path, generate):
    program(path, "exit 3")
    assert f"{path}/node says no version: install" in generate()[1]


def test_missing_and_stale_tools_are_told_apart(tmp_path, monkeypatch):
    monkeypatch.setattr(node, "_STAMP", stamp := tmp_path / ".ready")
    monkeypatch.setattr(node, "_LOCK", lock := tmp_path / "package-lock.json")
    lock.touch()
    with pytest.raises(node.NoNode, match="needs tools that are not in node_modules: run make"):
        node.executable("it")
    stamp.touch()
    os.utime(lock, (2e9, 2e9))
    with pytest.raises(node.NoNode, match=r"older than package-lock\.json: run make setup"):
        node.executable("it")


def test_json_goes_in_and_comes_out(script):
    echo = script("process.stdin.pipe(process.stdout)")
    given = {"é\u2028": [1, None, "\0"]}
    assert node.run(echo, given, "it") == given


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("throw new TypeError('no good: 1')", "it: TypeError: no good: 1"),
        ("process.stderr.write('first\\nlast words\\n'); process.exit(3)", "it: last words"),
        ("process.exit(3)", "it: exit status 3"),
        ("import 'nothing-of-this-name'", "it: Error [ERR_MODULE_NOT_FOUND]: Cannot find package"),
        ("console.log('{')", "it: script.mjs gave no JSON"),
    ],
)
def test_a_script_that_fails_is_told_in_its_own_words_in_one_line(script, text, said):
    with pytest.raises(ToolError) as error:
        node.run(script(text), {}, "it")
    assert str(error.value).startswith(said)
    assert "\n" not in str(error.value)


def test_a_script_that_hangs_is_ended_with_its_temporary_files(script, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    hang = script(
        "import { writeFileSync } from 'node:fs'; import { tmpdir } from 'node:os';"
        "writeFileSync(tmpdir() + '/left', ''); setInterval(() => {}, 1000)"
    )
    with pytest.raises(ToolError, match=r"it: script\.mjs took longer than 1 s"):
        node.run(hang, {}, "it", seconds=1)
    assert list(tmp_path.iterdir()) == [hang]


def test_an_interrupt_while_node_works_writes_nothing_and_leaves_no_process(tmp_path):
    marker, out = tmp_path / "pid", tmp_path / "out"
    program(tmp_path, f'[ "$1" = --version ] && echo v22.0.0 && exit\necho $$ >{marker}\nsleep 60')
    command = [sys.executable, "-m", "specpipe", "generate", "--spec", SMALL, "--out", out]
    process = subprocess.Popen(
        [str(part) for part in command],
        env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "TMPDIR": str(tmp_path)},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    while not marker.exists() or not marker.read_text():
        assert process.poll() is None
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert said.splitlines()[-1] == "specpipe: interrupted; nothing half-written"
    assert not out.exists()
    assert not list(tmp_path.glob("specpipe-*"))
    with pytest.raises(ProcessLookupError):
        os.kill(int(marker.read_text()), 0)
