"""Text of a spec stays text: whatever it is, every file has the shape that it has with harmless
text, nothing that cannot be seen is in it, and it is where it was with harmless text."""

from __future__ import annotations

import json
import math
import os
import re
import subprocess
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from specpipe.targets.typescript_models import schemas_document
from specpipe.workspace import ROOT

from .cases import Data
from .conftest import DOCS, TYPESCRIPT, differences, rendered, unseen, written
from .frame import HARMLESS, HOSTILE_PATTERN, filled, labels, mark
from .payloads import PAYLOADS
from .shapes import html, shape, shapes

TURNS = range(len(PAYLOADS) if os.environ.get("HOSTILE") == "all" else 6)
"""Specs that are made: each place has another payload in each. With HOSTILE=all each has each."""
SAFE = re.compile(r"https?://|mailto:|[^:]*[/#?]")
STRANGE = st.text(st.characters(exclude_categories=("Cs",)), max_size=30) | st.lists(
    st.sampled_from(
        [
            *('"', '"""', "'", "\\", "\n", "\r", "\u2028", "*/", "`", "${", "{{", "}}", "{%", "#"),
            *("<", "-->", "]]>", "&", "%s", "[", "](", "\x00", "\u202e", " ", "~~~", "- ", "//"),
        ]
    ),
    max_size=8,
).map("".join)


def test_the_frame_has_text_everywhere():
    assert len(labels()) > 85


def test_most_of_the_text_arrives():
    """Or nothing would be proven."""
    tree = rendered(filled(HARMLESS))
    text = "".join(content.decode() for path, content in tree.items() if "openapi.json" not in path)
    assert sum(mark(label) in text for label in labels()) > 50
    contract = next(content.decode() for path, content in tree.items() if "openapi.json" in path)
    assert [label for label in labels() if mark(label) not in contract] == []


def turned(turn: int) -> Data:
    """The frame with another payload in each place than in any other turn."""
    texts, places = list(PAYLOADS.values()), labels()
    # Steps, so that neighbours in the file do not follow each other through the payloads.
    said = {label: texts[(n * 5 + turn * 11) % len(texts)] for n, label in enumerate(places)}
    return filled(said.__getitem__, HOSTILE_PATTERN)


def test_each_place_has_another_payload_in_each_turn():
    assert math.gcd(11, len(PAYLOADS)) == 1


@pytest.mark.parametrize("turn", TURNS)
def test_no_text_changes_the_shape_of_a_file(harmless, turn):
    tree = rendered(turned(turn))
    assert differences(shapes(tree), harmless) == []
    assert unseen(tree) == {}
    assert all(is_inside(path) for path in tree)


def is_inside(path: str) -> bool:
    """Whether a path is one that every system takes for itself, below the folder it is for."""
    parts = PurePosixPath(path).parts
    plain = all(part.isascii() and part.replace("-", "").strip("._") for part in parts)
    return plain and not PurePosixPath(path).is_absolute() and not {"..", "\\"} & set(parts)


@pytest.mark.parametrize("turn", TURNS)
def test_no_text_changes_the_shape_of_typescript(
    of_typescript, harmless_typescript, tmp_path, turn
):
    tree = rendered(turned(turn), TYPESCRIPT)
    assert differences(of_typescript(tree), harmless_typescript) == []
    assert unseen(tree) == {}
    if turn == 0:
        assert compiled(tree, tmp_path) == ""


ACTING = ("script", "iframe", "object", "embed", "base", "form", "meta", "link", "style", "svg")


def acting(tree) -> list[object]:
    """What of pages a browser acts on: elements, handlers of events, styles, and odd addresses."""
    found: list[object] = []
    for path in sorted(path for path in tree if path.endswith(".html")):
        for element in html(tree[path].decode()):
            if isinstance(element, str) or element[0] == "comment":
                continue
            tag, attributes = element
            if tag in ACTING or any(name.startswith("on") for name, _ in attributes):
                found.append((path, tag, [name for name, _ in attributes]))
            found += [
                (path, tag, name)
                for name, it in attributes
                if name in ("href", "src", "action") and ":" in it and not SAFE.match(it)
            ]
    return found


@pytest.mark.parametrize("turn", TURNS)
def test_no_text_makes_a_page_of_the_documentation_act(turn):
    """Descriptions are Markdown there, so the shape of a page follows the text."""
    tree = rendered(turned(turn), DOCS)
    wanted = acting(rendered(filled(HARMLESS), DOCS))
    assert wanted
    assert acting(tree) == wanted
    assert unseen(tree) == {}
    assert all(is_inside(path) for path in tree)


def compiled(tree, home: Path) -> str:
    """What the compiler says of an SDK."""
    config = written(tree, home) / "typescript-client" / "tsconfig.json"
    options = json.loads(config.read_text())
    options["compilerOptions"] |= {"noEmit": True, "skipDefaultLibCheck": True}
    config.write_text(json.dumps(options))
    tsc = ROOT / "node_modules" / ".bin" / "tsc"
    result = subprocess.run([tsc, "-p", config], capture_output=True, text=True, check=False)
    assert result.stdout or result.returncode == 0, result.stderr
    return result.stdout


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(texts=st.lists(STRANGE, min_size=7, max_size=13))
def test_arbitrary_texts_change_the_shape_of_nothing(harmless, texts):
    places = labels()
    tree = rendered(filled(lambda label: f"MARK {texts[places.index(label) % len(texts)]}"))
    assert differences(shapes(tree), harmless) == []
    assert unseen(tree) == {}


@given(text=STRANGE)
def test_what_hey_api_is_given_shows_what_is_in_it(text):
    """It writes descriptions as they come, and undoes escapes."""
    data = filled(f"MARK {text}")
    given = json.dumps(schemas_document(data)["components"]["schemas"]["Thing"]["description"])
    assert json.loads(given).replace("\n", "").isprintable()


@pytest.mark.parametrize(
    ("path", "one", "other"),
    [
        ("a.py", "x = 'a'", "x = 'a'; pwned()"),
        ("a.py", "x = 'a'", "x = f'{a}'"),
        ("a.py", "x = 'a'", "x = 'a'  # type: ignore"),
        ("a.md", "a | b", "a <b>"),
        ("a.md", "a", "# a"),
        ("a.md", "[a](b)", "[a](javascript:b)"),
        ("a.md", "```python\nx = 'a'\n```", "```python\nx = a\n```"),
        ("a.toml", "a = 'b'", "a = 'b'\nc = 'd'"),
        ("a.yaml", "a: b", "a: {b: c}"),
        ("a.json", '{"a": "b"}', '{"a": "b", "c": "d"}'),
        ("a.html", "<p title='a'>b", "<p title='a' onclick='b'>c"),
        ("a.html", "<a href='a'>b", "<a href='javascript:a'>b"),
        ("Dockerfile", "FROM a", "FROM a\nRUN b"),
    ],
)
def test_a_change_of_shape_is_noticed(path, one, other):
    assert shape(path, one) != shape(path, other)


def test_a_change_of_shape_is_noticed_in_typescript(of_typescript):
    changes = {
        "x = 'a';": "x = 'a'; pwned();",
        "x = 'b';": "x = `${a}`;",
        "/** a */ x;": "// @ts-nocheck\nx;",
        "/** b */ x;": "// @ts-ignore\nx;",
        "const a = '';": "const b = '';",
    }
    for one, other in changes.items():
        found = [of_typescript({"a.ts": it.encode()}) for it in (one, other)]
        assert found[0] != found[1], one
