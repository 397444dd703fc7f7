"""What programs written against an SDK notice, each change at the place in the spec that it comes
from, where there is one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from specpipe.diagnostics import Location
from specpipe.diff.change import Area, Change
from specpipe.diff.schemas import Direction, reach
from specpipe.diff.spec_changes import spec_uses
from specpipe.diff.surface import Surface, surface_changes
from specpipe.spec.build import method_names
from specpipe.spec.model import Document
from specpipe.spec.names import Name
from specpipe.spec.nodes import operations, schemas

_RESOURCE = re.compile(r"(?:Async)?(?:Raw)?(\w+?)Resource(?:\.(\w+))?$|(\w+)Options(?:\.|$)")


@dataclass(frozen=True, slots=True)
class Source:
    """One side of a comparison: a spec, and the surface of the SDK that was generated from it.
    `folder` is where the generated files are."""

    document: Document
    surface: Surface
    folder: str

    def placed(self) -> Surface:
        """The surface with places in the spec."""
        places = dict(_places(self.document))
        return {
            name: replace(entry, location=self._place(name, entry.location, places))
            for name, entry in self.surface.items()
        }

    def _place(self, name: str, given: Location, places: Mapping[str, Location]) -> Location:
        for key in _keys(name):
            if key in places:
                return places[key]
        return replace(given, file=f"{self.folder}/{given.file}")


def sdk_changes(base: Source, head: Source, area: Area) -> tuple[Change, ...]:
    """Those of one SDK."""
    directions = _directions(base.document, head.document)
    return tuple(surface_changes(base.placed(), head.placed(), area, directions))


def _directions(base: Document, head: Document) -> Mapping[str, frozenset[Direction]]:
    """Who writes each model, by the name of its class, in either document."""
    found: dict[str, frozenset[Direction]] = {}
    for document in (base, head):
        for schema, directions in reach(spec_uses(document, document)).items():
            for name in (schema, Name.of(schema).pascal):
                found[name] = found.get(name, frozenset()) | directions
    return found


def _keys(name: str) -> Iterator[str]:
    """What `_places` may call the thing that an SDK calls `name`, the most exact first."""
    steps = name.split(".")
    if steps[0] == "models":
        yield ".".join(_plain(step) for step in steps[1:])
        yield _plain(steps[1]) if len(steps) > 1 else ""
    for owner, method in zip(steps, [*steps[1:], ""], strict=True):
        if match := _RESOURCE.match(owner + (f".{method}" if method else "")):
            yield _plain((match[1] or match[3]) + (match[2] or ""))


def _places(document: Document) -> Iterator[tuple[str, Location]]:
    """Names that all SDKs make theirs of, without case and separators, to places."""
    for schema, node in schemas(document):
        yield _plain(schema), node.location
        for name, member in node.raw("properties").members():
            yield f"{_plain(schema)}.{_plain(name)}", member.location
        for value in node.raw("enum").items():
            yield f"{_plain(schema)}.{_plain(str(value.value))}", value.location
    names = method_names(document)
    for operation in operations(document):
        tag = "".join(operation.node.raw("tags").strings)
        for own in (names[operation.node.pointer].wire, operation.id):
            yield _plain(tag + own), operation.node.location


def _plain(text: str) -> str:
    return re.sub(r"[\W_]", "", text).lower()
