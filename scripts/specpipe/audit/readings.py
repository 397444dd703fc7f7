"""What a person has read in the pages' prose, and where a decision goes against a page.

`curated.yaml`, in the folder of the facts:

    sentences:
      132a3aec4528:                                    # the hash that the audit prints
        says: It fetches several things in one call.   # in our own words
        spec: [{at: x-resource/does, is: batch-fetch}] # what must hold; `has`: a part of a text
      8390442f9de0: {says: Praise., spec: []}          # nothing that a spec could state
    overridden:
      page-size:
        - {page: a.md, operation: list_loans, fact: parameter limit default, says: 5,
           problem: 'limit defaults to 9, not to 5'}   # what the audit says without this

`at` leads from the operation (or from the parameter whose description it is; with a `/` in front
from the operation again) to a value: keys and numbers, a `/` in them written as `~1`, parameters by
name, references followed. A decision is named by its section of DECISIONS.md and has to stand as
`x-decided` where the spec differs. Only a page that `says` this, and only a spec that differs in
the way of `problem`, is excused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from specpipe.audit.facts import Fact
from specpipe.diagnostics import Diagnostic
from specpipe.spec.load import load
from specpipe.spec.nodes import Node, root, unescape

FILE = "curated.yaml"


@dataclass(frozen=True, slots=True)
class Claim:
    """What a sentence asks of the spec: at `at` is `value`, or a text that has it as a part."""

    at: str
    value: Any
    is_part: bool

    def nodes(self, subject: Node, operation: Node) -> tuple[Node, ...]:
        """The nodes from `subject`, or with a `/` in front from the operation, to the value."""
        found = [operation if self.at.startswith("/") else subject.follow()]
        for step in self.at.removeprefix("/").split("/"):
            found.append(_child(found[-1], unescape(step)))
        return tuple(found)

    def holds(self, value: Any) -> bool:
        """Whether the value there is what it has to be. `true` is not 1."""
        if self.is_part:
            return isinstance(value, str) and str(self.value) in " ".join(value.split())
        return type(value) is type(self.value) and bool(value == self.value)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence as it was read."""

    says: str
    claims: tuple[Claim, ...]
    node: Node


@dataclass(frozen=True, slots=True)
class Override:
    """A fact of a page that the spec goes against, by decision `slug`. Without an operation it is
    meant for all of the page."""

    slug: str
    page: str
    operation: str
    fact: str
    says: Any
    problem: str
    node: Node

    def means(self, page: str, fact: Fact) -> bool:
        """Whether a fact is the one that is meant."""
        says = tuple(self.says) if isinstance(self.says, list) else self.says
        same = (self.page, self.fact, says) == (page, fact.about, fact.value)
        return same and self.operation in ("", fact.operation)


@dataclass(frozen=True, slots=True)
class Curated:
    """All that was read."""

    sentences: Mapping[str, Sentence]
    overrides: tuple[Override, ...]
    faults: tuple[Diagnostic, ...] = ()


def read(folder: Path) -> Curated:
    """What `folder` has; nothing when the file is not there. Raises SpecError when it is no
    YAML."""
    path = folder / FILE
    if not path.is_file():
        return Curated({}, ())
    node = root(load(path))
    faults = tuple(_faults(node))
    sentences = {
        key: Sentence(child.raw("says").text, tuple(_claims(child.raw("spec"))), child)
        for key, child in node.raw("sentences").members()
    }
    return Curated(sentences, tuple(_overrides(node.raw("overridden"))), faults)


def _claims(node: Node) -> Iterator[Claim]:
    for item in node.items():
        is_part = "has" in item.map
        yield Claim(item.raw("at").text, item.map.get("has" if is_part else "is"), is_part)


def _overrides(node: Node) -> Iterator[Override]:
    for slug, child in node.members():
        for item in child.items():
            page, operation, fact = (item.raw(key).text for key in ("page", "operation", "fact"))
            problem, says = item.raw("problem").text, item.map.get("says")
            yield Override(slug, page, operation, fact, says, problem, item)


def _faults(node: Node) -> Iterator[Diagnostic]:
    """What is not of the form above."""
    yield from _unknown(node, {"sentences", "overridden"})
    for _, child in node.raw("sentences").members():
        yield from _unknown(child, {"says", "spec"})
        if not child.raw("says").text:
            yield child.fault("sentence without its meaning", "write `says:` in your own words")
        if not isinstance(child.raw("spec").value, list):
            yield child.fault("no list of what must hold", "write `spec: [{at: …, is: …}]`")
        for item in child.raw("spec").items():
            yield from _unknown(item, {"at", "is", "has"})
            if not item.raw("at").text or len(item.map) != 2:
                yield item.fault("this asks for nothing", "write {at: …, is: …} or {at: …, has: …}")
    for _, child in node.raw("overridden").members():
        for item in child.items():
            yield from _unknown(item, {"page", "operation", "fact", "says", "problem"})
            if not {"page", "fact", "says", "problem"} <= item.map.keys():
                advice = "write {page: …, fact: …, says: …, problem: …}"
                yield item.fault("not told against what", advice)


def _unknown(node: Node, known: set[str]) -> Iterator[Diagnostic]:
    for key, child in node.members():
        if key not in known:
            yield child.fault(f"unknown key {key!r}", f"use {', '.join(sorted(known))}")


def _child(node: Node, step: str) -> Node:
    """The child at `step`, followed; of a list also the item of that name."""
    if step.isdigit():
        return node.raw(int(step)).follow() if isinstance(node.value, list) else node.get(step)
    for item in node.items():
        if item.follow().raw("name").value == step:
            return item.follow()
    return node.get(step)
