"""What the resource templates need to know about an operation beyond the operations view."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from openapi_python_client.parser import GeneratorData
from openapi_python_client.strings import PythonIdentifier

from specpipe.render import python_argument, python_beside, python_method, python_resource
from specpipe.spec.model import Api, BatchFetch, Operation, Parameter, Response
from specpipe.spec.names import Name
from specpipe.targets.about import by_tag
from specpipe.targets.python_models import Models

PARAMETER_TYPES: Mapping[str, str] = {
    "boolean": "bool",
    "date-time": "datetime",
    "integer": "int",
    "number": "float",
    "string": "str",
}
RESERVED_CONSTANTS = frozenset({"TYPE_CHECKING"})
"""Names that a module of operations has for something else."""


@dataclass(frozen=True, slots=True)
class Argument:
    """A parameter as an argument of a method."""

    name: str
    wire: str
    type: str
    required: bool
    description: str

    @property
    def accepted(self) -> str:
        """The argument's annotation: what a datetime cannot hold is given as text."""
        return "datetime | str" if self.type == "datetime" else self.type


@dataclass(frozen=True, slots=True)
class BodyArgument:
    """A request body as an argument. `ids`: members around each of a bare list of ids,
    outermost first."""

    type: str
    media_type: str
    required: bool
    ids: tuple[str, ...]

    @property
    def accepted(self) -> str:
        """The argument's annotation."""
        given = f"{self.type} | Mapping[str, Any]"
        given += " | Iterable[str]" if self.ids else ""
        return given if self.required else f"{given} | None = None"


@dataclass(frozen=True, slots=True)
class Call:
    """An operation as a method."""

    operation: Operation
    name: str
    aliases: tuple[str, ...]
    constant: str
    template: str
    """Its path with `{}` for each parameter."""
    path: tuple[Argument, ...]
    query: tuple[Argument, ...]
    body: BodyArgument | None
    answers: tuple[tuple[int, str | None, str], ...]
    failures: tuple[int, ...]
    accept: str

    @property
    def types(self) -> tuple[tuple[str, str], ...]:
        """Name on the wire and type of each parameter that is not text."""
        arguments = (*self.path, *self.query)
        return tuple((it.wire, it.type) for it in arguments if it.type != "str")

    @property
    def required(self) -> tuple[str, ...]:
        """Names on the wire of the parameters of its query that cannot be left out."""
        return tuple(it.wire for it in self.query if it.required)

    @property
    def result(self) -> str:
        """The annotation of what the method gives back."""
        return " | ".join(dict.fromkeys(type for _, _, type in self.answers))


class Calls:
    """The calls of an API, by tag and by openapi-python-client's collections."""

    def __init__(self, api: Api, data: GeneratorData, models: Models) -> None:
        """Join the operations view with what openapi-python-client has for it."""
        self.models = models
        endpoints = {
            endpoint.name: endpoint
            for collection in data.endpoint_collections_by_tag.values()
            for endpoint in collection.endpoints
        }
        self._calls = {
            name: self._call(operation, endpoints[name])
            for operation in api.operations
            if (name := PythonIdentifier(operation.id, "field_")) in endpoints
        }
        self._by_tag = by_tag(self._calls.values(), api.tags)

    def by_tag(self) -> tuple[tuple[Name, tuple[Call, ...]], ...]:
        """Each tag that has calls, with them; in document order."""
        return self._by_tag

    def of(self, collection: Any) -> tuple[Call, ...]:
        """The calls of a collection, in document order."""
        return tuple(self._calls[endpoint.name] for endpoint in collection.endpoints)

    def _call(self, operation: Operation, endpoint: Any) -> Call:
        name = python_method(operation.method_name.snake)
        alias = python_method(operation.name.snake)
        return Call(
            operation=operation,
            name=name,
            aliases=(alias,) if alias != name else (),
            constant=python_beside(operation.method_name.snake.upper(), RESERVED_CONSTANTS),
            template=template(operation),
            path=tuple(argument(p) for p in operation.parameters_in("path")),
            query=tuple(argument(p) for p in operation.parameters_in("query")),
            body=self._body(operation, endpoint),
            answers=tuple(self._answer(r, endpoint) for r in operation.responses if r.status < 300),
            failures=tuple(sorted(r.status for r in operation.responses if r.status >= 300)),
            accept=", ".join(operation.produces),
        )

    def _answer(self, response: Response, endpoint: Any) -> tuple[int, str | None, str]:
        if response.media_type is None:
            return response.status, None, "None"
        wanted = (response.status, response.status)
        prop = next(r.prop for r in endpoint.responses if r.status_code.range == wanted)
        return response.status, response.media_type, self._type(prop, response.schema)

    def _body(self, operation: Operation, endpoint: Any) -> BodyArgument | None:
        body, behaviour = operation.body, operation.behaviour
        if body is None:
            return None
        ids: tuple[str, ...] = ()
        if isinstance(behaviour, BatchFetch):
            ids = (behaviour.ids, behaviour.resource.items, behaviour.resource.id)
        type = self._type(endpoint.bodies[0].prop, body.schema)
        return BodyArgument(type, body.media_type, body.required, ids)

    def _type(self, prop: Any, component: str | None) -> str:
        """The annotation of a body, with the module in front of each model."""
        schema = {"$ref": f"#/components/schemas/{component}"} if component else {}
        text = self.models.types.of(prop, schema)
        words = text.replace("[", " [ ").replace("]", " ] ").replace(",", " , ").split()
        known = self.models.names
        named = (f"models.{word}" if word in known else word for word in words)
        return " ".join(named).replace(" [ ", "[").replace(" ]", "]").replace(" ,", ",")


def attribute(tag: Name) -> str:
    """A resource's name on the client and as a module."""
    return python_resource(tag.snake)


def template(operation: Operation) -> str:
    """The path for `str.format`."""
    text = operation.path
    for parameter in operation.parameters_in("path"):
        text = text.replace(f"{{{parameter.wire}}}", "{}")
    return text


def argument(parameter: Parameter) -> Argument:
    """A parameter as an argument."""
    return Argument(
        python_argument(parameter.name.snake),
        parameter.wire,
        PARAMETER_TYPES[parameter.type],
        parameter.required,
        parameter.description,
    )
