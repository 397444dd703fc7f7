"""`specpipe diff` and `specpipe release` in a git repository of their own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from specpipe.cli import main

BASE = Path(__file__).parent / "base.yaml"
FRAGMENT = "spec/changes/7.minor.md"
SKIP = """        - name: skip
          in: query
          schema: {type: boolean}
        - name: like
"""


def git(folder, *arguments):
    who = ("-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


def commit(folder):
    git(folder, "add", "-A")
    git(folder, "commit", "-m", "x")


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A repository with a spec, committed, as the current folder. Nothing is generated yet."""
    folder = tmp_path / "here"
    (folder / "spec").mkdir(parents=True)
    shutil.copy(BASE, folder / "spec" / "openapi.yaml")
    git(folder, "init", "-b", "main")
    commit(folder)
    monkeypatch.chdir(folder)
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    return folder


@pytest.fixture
def run(capsys):
    def run(command, *arguments):
        capsys.readouterr()
        paths = ["--spec", "spec/openapi.yaml", "--out", "generated"]
        report = ["--report-dir", "../reports"] if command == "diff" else []
        status = main([command, *paths, *report, *arguments])
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


def edit(folder, old="        - name: like\n", new=SKIP, path="spec/openapi.yaml"):
    text = (folder / path).read_text()
    assert text.count(old) == 1
    (folder / path).write_text(text.replace(old, new))


def add_fragment(folder, name=FRAGMENT):
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text("Ids can be skipped.\n")


def files(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".git" not in path.relative_to(folder).parts
    }


def test_nothing_changed_is_right(here, run):
    status, out, err = run("diff")
    assert (status, err) == (0, "")
    assert out.startswith("no changes since ")


def test_a_change_without_version_and_fragment_is_wrong_and_writes_nothing_here(here, run):
    edit(here)
    (here / "generated").mkdir()
    manifest = {"targets": {"python": {"spec": "of another spec", "files": {}}}}
    (here / "generated" / "manifest.json").write_text(json.dumps(manifest))
    before = files(here)
    status, out, _ = run("diff")
    lines = out.splitlines()
    assert status == 1
    assert lines[0].startswith("spec/openapi.yaml:112: minor: `GET /things/ids`: query parameter")
    assert lines[1].startswith("note: generated is of another spec: run `make generate`")
    assert lines[-2].startswith(
        "wrong: spec/openapi.yaml:5:3 #/info/version: info.version is 1.2.3"
    )
    assert lines[-1].startswith(
        "wrong: spec/changes:1:1: the changes are minor and no new fragment"
    )
    assert files(here) == before
    assert "`skip` is new" in (here.parent / "reports" / "diff.md").read_text()


def test_a_change_is_told_of_the_spec_and_of_every_sdk_and_released(here, run):
    """One long story, since generating takes a while."""
    assert run("generate")[0] == 0
    commit(here)
    edit(here)
    edit(here, "version: 1.2.3", "version: 1.3.0")
    add_fragment(here)
    assert run("generate")[0] == 0
    commit(here)
    status, out, _ = run("diff", "--base", "HEAD~1")
    assert status == 0
    for sdk in ("python", "typescript"):
        assert f"is new [{sdk}]" in out or f"is an argument now [{sdk}]" in out
    assert "next version 1.3.0 or higher, info.version is 1.3.0" in out
    assert "generated/" not in out  # every change is at its place in the spec

    status, out, err = run("release", "--version", "2.0.0")
    assert (status, err) == (0, "")
    assert not (here / FRAGMENT).exists()
    log = (here / "spec" / "CHANGELOG.md").read_text()
    assert "## 2.0.0 - " in log
    assert "- Ids can be skipped. (#7)" in log
    assert 'version = "2.0.0"' in (here / "generated/python-client/pyproject.toml").read_text()
    assert 'version = "2.0.0"' in (here / "generated/server/pyproject.toml").read_text()
    assert '"2.0.0"' in (here / "generated/typescript-client/package.json").read_text()
    assert run("check")[0] == 0
    assert run("diff")[0] == 0
    commit(here)
    assert run("release", "--version", "2.0.1")[0] == 1  # nothing waits any more


@pytest.mark.parametrize(
    ("version", "said"),
    [
        ("1.2.4", "7.minor.md asks for 0.1.0 after 0.0.0"),
        ("one", "no version: write three numbers"),
        ("1.3.0-rc.1", "no version: write three numbers"),
        ("01.3.0", "no version: write three numbers"),
        ("1.2.2", "info.version is 1.2.3 already"),
        ("../x", "no version"),
    ],
)
def test_a_wrong_version_is_refused_and_nothing_is_written(here, run, version, said):
    add_fragment(here)
    if version == "1.2.4":
        (here / "spec" / "CHANGELOG.md").write_text("# Changelog\n\n## 1.2.3 - 2026-01-01\n")
        said = "7.minor.md asks for 1.3.0 after 1.2.3"
    commit(here)
    before = files(here)
    status, out, err = run("release", "--version", version)
    assert (status, out) == (1, "")
    assert said in err
    assert err.count("\n") == 1
    assert files(here) == before


