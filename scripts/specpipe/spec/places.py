"""Where the nodes of a document are in its file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from specpipe.diagnostics import Location
from specpipe.spec.nodes import escape, unescape


@dataclass(slots=True)
class Place:
    """A node's 1-based line and column, and those of the nodes in it by key or index."""

    line: int
    column: int
    children: dict[str, Place] = field(default_factory=dict)


class Places(Mapping[str, Location]):
    """JSON pointer to Location. A tree, since pointers written out would take memory that grows
    with the square of the document's depth."""

    __slots__ = ("_file", "_root")

    def __init__(self, file: str, root: Place) -> None:
        """The places of `file`, whose outermost value is at `root`."""
        self._file = file
        self._root = root

    def __getitem__(self, pointer: str) -> Location:
        """The place of the node at `pointer`. Raises KeyError."""
        head, *steps = pointer.split("/")
        place = self._root
        if head:
            raise KeyError(pointer)
        for step in steps:
            place = place.children[unescape(step)]
        return Location(self._file, place.line, place.column, pointer)

    def __iter__(self) -> Iterator[str]:
        """Every pointer, in document order."""
        pending = [("", self._root)]
        while pending:
            pointer, place = pending.pop()
            yield pointer
            pending += [
                (f"{pointer}/{escape(key)}", child)
                for key, child in reversed(place.children.items())
            ]

    def __len__(self) -> int:
        """How many nodes there are."""
        return sum(1 for _ in self)
