"""House rules about `x-resources` and `x-resource`: known words only, and every member,
parameter and schema that they name has to be there and of the right type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from specpipe.diagnostics import Diagnostic
from specpipe.spec.behaviour_rules import Check
from specpipe.spec.members import check_member, check_omitted
from specpipe.spec.model import Document
from specpipe.spec.nodes import Node, OperationNode, member, operations, root
from specpipe.spec.resources import COLLECTION, COMMON, RESOURCE, VERBS, Keys, component, declared

_LISTS = ("heavy", "omits")
_MAPS = ("collection", "adopts", "ranges", "without-body")


def resources_are_described(document: Document) -> Iterator[Diagnostic]:
    """`x-resources`: the stored schema, its id and times, and how collections look."""
    holder = root(document).raw("x-resources")
    if holder.value is not None and not holder.map:
        yield holder.fault("x-resources is not a mapping", "write `name: {schema: …}`")
    for _, node in holder.members():
        faults = list(_check_keys(node, RESOURCE, "x-resources"))
        yield from faults
        if "collection" in node.map:
            yield from _check_keys(node.raw("collection"), COLLECTION, "collection")
        yield from _check_resource(node)


def behaviours_are_described(document: Document) -> Iterator[Diagnostic]:
    """`x-resource` of each operation."""
    known = declared(document)
    for operation in operations(document):
        node = operation.node.raw("x-resource")
        if node.value is None:
            continue
        if not node.map:
            yield node.fault("x-resource is not a mapping", "write `{of: …, does: …}`")
            continue
        yield from _check_behaviour(operation, node, known)


def _check_behaviour(
    operation: OperationNode, node: Node, known: Mapping[str, Node]
) -> Iterator[Diagnostic]:
    does, of = node.raw("does"), node.raw("of")
    if of.text not in known:
        place = of if "of" in node.map else node
        choice = ", ".join(known) or "none is declared"
        yield place.fault(f"there is no resource {of.text!r}", f"use one of x-resources: {choice}")
    if does.text not in VERBS:
        place = does if "does" in node.map else node
        message = f"unknown x-resource verb {does.text!r}"
        yield place.fault(message, f"use one of: {', '.join(VERBS)}")
        return
    keys = VERBS[does.text]
    faults = list(_check_keys(node, Keys(COMMON + keys.required, keys.optional), does.text))
    yield from faults
    if of.text in known:
        wrong = {fault.location.pointer for fault in faults}
        yield from Check(operation, node, known[of.text]).run(wrong)


def _check_keys(node: Node, keys: Keys, what: str) -> Iterator[Diagnostic]:
    """Required keys, unknown keys, and values of the wrong shape."""
    if not node.map:
        yield node.fault(f"{what} is not a mapping", f"give {', '.join(keys.required)}")
        return
    for key in keys.required:
        if key not in node.map:
            yield node.fault(f"{what} needs {key!r}", "add it")
    for key, child in node.members():
        if key not in (*keys.required, *keys.optional):
            choice = ", ".join((*keys.required, *keys.optional))
            yield child.fault(f"unknown key {key!r} of {what}", f"use some of: {choice}")
        elif key == "gone":
            if type(child.value) is not int or not 400 <= child.value < 500:
                yield child.fault("gone is not a status", "write 404 or 410")
        elif key in _LISTS:
            if not isinstance(child.value, list) or len(child.strings) != len(child.value):
                yield child.fault(f"{key} is not a list of members", "write [member, …]")
        elif key in _MAPS:
            if not isinstance(child.value, Mapping):
                yield child.fault(f"{key} is not a mapping", "write {key: value}")
        elif not child.text:
            yield child.fault(f"{key} is not a name", "write the name as a string")


def _check_resource(node: Node) -> Iterator[Diagnostic]:
    name = node.raw("schema")
    if not name.text:
        return
    if name.text not in root(node.document).get("components").raw("schemas").map:
        yield name.fault(f"there is no schema {name.text!r}", "name one of components/schemas")
        return
    schema = component(node.document, name.text)
    for key, kind in (("id", "string"), ("created", "date-time"), ("updated", "date-time")):
        if node.raw(key).text:
            yield from check_member(node.raw(key), schema, kind)
    own = node.raw("id")
    if member(schema, own.text) and own.text not in schema.raw("required").strings:
        yield own.fault("the id is not required", f"add it to required of {name.text}")
    yield from check_omitted(node.raw("heavy"), schema)
