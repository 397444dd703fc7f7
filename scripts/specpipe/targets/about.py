"""Which calls are about which resource. Looking at each call for each resource takes most of the
time for an API with hundreds of both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol, TypeVar

from specpipe.spec.model import Operation


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
