"""What the pipeline says about a spec that it cannot accept.

One value, `Diagnostic`, carries place, cause and remedy; stages collect as many as they can
find and raise them together as `SpecError`, so that a person mends a spec in one round.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A place in a spec: `file`, 1-based `line` and `column`, and the JSON pointer there."""

    file: str
    line: int = 1
    column: int = 1
    pointer: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, order=True)
class Diagnostic:
    """One fault: where it is, what is wrong, and what to do about it."""

    location: Location
    message: str
    advice: str
    unsupported: bool = field(default=False, compare=False)
    """True when the spec is legal OpenAPI that this pipeline does not generate."""

    def __str__(self) -> str:
        kind = "not supported: " if self.unsupported else ""
        pointer = f" #{self.location.pointer}" if self.location.pointer else ""
        return one_line(f"{self.location}{pointer}: {kind}{self.message}, {self.advice}")


class SpecError(Exception):
    """The spec cannot be used; `diagnostics` says why, in document order, without repeats."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(sorted(set(diagnostics)))
        super().__init__("\n".join(map(str, self.diagnostics)))


class ToolError(Exception):
    """Something around the spec failed: a tool is missing, a folder cannot be written."""


class Misuse(ToolError):
    """The command was asked for something that cannot be: no such file, no such target."""


def one_line(text: str) -> str:
    """`text` with every control and line-breaking character made visible: spec text reaches
    terminals and logs, where a raw escape sequence would act."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def fitted(text: str, width: int) -> str:
    """`text` in at most `width` characters; `…` is the last one where some are left out."""
    return text if len(text) <= width else f"{text[: width - 1]}…"
