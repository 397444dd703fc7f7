"""Swagger 2.0 as OpenAPI 3: the same things in other places. What 3 has no place for is noted."""

from __future__ import annotations

from typing import Any

from specpipe.adopt.draft import METHODS, SCHEMAS

SECTIONS = (
    ("/components/schemas", "/definitions"),
    ("/components/securitySchemes", "/securityDefinitions"),
)
"""What is called so in OpenAPI 3, and what it was in Swagger 2.0."""
_JSON = "application/json"
_ABOUT = ("name", "in", "description", "required", "allowEmptyValue", "x-example")
"""What a parameter says besides its schema."""
_FORM = ("multipart/form-data", "application/x-www-form-urlencoded")
_FLOWS = {"accessCode": "authorizationCode", "application": "clientCredentials"}


def as_openapi(data: dict[str, Any]) -> dict[str, Any]:
    """`data`, a Swagger 2.0 document, as OpenAPI 3.0. What is malformed stays as it is."""
    shared = {"parameters": _map(data, "parameters"), "responses": _map(data, "responses")}
    paths = {}
    for path, item in _map(data, "paths").items():
        if isinstance(item, dict):
            paths[path] = {
                key: _operation(value, item, data, shared)
                for key, value in item.items()
                if key in METHODS and isinstance(value, dict)
            }
    found = {
        "openapi": "3.0.3",
        "info": data.get("info"),
        "servers": servers(data),
        "tags": data.get("tags"),
        "paths": paths,
        "components": {
            "schemas": _map(data, "definitions"),
            "securitySchemes": {
                name: _scheme(scheme) for name, scheme in _map(data, "securityDefinitions").items()
            },
        },
        "security": data.get("security"),
        "externalDocs": data.get("externalDocs"),
    }
    moved: dict[str, Any] = _follow({key: part for key, part in found.items() if part is not None})
    return moved


def servers(data: dict[str, Any]) -> list[dict[str, Any]]:
    """An address for each scheme, if a host is named."""
    if not data.get("host"):
        return []
    path = str(data.get("basePath") or "").rstrip("/")
    schemes = [s for s in data.get("schemes") or ["https"] if s in ("http", "https")]
    return [{"url": f"{scheme}://{data['host']}{path}"} for scheme in schemes]


def _operation(
    given: dict[str, Any], item: dict[str, Any], data: dict[str, Any], shared: dict[str, Any]
) -> dict[str, Any]:
    operation = {k: v for k, v in given.items() if k not in ("consumes", "produces", "schemes")}
    parameters = {}
    for each in [*(item.get("parameters") or []), *(given.get("parameters") or [])]:
        parameter = _shared(each, shared["parameters"])
        if isinstance(parameter, dict):
            parameters[parameter.get("name"), parameter.get("in")] = parameter
    known = list(parameters.values())
    consumes = given.get("consumes", data.get("consumes")) or [_JSON]
    produces = given.get("produces", data.get("produces")) or [_JSON]
    operation["parameters"] = [
        _parameter(p) for p in known if p.get("in") not in ("body", "formData")
    ]
    if body := next((p for p in known if p.get("in") == "body"), None):
        media = {"schema": body.get("schema", {})}
        operation["requestBody"] = {
            "description": body.get("description", ""),
            "required": body.get("required") is True,
            "content": dict.fromkeys(consumes, media),
        }
    elif form := [p for p in known if p.get("in") == "formData"]:
        operation["requestBody"] = _form(form, consumes)
    operation["responses"] = {
        str(status): _response(_shared(response, shared["responses"]), produces)
        for status, response in _map(given, "responses").items()
        if not str(status).startswith("x-")
    }
    return operation


def _parameter(given: dict[str, Any]) -> dict[str, Any]:
    """A parameter whose schema stands beside its name."""
    about = {key: given[key] for key in _ABOUT if key in given}
    schema = {k: v for k, v in given.items() if k not in (*_ABOUT, "collectionFormat")}
    return {**about, "schema": schema}


def _form(parameters: list[dict[str, Any]], consumes: list[str]) -> dict[str, Any]:
    """A form as a body."""
    properties = {str(p.get("name")): _parameter(p)["schema"] for p in parameters}
    required = [str(p.get("name")) for p in parameters if p.get("required") is True]
    schema = {"type": "object", "properties": properties, "required": required}
    types = [name for name in consumes if name in _FORM] or [_FORM[0]]
    content = {name: {"schema": schema} for name in types}
    return {"required": bool(required), "content": content}


def _response(given: Any, produces: list[str]) -> Any:
    if not isinstance(given, dict) or "schema" not in given:
        return given
    examples = _map(given, "examples")
    kept = {key: value for key, value in given.items() if key not in ("schema", "examples")}
    content = {
        name: {"schema": given["schema"]}
        | ({"example": examples[name]} if name in examples else {})
        for name in produces
    }
    return {**kept, "content": content}


def _scheme(given: Any) -> Any:
    if not isinstance(given, dict):
        return given
    if given.get("type") == "basic":
        return {"type": "http", "scheme": "basic"}
    if given.get("type") == "oauth2":
        flow = str(given.get("flow"))
        return {"type": "oauth2", "flows": {_FLOWS.get(flow, flow): {}}}
    return given


def _shared(each: Any, named: dict[str, Any]) -> Any:
    """What a reference to one of the document's parameters or responses leads to."""
    target = each.get("$ref") if isinstance(each, dict) else None
    return named.get(str(target).rpartition("/")[2]) if target else each


def _follow(node: Any) -> Any:
    """A copy in which references to definitions lead to components."""
    if isinstance(node, list):
        return [_follow(item) for item in node]
    if not isinstance(node, dict):
        return node
    target = node.get("$ref")
    if isinstance(target, str) and target.startswith("#/definitions/"):
        return {**node, "$ref": target.replace("#/definitions/", SCHEMAS, 1)}
    return {key: _follow(value) for key, value in node.items()}


def _map(holder: dict[str, Any], key: str) -> dict[str, Any]:
    found = holder.get(key)
    return found if isinstance(found, dict) else {}
