"""What the documentation says of a spec in no language: where things stand in it, which pages
documented them, what is decided, and who uses what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from specpipe.render import markdown_code, markdown_text
from specpipe.spec.model import Api, ApiKey, Document, Operation, Response
from specpipe.spec.nodes import Node, find, schemas
from specpipe.workspace import ROOT

DECISIONS = "DECISIONS.md"


@dataclass(frozen=True, slots=True)
class Source:
    """A page that documents an operation, and what is `said` to stand there, in words."""

    page: str
    said: str


@dataclass(frozen=True, slots=True)
class Decided:
    """What no page states, as Markdown, and the sections that have the reason."""

    what: str
    sections: tuple[str, ...]


class Spec:
    """A spec, as pages speak of it. Links lead out of `generated/docs`, to where the spec is in
    this repository, and to the decisions beside it; there are none when it is elsewhere."""

    def __init__(self, document: Document, api: Api) -> None:
        """Of a checked document."""
        self._document = document
        self._api = api
        self._folder = folder_of(document)
        self._used_by = by_schema(api)
        self._holders = holders(document)

    def place(self, pointer: str) -> str:
        """The line of a node, from the index."""
        line, name = self._document.at(pointer).line, Path(self._document.file).name
        if self._folder is None:
            return f"{markdown_code(name)} line {line}"
        return f"[line {line}](../../{self._folder}{quote(name)}#L{line})"

    def listed(self, slugs: tuple[str, ...], up: str) -> str:
        """Sections of the decisions, from a page to which the repository is `up`."""
        return ", ".join(self._section(slug, up) for slug in slugs)

    def _section(self, slug: str, up: str) -> str:
        if self._folder is None:
            return markdown_code(slug)
        return f"[{markdown_text(slug)}]({up}{self._folder}{DECISIONS}#{quote(slug)})"

    def sources(self, operation: Operation) -> tuple[Source, ...]:
        """The pages that documented an operation."""
        pages = self._at(operation.pointer).raw("x-documented").items()
        return tuple(Source(page.raw("page").text, said(page)) for page in pages)

    def decided(self, operation: Operation) -> tuple[Decided, ...]:
        """What is decided about an operation."""
        places = [("how it behaves", operation.pointer)]
        places += [(f"parameter {markdown_code(p.wire)}", p.pointer) for p in operation.parameters]
        places += [("the body", operation.body.pointer)] if operation.body else []
        places += [(f"status {r.status}", r.pointer) for r in operation.responses]
        return _decided([(what, self._at(pointer)) for what, pointer in places])

    def decided_of(self, name: str) -> tuple[Decided, ...]:
        """What is decided about a component schema."""
        schema = self._at(f"/components/schemas/{name}")
        nodes = [("the model", schema)]
        for wire, member in schema.raw("properties").members():
            nodes.append((markdown_code(wire), member))
        return _decided(nodes)

    def key_text(self, key: ApiKey) -> str:
        """What is said about the key."""
        return self._at(key.pointer).raw("description").text

    def key_sections(self, key: ApiKey) -> tuple[str, ...]:
        """What is decided about the key."""
        return _slugs(self._at(key.pointer))

    def header_cell(self, response: Response) -> str:
        """The headers of an answer, as documentation pages list them."""
        found = self._at(response.pointer).raw("headers").members()
        listed = [(name, it.follow().raw("description").text) for name, it in found]
        return "".join(f" * {markdown_text(f'{name} - {text}')} <br> " for name, text in listed)

    def body_text(self, operation: Operation) -> str:
        """What is said about the body of an operation."""
        return self._at(operation.body.pointer).raw("description").text if operation.body else ""

    def used_by(self, name: str) -> tuple[Operation, ...]:
        """The operations that take or give a component schema itself."""
        return self._used_by.get(name, ())

    def held_by(self, name: str) -> tuple[str, ...]:
        """The component schemas that have a member of that one."""
        return self._holders.get(name, ())

    def fixed(self, name: str) -> Iterator[str]:
        """What an update cannot change in a stored thing, as Markdown."""
        for it in self._api.resources:
            if it.schema == name:
                kept = f"{markdown_code(it.id)} and {markdown_code('.'.join(it.created))}"
                yield f"{kept} never change; {markdown_code('.'.join(it.updated))} is the server's."

    def _at(self, pointer: str) -> Node:
        return find(self._document, pointer)


def folder_of(document: Document) -> str | None:
    """The folder of a spec in this repository, with a `/` behind it unless it is the top one."""
    folder = Path(document.file).resolve().parent
    if not folder.is_relative_to(ROOT):
        return None
    path = folder.relative_to(ROOT).as_posix()
    return "" if path == "." else f"{quote(path)}/"


def said(page: Node) -> str:
    """What `x-documented` has of a page."""
    lists = {
        "statuses": [str(status.value) for status in page.raw("statuses").items()],
        "authorization": [page.raw("auth").text],
        "parameters": list(page.raw("parameters").strings),
    }
    return "; ".join(f"{what} {', '.join(it)}" for what, it in lists.items() if any(it))


def _decided(nodes: list[tuple[str, Node]]) -> tuple[Decided, ...]:
    """The decisions on nodes, or on the schemas in them."""
    found = ((what, (*_slugs(node), *_slugs(node.raw("schema")))) for what, node in nodes)
    return tuple(Decided(what, tuple(dict.fromkeys(slugs))) for what, slugs in found if slugs)


def _slugs(node: Node) -> tuple[str, ...]:
    decided = node.raw("x-decided")
    return decided.strings or ((decided.text,) if decided.text else ())


def by_schema(api: Api) -> Mapping[str, tuple[Operation, ...]]:
    """The operations that take or give a component schema, by its name."""
    found: dict[str, tuple[Operation, ...]] = {}
    for it in api.operations:
        used = [it.body.schema if it.body else None, *(r.schema for r in it.responses)]
        for name in dict.fromkeys(filter(None, used)):
            found[name] = (*found.get(name, ()), it)
    return found


def holders(document: Document) -> Mapping[str, tuple[str, ...]]:
    """The component schemas that refer to another, by the name of that."""
    found: dict[str, tuple[str, ...]] = {}
    for holder, schema in schemas(document):
        for name in dict.fromkeys(_components(schema)):
            found[name] = (*found.get(name, ()), holder)
    return found


def _components(node: Node) -> Iterator[str]:
    """The component schemas that a schema refers to."""
    if node.component is not None:
        yield node.component
    for child in (*(it for _, it in node.members()), *node.items()):
        yield from _components(child)
