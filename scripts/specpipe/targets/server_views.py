"""What the server's templates print: handlers with their arguments, types and calls decided."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from specpipe.render import python_identifier, python_literal
from specpipe.spec.model import (
    Api,
    Associate,
    BatchFetch,
    Behaviour,
    Create,
    Delete,
    Get,
    Identifiers,
    Increment,
    Operation,
    Parameter,
    Response,
    Snapshot,
    Update,
)

TYPES = {
    "string": "str",
    "integer": "int",
    "number": "float",
    "boolean": "bool",
    "date-time": "Instant",
}


@dataclass(frozen=True, slots=True)
class Argument:
    """A keyword argument of a handler: Python name and type."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class HandlerView:
    """A handler: its operation, its arguments, and the expression that answers by default."""

    operation: Operation
    name: str
    arguments: tuple[Argument, ...]
    result: str | None
    """Type of a successful result that is not a `Reply`; None when it has to be one."""
    answer: str
    """Python source of the default behaviour."""


def handler_views(api: Api) -> tuple[HandlerView, ...]:
    """A view for each operation, in document order."""
    return tuple(handler_view(operation) for operation in api.operations)


def handler_view(operation: Operation) -> HandlerView:
    """The view of one operation."""
    arguments = [Argument(argument(p), type_of(p)) for p in operation.parameters]
    if operation.body is not None:
        optional = "" if operation.body.required else " | None"
        arguments.append(Argument("body", f"Json[models.{operation.body.schema}]{optional}"))
    return HandlerView(
        operation,
        python_identifier(operation.name.snake),
        tuple(arguments),
        result(operation.success),
        answer(operation),
    )


def result(success: Response) -> str | None:
    """The type of a result that stands for `success`; None when only a `Reply` can."""
    if success.schema is not None:
        return f"models.{success.schema}"
    return "None" if success.media_type is None else None


def argument(parameter: Parameter) -> str:
    """The name of a parameter in a handler. `body` is taken by the body."""
    name = python_identifier(parameter.name.snake)
    return f"{name}_" if name in ("body", "self") else name


def type_of(parameter: Parameter) -> str:
    """The type of a parameter in a handler."""
    optional = not parameter.required and parameter.default is None
    return TYPES[parameter.type] + (" | None" if optional else "")


def answer(operation: Operation) -> str:
    """The call on a `Resource` that answers the operation, or its documented example."""
    behaviour = operation.behaviour
    if behaviour is None:
        return example(operation)
    arguments = {p.wire: argument(p) for p in operation.parameters}
    call, keywords = CALLS[type(behaviour)](behaviour, arguments)
    if (full := getattr(behaviour, "full", None)) is not None:
        keywords["full"] = arguments[full]
    if omits := getattr(behaviour, "omits", ()):
        keywords["omits"] = python_literal(tuple(omits))
    listed = ", ".join(f"{name}={code}" for name, code in keywords.items())
    separator = ", " if listed and not call.endswith("(") else ""
    return f"await self.{behaviour.resource.name.snake}.{call}{separator}{listed})"


def example(operation: Operation) -> str:
    """A reply with the documented example, for an operation without a behaviour."""
    success = operation.success
    if success.media_type is None:
        return f"Reply({success.status})"
    if success.schema is None:
        return f"Reply({success.status}, {str(success.example).encode()!r}, TEXT)"
    return f"example_reply({python_literal(success.example)}, {success.status})"


Call = tuple[str, dict[str, str]]
"""A method with its first arguments, and its keyword arguments as source."""


def create(behaviour: Create, arguments: dict[str, str]) -> Call:
    """`Resource.create`."""
    keywords = {}
    if behaviour.id is not None:
        keywords["proposed"] = python_literal(behaviour.id)
    if behaviour.adopts:
        keywords["adopts"] = python_literal(dict(behaviour.adopts))
    keywords["without_body"] = python_literal(behaviour.without_body)
    return "create(body", keywords


def get(behaviour: Get, arguments: dict[str, str]) -> Call:
    """`Resource.get`."""
    return f"get({arguments[behaviour.id]}", {}


def update(behaviour: Update, arguments: dict[str, str]) -> Call:
    """`Resource.update`."""
    return "update(body", {}


def delete(behaviour: Delete, arguments: dict[str, str]) -> Call:
    """`Resource.delete`."""
    return f"delete({arguments[behaviour.id]}", {}


def snapshot(behaviour: Snapshot, arguments: dict[str, str]) -> Call:
    """`Resource.snapshot`."""
    return "snapshot(", {}


def associate(behaviour: Associate, arguments: dict[str, str]) -> Call:
    """`Resource.associate` and `Resource.disassociate`."""
    keywords = {
        "other": arguments[behaviour.other],
        "member": python_literal(behaviour.member),
    }
    return f"{behaviour.verb}({arguments[behaviour.id]}", keywords


def batch_fetch(behaviour: BatchFetch, arguments: dict[str, str]) -> Call:
    """`Resource.batch_fetch`."""
    names = {"ids": behaviour.ids, "found": behaviour.found, "missing": behaviour.missing}
    return "batch_fetch(body", {name: python_literal(wire) for name, wire in names.items()}


def increment(behaviour: Increment, arguments: dict[str, str]) -> Call:
    """`Resource.increment`."""
    keywords = {
        "reads": python_literal(behaviour.reads),
        "member": python_literal(behaviour.member),
        "counters": python_literal(behaviour.counters),
        "total": python_literal(behaviour.total),
        "starts": python_literal(behaviour.starts),
        "maximum": python_literal(behaviour.maximum),
    }
    return f"increment({arguments[behaviour.id]}, body", keywords


def identifiers(behaviour: Identifiers, arguments: dict[str, str]) -> Call:
    """`Resource.identifiers`."""
    ranges = ", ".join(
        f"{python_literal(time)}: ({arguments[start]}, {arguments[end]})"
        for time, start, end in behaviour.ranges
    )
    keywords = {
        "order": python_literal(behaviour.order),
        "descending": python_literal(behaviour.descending),
        "ranges": f"{{{ranges}}}",
    }
    if behaviour.limit is not None:
        keywords["limit"] = arguments[behaviour.limit]
    return "identifiers(", keywords


CALLS: dict[type[Behaviour], Callable[[Any, dict[str, str]], Call]] = {
    Associate: associate,
    BatchFetch: batch_fetch,
    Create: create,
    Delete: delete,
    Get: get,
    Identifiers: identifiers,
    Increment: increment,
    Snapshot: snapshot,
    Update: update,
}
