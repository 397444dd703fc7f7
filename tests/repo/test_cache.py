"""Trees of earlier runs: taken when nothing that they were made of has changed, never otherwise,
and whatever lies in the cache, the same bytes come out."""

from __future__ import annotations

import dataclasses
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from specpipe import cache, pipeline
from specpipe.cache import Cache, key, maker
from specpipe.cli import main
from specpipe.spec.load import load
from specpipe.workspace import ROOT

SMALL = ROOT / "tests" / "golden" / "example-answers" / "spec.yaml"
TREE = {"a/é.py": "# é\n".encode(), "b": bytes(range(256)), "empty": b""}


class Counting:
    """A target that counts how often it renders."""

    name = folder = "counting"

    def __init__(self):
        self.times = 0

    def render(self, document, api):
        self.times += 1
        return {"counting/file": f"{api.title}\n".encode()}


@pytest.fixture
def kept(tmp_path):
    return Cache(tmp_path / "cache")


@pytest.fixture(scope="module")
def document():
    return load(SMALL)


@pytest.fixture
def run(tmp_path, kept):
    """Changes that one counting target would make, after which it has rendered so often."""
    target = Counting()

    def run(spec=SMALL, kept=kept):
        found = pipeline.changes(spec, tmp_path / "out", [target], kept=kept)
        return [(change.path, change.content) for change in found], target.times

    return run


def test_a_tree_comes_back_as_it_was(kept):
    kept.put("key", TREE)
    assert kept.get("key") == TREE
    assert kept.get("other") is None


def test_what_was_rendered_is_not_rendered_again_and_comes_out_the_same(run):
    first, times = run()
    assert times == 1
    assert run() == (first, 1)
    assert run(kept=Cache()) == (first, 2)


def test_another_text_of_the_spec_is_rendered_anew(run, tmp_path):
    run()
    other = tmp_path / "spec.yaml"
    other.write_text(SMALL.read_text() + "# a comment\n")
    assert run(spec=other)[1] == 2


@pytest.mark.parametrize(
    "spoilt",
    [
        lambda file: file.write_bytes(b""),
        lambda file: file.write_bytes(file.read_bytes()[:-1]),
        lambda file: file.write_bytes(file.read_bytes().replace(b"file", b"evil")),
        lambda file: file.write_bytes(b"\xff\xfe no digest"),
        lambda file: (file.unlink(), file.mkdir()),
    ],
    ids=["empty", "cut off", "changed", "foreign", "a folder"],
)
def test_an_entry_that_is_not_what_was_put_there_is_ignored(run, kept, spoilt):
    first, _ = run()
    (entry,) = kept.folder.iterdir()
    spoilt(entry)
    assert run() == (first, 2)


def test_an_entry_under_the_name_of_another_is_ignored(kept):
    kept.put("key", TREE)
    (kept.folder / "key").rename(kept.folder / "other")
    assert kept.get("other") is None


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o777])
def test_a_folder_that_others_may_write_into_is_not_trusted(run, kept, mode):
    first, _ = run()
    kept.folder.chmod(mode)
    assert run() == (first, 2)


def test_a_link_to_a_folder_is_not_trusted(kept, tmp_path):
    kept.put("key", TREE)
    link = tmp_path / "link"
    link.symlink_to(kept.folder)
    assert Cache(link).get("key") is None


def test_a_folder_that_cannot_be_made_is_done_without(run, tmp_path):
    (tmp_path / "file").write_text("")
    nowhere = Cache(tmp_path / "file" / "below")
    first, _ = run(kept=nowhere)
    assert run(kept=nowhere) == (first, 2)


def test_runs_at_once_disturb_nobody(kept):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: kept.put(f"key{number % 3}", TREE), range(60)))
        found = list(pool.map(lambda number: kept.get(f"key{number % 3}"), range(60)))
    assert found == [TREE] * 60
    assert sorted(path.name for path in kept.folder.iterdir()) == ["key0", "key1", "key2"]


