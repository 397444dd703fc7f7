"""A story of every operation, told by an SDK to a server, each exchange held against the spec."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from specpipe.conformance import interruption
from specpipe.conformance.calls import plain_call
from specpipe.conformance.difference import difference
from specpipe.conformance.exchange import Exchange, same
from specpipe.conformance.gate import Gate, Unsafe, may_call
from specpipe.conformance.law import holds
from specpipe.conformance.laws_of_identity import STRANGE
from specpipe.conformance.ledger import Broken, Ledger, Trespass
from specpipe.conformance.oracle import Oracle
from specpipe.conformance.samples import fresh_id
from specpipe.conformance.sdk import Driver, told
from specpipe.conformance.subject import (
    Missing,
    Object,
    batch_body,
    instant,
    member,
    operations_on,
    seed,
)
from specpipe.conformance.trial import Trial
from specpipe.render import python_argument
from specpipe.spec.model import (
    Associate,
    BatchFetch,
    Create,
    Delete,
    Get,
    Identifiers,
    Increment,
    Operation,
    Resource,
    Snapshot,
    Update,
)


class Story:
    """Drives all operations of an API; `tell` gives what departed from the spec. What its creates
    send is `named` by the gate that the driver's requests pass. On somebody's server nothing is
    called that changes something without the spec saying what."""

    def __init__(
        self,
        trial: Trial,
        driver: Driver,
        ledgers: Mapping[Resource, Ledger],
        gate: Gate,
    ) -> None:
        self._foreign = trial.foreign
        self._gate = gate
        self._api = trial.api
        self._oracle = Oracle(trial.document, trial.api)
        self._base_url = trial.server.base_url
        self._driver = driver
        self._ledgers = ledgers
        self._random = random.Random(f"{trial.seed}/{driver.name}")
        self.reached: set[str] = set()
        """Ids of the operations that were called and accepted."""

    def tell(self) -> Iterator[Broken]:
        """Tell the whole story; what goes wrong in one chapter does not keep the others from
        being told, but for a Trespass, after which nothing more is written."""
        chapters: list[Callable[[], None]] = [
            partial(self._life_of, resource) for resource in self._api.resources
        ]
        chapters += [
            partial(self._example_of, operation)
            for operation in self._api.operations
            if operation.behaviour is None and may_call(operation, foreign=self._foreign)
        ]
        for chapter in chapters:
            try:
                chapter()
            except Missing:
                continue
            except Unsafe:
                raise
            except Trespass as trespass:
                yield trespass
                break
            except Broken as broken:
                yield broken
            except Exception as error:
                last = self._driver.exchanges[-1] if self._driver.exchanges else None
                yield Broken(f"the SDK raised {told(error)}", last)
        for exchange in self._driver.exchanges:
            for fault in self._oracle.faults(exchange, self._base_url):
                yield Broken(fault, exchange)

    # --- chapters --------------------------------------------------------------------------

    def _life_of(self, resource: Resource) -> None:
        """Create a thing, find it, change it, delete it, and find it gone."""
        thing = self._created(resource)
        id = str(thing[resource.id])
        self._listed(resource, id, thing)
        for operation, _ in operations_on(self._api, resource, Get):
            self._expect_same(thing, self._call(operation, id), operation)
            thing = self._call(operation, id)
        for operation, _ in operations_on(self._api, resource, Update):
            reply = self._call(operation, body=thing)
            expected = {k: v for k, v in thing.items() if k != resource.updated[0]}
            self._expect_same(expected, {k: reply[k] for k in expected if k in reply}, operation)
        for operation, association in operations_on(self._api, resource, Associate):
            self._call(operation, *self._path(operation, association, id))
        for operation, increment in operations_on(self._api, resource, Increment):
            flags = {increment.reads: dict.fromkeys(increment.counters[:1], True)}
            self._call(operation, id, body=flags)
        for operation, _ in operations_on(self._api, resource, Delete):
            self._call(operation, id)
            self._ledgers[resource].release(id)
            self._gone(resource, id)

    def _created(self, resource: Resource) -> Object:
        for operation, behaviour in operations_on(self._api, resource, Create):
            body = self._gate.named(behaviour, seed(operation, behaviour) | copy.deepcopy(STRANGE))
            before = len(self._driver.exchanges)
            with interruption.put_off():
                try:
                    thing: Object = self._call(operation, body=body)
                finally:
                    for exchange in self._driver.exchanges[before:]:
                        self._ledgers[resource].claim_reply(exchange, resource.id)
            return thing
        raise Missing("create")

    def _listed(self, resource: Resource, id: str, thing: Object) -> None:
        """Find a created thing in every list."""
        for operation, _ in operations_on(self._api, resource, Snapshot):
            items = self._call(operation)[resource.items]
            ids = [item[resource.id] for item in items]
            holds(id in ids, f"{operation.id}: the created {id} is not there")
        for operation, batch in operations_on(self._api, resource, BatchFetch):
            unknown = fresh_id({}, self._random)
            reply = self._call(operation, body=batch_body(batch, [id, unknown]))
            found = [item[resource.id] for item in reply[batch.found][resource.items]]
            holds(found == [id], f"{operation.id}: found {found}, not {[id]}")
            holds(reply[batch.missing] == [unknown], f"{operation.id}: {unknown} is not missing")
        for operation, listing in operations_on(self._api, resource, Identifiers):
            for arguments in self._filters(operation, listing, resource, thing):
                reply = self._call(operation, **arguments)
                ids = [item[resource.id] for item in reply[resource.items]]
                holds(id in ids, f"{operation.id}({arguments}): the created {id} is not there")

    def _filters(
        self, operation: Operation, listing: Identifiers, resource: Resource, thing: Object
    ) -> Iterator[dict[str, Any]]:
        """Arguments of an identifiers call that the thing is within."""
        names = {p.wire: python_argument(p.name.snake) for p in operation.parameters}
        yield {}
        if listing.limit is not None:
            yield {names[listing.limit]: 1}
        for time, start, end in listing.ranges:
            at = datetime.fromisoformat(str(member(thing, resource.path_to(time))))
            yield {names[start]: at, names[end]: at}

    def _path(self, operation: Operation, behaviour: Associate, id: str) -> list[str]:
        other = fresh_id({}, self._random)
        values = {behaviour.id: id, behaviour.other: other}
        return [values[parameter.wire] for parameter in operation.parameters_in("path")]

    def _gone(self, resource: Resource, id: str) -> None:
        """A get of what was deleted raises the SDK's error for that status."""
        for operation, _ in operations_on(self._api, resource, Get):
            try:
                self._driver.call(operation, id)
            except Exception as error:
                status = getattr(error, "status", None)
                if status == resource.gone:
                    return
                raise
            raise Broken(f"{operation.id} found {id} after its delete", self._last())

    def _example_of(self, operation: Operation) -> None:
        """Call an operation that has no verb with what the spec gives as examples, and with plain
        valid values where it gives none and one is needed."""
        call = plain_call(operation)
        self._call(operation, *call.path, **call.arguments)

    # --- parts -----------------------------------------------------------------------------

    def _last(self) -> Exchange:
        return self._driver.exchanges[-1]

    def _call(self, operation: Operation, *path: Any, **arguments: Any) -> Any:
        """Call, note that the operation was reached, and check that the SDK lost nothing. Gives
        the result as JSON."""
        result = self._driver.call(operation, *path, **arguments)
        exchange = self._last()
        self._expect_sent(operation, exchange, arguments)
        if exchange.status == operation.success.status:
            self.reached.add(operation.id)
        if operation.success.schema is None:
            return result
        holds(
            alike(result, exchange.json()),
            f"{operation.id}: the SDK made {result} out of {exchange.body.decode()}",
        )
        return result

    def _expect_sent(
        self, operation: Operation, exchange: Exchange, arguments: Mapping[str, Any]
    ) -> None:
        """All that a call is given has to be on the wire, whatever the server makes of it."""
        if "body" in arguments:
            sent = json.loads(exchange.request_body or b"null")
            holds(alike(sent, arguments["body"]), f"{operation.id}: the SDK sent {sent}")
        query = dict(parse_qsl(urlsplit(exchange.url).query, keep_blank_values=True))
        for parameter in operation.parameters_in("query"):
            name, missing = python_argument(parameter.name.snake), parameter.wire not in query
            if name in arguments:
                holds(not missing, f"{operation.id}: the SDK did not send {parameter.wire}")

    def _expect_same(self, wanted: Object, found: Object, operation: Operation) -> None:
        told = f"{operation.id} gave something else: {difference(wanted, found)}"
        holds(alike(wanted, found), told)


def alike(left: Any, right: Any) -> bool:
    """`same`, but for how a date-time is written."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(alike(left[k], right[k]) for k in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(alike, left, right))
    if isinstance(left, str) and isinstance(right, str) and left != right:
        try:
            return instant(left) == instant(right)
        except Broken:
            return False
    return same(left, right)
