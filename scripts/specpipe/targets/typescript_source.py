"""What the hand-written TypeScript modules say about themselves: read off their source, so that a
reference to them cannot say anything else. They are formatted by prettier, which this relies on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_DECLARED = re.compile(
    r"^(?:/\*\*(?P<doc>(?:(?!\*/).)*)\*/\n)?"
    r"export (?:interface|class) (?P<name>\w+)(?:<[^{]*?>)?(?: extends (?P<base>\w+))? \{"
    r"(?P<body>\}|.*?^\})",
    re.DOTALL | re.MULTILINE,
)
_MEMBER = re.compile(
    r"^  (?:/\*\*(?P<doc>(?:(?!\*/).)*)\*/\n  )?"
    r"(?:readonly (?P<field>\w+)\??: (?P<type>[^;]+);"
    r"|get (?P<getter>\w+)\(\): (?P<given>[^{]+) \{"
    r"|(?P<method>\w+)\(\): (?P<result>[^{;]+?)(?: \{|;))",
    re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Member:
    """A public member of an interface or class; of a method, `name` ends with `()`."""

    name: str
    type: str
    doc: str


@dataclass(frozen=True, slots=True)
class Declared:
    """An exported interface or class. `base` is what it extends, or empty."""

    name: str
    base: str
    doc: str
    members: tuple[Member, ...]


def declared(source: str) -> Mapping[str, Declared]:
    """The exported interfaces and classes of a module, by name, in the order of the source."""
    return {
        found["name"]: Declared(
            found["name"], found["base"] or "", prose(found["doc"]), tuple(members(found["body"]))
        )
        for found in _DECLARED.finditer(source)
    }


def members(body: str) -> Iterator[Member]:
    """Those of a body, `toJSON` aside."""
    for found in _MEMBER.finditer(body):
        name = found["field"] or found["getter"] or f"{found['method']}()"
        text = found["type"] or found["given"] or found["result"]
        if name not in ("toJSON()", "constructor()"):
            undefined = re.sub(r"\s*\| undefined$", "", " ".join(text.split()))
            yield Member(name, undefined, prose(found["doc"]))


def prose(comment: str | None) -> str:
    """The text of a comment, paragraphs apart, without its stars."""
    lines = [re.sub(r"^\s*\* ?", "", line).strip() for line in (comment or "").split("\n")]
    return "\n".join(lines).strip()
