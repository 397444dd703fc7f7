"""What a page of the documentation shows, in any language: the values that templates are given."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from specpipe.render import markdown_text
from specpipe.spec.model import Operation, Parameter
from specpipe.spec.names import Name
from specpipe.targets.rows import Row
from specpipe.targets.wording import sentences


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of a method: of the body when there is no `parameter`. `type` is Markdown."""

    name: str
    type: str
    required: bool
    parameter: Parameter | None


@dataclass(frozen=True, slots=True)
class Entry:
    """An operation as a method. `name` is the documented one, `called` what people write, and
    `quoted` the arguments as documentation pages quote them."""

    operation: Operation
    name: str
    called: str
    signature: str
    quoted: str
    result: str
    """What it gives, as Markdown; empty for nothing."""
    arguments: tuple[Argument, ...]
    example: str
    """A whole program."""


@dataclass(frozen=True, slots=True)
class Described:
    """A component schema. `rows` are its members, `type` is what it stands for when it has none,
    `values` are those of an enumeration, with the names of their constants if they have any."""

    name: str
    description: str
    rows: tuple[Row, ...] = ()
    type: str = ""
    values: tuple[tuple[str, Any], ...] = ()
    example: str = ""
    """A whole program that prints `json`; empty where the spec has no example."""
    json: str = ""


class Language(Protocol):
    """A language that has an SDK."""

    name: str
    """As a folder, and behind the fences of its programs."""
    fence: str
    """Behind those of what is only shown."""
    title: str
    package: str
    raised: str
    """What happens with an error: `raised`, `thrown`."""
    reference: str
    """The reference of its SDK, from a page in its folder."""

    def entries(self) -> Iterator[tuple[Name, tuple[Entry, ...]]]:
        """The operations by tag, in document order."""
        ...

    def models(self) -> Iterator[Described]:
        """A page for each, in document order."""
        ...

    def error(self, status: int) -> str:
        """The class for a status."""
        ...

    def value(self, value: Any) -> str:
        """A value of the spec as Markdown."""
        ...


Samples = Mapping[str, Any]
"""Examples of component schemas, by name."""


WIDTH = 100
"""Columns of a program."""


def blocks(text: str) -> Iterator[str]:
    """The paragraphs of a description and the items of its lists, as Markdown."""
    for paragraph in text.split("\n\n"):
        first, *items = re.split(r"^- ", paragraph.strip(), flags=re.MULTILINE)
        if first.strip():
            yield f"{markdown_text(first)}\n"
        if items:
            yield "".join(f"- {markdown_text(item)}\n" for item in items)


def notes(schema: Mapping[str, Any], required: bool, value: Callable[[Any], str]) -> str:
    """The last column of documentation pages, as Markdown; `value` makes that of values."""
    optional = "" if required else "[optional]"
    known = [value(it) for it in schema.get("enum", ())]
    enumeration = f"[Enum: {', '.join(known)}]" if known else ""
    default = f"[default to {value(schema['default'])}]" if "default" in schema else ""
    return sentences(optional, enumeration, default).replace("[", "\\[").replace("]", "\\]")


def api_page(tag: Name) -> str:
    """The name of a page for an API, as documentation pages have it."""
    return f"{tag.pascal}Api.md"


def model_page(name: str) -> str:
    """The name of a page for a model, beside those of the others."""
    return f"{name}.md"


def from_api(name: str) -> str:
    """That page, from a page for an API."""
    return f"models/{model_page(name)}"
