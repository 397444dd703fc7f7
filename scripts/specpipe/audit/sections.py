"""The parts of an operation's section on a page: a function for each, which takes a block and
says whether it could read it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from specpipe.audit import examples, notes
from specpipe.audit.facts import Fact, Value, digest_of
from specpipe.audit.markdown import Block, header, plain, rows

NAME = re.compile(r"[A-Za-z_][\w.-]*")
_SIGNATURE = re.compile(r"(?:(?P<returns>.+?) )?(?P<name>[A-Za-z_][\w.]*) ?\((?P<args>.*)\)")
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_NO_PARAMETERS = re.compile(r"This endpoint does not (?:need|have) any parameters?\.?")
_KEY = re.compile(r"(?P<kind>.+?) Authentication \((?P<name>[^)]+)\):?")
_HEADER = re.compile(r"(?P<name>Content-Type|Accept): ?(?P<value>.*)")
_STATUS = re.compile(r"[1-5](?:\d\d|XX)|default")
_PARAMETERS = ("name", "type", "description", "notes")
_RESPONSES = ("status code", "description", "response headers")


@dataclass(slots=True)
class Notebook:
    """What has been read so far. `operation` is the one whose section is open."""

    facts: list[Fact] = field(default_factory=list)
    unread: list[tuple[int, str]] = field(default_factory=list)
    code: int = 0
    operation: str = ""
    python: bool = False

    def fact(self, line: int, about: str, value: Value = True) -> None:
        """Note a fact about the open operation."""
        self.facts.append(Fact(line, self.operation, about, value))

    def leave(self, block: Block) -> None:
        """Note that nobody has read a block."""
        self.unread += [(line, text.strip()) for line, text in block.lines if text.strip()]


def prose(book: Notebook, line: int, text: str) -> None:
    """An address, or sentences."""
    if found := examples.address(text):
        book.fact(line, "address", found)
        return
    offset = 0
    for part in _SENTENCE.split(text):
        offset = text.index(part, offset)
        at = line + text.count("\n", 0, offset)
        if part.lower().rstrip(".") == "deprecated":
            book.fact(at, "deprecated")
        elif part:
            book.fact(at, f"sentence {digest_of(part)}")
        offset += len(part)


def _signature(book: Notebook, block: Block) -> bool:
    """Signature and description."""
    if block.kind == "quote" and (found := _SIGNATURE.fullmatch(block.text.split("\n")[0])):
        book.python = book.python or "_" in found["name"] or "=" in found["args"]
        book.fact(block.line, "name", found["name"])
        book.fact(block.line, "returns", found["returns"] or "void")
        book.facts += examples.arguments(block.line, book.operation, found["args"], book.python)
        if block.lines[1:]:  # the description, without an empty line in between
            prose(book, block.lines[1][0], plain("\n".join(text for _, text in block.lines[1:])))
        return True
    if block.kind == "items":
        for line, text in block.lines:
            prose(book, line, plain(text))
    elif block.kind == "paragraph":
        prose(book, block.line, block.text)
    return block.kind in ("items", "paragraph")


def _example(book: Notebook, block: Block) -> bool:
    if block.kind == "items":
        for line, text in block.lines:
            if not _authentication(book, line, text):
                book.unread.append((line, text))
        return True
    if block.kind != "fence":
        return False
    found = list(examples.facts_of(block, book.operation))
    book.facts += found
    book.code += len(block.lines) - len({fact.line for fact in found})
    return True


def _authentication(book: Notebook, line: int, text: str) -> bool:
    found = _KEY.fullmatch(plain(text))
    if found:
        kind = re.sub(r"\s*\(.*\)|\s+", "", found["kind"]).lower()
        book.fact(line, f"authentication {found['name']}", kind)
    return found is not None


def _parameters(book: Notebook, block: Block) -> bool:
    if block.kind == "paragraph" and _NO_PARAMETERS.fullmatch(block.text):
        book.fact(block.line, "no-parameters")
        return True
    if block.kind != "table" or header(block) != _PARAMETERS:
        return False
    for line, row in rows(block, flexible=2):
        _parameter(book, line, row)
    return True


def _parameter(book: Notebook, line: int, cells: tuple[str, ...]) -> None:
    name, kind, description, note = map(plain, cells)
    about = f"parameter {name}"
    if not NAME.fullmatch(name):
        book.unread.append((line, name))
        return
    book.fact(line, f"{about} listed")
    said = dict(notes.read(note))
    if "enum" not in said:
        book.fact(line, f"{about} type", _type(kind))
    if description:
        book.fact(line, f"{about} description", digest_of(description))
    if "unread" in said:
        book.unread.append((line, str(said.pop("unread"))))
    for aspect, value in said.items():
        book.fact(line, f"{about} {aspect}", value)


def _returns(book: Notebook, block: Block) -> bool:
    if block.kind != "paragraph" or "\n" in block.text:
        return False
    void = block.text.lower().startswith("void")
    book.fact(block.line, "returns", "void" if void else block.text)
    return True


def _authorization(book: Notebook, block: Block) -> bool:
    if block.kind != "paragraph" or "\n" in block.text:
        return False
    none = block.text.rstrip(".") == "No authorization required"
    names = () if none else tuple(sorted(part.strip() for part in block.text.split(",")))
    if not all(map(NAME.fullmatch, names)):
        return False
    book.fact(block.line, "authorization", names)
    return True


def _headers(book: Notebook, block: Block) -> bool:
    if block.kind != "items":
        return False
    for line, text in block.lines:
        found = _HEADER.fullmatch(plain(text))
        if found is None:
            book.unread.append((line, text))
            continue
        value = found["value"]
        types = () if value == "Not defined" else (part.strip() for part in value.split(","))
        book.fact(line, found["name"].lower(), tuple(types))
    return True


def _responses(book: Notebook, block: Block) -> bool:
    if block.kind != "table" or header(block) != _RESPONSES:
        return False
    for line, (code, description, headers) in rows(block, flexible=1):
        status = "default" if plain(code) == "0" else plain(code)
        if not _STATUS.fullmatch(status):
            book.unread.append((line, code))
            continue
        book.fact(line, f"status {status} listed")
        book.fact(line, f"status {status} description", " ".join(plain(description).split()))
        book.fact(line, f"status {status} headers", _header_names(headers))
    return True


def _type(cell: str) -> str:
    """The type in a cell; one generator puts brackets around it, and writes enums twice."""
    found = re.fullmatch(r"\[([^\[\]]+)\](?:Array<\1>)?", cell)
    return found[1] if found else cell


def _header_names(cell: str) -> tuple[str, ...]:
    parts = (part.strip().removeprefix("*").strip() for part in re.split(r"<br\s*/?>", cell))
    return tuple(part.split(" ")[0] for part in parts if part not in ("", "-"))


OWN = frozenset({"outcome", "method", "on the wire", "behaviour", "errors", "sources"})
"""Sections of pages that are made of a spec: what they say is derived from it, and states nothing
that it could be held against."""
READERS: Mapping[str, Callable[[Notebook, Block], bool]] = {
    "signature": _signature,
    "example": _example,
    "parameters": _parameters,
    "return type": _returns,
    "authorization": _authorization,
    "http request headers": _headers,
    "http response details": _responses,
}
"""By the title of the part, in lower case; what stands above the first title is `signature`."""
