"""Small specs and the whole server, TypeScript SDK and documentation that each gives, file by file.

After a wanted change: SPECPIPE_RECORD=1 python -m pytest tests/golden, then read the diff.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from specpipe import pipeline
from specpipe.render import MARK
from specpipe.targets.base import Target
from specpipe.targets.docs import DocsTarget
from specpipe.targets.portal import COPIED
from specpipe.targets.server import ServerTarget
from specpipe.targets.typescript import TypeScriptTarget
from specpipe.workspace import TEMPLATES

TARGETS: tuple[Target, ...] = (ServerTarget(), TypeScriptTarget(), DocsTarget())
COMMENTS = {"server": "#", "typescript": "//"}
CASES = sorted(path.parent for path in Path(__file__).parent.glob("*/spec.yaml"))
RECORD = os.environ.get("SPECPIPE_RECORD") == "1"


def rendered(case: Path, target: Target) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """The tree that the case's spec gives, without what the portal has of every spec and its
    second copy: what is generated, and the runtime's modules."""
    whole = target.render(*pipeline.read_spec(case / "spec.yaml"))
    kept = (it for it in whole if Path(it).name not in COPIED and "docs/portal/" not in it)
    tree = {path: whole[path] for path in kept}
    runtime = {path: content for path, content in tree.items() if "/runtime/" in path}
    return {path: tree[path] for path in tree if path not in runtime}, runtime


def on_disk(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_spec_gives_exactly_the_expected_files(case, target):
    tree, _ = rendered(case, target)
    if RECORD:
        shutil.rmtree(case / "expected" / target.folder, ignore_errors=True)
        for path, content in tree.items():
            file = case / "expected" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
    expected = {
        f"{target.folder}/{path}": content
        for path, content in on_disk(case / "expected" / target.folder).items()
    }
    assert sorted(tree) == sorted(expected)
    for path, content in expected.items():
        assert tree[path].decode() == content.decode(), path


@pytest.mark.parametrize(
    "target", [it for it in TARGETS if it.name in COMMENTS], ids=lambda target: target.name
)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_runtime_is_copied_as_it_is_behind_the_mark(case, target):
    """So the expected files need no copy of it."""
    _, runtime = rendered(case, target)
    comment = COMMENTS[target.name]
    templates = on_disk(TEMPLATES / target.folder / "runtime")
    sources = {path: it for path, it in templates.items() if "__pycache__" not in path}
    assert sources
    assert {path.partition("/runtime/")[2]: content for path, content in runtime.items()} == {
        path: f"{comment} {MARK}\n".encode() + content for path, content in sources.items()
    }
