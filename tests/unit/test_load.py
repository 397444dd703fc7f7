"""Text becomes data with places, or one clear diagnostic; never anything else."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from specpipe.diagnostics import Misuse, SpecError
from specpipe.spec.load import MAX_BYTES, MAX_DEPTH, load
from specpipe.spec.model import Document
from specpipe.spec.nodes import escape

THINGS = Path(__file__).with_name("things.yaml").read_text("utf-8")
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=("Cs", "Cc"))),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.text("abc/~'\" :#é", max_size=6), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("load")


def document(folder: Path, text: str = THINGS) -> Document:
    file = folder / "spec.yaml"
    file.write_text(text, "utf-8")
    return load(file)


def refusal(folder: Path, content: bytes | str) -> str:
    """What is said about `content`, its place without the folder in front."""
    file = folder / "spec.yaml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(SpecError) as caught:
        load(file)
    return str(caught.value).replace(f"{file}:", "")


def assert_loads_or_is_refused(file: Path) -> None:
    try:
        load(file)
    except SpecError as error:
        assert error.diagnostics  # noqa: PT017 - loading is fine as well


def pointers(value: Any, pointer: str = "") -> Iterator[str]:
    yield pointer
    if isinstance(value, dict):
        for key, child in value.items():
            yield from pointers(child, f"{pointer}/{escape(key)}")
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from pointers(child, f"{pointer}/{index}")


@given(content=st.binary(max_size=200))
def test_any_bytes_load_or_raise_spec_error(folder: Path, content: bytes) -> None:
    file = folder / "bytes.yaml"
    file.write_bytes(content)
    assert_loads_or_is_refused(file)


@given(content=st.text(st.sampled_from("ab:-?[]{}&*!|>'\"%@`#,\n \t~<=.0\\"), max_size=60))
def test_any_yaml_like_text_loads_or_raises_spec_error(folder: Path, content: str) -> None:
    file = folder / "text.yaml"
    file.write_text(content, "utf-8")
    assert_loads_or_is_refused(file)


@given(content=st.dictionaries(st.text("abc/~é", min_size=1, max_size=6), VALUES, min_size=1))
def test_json_loads_as_the_same_data_with_a_place_for_every_pointer(
    folder: Path, content: dict[str, Any]
) -> None:
    loaded = document(folder, json.dumps(content, ensure_ascii=False))
    assert loaded.data == content
    assert set(loaded.places) == set(pointers(content))
    assert len(loaded.places) == sum(1 for _ in pointers(content))


def test_places_are_those_of_keys_and_items(folder: Path) -> None:
    places = document(folder, "a:\n  b/c:\n    - x\n    -   y\n  ~d: {e: 1}\n").places
    assert {pointer: (at.line, at.column) for pointer, at in places.items()} == {
        "": (1, 1),
        "/a": (1, 1),
        "/a/b~1c": (2, 3),
        "/a/b~1c/0": (3, 7),
        "/a/b~1c/1": (4, 9),
        "/a/~0d": (5, 3),
        "/a/~0d/e": (5, 8),
    }
    assert all(at.pointer == pointer for pointer, at in places.items())


def test_a_pointer_without_a_place_has_that_of_its_parent(folder: Path) -> None:
    loaded = document(folder, "a:\n  b: 1\n")
    assert loaded.at("/a/b/c/d").line == 2
    assert loaded.at("/nowhere").line == 1
    assert "nonsense" not in loaded.places


def test_places_agree_with_yaml_on_a_real_spec(folder: Path) -> None:
    loaded = document(folder)
    assert set(loaded.places) == set(pointers(loaded.data))
    lines = THINGS.splitlines()
    for pointer, place in loaded.places.items():
        last = pointer.rpartition("/")[2].replace("~1", "/").replace("~0", "~")
        if last and not last.isdigit():
            assert lines[place.line - 1][place.column - 1 :].lstrip("'\"").startswith(last)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("on", "on"), ("off", "off"), ("yes", "yes"), ("No", "No"), ("y", "y"),
        ("1:20", "1:20"), ("2024-01-02", "2024-01-02"),
        ("2024-01-02T03:04:05Z", "2024-01-02T03:04:05Z"), ("1_000", "1_000"), ("1.2.3", "1.2.3"),
        ("true", True), ("False", False), ("null", None), ("~", None), ("", None),
        ("0", 0), ("-7", -7), ("1.5", 1.5), ("1e3", 1000.0), ("'010'", "010"), ('"true"', "true"),
        ("=", "="), ("0.5", 0.5), ("12e03", 12000.0), ("\u0661", "\u0661"),
    ],
)  # fmt: skip
def test_scalars_are_what_yaml_1_2_says(folder: Path, text: str, value: Any) -> None:
    loaded = document(folder, f"a: {text}\n").data["a"]
    assert loaded == value
    assert type(loaded) is type(value)


@pytest.mark.parametrize("text", ["010", "-07", "0o17", "0x1F", "0b1", "00"])
def test_numbers_that_readers_disagree_on_are_refused(folder: Path, text: str) -> None:
    assert f"disagree on what number {text} is" in refusal(folder, f"a: {text}\n")


@pytest.mark.parametrize("text", [".inf", "-.INF", ".nan", "1e999", "-1e999", "9" * 5000])
def test_numbers_that_json_cannot_hold_are_refused(folder: Path, text: str) -> None:
    assert "a number" in refusal(folder, f"a: {text}\n")


def test_statuses_need_no_quotes_and_collide_with_quoted_ones(folder: Path) -> None:
    assert document(folder, "responses: {200: a, '404': b}\n").data == {
        "responses": {"200": "a", "404": "b"}
    }
    assert "key '200' is here again, first at 1:13" in refusal(
        folder, "responses: {200: a, '200': b}\n"
    )
    assert "key 200 is not a string" in refusal(folder, "properties: {200: a}\n")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "1:1: the file is empty"),
        ("# only\n", "the file is empty"),
        ("--- \n", "this is not a mapping"),
        ("a: 1\n--- \nb: 1\n", "2:1: a second document starts here"),
        ("a: 1\nb: 2\na: 3\n", "3:1: key 'a' is here again, first at 1:1"),
        ("a: &x 1\n", "1:4: anchor &x is refused"),
        ("a: *x\n", "1:4: alias *x is refused"),
        ("&x a: 1\n", "1:1: anchor &x is refused"),
        ("a: !!str 1\n", "1:4: tag !!str is refused"),
        ("a: !x 1\n", "1:4: tag !x is refused"),
        ("! a: 1\n", "tag ! is refused"),
        ("? [a]\n: 1\n", "1:3: a list or mapping as a key"),
        ("<<: {a: 1}\n", "1:1: merge key << is refused"),
        ("true: 1\n", "1:1: key true is not a string"),
        ("a: [\n", "2:1: not valid YAML"),
        ("a: b: c\n", "1:5: not valid YAML"),
        ("\tb: c\n", "1:1: not valid YAML"),
        (f"{'k' * 600}: 1\n", "a key longer than 512 characters"),
        (f"{'k' * 1600}: 1\n", "not valid YAML"),
        (f"? {'k' * 600}\n: 1\n", "a key longer than 512 characters"),
        (b"\xff\xfea\x00", "1:1: this byte is not UTF-8"),
        (b"a: 1\nb: \xe9\n", "2:4: this byte is not UTF-8"),
        (b"a: 1\nb: x\x00\n", "2:5: control character U+0000"),
        (b"a: \xc2\x80\n", "1:4: control character U+0080"),
        ('a: "\\ud800"\n', "1:7: not valid YAML"),
    ],
)
def test_what_cannot_be_meant_is_refused_where_it_is(
    folder: Path, text: str | bytes, said: str
) -> None:
    assert said in refusal(folder, text)


def test_faults_that_leave_the_rest_readable_are_reported_together(folder: Path) -> None:
    said = refusal(folder, "a: 010\nb: !x y\nc: .nan\na: 1\n")
    assert [line.split(" ")[0] for line in said.splitlines()] == ["1:4:", "2:4:", "3:4:", "4:1:"]


def test_depth_is_limited(folder: Path) -> None:
    levels = MAX_DEPTH - 1
    assert document(folder, "a: " + "[" * levels + "]" * levels + "\n").data
    said = refusal(folder, "a: " + "[" * (levels + 1) + "]" * (levels + 1) + "\n")
    assert f"nested deeper than {MAX_DEPTH} levels" in said
    assert "nested deeper" in refusal(folder, "a: " + "[" * 1_000_000)
    assert "nested deeper" in refusal(folder, "- " * 100_000)


def test_size_is_limited(folder: Path) -> None:
    assert "larger than 8 MiB" in refusal(folder, b"a: " + b"x" * MAX_BYTES)


def test_the_number_of_values_is_limited_in_good_time(folder: Path) -> None:
    before = time.process_time()
    assert "more than 500000 values" in refusal(folder, "a: [" + "1," * 2_000_000 + "]\n")
    assert time.process_time() - before < 30


def test_a_byte_order_mark_is_tolerated(folder: Path) -> None:
    loaded = document(folder, "\ufeffa: 1\n")
    assert loaded.data == {"a": 1}
    assert loaded.at("/a").column == 1


def test_the_digest_is_that_of_the_bytes(folder: Path) -> None:
    loaded = document(folder, "a: ü\n")
    assert loaded.digest == hashlib.sha256("a: ü\n".encode()).hexdigest()


def test_missing_unreadable_and_odd_paths_are_misuse(tmp_path: Path) -> None:
    loop = tmp_path / "loop.yaml"
    loop.symlink_to(loop)
    below = tmp_path / "file"
    below.write_text("a: 1")
    for path in (
        tmp_path / "none.yaml",
        tmp_path,
        loop,
        below / "x",
        Path("a\0b"),
        Path("x" * 999),
    ):
        with pytest.raises(Misuse):
            load(path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_without_permission_is_misuse(tmp_path: Path) -> None:
    file = tmp_path / "spec.yaml"
    file.write_text("a: 1")
    file.chmod(0)
    with pytest.raises(Misuse, match="cannot be read"):
        load(file)


def test_the_file_is_named_as_seen_from_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document(tmp_path, "a: 1\n")
    monkeypatch.chdir(tmp_path)
    assert load(Path("spec.yaml")).file == load(tmp_path / "spec.yaml").file == "spec.yaml"


def test_without_the_c_loader_the_result_is_the_same(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fast = document(folder)
    monkeypatch.setattr("specpipe.spec.load._Loader", yaml.SafeLoader)
    slow = document(folder)
    assert (fast.data, dict(fast.places)) == (slow.data, dict(slow.places))


def test_line_ends_of_windows_change_nothing(folder: Path) -> None:
    plain, windows = document(folder), document(folder, THINGS.replace("\n", "\r\n"))
    assert (plain.data, dict(plain.places)) == (windows.data, dict(windows.places))
