"""Whether a document is OpenAPI 3.1 at all.

The structure is checked against the schema that openapi-spec-validator brings, the rest here:
its own checks of the rest name no place, and importing it takes longer than all of this. A test
keeps both in step.
"""

from __future__ import annotations

import functools
import importlib.util
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs

from specpipe.diagnostics import Diagnostic
from specpipe.spec.faults import MASK, explain
from specpipe.spec.model import Document
from specpipe.spec.nodes import Node, operations, root, schemas
from specpipe.spec.references import check_references

TEMPLATE = re.compile(r"\{([^{}]*)\}")
_VERSION = re.compile(r"3\.1\.[0-9]+", re.ASCII)


def validate(document: Document) -> list[Diagnostic]:
    """Every way in which `document` is not OpenAPI 3.1, in no particular order.

    A document of another version gets that one diagnostic: the rest would be noise.
    """
    if version := check_version(document):
        return version
    found = [
        *explain(root(document), _openapi_validator()),
        *check_references(document),
        *_check_schemas(document),
        *_check_operation_ids(document),
        *_check_paths(document),
        *_check_parameters(document),
        *_check_tags(document),
        *_check_links(document),
    ]
    return list(dict.fromkeys(found))


def check_version(document: Document) -> list[Diagnostic]:
    """Whether `document` is OpenAPI of a version that is read here."""
    return list(_check_version(root(document)))


def _check_version(node: Node) -> Iterator[Diagnostic]:
    advice = (
        "write the spec in OpenAPI 3.1, or `make adopt FROM=it SPEC=new.yaml` if it is another's"
    )
    if "swagger" in node.map:
        version = node.raw("swagger")
        yield version.unsupported(f"Swagger {version.value}", advice)
        return
    version = node.raw("openapi")
    if version.value is None:
        yield node.fault("'openapi' is missing", "start with `openapi: 3.1.0`")
    elif not _VERSION.fullmatch(str(version.value)):
        yield version.unsupported(f"OpenAPI {version.value}", advice)
    elif not isinstance(version.value, str):
        yield version.fault("the version is not a string", "start with `openapi: 3.1.0`")


@functools.cache
def _openapi_validator() -> Any:
    """The OpenAPI 3.1 schema, read from openapi-spec-validator without importing it."""
    package = importlib.util.find_spec("openapi_spec_validator")
    if package is None or package.origin is None:
        raise RuntimeError("openapi-spec-validator is not installed: run `make setup`")
    file = Path(package.origin).parent / "resources" / "schemas" / "v3.1" / "schema.json"
    return jsonschema_rs.validator_for(json.loads(file.read_bytes()), mask=MASK)


@functools.cache
def _schema_validator() -> Any:
    """JSON Schema 2020-12's schema of schemas, with patterns checked."""
    schema = {"$ref": "https://json-schema.org/draft/2020-12/schema"}
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True, mask=MASK)


def _check_schemas(document: Document) -> Iterator[Diagnostic]:
    """Component schemas and those of parameters, as JSON Schemas."""
    for _, schema in schemas(document):
        yield from explain(schema, _schema_validator())
    for operation in operations(document):
        for parameter in operation.parameters:
            schema = parameter.raw("schema")
            if schema.map:
                yield from explain(schema, _schema_validator())


def _check_operation_ids(document: Document) -> Iterator[Diagnostic]:
    first: dict[str, Node] = {}
    for operation in operations(document):
        node = operation.node.raw("operationId")
        if not node.text:
            continue
        if node.text in first:
            place = first[node.text].location
            message = f"operationId {node.text!r} is already used at {place}"
            yield node.fault(message, "give this operation another one")
        first.setdefault(node.text, node)


def _check_paths(document: Document) -> Iterator[Diagnostic]:
    """Templates that differ in nothing but parameter names."""
    first: dict[str, Node] = {}
    for path, node in root(document).raw("paths").members():
        shape = TEMPLATE.sub("{}", path)
        if shape in first:
            message = f"this path equals the one at {first[shape].location} but for names"
            yield node.fault(message, "merge the two")
        first.setdefault(shape, node)


def _check_parameters(document: Document) -> Iterator[Diagnostic]:
    """Path parameters against the template, and parameters given twice in one list."""
    for operation in operations(document):
        wanted = TEMPLATE.findall(operation.path)
        given = [p for p in operation.parameters if p.raw("in").value == "path"]
        names = [p.raw("name").text for p in given]
        for name in dict.fromkeys(wanted):
            if name not in names:
                message = f"path parameter {name!r} of {operation.path} is not described"
                yield operation.node.fault(message, "add it to parameters, with in: path")
            if wanted.count(name) > 1:
                message = f"path parameter {name!r} stands twice in {operation.path}"
                yield operation.node.fault(message, "rename one of them")
        for parameter in given:
            if parameter.raw("name").text not in wanted:
                message = f"{operation.path} has no {{{parameter.raw('name').text}}}"
                yield operation.node.fault(message, "correct the path or drop this parameter")
        yield from _check_repeats(operation.node)
        yield from _check_repeats(operation.item)


def _check_repeats(holder: Node) -> Iterator[Diagnostic]:
    seen = set()
    for child in holder.raw("parameters").items():
        parameter = child.follow()
        key = (parameter.raw("name").text, parameter.raw("in").text)
        if key in seen and all(key):
            yield child.fault(f"{key[1]} parameter {key[0]!r} is here again", "keep one of them")
        seen.add(key)


def _check_tags(document: Document) -> Iterator[Diagnostic]:
    seen = set()
    for child in root(document).raw("tags").items():
        name = child.raw("name").text
        if name and name in seen:
            yield child.fault(f"tag {name!r} is here again", "keep one of them")
        seen.add(name)


def _check_links(document: Document) -> Iterator[Diagnostic]:
    """Links to operations that are not there, or that lack the parameter named."""
    by_id = {operation.id: operation for operation in operations(document)}
    for operation in operations(document):
        for _, response in operation.responses:
            for _, child in response.raw("links").members():
                link = child.follow()
                target = link.raw("operationId")
                if not target.text:
                    continue
                if target.text not in by_id:
                    message = f"there is no operation {target.text!r}"
                    yield target.fault(message, "name the operationId of one")
                    continue
                known = {p.raw("name").text for p in by_id[target.text].parameters}
                for name, value in link.raw("parameters").members():
                    if name.rpartition(".")[2] not in known and name not in known:
                        message = f"{target.text} has no parameter {name!r}"
                        yield value.fault(message, "name one of its parameters")
