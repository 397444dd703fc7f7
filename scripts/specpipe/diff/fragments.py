"""Change fragments, `changes/<number>.<type>.md` beside the spec, and the changelog that a release
makes of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from specpipe.diagnostics import Diagnostic, Location
from specpipe.diff.change import Impact
from specpipe.diff.version import Version
from specpipe.tree import Tree

FOLDER = "changes"
CHANGELOG = "CHANGELOG.md"
TYPES = {impact.word: impact for impact in reversed(Impact)}
_NAME = re.compile(rf"(\d+)\.({'|'.join(TYPES)})\.md", re.ASCII)
_RELEASE = re.compile(r"^## (\d+\.\d+\.\d+)", re.MULTILINE | re.ASCII)
_TITLES = {
    Impact.BREAKING: "Breaking",
    Impact.MINOR: "New",
    Impact.PATCH: "Corrected and clarified",
}
HEADER = """# Changelog

Releases of the spec and of the packages generated from it: they share a version. `make release`
writes this.
"""


@dataclass(frozen=True, slots=True)
class Fragment:
    """What one change says of itself. `name` is the file's, `number` the pull request's."""

    name: str
    number: int
    impact: Impact
    text: str


def fragments(tree: Tree) -> tuple[Fragment, ...]:
    """Those among the files of the folder, worst first."""
    found = [
        Fragment(name, int(match[1]), TYPES[match[2]], content.decode(errors="replace").strip())
        for name, content in tree.items()
        if (match := _NAME.fullmatch(name))
    ]
    return tuple(sorted(found, key=lambda it: (-it.impact, it.number, it.name)))


def faults(tree: Tree, folder: str) -> Iterator[Diagnostic]:
    """Files of the folder that are no fragments, or say nothing. `folder` is its path."""
    for name, content in sorted(tree.items()):
        place = Location(f"{folder}/{name}")
        if not _NAME.fullmatch(name):
            form = f"<number>.<{'|'.join(TYPES)}>.md"
            yield Diagnostic(place, f"{name!r} is not named {form}", "rename it")
        elif not content.strip():
            yield Diagnostic(place, "the fragment is empty", "say what changes for callers")


def latest_release(changelog: str) -> Version | None:
    """The version of the first release in a changelog."""
    found = _RELEASE.search(changelog)
    return Version.of(found[1]) if found else None


def with_release(changelog: str, version: str, date: str, found: Iterable[Fragment]) -> str:
    """The changelog with one release more, in front of the others."""
    header, mark, before = (changelog or HEADER).partition("\n## ")
    lines = [header.rstrip("\n"), "", f"## {version} - {date}"]
    by_impact = list(found)
    for impact in TYPES.values():
        own = [fragment for fragment in by_impact if fragment.impact is impact]
        if own:
            lines += ["", f"### {_TITLES[impact]}", "", *map(_item, own)]
    return "\n".join(lines) + "\n" + (f"{mark}{before}" if mark else "")


def _item(fragment: Fragment) -> str:
    """A fragment as an item of a list, its further lines indented."""
    first, *rest = f"{fragment.text} (#{fragment.number})".splitlines()
    return "\n".join([f"- {first}", *(f"  {line}".rstrip() for line in rest)])
