"""What the templates of the TypeScript SDK need to know about an operation beyond the operations
view."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from specpipe.render import typescript_identifier
from specpipe.spec.model import Api, BatchFetch, Operation, Parameter, Response
from specpipe.spec.names import Name
from specpipe.targets.about import by_tag

PARAMETER_TYPES: Mapping[str, str] = {
    "boolean": "boolean",
    "date-time": "Date | string",
    "integer": "number",
    "number": "number",
    "string": "string",
}
RESERVED_METHODS = frozenset({"constructor", "iterate", "modify", "then", "withRawResponse"})
"""Names that a resource has besides the API's operations, and one that `await` would call."""
INHERITED = frozenset(
    {
        *("constructor", "hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable"),
        *("toLocaleString", "toString", "valueOf"),
    }
)
"""Members that every object of JavaScript has, whatever JSON it came of."""
RESERVED_OPTIONS = INHERITED | {
    *("timeout", "retries", "signal", "extraHeaders", "extraQuery", "extraBody")
}
"""Options that every method has: no query parameter can be one of them. Nor one that every object
has: to the compiler, options without it would have it, of the wrong type."""
RESERVED_ARGUMENTS = frozenset({"body", "operations", "options"})
"""Names that every method has for something else."""
RESERVED_CONSTANTS = frozenset({"check", "models"})
"""What the module of operations imports."""
RESERVED_ATTRIBUTES = frozenset({"constructor", "baseUrl", "withOptions"})
"""Names that a client has besides its resources."""


@dataclass(frozen=True, slots=True)
class Argument:
    """A parameter as an argument of a method, or as one of its options."""

    name: str
    wire: str
    type: str
    kind: str
    """Its type in the operations view."""
    required: bool
    description: str


@dataclass(frozen=True, slots=True)
class BodyArgument:
    """A request body as an argument. `ids`: members around each of a bare list of ids, outermost
    first."""

    schema: str
    media_type: str
    required: bool
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """A documented success. `schema` is None for text, `media_type` for nothing."""

    status: int
    media_type: str | None
    schema: str | None

    @property
    def type(self) -> str:
        """What a call gives."""
        if self.media_type is None:
            return "void"
        return f"models.{self.schema}" if self.schema else "string"


@dataclass(frozen=True, slots=True)
class Call:
    """An operation as a method."""

    operation: Operation
    name: str
    aliases: tuple[str, ...]
    template: str
    """Its path, see `template`."""
    path: tuple[Argument, ...]
    query: tuple[Argument, ...]
    body: BodyArgument | None
    answers: tuple[Answer, ...]
    failures: tuple[int, ...]
    accept: str

    @property
    def constant(self) -> str:
        """The name of its description."""
        return safe(self.operation.name.camel, RESERVED_CONSTANTS)

    @property
    def options(self) -> str:
        """The name of the type of its options: their common one when it adds none."""
        name = f"{self.operation.tag.pascal}{self.operation.method_name.pascal}Options"
        return name if self.query else "CallOptions"

    @property
    def needs_options(self) -> bool:
        """Whether there is an option that it cannot do without."""
        return any(it.required for it in self.query)

    @property
    def has_models(self) -> bool:
        """Whether its signature names one."""
        return self.body is not None or "models." in self.result

    @property
    def own_accept(self) -> str | None:
        """What it accepts where that is not JSON and text, as for most; None otherwise."""
        return None if self.accept == "application/json, text/plain" else self.accept

    @property
    def queried(self) -> Mapping[str, str | tuple[str | bool, ...]]:
        """Its query parameters, by the options that they are: type, name on the wire if it is
        another one, and whether it has to be there if it does."""
        return {
            it.name: (it.kind, it.wire, *([True] if it.required else []))
            if it.required or it.wire != it.name
            else it.kind
            for it in self.query
        }

    @property
    def result(self) -> str:
        """The type of what the method promises."""
        return " | ".join(dict.fromkeys(answer.type for answer in self.answers))


class Calls:
    """The calls of an API, by tag."""

    def __init__(self, api: Api) -> None:
        """Of all its operations."""
        self._by_tag = by_tag(map(call, api.operations), api.tags)

    @property
    def give_models(self) -> bool:
        """Whether any of them answers with a component schema."""
        return any(
            answer.schema for _, calls in self._by_tag for call in calls for answer in call.answers
        )

    def by_tag(self) -> tuple[tuple[Name, tuple[Call, ...]], ...]:
        """Each tag that has calls, with them; in document order."""
        return self._by_tag


def call(operation: Operation) -> Call:
    """An operation as a method."""
    name = member(operation.method_name, RESERVED_METHODS)
    alias = member(operation.name, RESERVED_METHODS)
    path = tuple(argument(p, RESERVED_ARGUMENTS) for p in operation.parameters_in("path"))
    return Call(
        operation=operation,
        name=name,
        aliases=(alias,) if alias != name else (),
        template=template(operation, path),
        path=path,
        query=tuple(argument(p, RESERVED_OPTIONS) for p in operation.parameters_in("query")),
        body=body(operation),
        answers=tuple(answer(r) for r in operation.responses if r.status < 300),
        failures=tuple(sorted(r.status for r in operation.responses if r.status >= 300)),
        accept=", ".join(operation.produces),
    )


def template(operation: Operation, path: tuple[Argument, ...]) -> str:
    """Its path with `{name}` for each argument, and `{name:type}` for one that is not text."""
    slots = {it.wire: it.name + (f":{it.kind}" if it.kind != "string" else "") for it in path}
    return re.sub(r"{([^{}]*)}", lambda found: f"{{{slots[found[1]]}}}", operation.path)


def body(operation: Operation) -> BodyArgument | None:
    """Its body, if it has one."""
    given, behaviour = operation.body, operation.behaviour
    if given is None:
        return None
    ids: tuple[str, ...] = ()
    if isinstance(behaviour, BatchFetch):
        ids = (behaviour.ids, behaviour.resource.items, behaviour.resource.id)
    return BodyArgument(given.schema, given.media_type, given.required, ids)


def answer(response: Response) -> Answer:
    """A documented success."""
    return Answer(response.status, response.media_type, response.schema)


def argument(parameter: Parameter, reserved: frozenset[str]) -> Argument:
    """A parameter as an argument."""
    return Argument(
        safe(parameter.name.camel, reserved),
        parameter.wire,
        PARAMETER_TYPES[parameter.type],
        parameter.type,
        parameter.required,
        parameter.description,
    )


def attribute(tag: Name) -> str:
    """A resource's name on the client and as a module."""
    return member(tag, RESERVED_ATTRIBUTES)


def member(name: Name, reserved: frozenset[str]) -> str:
    """A name behind a dot, where TypeScript's reserved words are no trouble."""
    return f"{name.camel}_" if name.camel in reserved else name.camel


def safe(name: str, reserved: frozenset[str]) -> str:
    """`name`, with an underscore behind it where it would clash."""
    return f"{name}_" if name in reserved else typescript_identifier(name)
