"""House rules about examples: every body has one, and each is what its schema says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jsonschema_rs

from specpipe.diagnostics import Diagnostic
from specpipe.spec.faults import MASK, explain
from specpipe.spec.model import Document
from specpipe.spec.nodes import (
    Node,
    OperationNode,
    examples,
    media,
    operations,
    schema_examples,
    schemas,
)

_URI = "urn:spec"


def examples_are_valid(document: Document) -> Iterator[Diagnostic]:
    """Examples of bodies, parameters and component schemas, and defaults of parameters."""
    validators = Validators(document)
    for operation in operations(document):
        for content in bodies(operation):
            for example in examples(content):
                yield from validators.check(example, content.raw("schema"), "the example")
        for parameter in operation.parameters:
            schema = parameter.raw("schema")
            for example in examples(parameter):
                yield from validators.check(example, schema, "the example")
            default = schema.follow().raw("default")
            if default.value is not None:
                yield from validators.check(default, schema, "the default")
        without = operation.node.raw("x-resource").raw("without-body")
        if without.map and operation.body.value is not None:
            yield from validators.check(without, operation.body, "the object")
    for _, schema in schemas(document):
        for example in schema_examples(schema):
            yield from validators.check(example, schema, "the example")


def bodies_have_examples(document: Document) -> Iterator[Diagnostic]:
    """An example for each JSON body, sent or answered."""
    for operation in operations(document):
        for content in bodies(operation):
            if content.pointer.endswith("json") and next(examples(content), None) is None:
                yield content.fault("this body has no example", "add one: docs and tests use it")


def bodies(operation: OperationNode) -> Iterator[Node]:
    """What is said about each body of an operation."""
    holders = [operation.node.get("requestBody"), *(r for _, r in operation.responses)]
    for holder in holders:
        media_type, content = media(holder)
        if media_type is not None and content.map:
            yield content


class Validators:
    """Validators for the schemas of a document, each made once."""

    def __init__(self, document: Document) -> None:
        """Validators for `document`; none when it cannot be taken for JSON Schemas at all."""
        self._made: dict[str, Any] = {}
        self._registry: Any = None
        try:
            self._registry = jsonschema_rs.Registry(
                [(_URI, dict(document.data))], draft=jsonschema_rs.Draft202012
            )
        except (ValueError, TypeError, jsonschema_rs.ReferencingError):
            return

    def check(self, example: Node, schema: Node, what: str) -> Iterator[Diagnostic]:
        """The ways in which `example` is not a `schema`."""
        target = schema.follow().pointer
        if schema.value is None or self._registry is None:
            return
        if target not in self._made:
            self._made[target] = self._make(target)
        if self._made[target] is not None:
            yield from explain(example, self._made[target], what)

    def _make(self, pointer: str) -> Any:
        """A validator; None for a schema that is broken, which other rules report."""
        fragment = pointer.replace("%", "%25").replace("{", "%7B").replace("}", "%7D")
        try:
            return jsonschema_rs.Draft202012Validator(
                {"$ref": f"{_URI}#{fragment}"},
                registry=self._registry,
                validate_formats=True,
                mask=MASK,
            )
        except (ValueError, jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError):
            return None