def test_a_dirty_tree_is_refused(here, run):
    add_fragment(here)
    status, _, err = run("release", "--version", "1.3.0")
    assert status == 1
    assert f"{FRAGMENT.rpartition('/')[0]}/: not as committed" in err


def test_a_tree_that_git_cannot_look_at_is_no_clean_one(here, run):
    add_fragment(here)
    commit(here)
    (here / ".git" / "index").write_bytes(b"damaged")
    status, _, err = run("release", "--version", "1.3.0")
    assert status == 1
    assert "git cannot say what is not as committed" in err


def test_a_release_without_fragments_or_with_files_that_are_none_is_refused(here, run):
    assert "nothing to release" in run("release", "--version", "1.3.0")[2]
    add_fragment(here, "spec/changes/7.feature.md")
    commit(here)
    status, _, err = run("release", "--version", "1.3.0")
    assert status == 1
    assert "is not named <number>.<breaking|minor|patch>.md" in err


def test_a_release_that_cannot_be_written_leaves_everything_as_it_was(here, run):
    add_fragment(here)
    (here / "spec" / "CHANGELOG.md").mkdir()
    (here / "spec" / "CHANGELOG.md" / "x").write_text("x")
    commit(here)
    before = files(here)
    status, _, err = run("release", "--version", "1.3.0")
    assert status == 1
    assert "a folder is in the place of this file" in err
    assert files(here) == before


@pytest.mark.parametrize(
    "ref", ["nowhere", "--help", "-x", "a b", "HEAD:spec", "$(touch x)", "@{u}"]
)
def test_a_base_that_is_none_is_told_in_a_line(here, run, ref):
    status, out, err = run("diff", f"--base={ref}")
    assert (status, out) == (2, "")
    assert "BASE: git knows no commit" in err
    assert err.count("\n") == 1


def test_a_base_without_the_spec_is_told(here, run):
    git(here, "mv", "spec", "other")
    git(here, "commit", "-m", "x")
    shutil.copytree(here / "other", here / "spec")
    status, _, err = run("diff")
    assert status == 2
    assert "has no spec/openapi.yaml" in err


@pytest.mark.parametrize(
    ("old", "odd"),
    [
        ("minimum: 0, maximum: 9}", "minimum: '0', maximum: [9]}"),
        ("{type: boolean, default: true}", "{type: {a: boolean}}"),
        ("x-port-range: [9000, 9009]", "x-port-range: [a, [9009]]"),
    ],
)
def test_a_base_that_breaks_the_rules_of_today_is_compared_all_the_same(here, run, old, odd):
    text = (here / "spec" / "openapi.yaml").read_text()
    assert old in text
    edit(here, old, odd)
    commit(here)
    (here / "spec" / "openapi.yaml").write_text(text)
    status, out, err = run("diff")
    assert (status, err) == (1, "")
    assert " changes since " in out


def test_a_folder_without_git_is_told(tmp_path, run, monkeypatch):
    (tmp_path / "spec").mkdir()
    shutil.copy(BASE, tmp_path / "spec" / "openapi.yaml")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", os.fspath(tmp_path.parent))
    status, _, err = run("diff")
    assert status == 2
    assert "in no git repository" in err


def test_an_unknown_format_is_told_with_those_there_are(here, run):
    status, _, err = run("diff", "--format", "xml")
    assert status == 2
    assert "there are text, markdown, json, github" in err


def test_a_spec_at_fault_is_no_traceback(here, run):
    edit(here, "openapi: 3.1.0", "openapi: [")
    assert run("diff")[0] == 1


def test_on_github_the_report_is_in_the_summary_of_the_run(here, run, monkeypatch, tmp_path):
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary"))
    edit(here)
    _, out, _ = run("diff", "--format", "github")
    assert out.startswith("::error file=spec/openapi.yaml,line=5,")
    assert "This adds to the API" in (tmp_path / "summary").read_text()


def test_what_others_did_on_the_base_meanwhile_is_not_ours(here, run):
    git(here, "checkout", "-b", "ours")
    git(here, "checkout", "main")
    edit(here)
    commit(here)
    git(here, "checkout", "ours")
    status, out, _ = run("diff", "--base", "main")
    assert (status, out[:10]) == (0, "no changes")
