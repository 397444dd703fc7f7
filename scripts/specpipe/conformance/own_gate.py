"""The gate to somebody's server while the judge writes: nothing passes that could touch a thing of
theirs, and what may be made is in the journal before it is asked for."""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from specpipe.conformance.exchange import Exchange
from specpipe.conformance.gate import Gate, Unsafe, may_call
from specpipe.conformance.journal import Journal
from specpipe.conformance.ledger import Ledger
from specpipe.conformance.pace import Pace
from specpipe.spec.model import (
    Addressing,
    Behaviour,
    Create,
    Delete,
    Identifiers,
    Operation,
    Resource,
    Snapshot,
    Update,
    reads_only,
)


class Own(Gate):
    """Lets through what reads, and what writes to things that were made through it or that are on
    no list. Before a create is sent, the journal knows of it."""

    def __init__(self, pace: Pace, ledgers: Mapping[Resource, Ledger], journal: Journal) -> None:
        super().__init__(pace)
        self.journal = journal
        self._ledgers = ledgers
        self._seen: set[str] = set()
        """Ids on lists that the server gave, whosever they are."""
        self._proposed: dict[Resource, set[str]] = {resource: set() for resource in ledgers}
        """Ids of the judge's making that were in writing requests."""

    def before(self, operation: Operation, path: Mapping[str, Any], body: Any) -> int:
        """See `Gate.before`."""
        number = 0
        if not reads_only(operation):
            self._check(operation, path, body)
            number = self._note(operation, path, body)
        super().before(operation, path, body)
        return number

    def _check(self, operation: Operation, path: Mapping[str, Any], body: Any) -> None:
        """Raise Unsafe if a writing request names what is somebody's, anywhere in it, or if nobody
        knows what it writes to."""
        if not may_call(operation, foreign=True):
            raise Unsafe(f"{operation.id}: not sent: the spec does not say what it changes")
        known = set[str]().union(*map(self.ours, self._ledgers))
        theirs = self._seen.union(*(ledger.foreign for ledger in self._ledgers.values())) - known
        json_body = decoded(body)
        behaviour = operation.behaviour
        named = named_by(behaviour, path, json_body)
        ids = {named, *map(str, path.values()), *self._ids_in(json_body)}
        for id in theirs & ids:
            raise Unsafe(f"{operation.id}: not sent: it names {id}, which is somebody's")

    def _ids_in(self, value: Any) -> Iterator[str]:
        """All ids in a body, wherever the spec has ids in things and collections."""
        if isinstance(value, Mapping):
            for resource in self._ledgers:
                yield str(value.get(resource.id))
                positions = value.get(resource.positions)
                yield from positions if isinstance(positions, Mapping) else ()
        members = value.values() if isinstance(value, Mapping) else value
        for member in members if isinstance(value, Mapping | list) else ():
            yield from self._ids_in(member)

    def _note(self, operation: Operation, path: Mapping[str, Any], body: Any) -> int:
        """Note what a request may make: a create, or whatever else names what is not there."""
        behaviour = operation.behaviour
        assert behaviour is not None
        resource, id = behaviour.resource, named_by(behaviour, path, decoded(body))
        fresh = id is not None and id not in self._ledgers[resource].given
        if fresh and not isinstance(behaviour, Delete):
            self._proposed[resource].add(str(id))
        elif not isinstance(behaviour, Create):
            return 0
        return self.journal.asks(resource.name.wire, id if fresh else None)

    def after(
        self, number: int, operation: Operation, path: Mapping[str, Any], told: Exchange
    ) -> None:
        """See `Gate.after`."""
        behaviour = operation.behaviour
        if isinstance(behaviour, Identifiers | Snapshot):
            self._seen.update(ids_listed(told, behaviour.resource))
        known = True
        if isinstance(behaviour, Create) and 200 <= told.status < 300:
            thing = replied(told)
            resource = behaviour.resource
            id = thing.get(resource.id)
            known = id is not None
            if id is not None and str(id) not in self._ledgers[resource].foreign:
                self.journal.made(resource, str(id), thing)
        if isinstance(behaviour, Delete) and 200 <= told.status < 300:
            self.journal.gone(behaviour.resource.name.wire, str(path[behaviour.id]))
        if number and known:
            self.journal.answered(number)

    def named(self, create: Create, body: Any) -> Any:
        """See `Gate.named`. What proposes an id already, and no body at all, stay as they are."""
        if create.id is None or not isinstance(body, dict) or not body or create.id in body:
            return body
        return body | {create.id: str(uuid.uuid4())}

    def settle(self, resource: Resource, left: Collection[str]) -> None:
        """Tell the journal that of all that may be ours only this is left on the server, whatever
        was answered to its delete."""
        for id in left:
            self.journal.asks(resource.name.wire, id)
        for id in self.ours(resource).difference(left):
            self.journal.gone(resource.name.wire, id)

    def ours(self, resource: Resource) -> set[str]:
        """The ids of all that may be ours on the server."""
        return self._ledgers[resource].given | self._proposed[resource]


def decoded(body: Any) -> Any:
    """A body as JSON, also when it is given as bytes; None when it is none."""
    if not isinstance(body, bytes):
        return body
    try:
        return json.loads(body)
    except ValueError:
        return None


def named_by(behaviour: Behaviour | None, path: Mapping[str, Any], body: Any) -> str | None:
    """The id of the thing that a writing request is about; None when it names none."""
    if isinstance(behaviour, Create | Update):
        name = behaviour.id if isinstance(behaviour, Create) else behaviour.resource.id
        id = body.get(name) if isinstance(body, dict) else None
    else:
        id = path.get(behaviour.id) if isinstance(behaviour, Addressing) else None
    return id if isinstance(id, str) else None


def replied(exchange: Exchange) -> Mapping[str, Any]:
    """The object that an answer holds; an empty one when it holds none."""
    try:
        reply = exchange.json()
    except ValueError:
        return {}
    return reply if isinstance(reply, dict) else {}


def ids_listed(exchange: Exchange, resource: Resource) -> Iterator[str]:
    """The ids in the reply of a list, as far as it has the documented form."""
    items = replied(exchange).get(resource.items)
    for item in items if isinstance(items, list) else ():
        if isinstance(item, dict) and isinstance(item.get(resource.id), str):
            yield item[resource.id]
