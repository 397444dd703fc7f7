"""House rules about one `x-resource`: what each of its keys and its verb ask of the operation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass

from specpipe.diagnostics import Diagnostic
from specpipe.spec.members import check_member, check_omitted, type_of
from specpipe.spec.nodes import Node, OperationNode, member
from specpipe.spec.resources import ORDERS, VERBS, component, counters, of_type


@dataclass(frozen=True, slots=True)
class Check:
    """The checks of one `x-resource`, whose keys are known to be right."""

    operation: OperationNode
    node: Node
    resource: Node

    def run(self, wrong: Set[str]) -> Iterator[Diagnostic]:
        """All that its keys, those at the pointers `wrong` aside, and its verb ask for."""
        for key, child in self.node.members():
            if key in _BY_KEY and child.pointer not in wrong:
                yield from _BY_KEY[key](self, child)
        verb = self.node.raw("does").text
        if verb in ("create", "get", "update") and self.operation.reply.component != self._name:
            advice = f"let the 2xx response have the schema {self._name}"
            yield self.node.fault(f"{verb} does not answer with {self._name}", advice)
        if verb in ("snapshot", "identifiers"):
            yield from self._collection(self.node, self.operation.reply, verb == "snapshot")
        if verb in ("update", "create") and not self.operation.body.map:
            yield self.node.fault(f"{verb} without a request body", "describe the body")
        if verb == "update":
            yield from self._identified(self.node, self.operation.body, "the body")
        gone = str(self.resource.raw("gone").value)
        if ("id" in VERBS[verb].required or verb == "update") and gone not in dict(
            self.operation.responses
        ):
            yield self.node.fault(f"{verb} does not describe {gone}", f"add a {gone} response")

    @property
    def _name(self) -> str:
        return self.resource.raw("schema").text

    @property
    def _schema(self) -> Node:
        return component(self.node.document, self._name)

    def path_parameter(self, node: Node) -> Iterator[Diagnostic]:
        """A string of the path, or for create a string of the body."""
        if self.node.raw("does").value == "create":
            yield from check_member(node, self.operation.body, "string")
        else:
            yield from self._parameter(node, node.text, "path", "string")

    def full(self, node: Node) -> Iterator[Diagnostic]:
        """A boolean of the query with a default."""
        yield from self._parameter(node, node.text, "query", "boolean")
        found = self.operation.parameter(node.text, "query")
        if found is not None and not isinstance(found.get("schema", "default").value, bool):
            yield node.fault(f"query parameter {node.text!r} has no default", "add one")

    def limit(self, node: Node) -> Iterator[Diagnostic]:
        """An integer of the query."""
        yield from self._parameter(node, node.text, "query", "integer")

    def order(self, node: Node) -> Iterator[Diagnostic]:
        """A time, ascending or descending."""
        if node.text not in ORDERS:
            yield node.fault(f"unknown order {node.text!r}", f"use one of: {', '.join(ORDERS)}")

    def join(self, node: Node) -> Iterator[Diagnostic]:
        """How several ranges go together."""
        if node.text != "or":
            yield node.fault(f"unknown join {node.text!r}", "use or")

    def ranges(self, node: Node) -> Iterator[Diagnostic]:
        """Pairs of times of the query."""
        for key, child in node.members():
            if key not in ("created", "updated"):
                yield child.fault(f"unknown time {key!r}", "use created or updated")
            if len(child.strings) != 2 or len(child.value) != 2:
                yield child.fault("a range is not two parameters", "write [from, to]")
            for index, name in enumerate(child.strings):
                yield from self._parameter(child.raw(index), name, "query", "date-time")

    def omits(self, node: Node) -> Iterator[Diagnostic]:
        """Members that the resource can do without."""
        yield from check_omitted(node, self._schema)

    def member(self, node: Node) -> Iterator[Diagnostic]:
        """A collection in the resource."""
        yield from self._collection_member(node, self._schema)

    def adopts(self, node: Node) -> Iterator[Diagnostic]:
        """A reference in the body, a collection in the resource."""
        for name, child in node.members():
            reference = member(self.operation.body, name)
            if reference is None:
                yield child.fault(f"the body has no {name!r}", "name a member with an id")
            else:
                yield from self._identified(child, reference, f"{name!r} of the body")
            yield from self._collection_member(child, self._schema)

    def ids(self, node: Node) -> Iterator[Diagnostic]:
        """A collection in the body."""
        yield from self._collection_member(node, self.operation.body)

    def found(self, node: Node) -> Iterator[Diagnostic]:
        """A collection of the resource in the reply."""
        yield from self._collection_member(node, self.operation.reply, of_resource=True)

    def missing(self, node: Node) -> Iterator[Diagnostic]:
        """A list of ids in the reply."""
        found = member(self.operation.reply, node.text)
        if found is None or type_of(found) != "array" or type_of(found.raw("items")) != "string":
            yield node.fault(f"the reply has no list of strings {node.text!r}", "name one")

    def reads(self, node: Node) -> Iterator[Diagnostic]:
        """Switches in the body, each with a counter in the resource."""
        read = member(self.operation.body, node.text)
        if read is None:
            yield node.fault(f"the body has no member {node.text!r}", "name one that it has")
            return
        counted = member(self._schema, self.node.raw("counters").text)
        if counted is None:
            return
        matched = counters(read, counted)
        for name in of_type(read, "boolean"):
            if name not in matched:
                message = f"{name!r} can be set but is no integer in the counters"
                yield node.fault(message, "add the counter")
        if not matched:
            yield node.fault(f"{node.text!r} has no boolean that is a counter", "name another")

    def counters(self, node: Node) -> Iterator[Diagnostic]:
        """The object with counters in the resource, and the total in it."""
        counted = member(self._schema, node.text)
        if counted is None:
            yield node.fault(f"{self._name} has no member {node.text!r}", "name one that it has")
        else:
            yield from check_member(self.node.raw("total"), counted, "integer")

    def _parameter(self, node: Node, name: str, place: str, kind: str) -> Iterator[Diagnostic]:
        found = self.operation.parameter(name, place)
        if found is None:
            message = f"this operation has no {place} parameter {name!r}"
            yield node.fault(message, "name one that it has")
        elif type_of(found.raw("schema")) != kind:
            yield node.fault(f"{place} parameter {name!r} is no {kind}", "name another")

    def _identified(self, node: Node, schema: Node, what: str) -> Iterator[Diagnostic]:
        """`schema` has the member by which the server tells one thing from another, always."""
        if schema.component == self._name:  # x-resources answers for it
            return
        id = self.resource.raw("id").text
        found = member(schema, id)
        if found is None:
            yield node.fault(f"{what} has no id {id!r}", "give it one")
        elif type_of(found) != "string":
            yield node.fault(f"{what} has an id {id!r} that is no string", "make it one")
        elif id not in schema.follow().raw("required").strings:
            place = schema.follow().location
            yield node.fault(f"{what} can lack its id {id!r}", f"make it required at {place}")

    def _bare(self, node: Node, schema: Node, what: str) -> Iterator[Diagnostic]:
        """`schema` is satisfied by an id alone: that is all the server has for a reference."""
        more = sorted({*schema.follow().raw("required").strings} - {self.resource.raw("id").text})
        if more:
            place = schema.follow().location
            message = f"{what} needs more than its id: {', '.join(more)}"
            yield node.fault(message, f"make that optional at {place}, or use a list of references")

    def _collection_member(
        self, node: Node, holder: Node, of_resource: bool = False
    ) -> Iterator[Diagnostic]:
        found = member(holder, node.text)
        if found is None:
            where = holder.follow().pointer.rpartition("/")[2] or "the body"
            yield node.fault(f"{where} has no member {node.text!r}", "name one that it has")
        else:
            yield from self._collection(node, found, of_resource)

    def _collection(self, node: Node, schema: Node, of_resource: bool) -> Iterator[Diagnostic]:
        """`schema` is a collection: of the resource itself, or of things with an id."""
        shape = self.resource.raw("collection")
        items, positions = shape.raw("items").text, shape.raw("positions").text
        found = member(schema, items)
        place = schema.follow()
        where = place.pointer.rpartition("/")[2] if place.value is not None else "the reply"
        if found is None or type_of(found) != "array":
            yield node.fault(f"{where} is no collection: it has no list {items!r}", "use one")
            return
        of = found.raw("items")
        if of_resource and of.component != self._name:
            yield node.fault(f"{where}.{items} is not a list of {self._name}", "make it one")
        else:
            yield from self._identified(node, of, f"each of {where}.{items}")
            if not of_resource:
                yield from self._bare(node, of, f"each of {where}.{items}")
        at = member(schema, positions)
        if at is None or type_of(at.raw("additionalProperties")) != "integer":
            message = f"{where} is no collection: it has no map to integers {positions!r}"
            yield node.fault(message, "use one")


_BY_KEY: Mapping[str, Callable[[Check, Node], Iterator[Diagnostic]]] = {
    "id": Check.path_parameter,
    "other": Check.path_parameter,
    "full": Check.full,
    "limit": Check.limit,
    "order": Check.order,
    "join": Check.join,
    "ranges": Check.ranges,
    "omits": Check.omits,
    "member": Check.member,
    "adopts": Check.adopts,
    "ids": Check.ids,
    "found": Check.found,
    "missing": Check.missing,
    "reads": Check.reads,
    "counters": Check.counters,
}
