"""Whether the members that `x-resource` names are there, and of the right type."""

from __future__ import annotations

from collections.abc import Iterator

from specpipe.diagnostics import Diagnostic
from specpipe.spec.nodes import Node, member


def check_member(node: Node, schema: Node, kind: str) -> Iterator[Diagnostic]:
    """The value of `node` is the path of a member of `schema`, of type `kind`."""
    found = member(schema, node.text)
    where = schema.pointer.rpartition("/")[2]
    if found is None:
        yield node.fault(f"{where} has no member {node.text!r}", "name one that it has")
    elif type_of(found) != kind:
        message = f"{where}.{node.text} is no {kind} but {type_of(found) or 'something else'}"
        yield node.fault(message, "name another")


def check_omitted(node: Node, schema: Node) -> Iterator[Diagnostic]:
    """Members that replies leave out: known ones, not required."""
    where = schema.pointer.rpartition("/")[2]
    for index, name in enumerate(node.strings):
        if member(schema, name) is None or "." in name:
            message = f"{where} has no member {name!r}"
            yield node.raw(index).fault(message, "name one that it has")
        elif name in schema.raw("required").strings:
            message = f"{where}.{name} is required and cannot be left out"
            yield node.raw(index).fault(message, "take it out of required, or out of here")


def type_of(schema: Node) -> str:
    """The type of a schema, times told from other strings."""
    node = schema.follow()
    is_time = node.raw("type").value == "string" and node.raw("format").value == "date-time"
    return "date-time" if is_time else node.raw("type").text
