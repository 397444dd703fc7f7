"""Trees: comparison with a folder, and the manifest."""

from __future__ import annotations

import json
import os

import pytest

from specpipe.tree import (
    EVERYWHERE,
    MANIFEST,
    Change,
    Manifest,
    TargetRecord,
    compare,
    digest,
    files_below,
    with_manifest,
)

WANTED = {"a/one.py": b"1\n", "a/deep/two.py": b"2\n"}


def write(out, tree):
    for path, content in tree.items():
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        (out / path).write_bytes(content)


@pytest.fixture
def tree():
    """The wanted tree with its manifest."""
    return with_manifest({"a": WANTED}, "spec", Manifest({}))


def kinds(changes):
    return {change.path: change.kind for change in changes}


def test_an_empty_folder_lacks_everything(tmp_path, tree):
    assert kinds(compare(tree, ["a"], tmp_path / "none")) == dict.fromkeys(tree, "add")


def test_what_is_as_wanted_gives_no_change(tmp_path, tree):
    write(tmp_path, tree)
    assert compare(tree, ["a"], tmp_path) == ()


def test_a_byte_more_is_an_update_that_carries_the_wanted_content(tmp_path, tree):
    write(tmp_path, tree)
    (tmp_path / "a/one.py").write_bytes(b"1\n\n")
    assert compare(tree, ["a"], tmp_path) == (Change("a/one.py", "update", b"1\n"),)


def test_a_surplus_file_is_ours_to_delete_only_if_the_manifest_lists_it(tmp_path):
    before = with_manifest({"a": {**WANTED, "a/old.py": b""}}, "spec", Manifest({}))
    write(tmp_path, before)
    write(tmp_path, {"a/mine.txt": b""})
    wanted = with_manifest({"a": WANTED}, "spec", Manifest.read(tmp_path))
    assert kinds(compare(wanted, ["a"], tmp_path)) == {
        "a/old.py": "delete",
        "a/mine.txt": "orphan",
        MANIFEST: "update",
    }


def test_folders_of_other_targets_are_not_looked_at(tmp_path, tree):
    write(tmp_path, tree)
    write(tmp_path, {"b/mine.txt": b"", "notes.txt": b""})
    assert compare(tree, ["a"], tmp_path) == ()


def test_changes_come_in_the_order_of_paths(tmp_path):
    wanted = {"a/z": b"", "a/b": b"", "a/m/n": b""}
    assert [change.path for change in compare(wanted, ["a"], tmp_path)] == sorted(wanted)


def test_a_link_in_the_place_of_a_file_is_not_followed(tmp_path, tree):
    write(tmp_path, tree)
    (tmp_path / "elsewhere").write_bytes(WANTED["a/one.py"])
    (tmp_path / "a/one.py").unlink()
    (tmp_path / "a/one.py").symlink_to(tmp_path / "elsewhere")
    assert kinds(compare(tree, ["a"], tmp_path)) == {"a/one.py": "add"}


def test_a_dangling_link_is_an_orphan(tmp_path, tree):
    write(tmp_path, tree)
    (tmp_path / "a/link").symlink_to(tmp_path / "nowhere")
    assert kinds(compare(tree, ["a"], tmp_path)) == {"a/link": "orphan"}


BY_PRODUCTS = [
    "__pycache__/x.cpython-311.pyc",
    "__pycache__/x.pyo",
    ".mypy_cache/3.11/x.json",
    ".ruff_cache/x",
    ".pytest_cache/v/x",
]
LOOKALIKES = [
    "__pycache__/evil.py",
    "__pycache__/deeper/x.pyc",
    "__pycache__",
    "x.pyc",
    ".mypy_cache.py",
    ".specpipe-x/0",
]


@pytest.mark.parametrize("path", BY_PRODUCTS)
def test_by_products_of_running_the_code_are_nobodys(tmp_path, tree, path):
    write(tmp_path, {**tree, f"a/deep/{path}": b"", path: b""})
    assert compare(tree, ["a"], tmp_path) == ()
    assert compare(tree, [EVERYWHERE], tmp_path) == ()
    assert files_below(tmp_path, "a") == sorted(WANTED)


@pytest.mark.parametrize("path", LOOKALIKES)
def test_what_only_looks_like_a_by_product_is_an_orphan(tmp_path, tree, path):
    write(tmp_path, {**tree, f"a/deep/{path}": b""})
    assert kinds(compare(tree, ["a"], tmp_path)) == {f"a/deep/{path}": "orphan"}


@pytest.mark.parametrize("path", ["notes.txt", "b/x.py", ".hidden", ".specpipe-x/0", "b/.git/x"])
def test_the_whole_folder_is_looked_at_when_asked(tmp_path, tree, path):
    write(tmp_path, {**tree, path: b""})
    assert kinds(compare(tree, [EVERYWHERE], tmp_path)) == {path: "orphan"}
    assert compare(tree, ["a"], tmp_path) == ()


def test_whatever_is_no_folder_is_named(tmp_path, tree):
    write(tmp_path, tree)
    os.mkfifo(tmp_path / "a/pipe")
    (tmp_path / "a/link").symlink_to(tmp_path)
    found = compare(tree, [EVERYWHERE], tmp_path)
    assert kinds(found) == {"a/pipe": "orphan", "a/link": "orphan"}


def test_the_manifest_has_each_files_digest_under_its_target(tree):
    record = json.loads(tree[MANIFEST])["targets"]["a"]
    assert record == {"spec": "spec", "files": {p: digest(c) for p, c in sorted(WANTED.items())}}


def test_the_manifest_keeps_the_records_of_other_targets():
    other = TargetRecord("older spec", {"b/x": "0"})
    tree = with_manifest({"a": WANTED}, "spec", Manifest({"b": other, "a": other}))
    targets = json.loads(tree[MANIFEST])["targets"]
    assert targets["b"] == {"spec": "older spec", "files": {"b/x": "0"}}
    assert set(targets["a"]["files"]) == set(WANTED)


def test_a_manifest_survives_writing_and_reading(tmp_path):
    manifest = Manifest({"b": TargetRecord("s", {"z": "1", "ä": "2"}), "a": TargetRecord("t", {})})
    (tmp_path / MANIFEST).write_bytes(manifest.to_bytes())
    assert Manifest.read(tmp_path) == manifest
    assert manifest.files() == {"z": "1", "ä": "2"}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"{}",
        b'{"targets": []}',
        b'{"targets": {"a": []}}',
        b'{"targets": {"a": {"spec": "s", "files": [1]}}}',
        b'{"targets": {"a": {"files": {}}}}',
        b"\xff",
        b"[" * 100_000,
    ],
)
def test_a_manifest_that_cannot_be_understood_is_an_empty_one(tmp_path, content):
    (tmp_path / MANIFEST).write_bytes(content)
    assert Manifest.read(tmp_path) == Manifest({})
    assert Manifest.read(tmp_path / "none") == Manifest({})


def test_a_change_says_what_is_the_matter():
    said = {kind: str(Change("p", kind)) for kind in ("add", "update", "delete", "orphan")}
    assert said == {
        "add": "p: missing",
        "update": "p: differs from what the spec gives",
        "delete": "p: no longer generated",
        "orphan": "p: not generated: move it out, or delete it",
    }
