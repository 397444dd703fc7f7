"""Which operation of the head is which of the base."""

from __future__ import annotations

from dataclasses import dataclass

from specpipe.spec.model import Document
from specpipe.spec.nodes import Node, OperationNode, operations
from specpipe.spec.validate import TEMPLATE


@dataclass(frozen=True, slots=True)
class Matched:
    """The same operation in both documents, and what sentences call it."""

    base: OperationNode
    head: OperationNode

    @property
    def title(self) -> str:
        """Its method and path in the head."""
        return title(self.head)


@dataclass(frozen=True, slots=True)
class Operations:
    """The operations of two documents."""

    both: tuple[Matched, ...]
    removed: tuple[OperationNode, ...]
    added: tuple[OperationNode, ...]


@dataclass(frozen=True, slots=True)
class MatchedParameter:
    """The same parameter in both documents."""

    base: Node
    head: Node


def title(operation: OperationNode) -> str:
    """What sentences call an operation."""
    return f"{operation.method.upper()} {operation.path}"


def match(base: Document, head: Document) -> Operations:
    """Pair operations by method and path, whatever path parameters are called; then what is left
    by operationId."""
    before, after = list(operations(base)), list(operations(head))
    both: list[Matched] = []
    for key in (_route, _id):
        known = {key(operation): operation for operation in after}
        for operation in tuple(before):
            other = known.pop(key(operation), None) if any(key(operation)) else None
            if other is not None:
                both.append(Matched(operation, other))
                before.remove(operation)
                after.remove(other)
    return Operations(tuple(both), tuple(before), tuple(after))


def _route(operation: OperationNode) -> tuple[str, ...]:
    return operation.method, TEMPLATE.sub("{}", operation.path)


def _id(operation: OperationNode) -> tuple[str, ...]:
    return (operation.id,)


def match_parameters(
    pair: Matched,
) -> tuple[list[MatchedParameter], list[Node], list[Node]]:
    """Pair parameters by name and place, those of the path by their position in it. Gives the
    pairs, those that are gone and those that are new.

    One that is gone and one that is new, equal but for their names, are a renamed one.
    """
    before = {_name(pair.base, node): node for node in pair.base.parameters}
    after = {_name(pair.head, node): node for node in pair.head.parameters}
    both = [MatchedParameter(node, after[key]) for key, node in before.items() if key in after]
    gone = [node for key, node in before.items() if key not in after]
    new = [node for key, node in after.items() if key not in before]
    for node in tuple(gone):
        alike = [other for other in new if _without_name(node) == _without_name(other)]
        if len(alike) == 1:
            both.append(MatchedParameter(node, alike[0]))
            gone.remove(node)
            new.remove(alike[0])
    return both, gone, new


def _name(operation: OperationNode, parameter: Node) -> tuple[str, str]:
    """What tells a parameter from others of its operation."""
    name, place = parameter.raw("name").text, parameter.raw("in").text
    names = TEMPLATE.findall(operation.path)
    return (str(names.index(name)), place) if place == "path" and name in names else (name, place)


def _without_name(parameter: Node) -> dict[str, object]:
    hidden = ("name", "description", "example", "examples")
    return {key: value for key, value in parameter.map.items() if key not in hidden}
