"""What a foreign document becomes, step by step: its data, and a note of each change."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from specpipe.diagnostics import Location, one_line
from specpipe.spec.model import Document

Kind = Literal["loosened", "narrowed", "left out", "added"]
"""What became of a construct: less is asked than the document asks; less is allowed than it allows;
it is gone; it was not there."""
KINDS: tuple[Kind, ...] = ("left out", "narrowed", "loosened", "added")
_PLACE = re.compile(r" at \S+:\d+:\d+")
_NUMBER = re.compile(r"(?<= of )\d+(?= (characters|bytes|digits))|-?\d{10,}")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")


@dataclass(frozen=True, slots=True, order=True)
class Note:
    """One construct of the foreign document that means something else now, and where it stands."""

    location: Location
    kind: Kind
    what: str

    @property
    def construct(self) -> str:
        """What it has in common with others like it."""
        return construct(self.what)

    def __str__(self) -> str:
        return one_line(f"{self.location}: {self.kind}: {self.what}")


def construct(message: str) -> str:
    """What a message is about: its words without the names and places in them."""
    return _PLACE.sub("", _NUMBER.sub("…", _QUOTED.sub("…", message)))


@dataclass(slots=True)
class Draft:
    """Data on its way into the house profile. `moved` says where a part of it stood in `source`,
    `sections` what of that was called otherwise in the file."""

    source: Document
    data: dict[str, Any]
    notes: list[Note] = field(default_factory=list)
    moved: dict[str, str] = field(default_factory=dict)
    sections: tuple[tuple[str, str], ...] = ()

    def note(self, pointer: str, kind: Kind, what: str) -> None:
        """Say what happened to the part that is at `pointer` now."""
        self.notes.append(Note(self.origin(pointer), kind, what))

    def origin(self, pointer: str) -> Location:
        """Where the part that is at `pointer` now stands in the source, or what it was in."""
        found = self.before(pointer)
        for now, then in self.sections:
            if found.startswith(f"{now}/"):
                found = then + found[len(now) :]
        return self.source.at(found)

    def before(self, pointer: str) -> str:
        """The pointer that the part at `pointer` had in the source."""
        head, tail = pointer, ""
        while head and head not in self.moved:
            head, _, step = head.rpartition("/")
            tail = f"/{step}{tail}"
        return self.moved.get(head, "") + tail

    @property
    def schemas(self) -> dict[str, Any]:
        """The component schemas."""
        return mapping(mapping(self.data, "components"), "schemas")

    def drop_empty_paths(self) -> None:
        """Take out the paths that have no operation any more."""
        self.data["paths"] = {path: item for path, item in self.data["paths"].items() if item}

    def operations(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Path, method and data of each operation."""
        for path, item in mapping(self.data, "paths").items():
            for method in [key for key in item if key in METHODS and isinstance(item[key], dict)]:
                yield path, method, item[method]


METHODS = ("get", "put", "post", "delete", "options", "head", "patch")
SCHEMAS = "#/components/schemas/"
"""What a reference to a component schema begins with."""


def mappings(node: Any) -> Iterator[dict[str, Any]]:
    """All mappings in a part of a document, itself among them."""
    pending = [node]
    while pending:
        node = pending.pop()
        if isinstance(node, dict):
            yield node
            pending += node.values()
        elif isinstance(node, list):
            pending += node


def mapping(holder: dict[str, Any], key: str) -> dict[str, Any]:
    """The mapping at `key`, put there when there is none."""
    if not isinstance(holder.get(key), dict):
        holder[key] = {}
    found: dict[str, Any] = holder[key]
    return found


def by_construct(notes: Sequence[Note]) -> list[tuple[Kind, str, int, Location]]:
    """Kind, construct, how often, and the first place; what weighs most first."""
    counts = Counter((note.kind, note.construct) for note in notes)
    first: dict[tuple[Kind, str], Location] = {}
    for note in sorted(notes):
        first.setdefault((note.kind, note.construct), note.location)
    found = [(kind, what, count, first[kind, what]) for (kind, what), count in counts.items()]
    return sorted(found, key=lambda row: (KINDS.index(row[0]), -row[2], row[1]))