def test_the_latest_entries_are_kept(kept, monkeypatch):
    monkeypatch.setattr(cache, "ENTRIES", 2)
    for number in range(3):
        kept.put(f"key{number}", TREE)
        os.utime(kept.folder / f"key{number}", (number, number))
    kept.put("key3", TREE)
    assert sorted(path.name for path in kept.folder.iterdir()) == ["key2", "key3"]


def test_a_key_is_of_the_target_the_whole_document_and_its_maker(document):
    keys = {key("a", document, "m"), key("b", document, "m"), key("a", document, "n")}
    for field in dataclasses.fields(document):
        if field.name not in ("data", "places"):  # the digest stands for them
            other = dataclasses.replace(document, **{field.name: "another"})
            keys.add(key("a", other, "m"))
    assert len(keys) == 3 + len(dataclasses.fields(document)) - 2


@pytest.fixture
def copied(tmp_path, monkeypatch):
    """A repository of which a maker is made: a file of each kind that decides."""
    files = ["templates/a/x.j2", "scripts/specpipe/spec/a.py", "scripts/specpipe/targets/b.mjs"]
    files += ["scripts/specpipe/c.py", "LICENSE", "node_modules/.package-lock.json"]
    for name in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("1")
    package = tmp_path / "scripts" / "specpipe"
    monkeypatch.setattr(cache, "ROOT", tmp_path)
    monkeypatch.setattr(cache, "PACKAGE", package)
    monkeypatch.setattr(
        cache, "SOURCES", (package / "spec", package / "targets", tmp_path / "templates")
    )
    monkeypatch.setattr(cache, "INSTALLED", tmp_path / files[-1])
    return [tmp_path / name for name in files]


def test_a_change_to_anything_that_decides_makes_another_maker(copied, monkeypatch, tmp_path):
    seen = {maker()}
    for file in copied:
        file.write_text("2")
        seen.add(maker())
    (tmp_path / "templates" / "a" / "new.j2").touch()
    seen.add(maker())
    (tmp_path / "upgraded-9.9.dist-info").mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    seen.add(maker())
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "node").write_text("another")
    (tmp_path / "bin" / "node").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    seen.add(maker())
    assert len(seen) == len(copied) + 4


def test_the_maker_is_the_same_as_long_as_nothing_changes(copied):
    assert maker() == maker()


@pytest.mark.parametrize(
    ("given", "folder"),
    [
        ({"SPECPIPE_CACHE": "off"}, None),
        ({"SPECPIPE_CACHE": "/some/where"}, "/some/where"),
        ({"XDG_CACHE_HOME": "/xdg"}, "/xdg/specpipe/trees"),
        ({"XDG_CACHE_HOME": "relative", "HOME": "/home/me"}, "/home/me/.cache/specpipe/trees"),
        ({"HOME": "/home/me"}, "/home/me/.cache/specpipe/trees"),
    ],
)
def test_where_it_is(monkeypatch, given, folder):
    for name in ("SPECPIPE_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert cache.of_user().folder == (Path(folder) if folder else None)


def test_generate_and_check_say_the_same_with_and_without(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("SPECPIPE_CACHE", str(tmp_path / "cache"))
    out = tmp_path / "out"
    options = ["--spec", str(SMALL), "--out", str(out), "--targets", "server"]
    assert main(["generate", *options]) == 0
    written = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    some = next(path for path in written if path.name == "handlers.py")
    for kept in (str(tmp_path / "cache"), "off"):
        monkeypatch.setenv("SPECPIPE_CACHE", kept)
        some.write_text("edited")
        capsys.readouterr()
        assert main(["check", *options]) == 4
        assert f"{some}: differs" in capsys.readouterr().out
        assert main(["generate", *options]) == 0
        assert {path: path.read_bytes() for path in written} == written
