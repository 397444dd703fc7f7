"""Documents that have to be refused, by what is odd about them, and the words that say so."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from .frame import HARMLESS, filled, text_of

Data = dict[str, Any]
Edit = Callable[[Data], object]


@dataclass(frozen=True)
class Refused:
    """A document and what must be said of it."""

    kind: str
    name: str
    content: Callable[[], bytes]
    says: str


def edited(kind: str, name: str, edit: Edit, says: str) -> Refused:
    """The frame with harmless text, after `edit`."""

    def content() -> bytes:
        data = copy.deepcopy(filled(HARMLESS))
        edit(data)
        return text_of(data)

    return Refused(kind, name, content, says)


def raw(kind: str, name: str, content: str | bytes, says: str) -> Refused:
    """A document as it is."""
    made = content if isinstance(content, bytes) else content.encode()
    return Refused(kind, name, lambda: made, says)


def at(*steps: str | int) -> Callable[[Data], Any]:
    """What steps lead to."""

    def go(data: Data) -> Any:
        node: Any = data
        for step in steps:
            node = node[step]
        return node

    return go


def put(value: Any, *steps: str | int) -> Edit:
    """Set the member that steps lead to."""
    *before, last = steps

    def edit(data: Data) -> None:
        at(*before)(data)[last] = value

    return edit


THING = ("components", "schemas", "Thing", "properties")
LIST = ("paths", "/things", "get")


def member(schema: Any, name: str = "new") -> Edit:
    """Give a schema a member."""
    return put(schema, *THING, name)


def parameter(**given: Any) -> Edit:
    """Give an operation a parameter."""
    made = {"name": "new", "in": "query", "schema": {"type": "string"}, **given}
    return lambda data: at(*LIST, "parameters")(data).append(made)


def operation(path: str, **given: Any) -> Edit:
    """Add an operation."""
    made = {"operationId": "more", "tags": ["Things"], "summary": "More"}
    made["responses"] = {"204": {"description": "Done"}}
    return put({"get": {**made, **given}}, "paths", path)


PLACES: dict[str, tuple[Callable[[str], Edit], str]] = {
    "operationId": (lambda it: operation("/more", operationId=it), "operationId"),
    "x-name": (lambda it: operation("/more", **{"x-name": it}), "x-name"),
    "tag": (lambda it: operation("/more", tags=[it]), "tag"),
    "segment of a path": (lambda it: operation(f"/{it}"), "path"),
    "parameter": (lambda it: parameter(name=it), "parameter name"),
    "parameter of a path": (
        lambda it: operation(
            f"/more/{{{it}}}",
            parameters=[{"name": it, "in": "path", "required": True, "schema": {"type": "string"}}],
        ),
        "parameter name",
    ),
    "schema": (lambda it: put({"type": "string"}, "components", "schemas", it), "schema name"),
    "property": (lambda it: member({"type": "string"}, it), "property name"),
    "enum member": (lambda it: member({"type": "string", "enum": [it]}), "enum member"),
    "enum of a parameter": (lambda it: parameter(schema={"type": "string", "enum": [it]}), ""),
    "resource": (lambda it: put({"schema": "Seed", "id": "kind"}, "x-resources", it), "resource"),
    "package": (lambda it: put(it, "x-package"), "x-package"),
    "header of the key": (
        lambda it: put(it, "components", "securitySchemes", "key", "name"),
        "use letters, digits and -",
    ),
    "address of a server": (lambda it: put(it, "servers", 0, "url"), "server address"),
    "version": (lambda it: put(it, "info", "version"), "write 1.2.3"),
    "media type": (
        lambda it: put(
            {it: {"schema": {"$ref": "#/components/schemas/Seed"}}},
            *("paths", "/things", "post", "requestBody", "content"),
        ),
        "media type",
    ),
    "status": (lambda it: put({"description": "Odd"}, *LIST, "responses", it), "list each status"),
    "section of components": (lambda it: put({}, "components", it), "check its spelling"),
    "key of an object": (lambda it: put({}, *LIST, it), "check its spelling"),
}
"""Where a name may stand, how it gets there, and words of what is said when it is hostile."""
NAMES = {
    "climbs": "../../../../tmp/pwned",
    "absolute": "/etc/pwned",
    "Windows' separator": "..\\..\\pwned",
    "NUL": "a\x00b",
    "Python": "x'];__import__('os').system('pwned')#",
    "docstring": '"""\npwned()\n"""',
    "TypeScript": "x`;${pwned()}//*/",
    "shell": "x;$(pwned)|`pwned`",
    "HTML": "<script>pwned()</script>",
    "Jinja": "{% include 'x' %}",
    "bidirectional": "a\u202eb",
    "looks like another": "th\u0456ngs",
    "compatibility form": "\uff54hings",
    "unseen": "a\u200bb",
    "300 characters": "Aa" * 150,
    "prototype": "__proto__",
    "dunder": "__init__",
}
ACCEPTED = {
    ("enum of a parameter", name) for name in NAMES
}  # a text like any other: no code is named after it
ACCEPTED |= {("segment of a path", name) for name in ("prototype", "dunder", "300 characters")}
"""Names that are text in their place. `test_texts.py` has what comes of text."""


def of_names() -> Iterator[Refused]:
    """Each hostile name in each place that has names."""
    for place, (edit, says) in PLACES.items():
        for name, text in NAMES.items():
            if (place, name) not in ACCEPTED:
                yield edited(f"name: {place}", name, edit(text), says)


def of_references() -> Iterator[Refused]:
    """References that leave the document or go in circles."""
    outside = "leaves this document"
    for target in (
        *("file:///etc/passwd", "http://127.0.0.1:9/x.yaml", "https://example.com/x.yaml#/a"),
        *("../outside.yaml", "/etc/passwd", "other.yaml#/components/schemas/Thing"),
        *("\\\\host\\share", "data:application/json,{}", "//host/x", "ftp://host/x", ""),
    ):
        yield edited("$ref", f"of a schema to {target!r}", member({"$ref": target}), outside)
        reply = put({"$ref": target}, *LIST, "responses", "418")
        yield edited("$ref", f"of a response to {target!r}", reply, outside)
    bad = {
        "to nothing": ("#/components/schemas/Nobody", "points at nothing"),
        "to another kind": ("#/components/securitySchemes/key", "is not to one of"),
        "by a prototype": ("#/__proto__/polluted", "points at nothing"),
        "by an index": ("#/servers/999999999999999999999", "points at nothing"),
    }
    for name, (target, says) in bad.items():
        yield edited("$ref", name, member({"$ref": target}), says)
    circle = {f"C{n}": {"$ref": f"#/components/schemas/C{(n + 1) % 3}"} for n in range(3)}
    join = lambda more: lambda data: data["components"]["schemas"].update(more)  # noqa: E731
    yield edited("$ref", "in a circle", join(circle), "only leads to more references")
    chain = {f"C{n}": {"$ref": f"#/components/schemas/C{n + 1}"} for n in range(100)}
    chain["C100"] = {"type": "string"}
    yield edited("$ref", "a hundred, one behind the other", join(chain), "only leads to more")
    path = put({"$ref": "#/paths/~1things"}, "paths", "/x")
    yield edited("$ref", "a path behind one", path, "path item behind $ref")
