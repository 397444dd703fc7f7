"""Markdown to blocks with line numbers: what a page consists of, before anything is understood.

markdown-it knows where blocks begin and end (a `#` in an example is no heading), and what escapes
and character references stand for. Rows of tables are cut here: pages have bare `|` in cells, and a
Markdown table would drop what is too much.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token

Kind = Literal["heading", "quote", "paragraph", "fence", "table", "items", "rule"]

_CONTAINERS: dict[str, Kind] = {
    "heading_open": "heading",
    "blockquote_open": "quote",
    "paragraph_open": "paragraph",
    "bullet_list_open": "items",
    "ordered_list_open": "items",
}
_PARSER = MarkdownIt("commonmark", {"html": False}).enable("table")
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n.*?^---[ \t]*$", re.DOTALL | re.MULTILINE)
_ANCHOR = re.compile(r"\s*\{#[^}]*\}")
_LINK = re.compile(r"\[([^\[\]]+)\]\([^()]*\)")
_PIPE = re.compile(r"(?<!\\)\|")
_QUOTE = re.compile(r"\\([\"'])")


@dataclass(frozen=True, slots=True)
class Block:
    """A block and its lines: (1-based number, source). `level` is that of a heading, `info` the
    language of a fence. Tables come without their line of dashes."""

    kind: Kind
    line: int
    lines: tuple[tuple[int, str], ...]
    level: int = 0
    info: str = ""

    @property
    def text(self) -> str:
        """What a reader sees, with the line breaks of the source."""
        return plain("\n".join(text for _, text in self.lines))


def blocks(text: str) -> Iterator[Block]:
    """The blocks of a page in order, front matter left out."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    text = _FRONT_MATTER.sub(lambda found: "\n" * found[0].count("\n"), text, count=1)
    source = text.split("\n")
    tokens = _PARSER.parse(text)
    position = 0
    while position < len(tokens):
        end = _end(tokens, position)
        block = _block(tokens[position : end + 1], source)
        if block is not None:
            yield block
        position = end + 1


def _end(tokens: Sequence[Token], start: int) -> int:
    """Where the block that begins at `start` closes."""
    depth = 0
    for position in range(start, len(tokens)):
        depth += tokens[position].nesting
        if depth == 0:
            return position
    return len(tokens) - 1


def _block(tokens: Sequence[Token], source: Sequence[str]) -> Block | None:
    first = tokens[0]
    start, stop = first.map or (0, 0)
    numbered = tuple((n + 1, source[n]) for n in range(start, min(stop, len(source))))
    if first.type in _CONTAINERS:
        level = int(first.tag[1:]) if first.type == "heading_open" else 0
        return Block(_CONTAINERS[first.type], start + 1, _contents(tokens), level)
    if first.type in ("fence", "code_block"):
        lines = tuple(enumerate(first.content.split("\n")[:-1], start + 1 + bool(first.markup)))
        return Block("fence", start + 1, lines, info=first.info.strip().lower())
    if first.type == "table_open":
        return Block("table", start + 1, numbered[:1] + numbered[2:])
    if first.type == "hr":
        return Block("rule", start + 1, numbered)
    return Block("paragraph", start + 1, numbered) if numbered else None


def _contents(tokens: Sequence[Token]) -> tuple[tuple[int, str], ...]:
    """The lines of all text inside, without the marks of the block."""
    found: list[tuple[int, str]] = []
    for token in tokens:
        if token.type == "inline" and token.map:
            found += enumerate(token.content.split("\n"), token.map[0] + 1)
    return tuple(found)


def plain(text: str) -> str:
    """What a reader sees of inline Markdown. Links that are none for a blank in their target
    become their text, too; so does what a page has escaped twice."""
    (inline,) = _PARSER.parseInline(text.strip(" \t"))
    shown = "".join(map(_shown, inline.children or ()))
    shown = _QUOTE.sub(r"\1", html.unescape(shown).replace("<br>", "\n"))
    return _ANCHOR.sub("", _LINK.sub(r"\1", shown)).strip()


def _shown(token: Token) -> str:
    if token.type in ("softbreak", "hardbreak"):
        return "\n"
    return token.content


def header(table: Block) -> tuple[str, ...]:
    """The titles of a table's columns, in lower case."""
    row = table.lines[0][1].strip()
    return tuple(part.strip().lower() for part in _PIPE.split(row.removeprefix("|").rstrip("|")))


def rows(table: Block, flexible: int) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The rows of a table, by line, each cell as source. In a row with too many a bare `|` stood
    in one: in bold text or code that is open at the cut, or else in cell `flexible`; one with too
    few (a line that follows the table is one, too) has empty cells in the end."""
    columns = len(header(table))
    framed = table.lines[0][1].lstrip().startswith("|")
    for line, text in table.lines[1:]:
        row = text.strip()
        if framed:
            row = row.removeprefix("|").removesuffix("|")
        yield line, _fitted([part.strip() for part in _PIPE.split(row)], columns, flexible)


def _fitted(parts: list[str], columns: int, flexible: int) -> tuple[str, ...]:
    at = 0
    while at < len(parts) - 1 and len(parts) > columns:
        if parts[at].count("**") % 2 or parts[at].count("`") % 2:
            parts[at : at + 2] = [f"{parts[at]} | {parts[at + 1]}"]
        else:
            at += 1
    parts = parts + [""] * (columns - len(parts))
    end = flexible + len(parts) - columns + 1
    return (*parts[:flexible], " | ".join(parts[flexible:end]), *parts[end:])
