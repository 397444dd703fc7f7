"""Document to operations view. Pure; the document has passed `validate` and `check_rules`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal, cast

from specpipe.spec import nodes, resources
from specpipe.spec.model import (
    Api,
    ApiKey,
    Behaviour,
    Body,
    Document,
    Operation,
    Parameter,
    ParameterType,
    Resource,
    Response,
)
from specpipe.spec.names import Name
from specpipe.spec.nodes import Node, OperationNode

DEFAULT_PORTS = (8000, 8010)
NAMING_VERBS = frozenset(
    {"create", "snapshot", "identifiers", "get", "update", "delete", "batch-fetch"}
)
TEMPLATE = re.compile(r"\{([^{}]*)\}")


def build(document: Document) -> Api:
    """The operations view of `document`."""
    root = nodes.root(document)
    info = root.raw("info")
    known = {n: resources.resource(n, node) for n, node in resources.declared(document).items()}
    names = method_names(document)
    operations = tuple(
        _operation(found, known, names[found.node.pointer]) for found in nodes.operations(document)
    )
    return Api(
        title=info.raw("title").text,
        version=info.raw("version").text,
        description=info.raw("description").text,
        package=package(document),
        servers=tuple(s.raw("url").text for s in root.raw("servers").items()),
        ports=_ports(root.raw("x-port-range")),
        key=_api_key(document),
        tags=tuple(dict.fromkeys(operation.tag for operation in operations)),
        operations=operations,
        resources=tuple(known.values()),
        schemas=tuple(name for name, _ in nodes.schemas(document)),
        descriptions=MappingProxyType(
            {tag.raw("name").text: tag.raw("description").text for tag in root.raw("tags").items()}
        ),
    )


def package(document: Document) -> Name:
    """The base of the package names: `x-package`, or else the title."""
    root = nodes.root(document)
    return Name.of(root.raw("x-package").text or root.raw("info").raw("title").text)


def method_names(document: Document) -> Mapping[str, Name]:
    """The name of each operation on a resource object, by the operation's pointer. Operations
    of one tag that would share a name are called by their operationId."""
    found = tuple(nodes.operations(document))
    wanted = {o.node.pointer: _short_name(o) for o in found}
    takers = Counter((_tag(o).wire, wanted[o.node.pointer].words) for o in found)
    return {
        o.node.pointer: name if takers[_tag(o).wire, name.words] == 1 else Name.of(o.id)
        for o in found
        for name in [wanted[o.node.pointer]]
    }


def _short_name(operation: OperationNode) -> Name:
    """`x-name`, or what the verb says, or the operationId without the words of its tag."""
    given = operation.node.raw("x-name").text
    verb = operation.node.raw("x-resource").raw("does").text
    if given:
        return Name.of(given)
    if verb in NAMING_VERBS:
        return Name.of(verb.partition("-")[0])
    return Name.of(operation.id).without_prefix(_tag(operation))


def requirements(operation: OperationNode) -> Node:
    """The security requirements that hold for an operation."""
    own = operation.node.raw("security")
    return own if own.value is not None else nodes.root(operation.node.document).raw("security")


def used_schemes(document: Document) -> tuple[str, ...]:
    """The security schemes that operations ask for, in order of first use."""
    return tuple(
        dict.fromkeys(
            scheme
            for operation in nodes.operations(document)
            for requirement in requirements(operation).items()
            for scheme in requirement.map
        )
    )


def _ports(node: Node) -> tuple[int, int]:
    return (node.value[0], node.value[1]) if node.value else DEFAULT_PORTS


def _api_key(document: Document) -> ApiKey | None:
    for name in used_schemes(document):
        scheme = nodes.root(document).get("components", "securitySchemes", name)
        return ApiKey(name, scheme.raw("name").text, scheme.pointer)
    return None


def _tag(operation: OperationNode) -> Name:
    return Name.of(next(iter(operation.node.raw("tags").strings), ""))


def _operation(found: OperationNode, known: Mapping[str, Resource], method_name: Name) -> Operation:
    node = found.node
    behaviour: Behaviour | None = resources.behaviour(found, known)
    return Operation(
        id=found.id,
        name=Name.of(found.id),
        method_name=method_name,
        tag=_tag(found),
        method=found.method.upper(),
        path=found.path,
        summary=node.raw("summary").text,
        description=node.raw("description").text,
        parameters=_parameters(found),
        body=_body(node.get("requestBody")),
        responses=tuple(_response(status, response) for status, response in found.responses),
        secured=any(requirement.map for requirement in requirements(found).items()),
        behaviour=behaviour,
        pointer=node.pointer,
    )


def _parameters(found: OperationNode) -> tuple[Parameter, ...]:
    """Path parameters in path order, then the others as documented."""
    parameters = [_parameter(node) for node in found.parameters]
    order = {name: position for position, name in enumerate(TEMPLATE.findall(found.path))}
    ends = len(order)
    return tuple(sorted(parameters, key=lambda p: order[p.wire] if p.place == "path" else ends))


def _parameter(node: Node) -> Parameter:
    schema = node.get("schema")
    is_time = schema.raw("format").value == "date-time"
    return Parameter(
        wire=node.raw("name").text,
        name=Name.of(node.raw("name").text),
        place=cast(Literal["path", "query"], node.raw("in").text),
        type=cast(ParameterType, "date-time" if is_time else schema.raw("type").text),
        required=node.raw("required").value is True,
        schema=schema.map,
        description=node.raw("description").text,
        pointer=node.pointer,
        example=_example(node),
    )


def _body(node: Node) -> Body | None:
    media_type, content = nodes.media(node)
    if media_type is None:
        return None
    return Body(
        schema=content.raw("schema").component or "",
        media_type=media_type,
        required=node.raw("required").value is True,
        example=_example(content),
        pointer=node.pointer,
    )


def _response(status: str, node: Node) -> Response:
    media_type, content = nodes.media(node)
    return Response(
        status=int(status),
        description=node.raw("description").text,
        media_type=media_type,
        schema=content.raw("schema").component,
        example=_example(content),
        pointer=node.pointer,
    )


def _example(content: Node) -> Any:
    return next((example.value for example in nodes.examples(content)), None)
