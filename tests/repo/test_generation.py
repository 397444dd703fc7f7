"""`generate` and `check`: the same bytes every time, and what lies in the output folder judged."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from specpipe.cli import main
from specpipe.render import MARK
from specpipe.tree import MANIFEST
from specpipe.workspace import ROOT, SPEC

SMALL = ROOT / "tests" / "golden" / "example-answers" / "spec.yaml"
BROKEN = ROOT / "tests" / "invalid" / "bad-yaml" / "spec.yaml"
UNMARKED = {".json", ".typed"}
"""Kinds of files that have no comments."""


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def generate_in_a_process(out: Path, seed: str) -> dict[str, bytes]:
    """Both targets from the real spec, by a process with that hash seed."""
    subprocess.run(
        [sys.executable, "-m", "specpipe", "generate", "--spec", str(SPEC), "--out", str(out)],
        env={**os.environ, "PYTHONHASHSEED": seed, "SPECPIPE_CACHE": "off"},
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    return files(out)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """What the small spec gives for all targets; not to be changed."""
    out = tmp_path_factory.mktemp("small")
    assert main(["generate", "--spec", str(SMALL), "--out", str(out)]) == 0
    return out


@pytest.fixture
def out(small, tmp_path):
    """A copy of it."""
    return Path(shutil.copytree(small, tmp_path / "out"))


@pytest.fixture
def run(capsys):
    """Run a command on the small spec; gives its status and what it said."""

    def run(command, out, *options, spec=SMALL):
        capsys.readouterr()
        status = main([command, "--spec", str(spec), "--out", str(out), *options])
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


def some(out: Path, end: str, folder: str = "server") -> str:
    """The path of a generated file with that end."""
    return next(
        path.relative_to(out).as_posix()
        for path in sorted((out / folder).rglob("*"))
        if path.name.endswith(end)
    )


# --- the same bytes ------------------------------------------------------------------------


def test_three_hash_seeds_and_two_runs_give_the_same_bytes(tmp_path):
    seeds = ["0", "1", "12345", "12345"]
    with ThreadPoolExecutor(2) as pool:
        jobs = [
            pool.submit(generate_in_a_process, tmp_path / str(number), seed)
            for number, seed in enumerate(seeds)
        ]
        first, *others = [job.result() for job in jobs]
    assert len(first) > 30
    for other in others:
        assert sorted(other) == sorted(first)
        assert [path for path in first if first[path] != other[path]] == []


def test_every_file_that_can_carry_it_begins_with_the_mark(small):
    unmarked = [
        path
        for path, content in files(small).items()
        if Path(path).suffix not in UNMARKED
        and Path(path).name != "LICENSE"
        and MARK not in content.decode().partition("\n")[0]
    ]
    assert unmarked == []


def test_generating_twice_changes_nothing_the_second_time(run, out):
    before = {path: (out / path).stat().st_mtime_ns for path in files(out)}
    status, said, _ = run("generate", out)
    assert status == 0
    assert "0 files changed" in said
    assert {path: (out / path).stat().st_mtime_ns for path in files(out)} == before


def test_the_manifest_lists_every_file_but_itself(out):
    targets = json.loads((out / MANIFEST).read_bytes())["targets"]
    listed = {path for record in targets.values() for path in record["files"]}
    assert listed == set(files(out)) - {MANIFEST}


# --- what lies in the folder ---------------------------------------------------------------


def test_a_fresh_folder_passes_the_check(run, out):
    assert run("check", out)[0] == 0


@pytest.mark.parametrize("end", ["handlers.py", "README.md", "openapi.json", "py.typed"])
def test_an_edited_file_fails_the_check_by_name_and_is_repaired(run, small, out, end):
    path = some(out, end)
    (out / path).write_bytes((out / path).read_bytes() + b" ")
    status, said, _ = run("check", out)
    assert status == 4
    assert f"{path}: differs" in said
    assert run("generate", out)[0] == 0
    assert files(out) == files(small)


def test_a_deleted_file_fails_the_check_by_name_and_comes_back(run, small, out):
    path = some(out, "contract.py")
    (out / path).unlink()
    status, said, _ = run("check", out)
    assert status == 4
    assert f"{path}: missing" in said
    assert run("generate", out)[0] == 0
    assert files(out) == files(small)


@pytest.mark.parametrize(
    "name",
    [
        *("server/notes.txt", "server/new/deep.py", "server/.hidden"),
        *("stray.txt", "other/y.py", "server/__pycache__/evil.py", ".specpipe-killed/0"),
    ],
)
def test_an_added_file_fails_both_by_name_and_is_left_alone(run, out, name):
    (out / name).parent.mkdir(exist_ok=True)
    (out / name).write_text("mine")
    for command in ("check", "generate", "check"):
        status, said, _ = run(command, out)
        assert status == 4
        assert f"{out}/{name}: not generated" in said
    assert (out / name).read_text() == "mine"


def test_a_file_that_is_no_longer_generated_is_deleted_with_its_folder(run, small, out):
    path = "server/old/module.py"
    (out / path).parent.mkdir()
    (out / path).write_text("")
    manifest = json.loads((out / MANIFEST).read_bytes())
    manifest["targets"]["server"]["files"][path] = "0"
    (out / MANIFEST).write_text(json.dumps(manifest))
    status, said, _ = run("check", out)
    assert status == 4
    assert f"{path}: no longer generated" in said
    assert run("generate", out)[0] == 0
    assert files(out) == files(small)
    assert not (out / path).parent.exists()


def test_a_target_that_there_is_no_more_goes_with_its_files(run, small, out):
    (out / "cobol").mkdir()
    (out / "cobol/old.cob").touch()
    manifest = json.loads((out / MANIFEST).read_bytes())
    manifest["targets"]["cobol"] = {"spec": "0", "files": {"cobol/old.cob": "0"}}
    (out / MANIFEST).write_text(json.dumps(manifest))
    assert run("generate", out)[0] == 0
    assert files(out) == files(small)
    assert not (out / "cobol").exists()


def test_another_spec_replaces_every_trace_of_the_first(run, out):
    other = SMALL.parents[1] / "awkward-names" / "spec.yaml"
    status, *_ = run("generate", out, spec=other)
    assert status == 0
    assert not any("tide" in path for path in files(out))
    assert run("check", out, spec=other)[0] == 0


def test_a_lost_manifest_comes_back_and_deletes_nothing(run, small, out):
    (out / MANIFEST).unlink()
    assert run("check", out)[0] == 4
    assert run("generate", out)[0] == 0
    assert files(out) == files(small)


def test_caches_that_running_the_code_leaves_are_nobodys_business(run, out):
    cache = out / some(out, "handlers.py")
    cache = cache.parent / "__pycache__"
    cache.mkdir()
    (cache / "handlers.cpython-311.pyc").touch()
    assert run("check", out)[0] == 0


def test_check_writes_nothing(run, tmp_path):
    status, *_ = run("check", tmp_path / "none")
    assert status == 4
    assert not (tmp_path / "none").exists()


# --- parts of it ---------------------------------------------------------------------------


def test_a_subset_of_targets_leaves_the_others_files_alone(run, out):
    edited, deleted = some(out, "README.md", "python-client"), some(out, ".py", "python-client")
    (out / edited).write_text("edited")
    (out / deleted).unlink()
    (out / "python-client/mine").touch()
    (out / "stray.txt").touch()
    (out / some(out, "handlers.py")).write_text("edited")
    assert run("generate", out, "--targets", "server")[0] == 0
    assert run("check", out, "--targets", "server")[0] == 0
    assert (out / edited).read_text() == "edited"
    assert not (out / deleted).exists()
    status, said, _ = run("check", out)
    assert status == 4
    for path in (edited, deleted, "python-client/mine", "stray.txt"):
        assert path in said


def test_a_subset_into_an_empty_folder_makes_only_that(run, tmp_path):
    assert run("generate", tmp_path / "out", "--targets", "server, server,")[0] == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [MANIFEST, "server"]


# --- failures ------------------------------------------------------------------------------


@pytest.mark.parametrize("exists", [True, False])
def test_a_failing_spec_writes_nothing(run, small, out, tmp_path, exists):
    (out / some(out, "handlers.py")).write_text("edited")
    before = files(out)
    target = out if exists else tmp_path / "none"
    status, _, errors = run("generate", target, spec=BROKEN)
    assert status == 1
    assert "nothing written" in errors
    assert f"{BROKEN.name}:" in errors
    assert files(out) == before
    assert not (tmp_path / "none").exists()


def test_a_folder_in_the_place_of_a_file_is_told_in_one_line_by_its_name(run, out):
    path = some(out, "handlers.py")
    (out / path).unlink()
    (out / path).mkdir()
    (out / path / "mine").touch()
    status, _, errors = run("generate", out, "--targets", "server")
    assert status == 1
    assert errors.count("\n") == 1
    assert f"{path}: cannot write" in errors
    assert (out / path / "mine").exists()


def test_a_link_out_of_the_folder_is_not_written_through(run, out, tmp_path):
    path = some(out, "handlers.py")
    precious = tmp_path / "precious"
    precious.write_text("mine")
    (out / path).unlink()
    (out / path).symlink_to(precious)
    status, *_ = run("generate", out)
    assert precious.read_text() == "mine"
    assert status == 1


def test_an_interrupt_between_plan_and_writing_leaves_no_trace(out, monkeypatch, capsys):
    from specpipe import emit

    def interrupted(*_):
        raise KeyboardInterrupt

    (out / some(out, "handlers.py")).write_text("edited")
    before = files(out)
    monkeypatch.setattr(emit, "stage", interrupted)
    assert main(["generate", "--spec", str(SMALL), "--out", str(out)]) == 130
    assert files(out) == before
    assert "interrupted" in capsys.readouterr().err
