"""Bytes to `Document`: JSON's data model out of YAML, with the place of every node.

YAML is read event by event. Nothing is ever built from tags or anchors, so neither can do harm,
and limits act before memory is spent.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from specpipe.diagnostics import Diagnostic, Location, Misuse, SpecError
from specpipe.spec.model import Document
from specpipe.spec.nodes import escape
from specpipe.spec.places import Place, Places
from specpipe.spec.scalars import Refused, key_text, scalar
from specpipe.workspace import shown

MAX_BYTES = 8 * 1024 * 1024
MAX_DEPTH = 64
MAX_NODES = 500_000
MAX_KEY = 512
SHOWN = ("CHANGELOG.md", "conformance.json")
"""Files beside a document that pages about it show, where there are any."""

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def load(path: Path) -> Document:
    """The document at `path`. Raises SpecError, and Misuse when no file can be read there."""
    file = _file(path)
    document = parse(_read(path, file), file)
    found = ((name, beside(document, name)) for name in SHOWN)
    return replace(document, beside={name: text for name, text in found if text is not None})


def parse(content: bytes, file: str) -> Document:
    """The document that `content` is; `file` is what its places name. Raises SpecError."""
    data, places = _Reader(file).read(_decode(content, file))
    return Document(file, data, places, hashlib.sha256(content).hexdigest())


def beside(document: Document, name: str) -> str | None:
    """The text of the file `name` in the folder of the document; None when it cannot be read."""
    try:
        return (Path(document.file).parent / name).read_text("utf-8")
    except (OSError, ValueError):
        return None


def _file(path: Path) -> str:
    try:
        return shown(path)
    except (OSError, RuntimeError, ValueError):
        return str(path)


def _fail(location: Location, message: str, advice: str) -> SpecError:
    return SpecError([Diagnostic(location, message, advice)])


def _read(path: Path, file: str) -> bytes:
    """The bytes of the file, at most MAX_BYTES of them."""
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise Misuse(f"{file}: there is no such file: check SPEC=") from None
    except IsADirectoryError:
        raise Misuse(f"{file}: this is a folder: name the file in it") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise Misuse(f"{file}: cannot be read: {reason}") from None
    if len(content) > MAX_BYTES:
        limit = f"{MAX_BYTES // 1024 // 1024} MiB"
        raise _fail(Location(file), f"larger than {limit}", "split the API or shorten examples")
    return content


def _decode(content: bytes, file: str) -> str:
    """The text of the file, a byte order mark left out."""
    try:
        text = content.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line, column = _position(content[: error.start].decode("utf-8"))
        place = Location(file, line, column)
        raise _fail(place, "this byte is not UTF-8", "save the file as UTF-8") from None
    if found := _FORBIDDEN.search(text):
        place = Location(file, *_position(text[: found.start()]))
        code = f"U+{ord(found[0]):04X}"
        raise _fail(place, f"control character {code}", "delete it or write it as an escape")
    return text


def _position(before: str) -> tuple[int, int]:
    """Line and column of what comes after the text `before`."""
    return before.count("\n") + 1, len(before) - before.rfind("\n")


@dataclass(slots=True)
class _Open:
    """A mapping or list that is being read; `key` waits for its value."""

    value: dict[str, Any] | list[Any]
    place: Place
    pointer: str
    key: str | None = None
    key_place: tuple[int, int] = (1, 1)


@dataclass(slots=True)
class _Reader:
    """Turns events into data and places. Faults that leave the rest readable are collected."""

    file: str
    faults: list[Diagnostic] = field(default_factory=list)
    stack: list[_Open] = field(default_factory=list)
    nodes: int = 0
    documents: int = 0
    root: Any = None
    root_place: Place = field(default_factory=lambda: Place(1, 1))

    def read(self, text: str) -> tuple[Mapping[str, Any], Places]:
        """Data and places of the one document in `text`."""
        for event in self._events(text):
            self._take(event)
        if not self.documents:
            raise _fail(Location(self.file), "the file is empty", "write an OpenAPI document")
        if not self.faults and not isinstance(self.root, dict):
            self._fault(self._at(None), "this is not a mapping", "start with `openapi: 3.1.0`")
        if self.faults:
            raise SpecError(self.faults)
        return self.root, Places(self.file, self.root_place)

    def _events(self, text: str) -> Iterator[Any]:
        try:
            yield from yaml.parse(text, Loader=_Loader)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            problem = getattr(error, "problem", None) or getattr(error, "reason", None)
            context = getattr(error, "context", None)
            message = ", ".join(str(part) for part in (problem, context) if part)
            place = Location(self.file, line, column)
            advice = "mend the indentation, quotes or brackets here or just above"
            self._fault(place, f"not valid YAML: {message or 'cannot be parsed'}", advice)
            raise SpecError(self.faults) from None

    def _take(self, event: Any) -> None:
        """Act on one event."""
        if isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                self._stop(event, "a second document starts here", "keep one document in the file")
        elif isinstance(event, yaml.AliasEvent):
            self._refuse_sharing(event, f"alias *{event.anchor}")
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self.stack.pop()
        elif isinstance(event, yaml.NodeEvent):
            self._take_node(event)

    def _take_node(self, event: Any) -> None:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            self._stop(event, f"more than {MAX_NODES} values", "split the API or shorten examples")
        if event.anchor is not None:
            self._refuse_sharing(event, f"anchor &{event.anchor}")
        if event.tag is not None:
            advice = "write the value without it, in quotes if it is a string"
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self._fault(self._at(event), f"tag {tag} is refused", advice)
        parent = self.stack[-1] if self.stack else None
        if parent is not None and isinstance(parent.value, dict) and parent.key is None:
            self._take_key(parent, event)
        elif isinstance(event, yaml.ScalarEvent):
            self._put(parent, self._scalar(event), event)
        else:
            self._open(parent, event)

    def _open(self, parent: _Open | None, event: Any) -> None:
        if len(self.stack) >= MAX_DEPTH:
            self._stop(event, f"nested deeper than {MAX_DEPTH} levels", "flatten it with $ref")
        value: dict[str, Any] | list[Any] = {} if isinstance(event, yaml.MappingStartEvent) else []
        pointer = self._next_pointer(parent)
        self.stack.append(_Open(value, self._put(parent, value, event), pointer))

    def _put(self, parent: _Open | None, value: Any, event: Any) -> Place:
        """Store `value` where it belongs."""
        place = Place(event.start_mark.line + 1, event.start_mark.column + 1)
        if parent is None:
            self.root, self.root_place = value, place
        elif isinstance(parent.value, list):
            parent.value.append(value)
            parent.place.children[str(len(parent.value) - 1)] = place
        elif parent.key is not None:
            place = Place(*parent.key_place)
            parent.value[parent.key] = value
            parent.place.children[parent.key] = place
            parent.key = None
        return place

    def _take_key(self, parent: _Open, event: Any) -> None:
        if not isinstance(event, yaml.ScalarEvent):
            self._stop(event, "a list or mapping as a key", "use a plain string as the key")
        try:
            key = key_text(event.value, event.implicit[0], parent.pointer)
        except Refused as refused:
            self._fault(self._at(event), refused.message, refused.advice)
            key = event.value
        if len(key) > MAX_KEY:
            self._stop(event, f"a key longer than {MAX_KEY} characters", "shorten it")
        if key in parent.place.children:
            first = parent.place.children[key]
            message = f"key {key!r} is here again, first at {first.line}:{first.column}"
            self._fault(self._at(event), message, "keep one of them")
        parent.key = key
        parent.key_place = (event.start_mark.line + 1, event.start_mark.column + 1)

    def _scalar(self, event: Any) -> Any:
        try:
            return scalar(event.value, event.implicit[0])
        except Refused as refused:
            self._fault(self._at(event), refused.message, refused.advice)
            return None

    def _next_pointer(self, parent: _Open | None) -> str:
        if parent is None:
            return ""
        step = parent.key if parent.key is not None else str(len(parent.value))
        return f"{parent.pointer}/{escape(step)}"

    def _at(self, event: Any) -> Location:
        """The place of an event. The pointer of a key is that of its mapping."""
        if event is None:
            return Location(self.file, self.root_place.line, self.root_place.column)
        pointer = self.stack[-1].pointer if self.stack else ""
        return Location(self.file, event.start_mark.line + 1, event.start_mark.column + 1, pointer)

    def _refuse_sharing(self, event: Any, what: str) -> None:
        self._stop(event, f"{what} is refused", "write the value out or use $ref")

    def _fault(self, location: Location, message: str, advice: str) -> None:
        self.faults.append(Diagnostic(location, message, advice))

    def _stop(self, event: Any, message: str, advice: str) -> None:
        """Report a fault after which nothing can be read. Raises SpecError."""
        self._fault(self._at(event), message, advice)
        raise SpecError(self.faults)
