"""Every relative link on the pages of this repository leads to something that is there: a file, a
line of it, or a place on a page."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pytest

from specpipe.workspace import OUT, ROOT

DOCS = OUT / "docs"
WRITTEN = [
    *ROOT.glob("*.md"),
    *(ROOT / "docs").rglob("*.md"),
    *(ROOT / "spec").glob("*.md"),
    *OUT.glob("*/*.md"),
    *(DOCS.rglob("*.md")),
]
OTHER_SPECS = [
    ROOT / "tests" / "golden" / name / "spec.yaml" for name in ("awkward-names", "example-answers")
]
CODE = re.compile(r"^(```+|~~~+).*?^\1|(`+)(?!`).+?(?<!`)\2(?!`)", re.M | re.S)
LINK = re.compile(r"(?<!\\)\]\(<?([^()\s>]*)>?\)")
HEADING = re.compile(r"^#{1,6} +(.*?)(?: +#+)?$", re.M)


def links(path: Path) -> set[str]:
    """Those that leave for another place of the repository."""
    found = LINK.findall(CODE.sub("", path.read_text("utf-8")))
    return {link for link in found if not re.match(r"[a-z]+:", link)}


@cache
def places(path: Path) -> frozenset[str]:
    """What can stand behind a `#`: lines of a file, and of a page its headings as well, by the names
    that GitHub gives them, and the places that it names itself."""
    text = path.read_text("utf-8")
    found = {"", *(f"L{number}" for number in range(1, text.count("\n") + 2))}
    if path.suffix != ".md":
        return frozenset(found)
    bare = re.sub(r"^(```+|~~~+).*?^\1", "", text, flags=re.M | re.S)
    found |= {*re.findall(r'<a (?:id|name)="([^"]+)"', bare)}
    counted: Counter[str] = Counter()
    for slug in map(slug_of, HEADING.findall(bare)):
        found.add(f"{slug}-{counted[slug]}" if counted[slug] else slug)
        counted[slug] += 1
    return frozenset(found)


def slug_of(heading: str) -> str:
    """GitHub's name for the place of a heading."""
    shown = re.sub(r"<[^>]*>|\[([^\]]*)\]\([^)]*\)", r"\1", heading)
    shown = re.sub(r"\\(.)", r"\1", shown).replace("`", "").replace("*", "")
    return re.sub(r"[^\w\- ]", "", shown.strip().lower()).replace(" ", "-")


def broken(path: Path, within: Path) -> list[str]:
    """Links of a page that lead nowhere; those that lead out of `within` are left alone."""
    found = []
    for link in sorted(links(path)):
        name, _, place = link.partition("#")
        target = (path.parent / unquote(name)).resolve() if name else path
        if not target.is_relative_to(within):
            continue
        is_there = target.exists() and (not place or unquote(place) in places(target))
        found += [] if is_there else [link]
    return found


def test_no_link_of_the_repositorys_pages_leads_nowhere():
    assert len(WRITTEN) > 100
    assert sum(len(links(path)) for path in WRITTEN) > 500
    assert {str(p.relative_to(ROOT)): b for p in WRITTEN if (b := broken(p, ROOT))} == {}


@pytest.mark.parametrize("spec", OTHER_SPECS, ids=lambda spec: spec.parent.name)
def test_no_link_within_the_documentation_of_another_spec_leads_nowhere(generate, spec, tmp_path):
    generate(spec, tmp_path)
    folder = tmp_path / "docs"
    pages = [*folder.rglob("*.md")]
    assert len(pages) >= 5
    assert {path.name: b for path in pages if (b := broken(path, folder))} == {}


@pytest.mark.parametrize(
    ("link", "leads"),
    [
        ("other.md", True),
        ("other.md#two-words", True),
        ("other.md#its", True),
        ("other.md#same-1", True),
        ("#here", True),
        ("a%20file.txt#L2", True),
        ("none.md", False),
        ("other.md#two", False),
        ("other.md#same-2", False),
        ("other.md#inside", False),
        ("a%20file.txt#L9", False),
    ],
)
def test_a_broken_link_is_found(link, leads, tmp_path):
    (tmp_path / "a file.txt").write_text("one\ntwo\n")
    (tmp_path / "other.md").write_text(
        '# Two *words*\n<a id="its"></a>\n## Same\n## Same\n```\n# Inside\n```\n'
    )
    page = tmp_path / "page.md"
    page.write_text(f"# Here\n[a]({link}) `[b](nowhere)` [c](https://example.org/x)\n")
    assert broken(page, tmp_path) == ([] if leads else [link])
