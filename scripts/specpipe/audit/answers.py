"""What the spec has to say about one fact."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from specpipe.audit.facts import Documented, Fact, Page
from specpipe.audit.readings import Curated, Override
from specpipe.spec.model import Document
from specpipe.spec.nodes import Node, OperationNode, operations, root

_SEPARATORS = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether the spec agrees: then there is no `problem`. `nodes` are where it would say so, the
    first one the place that people are sent to; a decision has to stand on one of them."""

    problem: str = ""
    advice: str = ""
    nodes: tuple[Node, ...] = ()
    missing: bool = False
    """The spec says nothing, rather than something else."""
    unread: bool = False
    """Nobody knows what the page means."""


def agreed(*nodes: Node) -> Answer:
    """The spec says the same, at `nodes`."""
    return Answer(nodes=nodes)


def differs(problem: str, advice: str, *nodes: Node) -> Answer:
    """The spec says something else."""
    return Answer(problem, advice, nodes)


def lacks(problem: str, advice: str, *nodes: Node) -> Answer:
    """The spec does not have it."""
    return Answer(problem, advice, nodes, missing=True)


@dataclass(frozen=True, slots=True)
class Case:
    """A fact with all that is needed to look it up."""

    document: Document
    page: Page
    curated: Curated
    fact: Fact
    operation: OperationNode | None

    def overrides(self) -> tuple[Override, ...]:
        """The decisions that are said to go against the fact."""
        return tuple(o for o in self.curated.overrides if o.means(self.page.name, self.fact))

    @property
    def here(self) -> Node:
        """The operation in the spec, or the spec itself."""
        return self.operation.node if self.operation else root(self.document)


def folded(name: str) -> str:
    """A name without case and separators: pages write it as their language does."""
    return _SEPARATORS.sub("", name.lower())


def find(document: Document, documented: Documented) -> OperationNode | None:
    """The operation that a page means: by address, or else by name."""
    by_name = None
    for operation in operations(document):
        if (operation.method.upper(), operation.path) == (documented.method, documented.path):
            return operation
        if folded(operation.id) == folded(documented.name):
            by_name = operation
    return by_name


Known = Mapping[str, Sequence[tuple[Page, Documented]]]
"""Pointer of an operation of the spec to the pages that have it, as they have it."""


def known_operations(document: Document, pages: Collection[Page]) -> Known:
    """Which page has which operation."""
    found: dict[str, list[tuple[Page, Documented]]] = {}
    for page in pages:
        for documented in page.operations:
            operation = find(document, documented)
            if operation is not None:
                found.setdefault(operation.node.pointer, []).append((page, documented))
    return found


def texts(values: tuple[str, ...] | list[str]) -> str:
    """Names in a message."""
    return ", ".join(values) or "none"


def decisions(nodes: Iterable[Node]) -> Iterator[str]:
    """The sections of DECISIONS.md that nodes, or what they refer to, name."""
    for node in nodes:
        for place in (node, node.follow()):
            decided = place.raw("x-decided")
            yield from decided.strings or ((decided.text,) if decided.text else ())
