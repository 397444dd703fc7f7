"""The schemas of two documents: walked from where they are used, so that each difference is
judged by who writes the value, a caller or the server."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from specpipe.diff.change import (
    DOCS,
    EVERYBODY,
    SDKS,
    Change,
    Impact,
    Place,
    at_base,
    at_head,
    change,
    code,
)
from specpipe.diff.schema_rules import CHOICES, Effect, Finding, differences
from specpipe.spec.model import Document
from specpipe.spec.nodes import Node, schemas, unescape

Direction = Literal["request", "response"]
BOTH: tuple[Direction, ...] = ("request", "response")

JUDGED: Mapping[tuple[Direction, Effect], tuple[Impact, str]] = {
    ("request", "narrows"): (Impact.BREAKING, "ones that were fine are refused"),
    ("request", "widens"): (Impact.MINOR, "more is accepted"),
    ("request", "closes"): (Impact.BREAKING, "ones that were fine are refused"),
    ("request", "opens"): (Impact.MINOR, "more is accepted"),
    ("request", "requires"): (Impact.BREAKING, "ones without it are refused"),
    ("response", "narrows"): (Impact.MINOR, "they are told more exactly"),
    ("response", "widens"): (Impact.BREAKING, "callers do not expect what may come now"),
    ("response", "closes"): (Impact.MINOR, "they are told more exactly"),
    ("response", "opens"): (Impact.MINOR, "the SDKs keep what they do not know"),
    ("response", "requires"): (Impact.MINOR, "they hold more"),
    **{(d, "breaks"): (Impact.BREAKING, "programs have to change") for d in BOTH},
    **{(d, "adds"): (Impact.MINOR, "") for d in BOTH},
    **{(d, "documents"): (Impact.PATCH, "") for d in BOTH},
}
"""What a difference means, by who writes the value. docs/spec-changes.md gives the reasons."""
_SCHEMAS = "/components/schemas/"
_WRITTEN: Mapping[Direction, str] = {"request": "in requests", "response": "in answers"}


@dataclass(frozen=True, slots=True)
class Use:
    """A schema of the base and the one in its place in the head. `subject` is what sentences call
    the schema that it is in, or that it is, when `path` is empty."""

    base: Node
    head: Node
    direction: Direction
    subject: str
    path: str = ""

    @property
    def told(self) -> str:
        """What sentences call it."""
        return ": ".join(filter(None, (self.subject, self.path and code(self.path))))


@dataclass(frozen=True, slots=True)
class _Met:
    """A finding, and the directions that it was met in."""

    finding: Finding
    subject: str
    directions: tuple[Direction, ...]


def schema_changes(base: Document, head: Document, uses: Iterable[Use]) -> Iterator[Change]:
    """The changes to all schemas that `uses` lead to, each once; then to those that nothing uses,
    judged as if both sides wrote them, and schemas that came or went."""
    seen: set[tuple[str, str, Direction]] = set()
    met: dict[tuple[Any, ...], _Met] = {}
    renamed: dict[str, str] = {}
    _note(met, _walk(uses, seen, renamed))
    paired = {(old, new) for old, new, _ in seen}
    left = [
        Use(node, after, direction, "", name)
        for name, node, after in _namesakes(base, head)
        if (node.pointer, after.pointer) not in paired
        for direction in BOTH
    ]
    _note(met, _walk(left, seen, renamed))
    for one in met.values():
        yield _judged(one)
    yield from _components(base, head, renamed)


def reach(uses: Iterable[Use]) -> Mapping[str, frozenset[Direction]]:
    """Who writes values of each component schema that `uses`, of a document with itself, lead
    to."""
    found: dict[str, frozenset[Direction]] = {}
    for use in _walk(uses, set(), {}):
        pointer = use.base.pointer
        if pointer.startswith(_SCHEMAS) and "/" not in pointer[len(_SCHEMAS) :]:
            name = unescape(pointer[len(_SCHEMAS) :])
            found[name] = found.get(name, frozenset()) | {use.direction}
    return found


def _namesakes(base: Document, head: Document) -> Iterator[tuple[str, Node, Node]]:
    after = dict(schemas(head))
    return ((name, node, after[name]) for name, node in schemas(base) if name in after)


def _walk(
    uses: Iterable[Use],
    seen: set[tuple[str, str, Direction]],
    renamed: dict[str, str],
) -> Iterator[Use]:
    """Follow `uses` down to their leaves: those and all on the way, references followed. `seen`
    makes cycles end."""
    pending = deque(uses)
    while pending:
        use = pending.popleft()
        old, new = use.base.component, use.head.component
        if old and new and old != new:
            renamed.setdefault(old, new)
        base, head = use.base.follow(), use.head.follow()
        key = (base.pointer, head.pointer, use.direction)
        if key in seen:
            continue
        seen.add(key)
        here = Use(base, head, use.direction, "" if new else use.subject, new or use.path)
        yield here
        pending += _children(here)


def _note(met: dict[tuple[Any, ...], _Met], uses: Iterable[Use]) -> None:
    """Add the differences of each use to those that were met."""
    for use in uses:
        for finding in differences(use.base, use.head):
            key = (finding.kind, finding.base.pointer, finding.head.pointer, finding.what)
            before = met.get(key)
            directions = before.directions if before else ()
            if use.direction not in directions:
                told = before.subject if before else use.told
                met[key] = _Met(finding, told, (*directions, use.direction))


def _children(use: Use) -> Iterator[Use]:
    """The schemas that both have inside."""
    base, head = use.base, use.head
    before, after = base.raw("properties"), head.raw("properties")
    for name, node in before.members():
        if name in after.map:
            yield _child(use, node, after.raw(name), f".{name}" if use.path else name)
    for key, end in (("items", "[]"), ("additionalProperties", ".*")):
        old, new = base.raw(key), head.raw(key)
        if old.map and new.map:
            yield _child(use, old, new, end)
    for key in CHOICES:
        kept = {node.component: node for node in head.raw(key).items() if node.component}
        for node in base.raw(key).items():
            if node.component in kept:
                yield _child(use, node, kept[node.component], "")


def _child(use: Use, base: Node, head: Node, step: str) -> Use:
    return Use(base, head, use.direction, use.subject, f"{use.path}{step}")


def _judged(met: _Met) -> Change:
    """The worst that a finding means in the directions that it was met in."""
    finding = met.finding
    verdicts = [(*JUDGED[direction, finding.effect], direction) for direction in met.directions]
    impact, why, _ = max(verdicts, key=lambda verdict: verdict[0])
    where = " and ".join(_WRITTEN[d] for d in BOTH if d in met.directions)
    reason = f" ({where}: {why})" if why else ""
    sentence = f"{met.subject}: {finding.what}{reason}"
    affects = DOCS if finding.effect == "documents" else EVERYBODY
    return Change(impact, "api", finding.kind, sentence, place_of(finding), affects)


def place_of(finding: Finding) -> Place:
    """Where a finding is."""
    if finding.removed:
        return at_base(finding.base, finding.head)
    return at_head(finding.head)


def _components(base: Document, head: Document, renamed: Mapping[str, str]) -> Iterator[Change]:
    """Schemas that came, went, or go by another name."""
    before, after = dict(schemas(base)), dict(schemas(head))
    moved = {old: new for old, new in renamed.items() if old not in after and new not in before}
    for old, new in renamed.items():
        if moved.get(old) == new:
            words = f"schema {code(old)} is called {code(new)} now: so are its types"
            place = at_head(after[new])
            yield change(Impact.BREAKING, "schema-renamed", words, place, affects=SDKS)
        elif old in after or new in before:
            words = f"{code(new)} stands where {code(old)} was used: types change with it"
            place = at_head(after[new])
            yield change(Impact.BREAKING, "schema-replaced", words, place, affects=SDKS)
    for name, node in before.items():
        if name not in after and name not in moved:
            place = at_base(node, Node(head, None, "/components/schemas"))
            words = f"schema {code(name)} was removed, and its types with it"
            yield change(Impact.BREAKING, "schema-removed", words, place, affects=SDKS)
    for name, node in after.items():
        if name not in before and name not in moved.values():
            words = f"schema {code(name)} is new"
            yield change(Impact.MINOR, "schema-added", words, at_head(node), affects=SDKS)
