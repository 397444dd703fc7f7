"""`x-resources` and `x-resource`: what the server keeps, and what an operation does to it.

The vocabulary is closed. `VERBS` says which keys each verb takes; `resource_rules` checks them,
`behaviour` reads them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from specpipe.spec.model import (
    Associate,
    BatchFetch,
    Behaviour,
    Create,
    Delete,
    Document,
    Get,
    Identifiers,
    Increment,
    Resource,
    Snapshot,
    Time,
    Update,
)
from specpipe.spec.names import Name
from specpipe.spec.nodes import Node, OperationNode, member, root


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys that a mapping must have and may have."""

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()


RESOURCE = Keys(("schema", "id", "created", "updated", "gone", "collection"), ("heavy",))
COLLECTION = Keys(("items", "positions"))
VERBS: Mapping[str, Keys] = {
    "create": Keys((), ("full", "id", "adopts", "without-body")),
    "snapshot": Keys((), ("full", "omits")),
    "identifiers": Keys(("order",), ("limit", "ranges", "join")),
    "get": Keys(("id",), ("full",)),
    "update": Keys((), ("full",)),
    "delete": Keys(("id",)),
    "batch-fetch": Keys(("ids", "found", "missing"), ("full", "omits")),
    "associate": Keys(("id", "other", "member")),
    "disassociate": Keys(("id", "other", "member")),
    "increment": Keys(("id", "reads", "counters", "total")),
}
COMMON = ("of", "does")
ORDERS: Mapping[str, tuple[Time, bool]] = {
    "created": ("created", False),
    "-created": ("created", True),
    "updated": ("updated", False),
    "-updated": ("updated", True),
}
MAX_COUNTER = 2**63 - 1


def declared(document: Document) -> Mapping[str, Node]:
    """The nodes of `x-resources`, by name."""
    return dict(root(document).raw("x-resources").members())


def resource(name: str, node: Node) -> Resource:
    """A declared resource."""
    collection = node.raw("collection")
    return Resource(
        name=Name.of(name),
        schema=node.raw("schema").text,
        id=node.raw("id").text,
        created=tuple(node.raw("created").text.split(".")),
        updated=tuple(node.raw("updated").text.split(".")),
        gone=node.raw("gone").value,
        heavy=node.raw("heavy").strings,
        items=collection.raw("items").text,
        positions=collection.raw("positions").text,
        pointer=node.pointer,
    )


def behaviour(operation: OperationNode, resources: Mapping[str, Resource]) -> Behaviour | None:
    """What `operation` does to a resource; None when it does not say."""
    node = operation.node.raw("x-resource")
    if node.value is None:
        return None
    return _READERS[node.raw("does").text](operation, node, resources[node.raw("of").text])


def component(document: Document, name: str) -> Node:
    """The component schema `name`, references followed."""
    return root(document).get("components", "schemas", name)


def counters(reads: Node | None, counted: Node | None) -> tuple[str, ...]:
    """Boolean properties of `reads` that are integer properties of `counted`."""
    if reads is None or counted is None:
        return ()
    return tuple(n for n in of_type(reads, "boolean") if n in of_type(counted, "integer"))


def of_type(schema: Node, kind: str) -> tuple[str, ...]:
    """The properties of `schema` that are of type `kind`, in order."""
    properties = schema.follow().raw("properties")
    return tuple(n for n, child in properties.members() if child.get("type").value == kind)


def _text(node: Node, key: str) -> str | None:
    return node.raw(key).text or None


def _pairs(node: Node) -> tuple[tuple[str, str], ...]:
    return tuple((key, child.text) for key, child in node.members())


def _create(_: OperationNode, node: Node, of: Resource) -> Behaviour:
    empty = node.raw("without-body").map
    return Create(of, _text(node, "full"), _text(node, "id"), _pairs(node.raw("adopts")), empty)


def _snapshot(_: OperationNode, node: Node, of: Resource) -> Behaviour:
    return Snapshot(of, _text(node, "full"), node.raw("omits").strings)


def _identifiers(_: OperationNode, node: Node, of: Resource) -> Behaviour:
    order, descending = ORDERS[node.raw("order").text]
    ranges: list[tuple[Time, str, str]] = []
    for key, child in node.raw("ranges").members():
        low, high = child.strings
        ranges.append(("created" if key == "created" else "updated", low, high))
    return Identifiers(of, order, descending, _text(node, "limit"), tuple(ranges))


def _get(_: OperationNode, node: Node, of: Resource) -> Behaviour:
    return Get(of, _text(node, "full"), node.raw("id").text)


def _update(_: OperationNode, node: Node, of: Resource) -> Behaviour:
    return Update(of, _text(node, "full"))


def _delete(_: OperationNode, node: Node, of: Resource) -> Behaviour:
    return Delete(of, node.raw("id").text)


def _batch(_: OperationNode, node: Node, of: Resource) -> Behaviour:
    ids, found, missing = (node.raw(key).text for key in ("ids", "found", "missing"))
    return BatchFetch(of, _text(node, "full"), ids, found, missing, node.raw("omits").strings)


def _associate(_: OperationNode, node: Node, of: Resource) -> Behaviour:
    key, other, collection = (node.raw(name).text for name in ("id", "other", "member"))
    return Associate(of, key, other, collection, node.raw("does").text == "disassociate")


def _increment(operation: OperationNode, node: Node, of: Resource) -> Behaviour:
    reads, counted = node.raw("reads").text, node.raw("counters").text
    schema = member(component(node.document, of.schema), counted)
    names = counters(member(operation.body, reads), schema)
    integers = of_type(schema, "integer") if schema else ()
    required = schema.raw("required").strings if schema else ()
    bounds = [schema.get("properties", n, "maximum").value for n in integers] if schema else []
    return Increment(
        resource=of,
        id=node.raw("id").text,
        reads=reads,
        member=counted,
        total=node.raw("total").text,
        counters=names,
        starts=tuple(name for name in integers if name in required),
        maximum=min((b for b in bounds if isinstance(b, int)), default=MAX_COUNTER),
    )


_READERS: Mapping[str, Callable[[OperationNode, Node, Resource], Behaviour]] = {
    "create": _create,
    "snapshot": _snapshot,
    "identifiers": _identifiers,
    "get": _get,
    "update": _update,
    "delete": _delete,
    "batch-fetch": _batch,
    "associate": _associate,
    "disassociate": _associate,
    "increment": _increment,
}
