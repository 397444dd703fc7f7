"""Long lines of example code, broken inside of their brackets: for pages that are made where there
is no formatter for their language. Only white space changes, and which quotes there are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

TOKEN = re.compile(
    r""""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[()\[\]{},;]|[^"'()\[\]{},;]+|.""", re.DOTALL
)
CLOSING = {"(": ")", "[": "]", "{": "}"}
KEY = re.compile(r'\A"([A-Za-z_$][A-Za-z0-9_$]*)"\Z')
DOUBLE = re.compile(r'\A"([^"\'\\]*)"\Z')
SINGLE = re.compile(r"\A'([^\"'\\]*)'\Z")


@dataclass(slots=True)
class Group:
    """A pair of brackets. What stands between its commas, or semicolons (`block`), is an item.
    `flat` is all of it in one line, once somebody has asked."""

    opening: str
    items: list[list[str | Group]] = field(default_factory=lambda: [[]])
    block: bool = False
    flat: str | None = None


Part = str | Group


def layout(code: str, language: str, width: int = 76) -> str:
    """`code` in "python", "typescript" or "json" with no line longer than `width`, where brackets
    allow."""
    style = Style(language, width, "    " if language == "python" else "  ")
    return "\n".join(style.line(line) for line in code.split("\n"))


@dataclass(frozen=True, slots=True)
class Style:
    """How a language looks: `unit` is one step of indentation."""

    language: str
    width: int
    unit: str

    def line(self, line: str) -> str:
        """One line of code as one or more; as it is where its brackets do not balance."""
        text = line.lstrip()
        indent = line[: len(line) - len(text)]
        parts = parsed(self._tokens(text))
        return line if parts is None else indent + self._broken(parts, indent, len(indent))

    def _tokens(self, text: str) -> Iterator[str]:
        """The tokens, with the quotes that the language's formatter would choose."""
        tokens = TOKEN.findall(text)
        for number, token in enumerate(tokens):
            if self.language == "python":
                yield SINGLE.sub(r'"\1"', token)
            elif self.language == "json":
                yield token
            elif (name := KEY.match(token)) and is_key(tokens, number):
                yield name[1]
            else:
                yield DOUBLE.sub(r"'\1'", token)

    def _flat(self, parts: list[Part]) -> str:
        return "".join(it if isinstance(it, str) else self._flat_group(it) for it in parts)

    def _flat_group(self, group: Group) -> str:
        if group.flat is None:
            inside = ", ".join(map(self._flat, group.items))
            pad = " " if group.opening == "{" and inside and self.language != "python" else ""
            group.flat = f"{group.opening}{pad}{inside}{pad}{CLOSING[group.opening]}"
        return group.flat

    def _broken(self, parts: list[Part], indent: str, column: int, room: int = 0) -> str:
        """The parts, from `column` of a line behind `indent` on: the widest of their groups over
        several lines if need be. `room` is for what comes after them."""
        groups = [it for it in parts if isinstance(it, Group) and it.items]
        blocks = [it for it in groups if it.block]
        flat = self._flat(parts)
        if not blocks and (column + len(flat) + room <= self.width or not groups):
            return flat
        chosen = blocks[0] if blocks else max(groups, key=lambda it: len(self._flat_group(it)))
        at = next(number for number, it in enumerate(parts) if it is chosen)
        before, after = self._flat(parts[:at]), self._flat(parts[at + 1 :])
        return before + self._lines(chosen, indent, column + len(before), len(after)) + after

    def _lines(self, group: Group, indent: str, column: int, room: int) -> str:
        """A group over several lines. Brackets within it stand beside its own where they can."""
        closing = CLOSING[group.opening]
        if hugs(group):
            inside = self._broken(group.items[0], indent, column + 1, room + 1)
            return f"{group.opening}{inside}{closing}"
        inner = indent + self.unit
        lines = [inner + self._broken(item, inner, len(inner), 1) for item in group.items]
        separator = ";\n" if group.block else ",\n"
        end = ";" if group.block else ""
        return f"{group.opening}\n{separator.join(lines)}{end}\n{indent}{closing}"


def is_key(tokens: list[str], number: int) -> bool:
    """Whether a token is a member's name in an object."""
    before = tokens[number - 1].strip() if number else ""
    if not before and number > 1:
        before = tokens[number - 2]
    after = tokens[number + 1] if number + 1 < len(tokens) else ""
    return before in ("{", ",") and after.lstrip().startswith(":")


def hugs(group: Group) -> bool:
    """Whether it holds little more than one other group."""
    if group.block or group.opening == "{" or len(group.items) != 1:
        return False
    *before, last = group.items[0]
    return isinstance(last, Group) and all(isinstance(it, str) for it in before)


def parsed(tokens: Iterator[str]) -> list[Part] | None:
    """The tokens in their groups; None when brackets do not balance."""
    top: list[Part] = []
    open_groups: list[Group] = []
    for token in tokens:
        here = open_groups[-1].items[-1] if open_groups else top
        if token in CLOSING:
            group = Group(token)
            here.append(group)
            open_groups.append(group)
        elif token in CLOSING.values():
            if not open_groups or CLOSING[open_groups[-1].opening] != token:
                return None
            tidy(open_groups.pop())
        elif token in (",", ";") and open_groups:
            open_groups[-1].block |= token == ";"
            open_groups[-1].items.append([])
        elif token.strip() or here:
            here.append(token if here else token.lstrip())
        else:
            continue
    return None if open_groups else top


def tidy(group: Group) -> None:
    """Take white space off the ends of its items, and an item that there is nothing of."""
    for item in group.items:
        if item and isinstance(item[-1], str):
            item[-1] = item[-1].rstrip()
    group.items = [item for item in group.items if item and item != [""]]
