"""Ids that a path hides: values that cannot be an id, since a concrete path has them at its place.

A concrete segment comes before a parameter (OpenAPI 3.1, 4.8.8.2), so of `/a/{id}` and `/a/b` the
thing with the id `b` can never be asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import unquote

from specpipe.spec.model import Api, Associate, Delete, Get, Increment

BESIDE = (
    "/.well-known/health",
    "/.well-known/ready",
    "/.well-known/version",
    "/docs",
    "/docs/",
    "/metrics",
    "/openapi.json",
)
"""What the server serves besides the operations (`pages` in its runtime)."""


def reserved_ids(api: Api, pages: Iterable[str] = ()) -> Mapping[str, tuple[str, ...]]:
    """For each resource, by name, the ids that are hidden from an operation, sorted. `pages` are
    the files of the portal, by name."""
    paths = [operation.path for operation in api.operations]
    beside = [*BESIDE, *(f"/docs/{page}" for page in pages)]
    hidden: dict[str, set[str]] = {resource.name.snake: set() for resource in api.resources}
    for operation in api.operations:
        behaviour = operation.behaviour
        if isinstance(behaviour, Get | Delete | Associate | Increment):
            found = hidden_values(operation.path, behaviour.id, [*paths, *beside])
            hidden[behaviour.resource.name.snake].update(found)
    return {name: tuple(sorted(ids)) for name, ids in hidden.items()}


def hidden_values(path: str, parameter: str, paths: Iterable[str]) -> set[str]:
    """The values of a parameter of `path` with which it may lead to another one of `paths`."""
    ours = path.split("/")
    place = ours.index(f"{{{parameter}}}")
    return {
        unquote(theirs[place])
        for theirs in (other.split("/") for other in paths)
        if len(theirs) == len(ours)
        and not is_parameter(theirs[place])
        and can_win(theirs, ours, place)
    }


def can_win(theirs: list[str], ours: list[str], place: int) -> bool:
    """Whether a request can match both paths and lead to the first, which is concrete at `place`:
    no segments differ, and ours is not the first to be concrete where the other is not."""
    pairs = list(zip(theirs, ours, strict=True))
    return all(is_parameter(a) or is_parameter(b) or a == b for a, b in pairs) and not any(
        is_parameter(a) and not is_parameter(b) for a, b in pairs[:place]
    )


def is_parameter(segment: str) -> bool:
    """Whether it stands for any text."""
    return segment.startswith("{") and segment.endswith("}")
