"""Pages to facts: the layouts that openapi-generator has given its documentation over the years,
and what site builders made of them.

A page is a title, a table of operations, and a section for each with known subsections. Nothing is
passed over in silence: what no reader here takes ends in `unread`, with its line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from specpipe.audit.facts import Documented, Page
from specpipe.audit.markdown import Block, blocks, header, plain, rows
from specpipe.audit.sections import NAME, OWN, READERS, Notebook, prose
from specpipe.render import MARK
from specpipe.tree import digest as digest_of

_BASE = re.compile(r"All URIs are relative to (\S+)")
_HTTP = re.compile(r"(?P<method>[A-Z]+) (?P<path>/\S*)")
_DEPRECATED = re.compile(r"\s*\(deprecated\)", re.IGNORECASE)
_TITLE = re.compile(r"(?:.*\.)?(?P<tag>[A-Za-z_][\w-]*?)[ _]?API", re.IGNORECASE)
_NAVIGATION = re.compile(r"(?:\[\[[^\[\]]*\]\]\([^()]*\)\s*)+")
_TARGET = re.compile(r'<a (?:name|id)="[^"]*"></a>')
_METHODS = ("method", "http request", "description")


def read(name: str, content: bytes) -> Page:
    """The facts of the page `name`. A page without operations has none."""
    reader = _Reader()
    for block in blocks(content.decode("utf-8", errors="replace")):
        reader.take(block)
    reader.finish()
    digest = digest_of(content)
    if not reader.operations:
        return Page(name, digest)
    book = reader.book
    return Page(
        name,
        digest,
        tuple(reader.operations.values()),
        tuple(sorted(dict.fromkeys(book.facts), key=lambda fact: fact.line)),
        tuple(sorted(set(book.unread))),
        book.code,
    )


@dataclass(slots=True)
class _Reader:
    """Takes the blocks of a page one after the other."""

    book: Notebook = field(default_factory=Notebook)
    operations: dict[str, Documented] = field(default_factory=dict)
    sections: dict[str, int] = field(default_factory=dict)
    """Operations whose section was there, and the line of its heading."""
    section: str = ""
    waiting: Block | None = None
    """A heading that is an operation's when a signature follows."""
    ours: bool = False
    """Whether the page was made of a spec, so that parts of it only repeat the spec."""

    def take(self, block: Block) -> None:
        """Read one block."""
        if self.waiting is not None:
            heading, self.waiting = self.waiting, None
            self._settle(heading, block)
        if block.line == 1 and MARK in block.lines[0][1]:
            self.ours = True
        elif block.kind == "heading" and block.level <= 2:
            self.waiting = block
        elif block.kind == "heading":
            self.section = block.text.lower().rstrip(":")
            if not self._knows(self.section):
                self.book.leave(block)
        elif not (_is_furniture(block) or self._reads(block)):
            self.book.leave(block)

    def finish(self) -> None:
        """Note what only the end of the page tells."""
        if self.waiting is not None:
            self.book.leave(self.waiting)
        self._close()
        for name, operation in self.operations.items():
            if name not in self.sections:
                self.book.unread.append((operation.line, f"{name} has no section"))
            if not operation.path:
                self.book.unread.append((operation.line, f"{name} has no address"))

    def _knows(self, section: str) -> bool:
        """Whether an operation has such a section."""
        known = section in READERS or (self.ours and section in OWN)
        return known and bool(self.book.operation)

    def _reads(self, block: Block) -> bool:
        if not self.book.operation:
            return self._front(block) or (self.ours and block.kind == "paragraph")
        if self.ours and self.section in OWN:
            return True
        reader = READERS.get(self.section)
        return reader is not None and reader(self.book, block)

    def _settle(self, heading: Block, following: Block) -> None:
        """Decide what a heading of the first or second level is."""
        if following.kind == "quote" or _cleaned(heading.text) in self.operations:
            self._begin(heading)
            return
        found = _TITLE.fullmatch(heading.text)
        if self.operations or found is None:
            self.book.leave(heading)
        else:
            self.book.fact(heading.line, "tag", found["tag"])

    def _begin(self, heading: Block) -> None:
        """The section of an operation."""
        self._close()
        name = _cleaned(heading.text)
        if not NAME.fullmatch(name) or name in self.sections:
            self.book.leave(heading)
            return
        self.book.operation, self.section = name, "signature"
        self.sections[name] = heading.line
        self.operations.setdefault(name, Documented(name, heading.line, "", ""))
        self.book.fact(heading.line, "name", name)
        if _DEPRECATED.search(heading.text) or "~~" in heading.text:
            self.book.fact(heading.line, "deprecated")

    def _close(self) -> None:
        """End a section: what it lacks is known now."""
        name = self.book.operation
        if not name:
            return
        own = {fact.about: fact for fact in self.book.facts if fact.operation == name}
        if "authorization" not in own:
            self.book.fact(self.sections[name], "authorization", None)
        known = self.operations[name]
        if not known.path and "address" in own:
            method, path = str(own["address"].value).split(" ", 1)
            self.operations[name] = Documented(name, known.line, method, path)
        self.book.operation = ""

    def _front(self, block: Block) -> bool:
        """What stands above the sections."""
        if block.kind == "paragraph" and (found := _BASE.fullmatch(block.text)):
            self.book.fact(block.line, "base-url", found[1])
            return True
        if block.kind != "table" or header(block) != _METHODS:
            return False
        for line, (name, request, description) in rows(block, flexible=2):
            self._method(line, plain(name), plain(request), plain(description))
        return True

    def _method(self, line: int, name: str, request: str, description: str) -> None:
        found = _HTTP.fullmatch(request)
        if found is None or not NAME.fullmatch(name):
            self.book.unread.append((line, f"{name} | {request}"))
            return
        self.operations[name] = Documented(name, line, found["method"], found["path"])
        self.book.operation = name
        self.book.fact(line, "name", name)
        self.book.fact(line, "address", f"{found['method']} {found['path']}")
        prose(self.book, line, description)
        self.book.operation = ""


def _is_furniture(block: Block) -> bool:
    """Rules, links to other places, and the targets of such links."""
    if block.kind == "rule":
        return True
    source = "\n".join(text for _, text in block.lines)
    is_link = _NAVIGATION.fullmatch(source) or _TARGET.fullmatch(source)
    return block.kind == "paragraph" and is_link is not None


def _cleaned(heading: str) -> str:
    """The name in the heading of an operation."""
    return _DEPRECATED.sub("", heading).replace("~~", "").strip()
