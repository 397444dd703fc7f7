"""House rules about operations: what an SDK method and a route need, and what is not generated."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import urlsplit

from specpipe.diagnostics import Diagnostic
from specpipe.spec.build import requirements, used_schemes
from specpipe.spec.model import Document
from specpipe.spec.nodes import (
    Node,
    OperationNode,
    all_schemas,
    is_success,
    operations,
    root,
)

JSON = "application/json"
TEXT = "text/plain"
_STATUS = re.compile(r"[1-5][0-9]{2}", re.ASCII)
_VERSION = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+([-+.]?[0-9A-Za-z]+)*", re.ASCII)
_URL = re.compile(r"https?://[A-Za-z0-9.\[\]:_~/-]+", re.ASCII)
MAX_OPERATIONS = 1_500
MAX_SCHEMAS = 4_000
MAX_MEMBERS = 20_000
"""Of all schemas, or of all operations. Known APIs have fewer of each."""
MAX_PROPERTIES = 2_000
_PORTS = range(1, 65536)


def operations_are_described(document: Document) -> Iterator[Diagnostic]:
    """An operationId, one tag, a summary and a 2xx answer for each."""
    for operation in operations(document):
        node = operation.node
        if not node.raw("operationId").value:
            yield node.fault("operation without operationId", "add one: SDKs are named by it")
        if not node.raw("summary").value:
            yield node.fault("operation without summary", "say in a few words what it does")
        tags = node.raw("tags")
        if len(tags.strings) != 1 and isinstance(tags.value, list | None):
            place = tags if tags.strings else node
            yield place.fault(f"operation with {len(tags.strings)} tags", "give it exactly one")
        responses = node.raw("responses")
        if not any(map(is_success, responses.map)) and (
            "responses" not in node.map or isinstance(responses.value, Mapping)
        ):
            place = responses if "responses" in node.map else node
            yield place.fault("operation without a 2xx response", "describe what success answers")


def document_is_of_a_size(document: Document) -> Iterator[Diagnostic]:
    """Not more than generators take half a minute for."""
    paths = root(document).raw("paths")
    components = root(document).get("components").raw("schemas")
    all_of_them = tuple(all_schemas(document))
    yield from _check_objects(all_of_them)
    members = sum(len(it.raw("properties").map) + len(it.raw("enum").strings) for it in all_of_them)
    arguments = sum(len(operation.parameters) for operation in operations(document))
    for place, count, most, what in (
        (paths, sum(1 for _ in operations(document)), MAX_OPERATIONS, "operations"),
        (paths, arguments, MAX_MEMBERS, "parameters"),
        (components, len(components.map), MAX_SCHEMAS, "schemas"),
        (components, members, MAX_MEMBERS, "members of schemas"),
    ):
        if count > most:
            yield place.unsupported(f"{count} {what}", f"split the API: use at most {most}")


def _check_objects(found: Iterable[Node]) -> Iterator[Diagnostic]:
    """Properties of one object: openapi-python-client takes time that grows with their square."""
    for schema in found:
        if (count := len(schema.raw("properties").map)) > MAX_PROPERTIES:
            advice = f"put some into objects of their own: use at most {MAX_PROPERTIES}"
            yield schema.unsupported(f"{count} properties of one object", advice)


def bodies_are_supported(document: Document) -> Iterator[Diagnostic]:
    """JSON of a component schema, or plain text as an answer."""
    for operation in operations(document):
        yield from _check_siblings(operation)
        request = operation.node.get("requestBody")
        if request.map:
            if not request.raw("content").map:
                yield request.fault("request body without a media type", f"describe {JSON}")
            yield from _check_content(request, (JSON,))
            if operation.method in ("get", "head"):
                advice = "use another method: browsers send none"
                yield request.unsupported(f"body of a {operation.method} request", advice)
        for status, response in operation.responses:
            if status.startswith("x-"):
                continue
            if status == "default" or not _STATUS.fullmatch(status):
                place = operation.node.raw("responses").raw(status)
                yield place.unsupported(f"response {status!r}", "list each status")
            else:
                yield from _check_content(response, (JSON, TEXT))
                if status in ("204", "304") and response.raw("content").map:
                    yield response.fault(f"{status} with a body", "leave out content")


def _check_content(holder: Node, known: tuple[str, ...]) -> Iterator[Diagnostic]:
    content = holder.raw("content")
    if len(content.map) > 1:
        yield content.unsupported("several media types for one body", f"keep {JSON}")
        return
    for media_type, node in content.members():
        schema = node.raw("schema")
        if media_type not in known:
            yield node.unsupported(f"media type {media_type!r}", f"use {' or '.join(known)}")
        elif media_type == TEXT:
            if schema.get("type").value != "string":
                yield node.fault("text that is not described as such", "say schema: {type: string}")
        elif schema.value is None:
            yield node.fault("body without a schema", "refer to one of components/schemas")
        elif schema.reference is None:
            advice = "move the schema to components/schemas and refer to it"
            yield schema.unsupported("schema written at the body", advice)
        if "encoding" in node.map:
            yield node.raw("encoding").unsupported("encoding", "leave it out")


def _check_siblings(operation: OperationNode) -> Iterator[Diagnostic]:
    """Keys beside a reference, which readers skip."""
    holders = [operation.node.raw("requestBody")]
    holders += [
        *operation.node.raw("parameters").items(),
        *operation.item.raw("parameters").items(),
    ]
    holders += [child for _, child in operation.node.raw("responses").members()]
    for holder in holders:
        for key, child in holder.members() if holder.reference is not None else ():
            if key not in ("$ref", "summary", "description") and not key.startswith("x-"):
                yield child.fault(f"{key} beside $ref has no effect", "put it where $ref points")


def features_are_supported(document: Document) -> Iterator[Diagnostic]:
    """Parts of OpenAPI that no target generates."""
    document_node = root(document)
    if document_node.raw("webhooks").map:
        yield document_node.raw("webhooks").unsupported("webhooks", "leave them out")
    paths = document_node.raw("paths")
    if not any(operations(document)) and isinstance(paths.value, Mapping | None):
        place = document_node if paths.value is None else paths
        yield place.fault("no operation", "describe at least one")
    for _, child in document_node.raw("paths").members():
        if child.reference is not None:
            yield child.unsupported("path item behind $ref", "write its operations here")
        for key in ("servers", "trace"):
            if key in child.map:
                yield child.raw(key).unsupported(f"{key} of one path", "leave it out")
    for operation in operations(document):
        for key in ("callbacks", "servers"):
            if key in operation.node.map:
                advice = "leave it out"
                yield operation.node.raw(key).unsupported(f"{key} of one operation", advice)


def security_is_an_api_key(document: Document) -> Iterator[Diagnostic]:
    """One API key in a header, or nothing."""
    schemes = root(document).get("components").raw("securitySchemes")
    for operation in operations(document):
        for requirement in requirements(operation).items():
            for name, place in requirement.members():
                if name not in schemes.map:
                    message = f"there is no security scheme {name!r}"
                    yield place.fault(message, "describe it in components/securitySchemes")
            if len(requirement.map) > 1:
                yield requirement.unsupported("several keys at once", "ask for one")
    used = [name for name in used_schemes(document) if name in schemes.map]
    for name in used[1:]:
        message = f"security scheme {name!r} besides {used[0]!r}"
        yield schemes.raw(name).unsupported(message, "use one scheme")
    for _, child in schemes.members():
        scheme = child.follow()
        kind, place = scheme.raw("type").value, scheme.raw("in").value
        if kind is not None and (kind != "apiKey" or place not in ("header", None)):
            what = f"{kind} in {place}" if kind == "apiKey" else f"{kind}"
            message = f"security scheme of type {what}"
            yield scheme.unsupported(message, "use an apiKey in a header")


def package_is_described(document: Document) -> Iterator[Diagnostic]:
    """What packages and servers are made from: version, addresses, ports."""
    document_node = root(document)
    version = document_node.raw("info").raw("version")
    if version.text and not _VERSION.fullmatch(version.text):
        yield version.fault(f"version {version.text!r} is not one of a package", "write 1.2.3")
    for server in document_node.raw("servers").items():
        url = server.raw("url")
        if server.raw("variables").map:
            yield server.raw("variables").unsupported("variables of a server", "list each address")
        elif url.text and not _is_address(url.text):
            message = f"server address {url.text!r}"
            yield url.unsupported(message, "write http:// or https://, a host, a port and a path")
    ports = document_node.raw("x-port-range")
    if ports.value is not None and not _are_ports(ports.value):
        yield ports.fault("x-port-range is not two ports", "write [first, last]")


def _is_address(text: str) -> bool:
    try:
        return _URL.fullmatch(text) is not None and urlsplit(text).port != 0
    except ValueError:  # its port is too large, or its host has half a pair of brackets
        return False


def _are_ports(value: object) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 2
        and all(type(port) is int and port in _PORTS for port in value)
        and value[0] <= value[1]
    )
