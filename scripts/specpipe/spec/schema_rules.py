"""House rules about schemas: what both model generators turn into types without loss.

The list of keywords is one of what is supported, so that a keyword that is new, misspelt or
silently dropped by a generator is named instead of ignored.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping

from specpipe.diagnostics import Diagnostic
from specpipe.spec.model import Document
from specpipe.spec.nodes import Node, operations, schemas

_NOTES = frozenset(
    {"title", "description", "example", "examples", "deprecated", "externalDocs", "$comment"}
)
_BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
KEYWORDS: Mapping[str, frozenset[str]] = {
    "object": frozenset({"properties", "required", "additionalProperties"}),
    "array": frozenset({"items", "minItems", "maxItems"}),
    "string": frozenset({"enum", "format", "pattern", "minLength", "maxLength"}),
    "integer": frozenset({*_BOUNDS, "multipleOf", "format"}),
    "number": frozenset({*_BOUNDS, "format"}),
    "boolean": frozenset(),
}
"""What may stand in a schema, by its type. The server checks all of it with a validator, the Python
SDK with what `targets/python_constraints.py` makes of it."""
_FORMATS: Mapping[str, tuple[str, ...]] = {
    "string": ("date-time", "uuid"),
    "integer": ("int32", "int64"),
    "number": ("float", "double"),
}
_INSTEAD: Mapping[str, str] = {
    **dict.fromkeys(("allOf", "oneOf", "anyOf", "not"), "write out one object schema"),
    **dict.fromkeys(("if", "then", "else"), "say it in the description"),
    "discriminator": "write one schema with all members, each optional",
    "nullable": "leave the member out of required instead",
    "default": "say it in the description: generators write it into bodies that leave it out",
    "const": "use enum with one value",
    "patternProperties": "use additionalProperties with a schema",
    "prefixItems": "use an object",
}
MAX_LEAST = 10_000
"""Characters or items that a schema may ask for: samples have as many."""
MAX_MOST = 2**53 - 1
"""Characters or items that a schema may allow: JavaScript counts no further."""
_ACTED_ON = frozenset(
    {"x-python-import", "x-python-type", "x-enum-varnames", "x-enumNames", "x-propertyNames",
     "x-enum-field-as-literal", "x-enum-descriptions", "x-is-base-class", "x-is-classvar"}
)  # fmt: skip
"""Extensions that make a generator write other code than the rest of the schema says."""


def schemas_are_supported(document: Document) -> Iterator[Diagnostic]:
    """Component schemas, down to their leaves."""
    for _, schema in schemas(document):
        yield from _check(schema)


def schemas_end(document: Document) -> Iterator[Diagnostic]:
    """Lists and maps that hold nothing but themselves, all the way down: no type can be named."""
    for name, schema in schemas(document):
        node, seen = schema, {schema.pointer}
        while (node := _inside(node)).value is not None and node.pointer not in seen:
            seen.add(node.pointer)
        if node.pointer == schema.pointer and schema.reference is None:
            message = f"schema {name!r} holds nothing but itself"
            yield schema.unsupported(message, "put an object with a member in between")


def _inside(node: Node) -> Node:
    """What a list, a map or a reference is of; nothing for what has a shape of its own."""
    if node.reference is not None:
        return node.follow()
    if node.raw("type").text == "array":
        return node.raw("items")
    return node.raw("" if node.raw("properties").map else "additionalProperties")


def parameters_are_plain(document: Document) -> Iterator[Diagnostic]:
    """Parameters: single values in path or query, written the default way."""
    for operation in operations(document):
        for parameter in operation.parameters:
            yield from _check_parameter(parameter)


def _check_parameter(parameter: Node) -> Iterator[Diagnostic]:
    place = parameter.raw("in")
    if place.value in ("header", "cookie"):
        yield place.unsupported(f"{place.value} parameter", "put it in the path or the query")
    if "content" in parameter.map:
        yield parameter.raw("content").unsupported("parameter with content", "use schema")
        return
    usual = {"path": "simple", "query": "form"}.get(place.text)
    style, reserved = parameter.raw("style"), parameter.raw("allowReserved")
    if usual and style.value not in (None, usual):
        yield style.unsupported(f"style: {style.value}", "leave it out")
    if reserved.value not in (None, False):
        yield reserved.unsupported("allowReserved", "leave it out")
    yield from _check_value(parameter)


def _check_value(parameter: Node) -> Iterator[Diagnostic]:
    """The schema of a parameter."""
    raw = parameter.raw("schema")
    schema = raw.follow()
    kind = schema.raw("type")
    if kind.value in ("array", "object"):
        message = f"{kind.value} as a parameter"
        yield kind.unsupported(message, "use string, integer, number or boolean")
    elif raw.value is None:
        if isinstance(parameter.value, Mapping) and "$ref" not in parameter.map:
            yield parameter.fault("parameter without a schema", "add one")
    elif raw.reference is None:
        known = KEYWORDS.get(kind.text, frozenset()) | {"default"}
        yield from _check_keywords(schema, known)
        yield from _check_scalar(schema)


def _check(node: Node) -> Iterator[Diagnostic]:
    """A schema and those in it."""
    if isinstance(node.value, bool):
        yield node.unsupported(f"schema {str(node.value).lower()}", "write one with a type")
        return
    if "$ref" in node.map:
        yield from _check_siblings(node)
        return
    kind = node.raw("type")
    known = KEYWORDS.get(kind.text, frozenset())
    yield from _check_keywords(node, known)
    if kind.text == "object":
        yield from _check_object(node)
    elif kind.text == "array":
        if "items" not in node.map:
            yield node.unsupported("array without items", "say what its items are")
        yield from _check(node.raw("items"))
        yield from _check_length(node, "minItems", MAX_LEAST)
        yield from _check_length(node, "maxItems", MAX_MOST)
    else:
        yield from _check_scalar(node)


def _check_keywords(node: Node, known: frozenset[str]) -> Iterator[Diagnostic]:
    """Keywords beside `type`. A combination without a type gets one diagnostic, not two."""
    foreign = False
    for key, child in node.members():
        if key in known or key in _NOTES or key == "type":
            continue
        if key.startswith("x-") and key not in _ACTED_ON:
            continue
        foreign = True
        beside = node.raw("type").text
        everywhere = frozenset[str]().union(*KEYWORDS.values())
        where = f" beside type: {beside}" if beside and key in everywhere else ""
        if not beside and key in everywhere:
            continue
        yield child.unsupported(f"{key}{where}", _INSTEAD.get(key, "leave it out"))
    kind = node.raw("type")
    if isinstance(kind.value, list):
        yield kind.unsupported("a list of types", "give one, and leave the member out for null")
    elif kind.value == "null":
        yield kind.unsupported("type: null", "leave the member out")
    elif kind.value is None and isinstance(node.value, Mapping) and not foreign:
        types = ", ".join(KEYWORDS)
        yield node.unsupported("schema without a type", f"add type: one of {types}")


def _check_siblings(node: Node) -> Iterator[Diagnostic]:
    for key, child in node.members():
        if key != "$ref" and key not in _NOTES and not key.startswith("x-"):
            yield child.unsupported(f"{key} beside $ref", "put it in the schema referred to")


def _check_object(node: Node) -> Iterator[Diagnostic]:
    properties = node.raw("properties")
    more = node.raw("additionalProperties")
    for _, child in properties.members():
        yield from _check(child)
    for index, name in enumerate(node.raw("required").strings):
        if name not in properties.map:
            place = node.raw("required").raw(index)
            yield place.fault(f"required member {name!r} is not in properties", "describe it")
    if more.value is False:
        yield more.unsupported("additionalProperties: false", "leave it out: objects are open")
    elif isinstance(more.value, Mapping):
        if properties.map:
            advice = "leave it out, or move the open part into a member of its own"
            yield more.unsupported("additionalProperties beside properties", advice)
        yield from _check(more)


def _check_scalar(node: Node) -> Iterator[Diagnostic]:
    kind = node.raw("type").text
    shape = node.raw("format")
    if shape.text and shape.text not in _FORMATS.get(kind, ()) and kind in _FORMATS:
        choice = ", ".join(_FORMATS[kind])
        yield shape.unsupported(f"format {shape.text!r} of {kind}", f"use {choice}, or none")
    if kind == "integer":
        pairs = (_BOUNDS[0::2], _BOUNDS[1::2])
        missing = [pair[0] for pair in pairs if not any(bound in node.map for bound in pair)]
        if missing:
            yield node.fault(f"integer without {' and '.join(missing)}", "say its bounds")
        for key in (*_BOUNDS, "multipleOf"):
            yield from _check_size(node.raw(key))
    if kind == "number":
        for key in _BOUNDS:
            bound = node.raw(key)
            if isinstance(bound.value, int) and abs(bound.value) > sys.float_info.max:
                yield bound.unsupported(f"bound {bound.value}", "use one that a double can hold")
    if kind == "string":
        yield from _check_length(node, "minLength", MAX_LEAST)
        yield from _check_length(node, "maxLength", MAX_MOST)
        yield from _check_enum(node)
        for key in ("pattern", "minLength", "maxLength"):
            if key in node.map and (shape.text or "enum" in node.map):
                beside = "enum" if "enum" in node.map else f"format {shape.text}"
                yield node.raw(key).unsupported(f"{key} beside {beside}", "leave it out")


def _check_length(node: Node, key: str, largest: int) -> Iterator[Diagnostic]:
    length = node.raw(key)
    if isinstance(length.value, int | float) and length.value > largest:
        yield length.unsupported(f"{key} {length.value}", f"use at most {largest}")


def _check_size(node: Node) -> Iterator[Diagnostic]:
    """A bound of an integer that models can hold in 64 bits."""
    if isinstance(node.value, int | float) and abs(node.value) >= 2**63 and node.value != -(2**63):
        yield node.unsupported(f"bound {node.value}", "use one of at most 64 bits, with the sign")


def _check_enum(node: Node) -> Iterator[Diagnostic]:
    enum = node.raw("enum")
    if enum.value is None:
        return
    for child in enum.items():
        if not isinstance(child.value, str):
            yield child.unsupported("enum member that is no string", "write strings")
    if "format" in node.map:
        yield node.raw("format").unsupported("format beside enum", "leave it out")
    if not enum.strings:
        yield enum.fault("enum without members", "list them")
