"""The server under judgement, seen through the verbs of one resource."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from specpipe.conformance import interruption
from specpipe.conformance.described import Described, Missing, Object, operations_on, seed
from specpipe.conformance.exchange import Exchange
from specpipe.conformance.ledger import Broken, Ledger
from specpipe.conformance.samples import filled, given, written
from specpipe.conformance.wire import Wire
from specpipe.spec.model import (
    Addressing,
    Api,
    Associate,
    BatchFetch,
    Create,
    Delete,
    Document,
    Get,
    Identifiers,
    Increment,
    Operation,
    Resource,
    Snapshot,
    Update,
)

__all__ = [  # with what modules that use a Subject need of what it is made of
    "Missing",
    "Object",
    "Subject",
    "batch_body",
    "instant",
    "member",
    "nested",
    "operations_on",
    "seed",
    "switched",
]
CLOCK_STEP = 0.002
CLOCK_TRIES = 10
"""Seconds after a create or before an update, twice as many with each of so many tries: two in all,
so that a clock may be as coarse as that."""


class Subject(Described):
    """Does what a verb says, over plain HTTP. Each method raises Missing when the spec has no such
    operation, and Broken when the answer is not the documented success."""

    def __init__(
        self, document: Document, api: Api, resource: Resource, wire: Wire, ledger: Ledger
    ) -> None:
        super().__init__(document, api, resource)
        self.wire = wire
        self.ledger = ledger
        self.last: Exchange | None = None
        """The exchange that came last."""
        self.sent = 0
        """How many there were."""

    def send(
        self,
        operation: Operation,
        path: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        body: Any = None,
    ) -> Exchange:
        """Send a request, with plain valid values for whatever parameters are required and not
        given. `body` bytes are sent as they are. Raises Unreachable."""
        values: dict[str, dict[str, str]] = {"path": dict(path or {}), "query": dict(query or {})}
        for parameter in operation.parameters:
            if parameter.required:
                values[parameter.place].setdefault(parameter.wire, written(given(parameter)))
        self.last = self.wire.send(operation, values["path"], values["query"], body)
        self.sent += 1
        return self.last

    # --- verbs -----------------------------------------------------------------------------

    def create(self, body: Object | bytes | None = None, *, full: bool | None = None) -> Object:
        """Create a thing, out of the documented example when no body is given; an empty body is
        not sent where it can be left out, and bytes are sent as they are. Gives the reply."""
        operation, behaviour = self.one(Create)
        sent: Any = self.wire.gate.named(behaviour, self.seed() if body is None else body)
        if not sent and operation.body is not None and not operation.body.required:
            sent = None
        known = behaviour.without_body if sent is None else sent
        proposed = known.get(behaviour.id or "") if isinstance(known, Mapping) else None
        with interruption.put_off():
            query = switched(behaviour.full, full)
            exchange = self.send(operation, query=query, body=sent)
            self.ledger.claim_reply(exchange, self.resource.id, proposed)
        return self.ok(exchange, operation)

    def create_in_a_row(self, count: int) -> list[Object]:
        """Things with times of creation that advance from one to the next: where the server's
        clock is coarse, creating is repeated until it has moved on. What was too early is deleted
        where that can be done, or it would be in the same ranges."""
        things = [self.create()]
        while len(things) < count:
            things.append(self._created_after(things[-1]))
        return things

    def _created_after(self, last: Object) -> Object:
        was = instant(member(last, self.resource.created))
        for number in range(CLOCK_TRIES):
            time.sleep(CLOCK_STEP * 2**number)
            thing = self.create()
            if instant(member(thing, self.resource.created)) > was:
                return thing
            if self.operations(Delete):
                self.delete(self.id_of(thing))
        raise Broken(f"the time of creation did not advance over {CLOCK_TRIES} creates")

    def update_after(self, thing: Object, last: Object) -> Object:
        """Update a thing so that its time of update is later than that of another: repeated, where
        the server's clock is coarse, until it has moved on."""
        was = instant(member(last, self.resource.updated))
        for number in range(CLOCK_TRIES):
            time.sleep(CLOCK_STEP * 2**number)
            thing = self.update(thing)
            if instant(member(thing, self.resource.updated)) > was:
                return thing
        raise Broken(f"the time of update did not advance over {CLOCK_TRIES} updates")

    def read(self, id: str, *, full: bool | None = True) -> Object:
        """One thing as `get` shows it."""
        operation, behaviour = self.one(Get)
        query = switched(behaviour.full, full)
        return self.ok(self.send(operation, {behaviour.id: id}, query), operation)

    def update(self, thing: Object, *, full: bool | None = None) -> Object:
        """Send a thing as an update; gives the reply."""
        operation, behaviour = self.one(Update)
        query = switched(behaviour.full, full)
        exchange = self.send(operation, query=query, body=self.update_body(thing))
        return self.ok(exchange, operation)

    def update_body(self, thing: Object) -> Object:
        """What is sent when a thing is sent as an update: with the members that the body needs and
        the thing does not have."""
        operation, _ = self.one(Update)
        if operation.body is None:
            return thing
        schema = {"$ref": f"#/components/schemas/{operation.body.schema}"}
        return filled(schema, self.schemas, operation.body.example) | thing

    def delete(self, id: str) -> None:
        """Delete one thing."""
        operation, behaviour = self.one(Delete)
        self.done(self.send(operation, {behaviour.id: id}), operation)
        self.ledger.release(id)

    def associate(self, id: str, other: str, pair: tuple[Operation, Associate]) -> None:
        """Add or remove a reference."""
        operation, behaviour = pair
        path = {behaviour.id: id, behaviour.other: other}
        self.done(self.send(operation, path), operation)

    def increment(self, id: str, body: Object | None) -> None:
        """Raise counters."""
        operation, behaviour = self.one(Increment)
        self.done(self.send(operation, {behaviour.id: id}, body=body), operation)

    def snapshot(self, *, full: bool | None = True) -> Object:
        """Everything."""
        operation, behaviour = self.one(Snapshot)
        query = switched(behaviour.full, full)
        return self.ok(self.send(operation, query=query), operation)

    def identifiers(self, query: Mapping[str, str] | None = None) -> list[str]:
        """The listed ids, in order."""
        operation, _ = self.one(Identifiers)
        return self.ids_in(self.ok(self.send(operation, query=query), operation))

    def batch(
        self,
        ids: Sequence[str],
        *,
        full: bool | None = True,
        positions: Mapping[str, int] | None = None,
    ) -> Object:
        """The reply to a batch of `ids`, with a map of positions beside them if one is given."""
        operation, behaviour = self.one(BatchFetch)
        body = batch_body(behaviour, ids)
        if positions is not None:
            body[behaviour.ids][self.resource.positions] = dict(positions)
        query = switched(behaviour.full, full)
        return self.ok(self.send(operation, query=query, body=body), operation)

    def found(self, reply: Object) -> list[Object]:
        """The things in the reply to a batch."""
        _, behaviour = self.one(BatchFetch)
        things: list[Object] = reply[behaviour.found][self.resource.items]
        return things

    def missing(self, reply: Object) -> list[str]:
        """The unknown ids in the reply to a batch."""
        _, behaviour = self.one(BatchFetch)
        ids: list[str] = reply.get(behaviour.missing, [])
        return ids

    def ask(self, operation: Operation, behaviour: Addressing, id: str) -> Exchange:
        """Send any operation towards one thing, with plain valid values for all else."""
        body = operation.body.example if operation.body is not None else None
        if isinstance(behaviour, Update):
            return self.send(operation, body=self.update_body({self.resource.id: id}))
        return self.send(operation, {behaviour.id: id}, body=body)

    # --- parts -----------------------------------------------------------------------------

    def id_of(self, thing: Object) -> str:
        """Its id."""
        id = thing.get(self.resource.id)
        if not isinstance(id, str) or not id:
            raise Broken(f"the reply has no {self.resource.id}: {thing}")
        return id

    def ids_in(self, collection: Object) -> list[str]:
        """The ids of a collection's items."""
        return self.ids_of(collection[self.resource.items])

    def ids_of(self, things: Sequence[Object]) -> list[str]:
        """The ids of things, in order."""
        return [thing[self.resource.id] for thing in things]

    def ok(self, exchange: Exchange, operation: Operation) -> Object:
        """The JSON object of a success."""
        self.done(exchange, operation)
        try:
            reply = exchange.json()
        except ValueError:
            raise Broken(f"{operation.id} did not answer with JSON", exchange) from None
        if not isinstance(reply, dict):
            raise Broken(f"{operation.id} did not answer with a JSON object", exchange)
        return reply

    def done(self, exchange: Exchange, operation: Operation) -> None:
        """Check that an exchange ended in the documented success."""
        if exchange.status != operation.success.status:
            raise Broken(
                f"{operation.id} answered {exchange.status}, not {operation.success.status}",
                exchange,
            )


