"""Lines of the tables that people read, in any language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Link = Callable[[str], str]
"""Where a model is described, by its name: the target of a link."""


@dataclass(frozen=True, slots=True)
class Row:
    """A parameter or a member: a line of a table. `type` and `text` are Markdown."""

    name: str
    wire: str
    type: str
    required: bool
    text: str


@dataclass(frozen=True, slots=True)
class Failure:
    """A documented failure: its status, the class it arrives as, and when it comes."""

    status: int
    error: str
    when: str


def on_this_page(name: str) -> str:
    """The place of a model that is described on the page that links to it."""
    return f"#{name}"
