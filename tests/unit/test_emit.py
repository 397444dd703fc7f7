"""Writing: only inside the folder, content first, orphans left alone."""

from __future__ import annotations

import pytest

from specpipe import emit
from specpipe.diagnostics import ToolError
from specpipe.tree import MANIFEST, Change


def files(out):
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in out.rglob("*")
        if path.is_file()
    }


def test_adds_updates_and_deletes_and_leaves_no_trace_of_itself(tmp_path):
    out = tmp_path / "new" / "out"
    emit.apply([Change("a/b/c.py", "add", b"1"), Change("a/d.py", "add", b"2")], out)
    assert files(out) == {"a/b/c.py": b"1", "a/d.py": b"2"}
    emit.apply([Change("a/b/c.py", "delete"), Change("a/d.py", "update", b"3")], out)
    assert files(out) == {"a/d.py": b"3"}
    assert [path.name for path in out.rglob("*")] == ["a", "d.py"]


def test_an_empty_folder_left_by_a_delete_goes_but_never_the_output_folder(tmp_path):
    emit.apply([Change("a/b/c.py", "add", b"")], tmp_path)
    emit.apply([Change("a/b/c.py", "delete")], tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_somebodys_file_stays(tmp_path):
    emit.apply([Change("a/b/c.py", "add", b"")], tmp_path)
    (tmp_path / "a/b/mine").touch()
    emit.apply([Change("a/b/c.py", "delete"), Change("a/b/mine", "orphan")], tmp_path)
    assert files(tmp_path) == {"a/b/mine": b""}


def test_deleting_what_is_gone_already_is_no_error(tmp_path):
    (tmp_path / "a").mkdir()
    emit.apply([Change("a/c.py", "delete")], tmp_path)


@pytest.mark.parametrize("path", ["../x", "a/../../x", "/tmp/x", "a/link/x", "link"])
@pytest.mark.parametrize("kind", ["add", "delete"])
def test_a_path_out_of_the_folder_is_refused_before_anything_is_written(tmp_path, path, kind):
    out, outside = tmp_path / "out", tmp_path / "outside"
    (out / "a").mkdir(parents=True)
    outside.mkdir()
    (outside / "x").write_bytes(b"precious")
    (out / "a/link").symlink_to(outside)
    if path == "link":
        (out / "link").symlink_to(outside / "x")
    content = b"evil" if kind == "add" else None
    with pytest.raises(ToolError, match="outside"):
        emit.apply([Change("a/fine.py", "add", b""), Change(path, kind, content)], out)
    assert not (out / "a/fine.py").exists()
    assert (outside / "x").read_bytes() == b"precious"


def test_content_that_cannot_be_staged_touches_nothing(tmp_path, monkeypatch):
    emit.apply([Change("a/one", "add", b"old"), Change("a/two", "add", b"old")], tmp_path)

    def full_disk(path, content):
        if path.name == "1":
            raise OSError(28, "No space left on device", str(path))
        return original(path, content)

    original = emit.stage
    monkeypatch.setattr(emit, "stage", full_disk)
    with pytest.raises(ToolError, match="No space left on device"):
        emit.apply([Change("a/one", "update", b"new"), Change("a/two", "update", b"new")], tmp_path)
    assert files(tmp_path) == {"a/one": b"old", "a/two": b"old"}


def test_a_folder_in_the_place_of_a_file_is_one_clear_line(tmp_path):
    (tmp_path / "a/one.py/x").mkdir(parents=True)
    with pytest.raises(
        ToolError, match=r"one\.py: cannot write: a folder is in the place"
    ) as error:
        emit.apply([Change("a/one.py", "add", b"")], tmp_path)
    assert "\n" not in str(error.value)


def test_a_file_in_the_place_of_the_output_folder_is_one_clear_line(tmp_path):
    (tmp_path / "out").touch()
    for out in (tmp_path / "out", tmp_path / "out/below"):
        with pytest.raises(ToolError, match="cannot write") as error:
            emit.apply([Change("a", "add", b"")], out)
        assert "\n" not in str(error.value)


@pytest.mark.parametrize("kind", ["add", "delete"])
@pytest.mark.parametrize(
    ("path", "obstacle", "said"),
    [
        ("z/dir", "z/dir", "a folder is in the place"),
        ("z/file/x/y.py", "z/file", "this is a file"),
        ("z/link/y.py", "z/link", "this is a link"),
    ],
)
def test_what_is_in_the_way_is_named_before_anything_is_touched(
    tmp_path, path, obstacle, said, kind
):
    (tmp_path / "z/dir/mine").mkdir(parents=True)
    (tmp_path / "z/file").write_bytes(b"mine")
    (tmp_path / "z/link").symlink_to("dir")
    (tmp_path / "old").touch()
    before = files(tmp_path)
    wanted = Change(path, kind, b"" if kind == "add" else None)
    with pytest.raises(ToolError) as error:
        emit.apply([Change("a", "add", b""), Change("old", "delete"), wanted], tmp_path)
    assert str(error.value).startswith(f"{tmp_path / obstacle}: ")
    assert said in str(error.value)
    assert "\n" not in str(error.value)
    assert files(tmp_path) == before
    assert (tmp_path / "z/link").is_symlink()


CHANGES = [
    Change("a/new.py", "add", b"new"),
    Change("a/old.py", "delete"),
    Change(MANIFEST, "update", b"new"),
    Change("z/new.py", "update", b"new"),
]


def test_files_come_first_then_deletions_and_the_manifest_last(tmp_path, monkeypatch):
    order = []

    def noted(name, original, path_of):
        def call(*arguments):
            order.append((name, path_of(*arguments)))
            return original(*arguments)

        monkeypatch.setattr(emit, name, call)

    noted("replace", emit.replace, lambda _, place: place.relative_to(tmp_path).as_posix())
    noted("remove", emit.remove, lambda _, path: path)
    emit.apply(CHANGES, tmp_path)
    assert order == [
        ("replace", "a/new.py"),
        ("replace", "z/new.py"),
        ("remove", "a/old.py"),
        ("replace", MANIFEST),
    ]


@pytest.mark.parametrize("failing", ["z/new.py", "a/old.py", MANIFEST])
def test_after_a_failure_on_the_way_the_old_manifest_still_stands(tmp_path, monkeypatch, failing):
    emit.apply([Change(change.path, "add", b"old") for change in CHANGES], tmp_path)

    def full(original, position):
        def call(*arguments):
            if str(arguments[position]).endswith(failing):
                raise OSError(5, "Input/output error", str(arguments[position]))
            return original(*arguments)

        return call

    monkeypatch.setattr(emit, "replace", full(emit.replace, 1))
    monkeypatch.setattr(emit, "remove", full(emit.remove, 1))
    with pytest.raises(ToolError, match="Input/output error"):
        emit.apply(CHANGES, tmp_path)
    assert (tmp_path / MANIFEST).read_bytes() == b"old"
    assert {path.name for path in tmp_path.iterdir()} == {"a", "z", MANIFEST}
    monkeypatch.undo()
    emit.apply(CHANGES, tmp_path)
    assert files(tmp_path) == {"a/new.py": b"new", "z/new.py": b"new", MANIFEST: b"new"}


def test_no_changes_write_nothing_at_all(tmp_path):
    emit.apply([], tmp_path / "out")
    assert not (tmp_path / "out").exists()
