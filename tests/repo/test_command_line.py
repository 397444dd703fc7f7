"""The command line: what is asked wrongly is told in one line, with a status that says so."""

from __future__ import annotations

import subprocess
import sys

import pytest

from specpipe import pipeline
from specpipe.cli import main
from specpipe.workspace import ROOT

SMALL = ROOT / "tests" / "golden" / "example-answers" / "spec.yaml"
MISUSED = 2


@pytest.fixture
def told(capsys, tmp_path, monkeypatch):
    """Run a command that is misused, in a folder of its own; gives the line that it says."""

    def told(*arguments):
        (tmp_path / "here").mkdir(exist_ok=True)
        monkeypatch.chdir(tmp_path / "here")
        status = main([str(argument) for argument in arguments])
        said = capsys.readouterr()
        assert status == MISUSED
        assert said.out == ""
        assert said.err.count("\n") == 1, said.err
        assert list((tmp_path / "here").iterdir()) == []
        return said.err

    return told


@pytest.mark.parametrize("command", ["generate", "check", "serve"])
@pytest.mark.parametrize("empty", ["", " "])
def test_an_empty_output_folder_is_not_the_current_one(told, command, empty):
    assert "OUT is empty" in told(command, "--spec", SMALL, "--out", empty)


@pytest.mark.parametrize("command", ["generate", "check", "serve"])
@pytest.mark.parametrize("path", ["file", "file/below", "file/a/b"])
def test_a_file_as_the_output_folder_is_named(told, tmp_path, command, path):
    (tmp_path / "file").write_text("mine")
    line = told(command, "--spec", SMALL, "--out", tmp_path / path)
    assert f"OUT: {tmp_path / 'file'} is a file" in line
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize("command", ["generate", "check", "lint", "serve", "conformance", "bench"])
def test_a_spec_that_is_not_there_is_named(told, tmp_path, command):
    assert "none.yaml: there is no such file" in told(command, "--spec", tmp_path / "none.yaml")
    assert "this is a folder" in told(command, "--spec", tmp_path)


@pytest.mark.parametrize("command", ["generate", "check", "lint", "serve"])
def test_an_empty_spec_is_told(told, command):
    assert "SPEC is empty" in told(command, "--spec", "")


def test_an_odd_name_stays_on_one_line(told, tmp_path):
    assert "a\\n\\x1bb" in told("lint", "--spec", tmp_path / "a\n\x1bb")


@pytest.mark.parametrize("command", ["generate", "check"])
@pytest.mark.parametrize(
    ("targets", "said"),
    [
        ("server,cobol", "no target is called 'cobol'"),
        (",", "names no target"),
        (" , ", "names no"),
    ],
)
def test_targets_that_there_are_not_are_told_with_those_there_are(told, command, targets, said):
    line = told(command, "--spec", SMALL, "--out", "out", "--targets", targets)
    assert said in line
    assert "python, server" in line


def test_serving_what_is_not_generated_is_told(told, tmp_path):
    assert "no generated server" in told("serve", "--spec", SMALL, "--out", tmp_path)


def test_what_the_system_refuses_is_one_line(told, monkeypatch):
    def refuse(*_):
        raise PermissionError(13, "Permission denied", "a\nb")

    monkeypatch.setattr(pipeline, "read_spec", refuse)
    assert "Permission denied: 'a" in told("lint", "--spec", SMALL)


def test_a_spec_at_fault_is_not_misuse(tmp_path):
    (tmp_path / "spec.yaml").write_text("a: [")
    assert main(["lint", "--spec", str(tmp_path / "spec.yaml")]) == 1


def test_a_reader_that_leaves_gets_no_traceback():
    command = f"{sys.executable} -u -m specpipe lint --spec {SMALL} | true; exit ${{PIPESTATUS[0]}}"
    for _ in range(3):
        done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
        assert done.returncode in (0, 1)
        assert done.stderr == ""
