"""What a document has to be before anything can be made of it: mappings and lists in their places.

Not whether it is valid OpenAPI, which real documents are not always: only what the rest of this
package takes for granted."""

from __future__ import annotations

import functools
from typing import Any

import jsonschema_rs

from specpipe.diagnostics import Diagnostic
from specpipe.spec.faults import MASK, explain
from specpipe.spec.model import Document
from specpipe.spec.nodes import root

Shape = dict[str, Any]
_TEXT: Shape = {"type": "string"}
_TEXTS: Shape = {"type": "array", "items": _TEXT}


def check_shape(document: Document) -> list[Diagnostic]:
    """Every place of `document` that holds another kind of thing than it must."""
    return list(explain(root(document), _validator()))


def _to(name: str) -> Shape:
    return {"$ref": f"#/$defs/{name}"}


def _map(inner: Shape) -> Shape:
    return {"type": ["object", "null"], "patternProperties": {"^(?!x-)": inner}}


def _list(inner: Shape) -> Shape:
    return {"type": ["array", "null"], "items": inner}


def _object(**properties: Shape) -> Shape:
    return {"type": "object", "properties": properties}


_METHODS = ("get", "put", "post", "delete", "options", "head", "patch")
_DEFS: dict[str, Shape] = {
    "schema": {
        "type": ["object", "boolean"],
        "properties": {
            "$ref": _TEXT,
            "type": {"anyOf": [_TEXT, _TEXTS]},
            "format": _TEXT,
            "properties": _map(_to("schema")),
            "required": {"type": ["array", "boolean"], "items": _TEXT},
            "items": _to("schema"),
            "additionalProperties": _to("schema"),
            **{
                key: {"type": "array", "items": _to("schema")}
                for key in ("allOf", "oneOf", "anyOf")
            },
            "enum": {"type": "array"},
            **{key: {"type": "number"} for key in ("minimum", "maximum", "multipleOf")},
            **{
                key: {"type": ["number", "boolean"]}
                for key in ("exclusiveMinimum", "exclusiveMaximum")
            },
        },
    },
    "parameter": _object(**{"$ref": _TEXT, "name": _TEXT, "in": _TEXT, "schema": _to("schema")}),
    "media": _object(schema=_to("schema")),
    "body": _object(**{"$ref": _TEXT, "content": _map(_to("media"))}),
    "response": _object(
        **{"$ref": _TEXT, "content": _map(_to("media")), "schema": _to("schema")},
        examples={"type": ["object", "null"]},
    ),
    "operation": _object(
        operationId=_TEXT,
        tags=_list(_TEXT),
        parameters=_list(_to("parameter")),
        requestBody=_to("body"),
        responses=_map(_to("response")),
        security=_list({"type": "object", "additionalProperties": {"type": "array"}}),
        consumes=_list(_TEXT),
        produces=_list(_TEXT),
    ),
    "item": _object(
        **{"$ref": _TEXT, "parameters": _list(_to("parameter"))},
        **dict.fromkeys(_METHODS, _to("operation")),
    ),
    "server": _object(url=_TEXT, variables=_map({"type": "object"})),
    "components": _object(
        schemas=_map(_to("schema")),
        parameters=_map(_to("parameter")),
        requestBodies=_map(_to("body")),
        responses=_map(_to("response")),
        securitySchemes=_map({"type": "object"}),
    ),
}


@functools.cache
def _validator() -> Any:
    shape = _object(
        info={"type": "object"},
        servers=_list(_to("server")),
        tags=_list({"type": "object"}),
        paths=_map(_to("item")),
        components=_to("components"),
        security=_list({"type": "object", "additionalProperties": {"type": "array"}}),
        definitions=_map(_to("schema")),
        parameters=_map(_to("parameter")),
        responses=_map(_to("response")),
        securityDefinitions=_map({"type": "object"}),
        schemes=_list(_TEXT),
        consumes=_list(_TEXT),
        produces=_list(_TEXT),
    )
    return jsonschema_rs.Draft202012Validator({**shape, "$defs": _DEFS}, mask=MASK)
