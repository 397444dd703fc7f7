"""Which calls are about which resource, and which have which tag. Looking at each call for each of
those takes most of the time for an API with hundreds of both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol, TypeVar

from specpipe.spec.model import Operation
from specpipe.spec.names import Name


class HasOperation(Protocol):
    """An operation in the words of some language."""

    @property
    def operation(self) -> Operation:
        """The operation itself."""
        ...


Call = TypeVar("Call", bound=HasOperation)


def by_resource(calls: Iterable[Call]) -> Mapping[str, list[Call]]:
    """The calls about each resource that has some, by the resource's pointer, in their order."""
    found: dict[str, list[Call]] = {}
    for call in calls:
        if call.operation.behaviour is not None:
            found.setdefault(call.operation.behaviour.resource.pointer, []).append(call)
    return found


def by_tag(
    calls: Iterable[Call], tags: Sequence[Name]
) -> tuple[tuple[Name, tuple[Call, ...]], ...]:
    """Each of `tags` that has calls, with them in their order."""
    found: dict[str, list[Call]] = {}
    for call in calls:
        found.setdefault(call.operation.tag.wire, []).append(call)
    return tuple((tag, tuple(found[tag.wire])) for tag in tags if tag.wire in found)
