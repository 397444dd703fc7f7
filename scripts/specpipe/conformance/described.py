"""What the spec says about one resource: its operations, and bodies and ids to use them with."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any, TypeVar

from specpipe.conformance.samples import fresh_id, sample
from specpipe.spec.model import (
    Addressing,
    Api,
    Associate,
    Create,
    Delete,
    Document,
    Get,
    Increment,
    Operation,
    Resource,
    Update,
)

Object = dict[str, Any]
B = TypeVar("B")


class Missing(Exception):
    """The spec has no operation with the verb that a law needs: the law does not apply."""


class Described:
    """One resource, as the spec describes it."""

    def __init__(self, document: Document, api: Api, resource: Resource) -> None:
        self.api = api
        self.resource = resource
        self.schemas: Mapping[str, Any] = document.data["components"]["schemas"]
        self.schema: Mapping[str, Any] = self.schemas[resource.schema]

    def operations(self, kind: type[B]) -> list[tuple[Operation, B]]:
        """The operations on this resource whose behaviour is a `kind`."""
        return operations_on(self.api, self.resource, kind)

    def addressing(self) -> list[tuple[Operation, Addressing]]:
        """The operations on one thing that must exist."""
        return [
            *self.operations(Get),
            *self.operations(Delete),
            *self.operations(Associate),
            *self.operations(Increment),
            *self.operations(Update),
        ]

    def adding(self) -> list[tuple[Operation, Associate]]:
        """The operations that add references."""
        found = [pair for pair in self.operations(Associate) if not pair[1].removes]
        if not found:
            raise Missing("associate")
        return found

    def one(self, kind: type[B]) -> tuple[Operation, B]:
        """The first operation of that kind."""
        found = self.operations(kind)
        if not found:
            raise Missing(kind.__name__.lower())
        return found[0]

    def seed(self) -> Object:
        """A body for a create: the documented example, without an id of its own."""
        return seed(*self.one(Create))

    def laden(self) -> Object:
        """The same, with every heavy member that a create can bring."""
        body = self.seed()
        for name, schema in self.members(Create).items():
            if name in self.resource.heavy and not body.get(name):
                body[name] = sample(schema, self.schemas)
        return body

    def members(self, kind: type[Create] | type[Update]) -> Mapping[str, Any]:
        """The schemas of the members that the body of a create or an update can have."""
        operation, _ = self.one(kind)
        if operation.body is None:
            return {}
        found: Mapping[str, Any] = self.schemas[operation.body.schema].get("properties", {})
        return found

    def fresh_id(self, random: Random) -> str:
        """An id that nothing has, and that paths can carry."""
        pairs: list[tuple[Operation, Get | Delete]]
        pairs = [*self.operations(Get), *self.operations(Delete)]
        for operation, behaviour in pairs:
            for parameter in operation.parameters_in("path"):
                if parameter.wire == behaviour.id:
                    return fresh_id(parameter.schema, random)
        return fresh_id({}, random)

    def fresh_other(self, pair: tuple[Operation, Associate], random: Random) -> str:
        """The id of something that can be associated and is not."""
        operation, behaviour = pair
        schemas = {p.wire: p.schema for p in operation.parameters_in("path")}
        return fresh_id(schemas[behaviour.other], random)


def operations_on(api: Api, resource: Resource, kind: type[B]) -> list[tuple[Operation, B]]:
    """The operations on `resource` whose behaviour is a `kind`."""
    return [
        (operation, behaviour)
        for operation in api.operations
        if (behaviour := operation.behaviour) is not None
        and behaviour.resource == resource
        and isinstance(behaviour, kind)
    ]


def seed(operation: Operation, create: Create) -> Object:
    """The documented example of a create's body, without an id of its own."""
    example = operation.body.example if operation.body is not None else None
    return {name: value for name, value in (example or {}).items() if name != create.id}
