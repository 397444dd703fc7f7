"""Facts: what documentation pages say, one value for each thing that a spec can agree with.

A fact is told by `about`, in words: `parameter limit type`, `status 200 description`, `accept`.
Prose is kept as the hash of each sentence. In JSON there is a line for each fact, so that a
reviewer sees what a newer page changes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from specpipe.diagnostics import ToolError

Value = str | int | float | bool | None | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """What a page says about one thing. `line` is 1-based; `operation` is the documented name, or
    empty for what holds for the whole page."""

    line: int
    operation: str
    about: str
    value: Value = True

    @property
    def words(self) -> tuple[str, ...]:
        """`about`, word by word."""
        return tuple(self.about.split(" "))


@dataclass(frozen=True, slots=True)
class Documented:
    """An operation as a page has it. `method` and `path` are empty when the page does not say."""

    name: str
    line: int
    method: str
    path: str

    @property
    def shown(self) -> str:
        """How people call it."""
        return f"{self.method} {self.path}" if self.path else self.name


@dataclass(frozen=True)
class Page:
    """What was read on one page. `unread` are lines that nothing here understands."""

    name: str
    digest: str
    """SHA-256 of the page's bytes, hexadecimal."""
    operations: tuple[Documented, ...] = ()
    facts: tuple[Fact, ...] = ()
    unread: tuple[tuple[int, str], ...] = ()
    code: int = 0
    """Lines of examples that state no fact."""

    @cached_property
    def by_name(self) -> Mapping[str, Documented]:
        """The operations by their documented names."""
        return {operation.name: operation for operation in self.operations}

    @cached_property
    def _found(self) -> Mapping[tuple[str, str], Fact]:
        return {(fact.operation, fact.about): fact for fact in reversed(self.facts)}

    def fact(self, operation: str, about: str) -> Fact | None:
        """The first fact about something."""
        return self._found.get((operation, about))

    def of(self, operation: str) -> Iterator[Fact]:
        """The facts of one operation, in order of lines."""
        return (fact for fact in self.facts if fact.operation == operation)

    def statuses(self, operation: str) -> tuple[str, ...]:
        """The statuses that the page lists for an operation, in its order."""
        found = (fact.words for fact in self.of(operation))
        return tuple(dict.fromkeys(w[1] for w in found if w[0] == "status"))

    def parameters(self, operation: str) -> tuple[str, ...]:
        """The names of the parameters and of the body: in the order of the table where there is
        one, of the examples otherwise."""
        named = [f for f in self.of(operation) if f.words[0] == "parameter"]
        listed = [f for f in named if f.words[2] == "listed"]
        return tuple(dict.fromkeys(f.words[1] for f in listed or named))


def digest_of(text: str) -> str:
    """What is kept of a sentence: the first 12 digits of its SHA-256, blanks made alike."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:12]


def to_json(page: Page) -> str:
    """A page as JSON, one fact a line."""
    operations = [[o.name, o.line, o.method, o.path] for o in page.operations]
    facts = [[f.line, f.operation, f.about, f.value] for f in page.facts]
    parts = [
        f'"page": {json.dumps(page.name)}',
        f'"sha256": "{page.digest}"',
        f'"operations": {_lines(operations)}',
        f'"facts": {_lines(facts)}',
        f'"unread": {_lines([list(line) for line in page.unread])}',
        f'"code": {page.code}',
    ]
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _lines(rows: list[list[Any]]) -> str:
    if not rows:
        return "[]"
    return "[\n" + ",\n".join(f"  {json.dumps(row, ensure_ascii=False)}" for row in rows) + "\n]"


def from_json(path: Path) -> Page:
    """The page that was kept at `path`. Raises ToolError when it is not one."""
    try:
        data = json.loads(path.read_text("utf-8"))
        return Page(
            name=data["page"],
            digest=data["sha256"],
            operations=tuple(Documented(*row) for row in data["operations"]),
            facts=tuple(
                Fact(line, operation, about, _value(value))
                for line, operation, about, value in data["facts"]
            ),
            unread=tuple((line, text) for line, text in data["unread"]),
            code=data["code"],
        )
    except (ValueError, KeyError, TypeError, IndexError) as error:
        advice = "keep the facts of its page anew: make audit DOCS=… KEEP=1"
        raise ToolError(f"{path}: these are no facts of a page ({error!r}): {advice}") from None


def _value(value: Any) -> Value:
    return tuple(value) if isinstance(value, list) else value