def batch_body(behaviour: BatchFetch, ids: Sequence[str]) -> Object:
    """The body of a batch for `ids`."""
    resource = behaviour.resource
    return {behaviour.ids: {resource.items: [{resource.id: id} for id in ids]}}


def instant(text: Any) -> tuple[datetime, str]:
    """An RFC 3339 date-time as something that sorts by time: whole seconds, then the fraction,
    which may be finer than a `datetime` can hold. Raises Broken when it is none."""
    try:
        moment = datetime.fromisoformat(str(text).upper())
        whole = moment.replace(microsecond=0).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Broken(f"{text!r} is not an RFC 3339 date-time") from None
    if moment.tzinfo is None:
        raise Broken(f"{text!r} has no offset")
    fraction = re.search(r"\.(\d+)", str(text))
    return whole, fraction[1].rstrip("0") if fraction else ""


def switched(parameter: str | None, on: bool | None) -> dict[str, str]:
    """The query that sets a boolean parameter, if there is one; None leaves it out."""
    return {} if parameter is None or on is None else {parameter: "true" if on else "false"}


def nested(path: Sequence[str], value: Any) -> Object:
    """An object with nothing but the value at a path of members."""
    for name in reversed(path[1:]):
        value = {name: value}
    return {path[0]: value}


def member(thing: Any, path: Sequence[str]) -> Any:
    """The value at a path of members; None when it is not there."""
    for name in path:
        thing = thing.get(name) if isinstance(thing, Mapping) else None
    return thing
