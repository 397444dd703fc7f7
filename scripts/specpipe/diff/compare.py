"""Two moments compared: the spec, and each SDK that was generated from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from specpipe.diff.change import Area, Change, worst_first
from specpipe.diff.moment import Moment
from specpipe.diff.sdk_changes import Source, sdk_changes
from specpipe.diff.spec_changes import spec_changes
from specpipe.diff.surface import Surface
from specpipe.diff.surface_python import NoPython, python_surface
from specpipe.diff.surface_typescript import typescript_surfaces
from specpipe.node import NoNode
from specpipe.tree import Tree


@dataclass(frozen=True, slots=True)
class Found:
    """The changes, worst first, and what could not be compared."""

    changes: tuple[Change, ...]
    notes: tuple[str, ...]


def python_surfaces(trees: Sequence[Tree]) -> tuple[Surface, ...]:
    """The surface of the Python SDK in each tree."""
    return tuple(map(python_surface, trees))


SURFACES: Mapping[Area, tuple[str, Callable[[Sequence[Tree]], tuple[Surface, ...]]]] = {
    "python": ("python-client", python_surfaces),
    "typescript": ("typescript-client", typescript_surfaces),
}
"""Each SDK's folder, and what reads its surface."""


def compare(base: Moment, head: Moment, out: str) -> Found:
    """Everything that is different. `out` is what messages call the output folder."""
    changes = list(spec_changes(base.document, head.document))
    notes: list[str] = []
    if head.stale:
        notes.append(f"{out} is of another spec: run `make generate` to compare the SDKs as well")
    else:
        for area in SURFACES:
            try:
                changes += _sdk(base, head, area, out)
            except (NoNode, NoPython) as error:
                notes.append(f"the {area} SDK is not compared: {error}")
    return Found(tuple(sorted(set(changes), key=worst_first)), tuple(notes))


def _sdk(base: Moment, head: Moment, area: Area, out: str) -> tuple[Change, ...]:
    """The changes to one SDK; none where one of the moments has none, or both have the same."""
    folder, read = SURFACES[area]
    before, after = (dict(_below(moment.generated, folder)) for moment in (base, head))
    if not before or not after or before == after:
        return ()
    old, new = read((before, after))
    return sdk_changes(Source(base.document, old, out), Source(head.document, new, out), area)


def _below(tree: Tree, folder: str) -> Iterator[tuple[str, bytes]]:
    return ((path, content) for path, content in tree.items() if path.startswith(f"{folder}/"))
