"""House rules about names: whatever becomes an identifier, a file or a route has to be able to,
and two things in one scope must not become the same one.

They stand in front of the generators, which take over names more or less as they come.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping

from specpipe.diagnostics import Diagnostic
from specpipe.spec.build import method_names, package
from specpipe.spec.model import Document
from specpipe.spec.nodes import Node, all_schemas, operations, root, schemas
from specpipe.spec.reserved import BUILTINS, SDK_MODELS, SERVER_MODELS, TYPESCRIPT_MODELS

MAX_LENGTH = 100
_IDENTIFIER = re.compile(r"_?[A-Za-z][A-Za-z0-9_.-]*", re.ASCII)
_COMPONENT = re.compile(r"[A-Za-z][A-Za-z0-9_-]*", re.ASCII)
_CLASS = re.compile(r"[A-Z](?:[A-Za-z]|[0-9](?![a-z]))*", re.ASCII)
"""What both generators of models take over as the name of a class without a change."""
_TAG = re.compile(r"[A-Za-z][A-Za-z0-9_ .-]*", re.ASCII)
_MEMBER = re.compile(r"_?[A-Za-z][A-Za-z0-9_ .-]*", re.ASCII)
_SEGMENT = re.compile(r"[A-Za-z0-9_~.-]*[A-Za-z0-9_~-][A-Za-z0-9_~.-]*|\{[^{}/]+\}", re.ASCII)
_HEADER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}", re.ASCII)
"""Not all that HTTP allows: pages show the name inside of a command for a shell."""
_SEPARATORS = re.compile(r"[^A-Za-z0-9]+", re.ASCII)
_TAKEN = frozenset({"additionalproperties"})
"""Members that generated models have already."""


def names_are_identifiers(document: Document) -> Iterator[Diagnostic]:
    """operationIds, tags, names of parameters, schemas and resources, and `x-name`."""
    for operation in operations(document):
        yield from _check(operation.node.raw("operationId"), "operationId", _IDENTIFIER)
        yield from _check(operation.node.raw("x-name"), "x-name", _IDENTIFIER)
        for tag in operation.node.raw("tags").items():
            yield from _check(tag, "tag", _TAG)
        for parameter in operation.parameters:
            yield from _check(parameter.raw("name"), "parameter name", _IDENTIFIER)
    for name, schema in schemas(document):
        if len(name) > MAX_LENGTH:
            yield schema.fault(
                f"schema name of {len(name)} characters", f"use at most {MAX_LENGTH}"
            )
        elif not _CLASS.fullmatch(name):
            advice = "use ASCII letters and digits, a capital first and behind each digit"
            yield schema.fault(f"schema name {name!r} cannot become a class", advice)
    for name, node in root(document).raw("x-resources").members():
        yield from _check_text(node, name, "resource name", _IDENTIFIER)


def properties_are_identifiers(document: Document) -> Iterator[Diagnostic]:
    """Names of properties, at any depth of component schemas, and members of enums."""
    for schema in all_schemas(document):
        for name, node in schema.raw("properties").members():
            yield from _check_text(node, name, "property name", _IDENTIFIER)
            if _folded(name) in _TAKEN:
                yield node.unsupported(f"property {name!r}", "rename it: models have one already")
        for index, value in enumerate(schema.raw("enum").strings):
            yield from _check_text(schema.raw("enum").raw(index), value, "enum member", _MEMBER)


def names_do_not_collide(document: Document) -> Iterator[Diagnostic]:
    """Two things of a kind whose names differ only in case or separators."""
    yield from _collisions("schema", _models(document))
    yield from _collisions("resource", root(document).raw("x-resources").members())
    for schema in all_schemas(document):
        yield from _collisions("property", schema.raw("properties").members())
        enum = schema.raw("enum")
        members = ((text, enum.raw(i)) for i, text in enumerate(enum.strings))
        yield from _collisions("enum member", members)
    for operation in operations(document):
        parameters = ((p.raw("name").text, p) for p in operation.parameters)
        yield from _collisions("parameter", parameters)


def schemas_are_not_taken(document: Document) -> Iterator[Diagnostic]:
    """Schemas named like what the modules of models hold besides them."""
    components = dict(schemas(document))
    for name, node in _models(document):
        text = "".join(word[:1].upper() + word[1:] for word in _SEPARATORS.split(name))
        owners = [("the Python SDK's models", SDK_MODELS)]
        if name in components:  # others get names of their own from the server's generator
            owners += [("the server's models", SERVER_MODELS), ("Python", BUILTINS)]
            owners += [("the TypeScript SDK's models", TYPESCRIPT_MODELS)]
        takers = [owner for owner, taken in owners if text in taken]
        if takers:
            message = f"schema {name!r}: the name {text} is taken by {' and '.join(takers)}"
            yield node.unsupported(message, "rename it")


def methods_do_not_collide(document: Document) -> Iterator[Diagnostic]:
    """operationIds, tags, and what the operations of one tag are called, by both their names."""
    ids: list[tuple[str, Node]] = []
    tags: dict[str, Node] = {}
    methods: dict[str, list[tuple[str, Node]]] = {}
    names = method_names(document)
    for operation in operations(document):
        node = operation.node
        ids.append((operation.id, node.raw("operationId")))
        for tag in node.raw("tags").items():
            tags.setdefault(tag.text, tag)
            called = methods.setdefault(tag.text, [])
            called += [(names[node.pointer].snake, node), (operation.id, node)]
    taken = list(_collisions("operationId", ids, exact=False))
    yield from taken
    yield from _collisions("tag", tags.items())
    yield from _awaited(tags)
    if not taken and len({text for text, _ in ids}) == len(ids):
        for of_one_tag in methods.values():
            yield from _collisions("method", of_one_tag)


def _awaited(tags: Mapping[str, Node]) -> Iterator[Diagnostic]:
    """Tags that are called like the asynchronous class of another tag."""
    plain = {_folded(text): text for text in tags}
    for text, node in tags.items():
        other = plain.get(_folded(text).removeprefix("async"), text)
        if other != text:
            message = f"tag {text!r} becomes the same class as {other!r}, awaited"
            yield node.unsupported(message, "rename one of them")


def routes_are_plain(document: Document) -> Iterator[Diagnostic]:
    """Path templates of plain segments and whole-segment parameters."""
    for path, node in root(document).raw("paths").members():
        if path.startswith("x-"):
            continue
        if not path.startswith("/"):
            yield node.fault(f"path {path!r} does not start with /", "put / in front")
        elif path != "/" and not all(map(_SEGMENT.fullmatch, path.split("/")[1:])):
            advice = "use letters, digits, - . _ ~ and {parameter}, no empty segment"
            yield node.unsupported(f"path {path!r}", advice)


def headers_are_tokens(document: Document) -> Iterator[Diagnostic]:
    """Names of headers that carry a key."""
    for _, child in root(document).get("components").raw("securitySchemes").members():
        scheme = child.follow()
        name = scheme.raw("name")
        if scheme.raw("in").value == "header" and name.text and not _HEADER.fullmatch(name.text):
            yield name.fault(f"{name.text!r} cannot be a header", "use letters, digits and -")


def package_has_a_name(document: Document) -> Iterator[Diagnostic]:
    """`x-package`, or a title that gives one."""
    node = root(document).raw("x-package")
    advice = "write letters, digits and -, beginning with a letter"
    if node.value is not None:
        yield from _check_text(node, node.text, "x-package", _COMPONENT)
    elif not package(document).snake.isidentifier():
        title = root(document).raw("info").raw("title")
        if not title.text:  # `validate` says so
            return
        message = f"no package name follows from the title {title.text!r}"
        yield title.fault(message, f"add x-package: {advice}")


def _check(node: Node, what: str, pattern: re.Pattern[str]) -> Iterator[Diagnostic]:
    """A name that is a value; what is no string, `validate` reports."""
    if isinstance(node.value, str):
        yield from _check_text(node, node.value, what, pattern)


def _check_text(node: Node, text: str, what: str, pattern: re.Pattern[str]) -> Iterator[Diagnostic]:
    if len(text) > MAX_LENGTH:
        yield node.fault(f"{what} of {len(text)} characters", f"use at most {MAX_LENGTH}")
    elif not pattern.fullmatch(text):
        message = f"{what} {text!r} cannot become an identifier"
        yield node.fault(message, "use ASCII letters, digits and _, beginning with a letter")


def _folded(text: str) -> str:
    """What is left of a name once case and separators are: its words, joined."""
    return _SEPARATORS.sub("", text).lower()


def _collisions(
    what: str, named: Iterable[tuple[str, Node]], exact: bool = True
) -> Iterator[Diagnostic]:
    """Names that become the same; equal ones only when `exact`."""
    first: dict[str, tuple[str, Node]] = {}
    for text, node in named:
        key = _folded(text)
        if not key:
            continue
        other, place = first.setdefault(key, (text, node))
        if place is not node and (exact or other != text):
            message = f"{what} {text!r} becomes the same name as {other!r} at {place.location}"
            yield node.fault(message, "rename one of them")


def _models(document: Document) -> Iterator[tuple[str, Node]]:
    """Component schemas under their names, and what generators have to name in them: objects
    and enums without a name, called by the names of what they are in."""
    pending = deque((name, schema, True) for name, schema in schemas(document))
    while pending:
        name, node, is_named = pending.popleft()
        if is_named or node.raw("properties").map or node.raw("enum").strings:
            yield name, node
        for key, child in node.raw("properties").members():
            pending.append((f"{name}_{key}", child, False))
        if node.map:
            pending.append((f"{name}_item", node.raw("items"), False))
