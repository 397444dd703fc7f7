"""The check that nothing of a spec got lost on the way into the TypeScript SDK.

It goes by outlines of the generated modules, which typescript_outline.mjs reads from their sources.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from specpipe.diagnostics import ToolError
from specpipe.spec.model import Api, Document
from specpipe.targets.typescript_calls import Call, Calls, attribute

Lost = tuple[str, str]
"""What is missing, and the JSON pointer to it in the spec."""
Outline = Mapping[str, Mapping[str, list[str]]]
"""Of one module: `types`, `methods` and `values`, each by name with what is in it."""
SCHEMAS = "/components/schemas"


def check_arrival(outlines: Mapping[str, Outline], document: Document, api: Api) -> None:
    """Raise ToolError, naming every operation, parameter and schema property that is missing, and
    where the spec has it."""
    lost = [*lost_calls(outlines, api), *lost_members(outlines, document)]
    if lost:
        lines = (
            f"{document.at(pointer)}: the TypeScript SDK lacks {what}" for what, pointer in lost
        )
        raise ToolError("\n".join(lines))


def check_patterns(refused: list[str], document: Document) -> None:
    """Raise ToolError, naming each schema with one of the patterns that are `refused`."""
    lines = [
        f"{document.at(f'{pointer}/pattern')}: pattern {schema['pattern']!r} is not one that "
        "ECMAScript knows; leave out backslashes that mean nothing"
        for pointer, schema in inside(document)
        if schema.get("pattern") in refused
    ]
    if lines:
        raise ToolError("\n".join(lines))


def inside(document: Document) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The component schemas and those in them, with the JSON pointer to each."""
    pending = [(f"{SCHEMAS}/{name}", schema) for name, schema in schemas(document).items()]
    while pending:
        pointer, schema = pending.pop(0)
        if not isinstance(schema, Mapping):
            continue
        yield pointer, schema
        for name, member in schema.get("properties", {}).items():
            pending.append((f"{pointer}/properties/{name}", member))
        pending += [(f"{pointer}/{k}", schema.get(k)) for k in ("items", "additionalProperties")]


def lost_calls(outlines: Mapping[str, Outline], api: Api) -> Iterator[Lost]:
    """Operations without a description or a method, and parameters without an argument."""
    described = outlines["src/operations.ts"]["values"]
    for tag, group in Calls(api).by_tag():
        resource = outlines.get(f"src/resources/{attribute(tag)}.ts", {})
        methods, types = resource.get("methods", {}), resource.get("types", {})
        for call in group:
            operation = call.operation
            known = described.get(call.constant, [])
            arguments = methods.get(f"{tag.pascal}Resource.{call.name}")
            if arguments is None or not {operation.method, call.template} <= set(known):
                yield f"operation {operation.id}", operation.pointer
                continue
            yield from lost_parameters(call, [*arguments, *types.get(call.options, [])], known)


def lost_parameters(call: Call, arguments: list[str], known: list[str]) -> Iterator[Lost]:
    """Parameters and a body that are no argument or option, or that are not `known` by their names
    on the wire."""
    operation = call.operation
    for argument, parameter in zip(call.path, operation.parameters_in("path"), strict=True):
        if argument.name not in arguments:
            yield f"parameter {parameter.wire} of {operation.id}", parameter.pointer
    for argument, parameter in zip(call.query, operation.parameters_in("query"), strict=True):
        if argument.name not in arguments or parameter.wire not in known:
            yield f"parameter {parameter.wire} of {operation.id}", parameter.pointer
    if operation.body and not ("body" in arguments and "body" in known):
        yield f"the body of {operation.id}", operation.body.pointer


def lost_members(outlines: Mapping[str, Outline], document: Document) -> Iterator[Lost]:
    """Schemas without a type or a check, and properties that one of the two lacks."""
    types = outlines["src/models.ts"]["types"]
    checks = outlines["src/validators.ts"]["values"]
    for name, schema in schemas(document).items():
        pointer = f"{SCHEMAS}/{name}"
        if name not in types or name not in checks:
            yield f"schema {name}", pointer
            continue
        for wanted in schema.get("properties", {}):
            if wanted not in types[name] or wanted not in checks[name]:
                yield f"property {wanted} of {name}", f"{pointer}/properties/{wanted}"


def schemas(document: Document) -> Mapping[str, Any]:
    """The component schemas."""
    found: Mapping[str, Any] = document.data.get("components", {}).get("schemas", {})
    return found
