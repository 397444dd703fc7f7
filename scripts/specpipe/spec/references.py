"""The references of a document: where they may stand, and what they may point at."""

from __future__ import annotations

from collections.abc import Iterator

from specpipe.diagnostics import Diagnostic
from specpipe.spec.model import Document
from specpipe.spec.nodes import MAX_CHAIN, Node, find, root

_SECTIONS = {
    "schema": "schemas",
    "schemas": "schemas",
    "parameters": "parameters",
    "responses": "responses",
    "requestBody": "requestBodies",
    "requestBodies": "requestBodies",
    "headers": "headers",
    "examples": "examples",
    "links": "links",
    "callbacks": "callbacks",
    "securitySchemes": "securitySchemes",
    "paths": "pathItems",
    "pathItems": "pathItems",
    **dict.fromkeys(
        ("properties", "patternProperties", "$defs", "dependentSchemas", "items", "prefixItems",
         "additionalProperties", "allOf", "anyOf", "oneOf", "not", "if", "then", "else",
         "contains", "propertyNames", "unevaluatedItems", "unevaluatedProperties"),
        "schemas",
    ),
}  # fmt: skip
"""Keyword to the section of `components` that a reference below it belongs to."""
_NAMED = frozenset(
    ("properties", "patternProperties", "$defs", "dependentSchemas", "schemas", "parameters",
     "responses", "requestBodies", "headers", "examples", "links", "callbacks",
     "securitySchemes", "paths", "pathItems", "content", "encoding", "variables", "webhooks")
)  # fmt: skip
"""Keywords whose members are named by the author, so that no member is a keyword."""
_DATA = frozenset({"example", "default", "const", "enum", "mapping", "security"})
_OPAQUE = frozenset({"links", "examples"})
"""Sections whose objects hold data, in which `$ref` is nothing special."""


def check_references(document: Document) -> Iterator[Diagnostic]:
    """References that leave the document, end nowhere, go round in circles, or point at a thing
    of another kind."""
    for node, section in references(document):
        target = node.reference
        if target is not None:
            yield from _check(node.raw("$ref"), target, section)


def references(document: Document) -> Iterator[tuple[Node, str]]:
    """Every object with a `$ref`, and the section of `components` it has to point into."""
    pending = [(root(document), "", False)]
    while pending:
        node, section, named = pending.pop()
        if not named and "$ref" in node.map:
            yield node, section
        if not named and section in _OPAQUE and isinstance(node.value, dict):
            continue
        pending += [(item, section, False) for item in node.items()]
        for key, child in node.members():
            if named:
                pending.append((child, section, False))
            elif key not in _DATA and not key.startswith("x-"):
                is_schema_examples = key == "examples" and isinstance(child.value, list)
                if not is_schema_examples:
                    is_named = key in _NAMED and isinstance(child.value, dict)
                    pending.append((child, _SECTIONS.get(key, ""), is_named))


def _check(node: Node, target: str, section: str) -> Iterator[Diagnostic]:
    shown = repr(target)
    if not target.startswith("#"):
        message = f"reference {shown} leaves this document"
        yield node.unsupported(message, "copy what it names into components and write '#/…'")
    elif find(node.document, target[1:]).value is None:
        yield node.fault(f"reference {shown} points at nothing", "correct it or add what it names")
    elif _is_circular(node.document, target):
        yield node.fault(
            f"reference {shown} only leads to more references", "point it at a definition"
        )
    elif section and not _is_component(target, section):
        message = f"reference {shown} is not to one of '#/components/{section}/…'"
        yield node.unsupported(message, "move what it names there")


def _is_component(target: str, section: str) -> bool:
    steps = target.split("/")
    return len(steps) == 4 and steps[:3] == ["#", "components", section]


def _is_circular(document: Document, target: str) -> bool:
    following: str | None = target
    for _ in range(MAX_CHAIN):
        if following is None or not following.startswith("#"):
            return False
        following = find(document, following[1:]).reference
    return True
