"""What the spec has and no page states: each such thing carries `x-decided`, or is a gap."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from specpipe.audit import types
from specpipe.audit.answers import Case, Known, decisions
from specpipe.audit.facts import Fact, Page
from specpipe.audit.parameters import parameter, schema_of
from specpipe.audit.readings import Curated
from specpipe.spec.build import requirements
from specpipe.spec.model import Document
from specpipe.spec.nodes import Node, OperationNode, operations, root

_SILENT = frozenset(
    ("type", "description", "title", "example", "examples", "$ref", "items", "properties",
     "required", "additionalProperties")
)  # fmt: skip
"""Keywords of a schema that restrict nothing a page could state, or that types are compared by."""
_FORMATS = frozenset({"date-time", "date", "binary"})


@dataclass(frozen=True, slots=True)
class Addition:
    """A thing of the spec that is on no page. `by` is empty when nobody has decided on it."""

    what: str
    node: Node
    by: tuple[str, ...]


def additions(
    document: Document, pages: Collection[Page], known: Known, curated: Curated
) -> Iterator[Addition]:
    """Everything that no page has, in document order for each kind."""
    yield from _servers(document, pages)
    for operation in operations(document):
        where = known.get(operation.node.pointer, ())
        if not where:
            what = f"operation {operation.method.upper()} {operation.path}"
            yield _addition(what, operation.node)
            continue
        pairs = [(page, documented.name) for page, documented in where]
        yield from _Operation(operation, pairs, curated).additions()
    yield from _schemas(document)


def _addition(what: str, *nodes: Node) -> Addition:
    """An addition at the first node; a decision may stand on any of them."""
    return Addition(what, nodes[0], tuple(dict.fromkeys(decisions(nodes))))


def _servers(document: Document, pages: Collection[Page]) -> Iterator[Addition]:
    stated = {str(f.value).rstrip("/") for p in pages for f in p.facts if f.about == "base-url"}
    for server in root(document).raw("servers").items():
        if server.raw("url").text.rstrip("/") not in stated:
            yield _addition(f"server {server.raw('url').text}", server)


def _schemas(document: Document) -> Iterator[Addition]:
    """Schemas that no operation leads to. What the pages' models consist of is on pages of their
    own, so all that a documented body or answer leads to counts as documented."""
    reached: set[str] = set()
    pending = [o.node for o in operations(document)] + [o.item for o in operations(document)]
    seen: set[str] = set()
    while pending:
        node = pending.pop()
        if node.component:
            reached.add(node.component)
        if node.reference is not None:
            target = node.follow()
            if target.pointer not in seen:
                seen.add(target.pointer)
                pending.append(target)
            continue
        pending += [child for key, child in node.members() if key not in ("example", "examples")]
        pending += node.items()
    for name, node in root(document).get("components").raw("schemas").members():
        if name not in reached:
            yield _addition(f"schema {name}, which no operation leads to", node)


@dataclass(frozen=True, slots=True)
class _Operation:
    """A documented operation and the pages that have it."""

    operation: OperationNode
    pages: Sequence[tuple[Page, str]]
    curated: Curated

    def additions(self) -> Iterator[Addition]:
        node = self.operation.node
        if node.raw("deprecated").value is True and not self._states("deprecated"):
            yield _addition("deprecated", node.raw("deprecated"), node)
        yield from self._security()
        yield from self._parameters()
        yield from self._responses()

    def _states(self, about: str) -> list[Fact]:
        """The facts of all pages about something."""
        found = (page.fact(name, about) for page, name in self.pages)
        return [fact for fact in found if fact is not None]

    def _security(self) -> Iterator[Addition]:
        if any(fact.value is not None for fact in self._states("authorization")):
            return  # compared with each page that says something
        schemes = root(self.operation.node.document).get("components").raw("securitySchemes")
        for requirement in requirements(self.operation).items():
            for name, child in requirement.members():
                yield _addition(f"authorization {name}", child, schemes.raw(name), requirement)

    def _parameters(self) -> Iterator[Addition]:
        documented = {
            found.pointer: (page, operation, name)
            for page, operation in self.pages
            for name in page.parameters(operation)
            if (found := parameter(self._case(page, operation), name)) is not None
        }
        claimed = self._claimed()
        for node in self.operation.parameters:
            what = f"parameter {node.raw('name').text}"
            if node.pointer not in documented:
                yield _addition(what, node)
            else:
                yield from self._constraints(what, node, claimed)
        body = self.operation.node.get("requestBody")
        if body.map and body.pointer not in documented:
            yield _addition("request body", body)

    def _case(self, page: Page, operation: str) -> Case:
        fact = Fact(0, operation, "parameter")
        return Case(self.operation.node.document, page, self.curated, fact, self.operation)

    def _claimed(self) -> set[str]:
        """The pointers that sentences of the pages speak of."""
        return {
            claim.nodes(subject, self.operation.node)[-1].pointer
            for page, operation in self.pages
            for fact in page.of(operation)
            for digest, subject in self._prose(page, fact)
            if digest in self.curated.sentences
            for claim in self.curated.sentences[digest].claims
        }

    def _prose(self, page: Page, fact: Fact) -> Iterator[tuple[str, Node]]:
        if fact.words[0] == "sentence":
            yield fact.words[1], self.operation.node
        elif fact.words[-1] == "description" and fact.words[0] == "parameter":
            found = parameter(self._case(page, fact.operation), fact.words[1])
            if found is not None:
                yield str(fact.value), found

    def _constraints(self, what: str, node: Node, claimed: set[str]) -> Iterator[Addition]:
        """Keywords that allow less than the documented type, and defaults."""
        schema = schema_of(node)
        for key, child in schema.follow().members():
            silent = key in _SILENT or key.startswith("x-") or child.pointer in claimed
            silent |= key == "format" and child.text in _FORMATS
            silent |= key == "enum" and self._has_enum(node)
            silent |= key == "default" and self._has_default(node)
            if not silent:
                yield _addition(f"{key} of {what}", child, schema, node)

    def _stated(self, node: Node, aspect: str) -> list[Fact]:
        """What the pages say about one aspect of a parameter."""
        return [
            fact
            for page, operation in self.pages
            for name in page.parameters(operation)
            if parameter(self._case(page, operation), name) == node
            for fact in self._states(f"parameter {name} {aspect}")
        ]

    def _has_default(self, node: Node) -> bool:
        return any(fact.value is not None for fact in self._stated(node, "default"))

    def _has_enum(self, node: Node) -> bool:
        listed = any(types.is_enum(str(fact.value)) for fact in self._stated(node, "type"))
        return listed or bool(self._stated(node, "enum"))

    def _responses(self) -> Iterator[Addition]:
        listed = {status for page, name in self.pages for status in page.statuses(name)}
        for status, child in self.operation.node.raw("responses").members():
            if status not in listed and not status.startswith("x-"):
                yield _addition(f"answer {status}", child)


def undecided(found: Collection[Addition]) -> list[Addition]:
    """Those that nobody has decided on."""
    return [addition for addition in found if not addition.by]
