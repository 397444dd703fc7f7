"""What the generated tables are made of: operations, their parameters, and stored resources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["string", "integer", "number", "boolean", "date-time"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A path or query parameter: its name on the wire and its argument's name in a handler."""

    wire: str
    argument: str
    place: Literal["path", "query"]
    kind: Kind
    schema: Mapping[str, Any]
    required: bool = False
    default: Any = None


@dataclass(frozen=True, slots=True)
class Body:
    """A JSON request body: the component schema that it must match, and the model for it."""

    schema: str
    model: type
    required: bool


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. `produces` are the media types of all its documented answers."""

    id: str
    method: str
    path: str
    produces: tuple[str, ...]
    success: int
    parameters: tuple[Parameter, ...] = ()
    body: Body | None = None
    secured: bool = True


@dataclass(frozen=True, slots=True)
class ResourceType:
    """A kind of thing that the server stores (`x-resources` in the spec)."""

    name: str
    schema: str
    id: str
    created: tuple[str, ...]
    updated: tuple[str, ...]
    gone: int
    heavy: tuple[str, ...]
    items: str
    positions: str
    reserved: tuple[str, ...] = ()
    """Values that cannot be an id, as they stand at an id's place in a concrete path."""

    @property
    def noun(self) -> str:
        """Its name in messages."""
        return self.name.replace("_", " ")


@dataclass(frozen=True, slots=True)
class Contract:
    """A whole API, as the server needs it."""

    title: str
    version: str
    operations: tuple[Operation, ...]
    key_header: str | None
    ports: tuple[int, int]
    resources: tuple[ResourceType, ...] = ()

    def resource(self, name: str) -> ResourceType:
        """The resource of that name."""
        return next(resource for resource in self.resources if resource.name == name)
