"""The reading steps of a history: what comes is held against the model."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from random import Random
from typing import Any

from specpipe.conformance.history_model import Model, Thing
from specpipe.conformance.law import holds
from specpipe.conformance.subject import Object, Subject, instant
from specpipe.spec.model import (
    Associate,
    BatchFetch,
    Get,
    Identifiers,
    Operation,
    Snapshot,
    Time,
)

OTHERS = "wxyz"
CROWD = 1_000
"""From so many things of somebody's on, histories do not ask for everything."""
NOBODY = "an unknown id"


class Reads:
    """What one history reads. Every method raises Broken when the server departs from the model."""

    def __init__(self, subject: Subject, random: Random) -> None:
        self.subject = subject
        self._random = random
        self._model = Model(subject.api, subject.resource)
        self._gone: dict[str, Thing] = {}
        self.ids: dict[str, str] = {}
        """By the names of things that were created."""
        self._nobody = subject.fresh_id(random)
        self._others: dict[str, list[str]] = {}

    # --- names -----------------------------------------------------------------------------

    def id_of(self, name: str) -> str:
        """The id of a thing by its name; that of nothing for an empty one."""
        return self.ids.get(name, self._nobody)

    def plain(self, text: str) -> str:
        """A text with names in it instead of ids."""
        others = {id: n for ids in self._others.values() for n, id in zip(OTHERS, ids, strict=True)}
        names = {id: name for name, id in self.ids.items()}
        for id, name in {**names, **others, self._nobody: NOBODY}.items():
            text = re.sub(rf"'{re.escape(id)}'|(?<![\w-]){re.escape(id)}(?![\w-])", name, text)
        return text

    def other(self, pair: tuple[Operation, Associate], number: int) -> str:
        """The id of one of the few others that can be associated in a collection."""
        collection = pair[1].member
        if collection not in self._others:
            fresh = [self.subject.fresh_other(pair, self._random) for _ in OTHERS]
            self._others[collection] = fresh
        return self._others[collection][number]

    # --- verbs that read -------------------------------------------------------------------

    def get(self, id: str, full: bool | None = True) -> None:
        """Read one thing."""
        operation, behaviour = self.subject.one(Get)
        if id not in self._model.things:
            return self._expect_gone(operation, behaviour, id)
        left_out = self._left_out(operation, behaviour.full, full)
        self._expect(self.subject.read(id, full=full), id, left_out, operation.id)
        return None

    def batch(self, ids: Sequence[str], full: bool | None = True) -> None:
        """Look up several ids, deleted and unknown ones among them."""
        operation, behaviour = self.subject.one(BatchFetch)
        reply = self.subject.batch(ids, full=full)
        found, missing = self.subject.found(reply), self.subject.missing(reply)
        there = sorted({id for id in ids if id in self._model.things})
        absent = sorted({id for id in ids if id not in self._model.things})
        listed = sorted(self.subject.ids_of(found))
        holds(listed == there, f"{operation.id} found {listed}, not {there}")
        lacking = sorted(missing)
        holds(lacking == absent, f"{operation.id} gives {lacking} as missing, not {absent}")
        left_out = {*self._left_out(operation, behaviour.full, full), *behaviour.omits}
        for thing in found:
            self._expect(thing, self.subject.id_of(thing), left_out, operation.id)

    def snapshot(self, full: bool | None = True) -> None:
        """Read everything, unless that is too much."""
        if len(self.subject.ledger.foreign) > CROWD:
            return
        operation, behaviour = self.subject.one(Snapshot)
        things = self.subject.snapshot(full=full)[self.subject.resource.items]
        left_out = {*self._left_out(operation, behaviour.full, full), *behaviour.omits}
        ids = self.subject.ids_of(things)
        for id in self._model.things:
            holds(ids.count(id) == 1, f"{operation.id} holds {id} {ids.count(id)} times")
        for id in self._gone.keys() - self._model.things:
            holds(id not in ids, f"{operation.id} still holds {id}, which was deleted")
        for thing in things:
            if thing[self.subject.resource.id] in self._model.things:
                self._expect(thing, self.subject.id_of(thing), left_out, operation.id)

    def identifiers(
        self, limit: int | None = None, which: Time | None = None, ends: Sequence[str | None] = ()
    ) -> None:
        """List ids: with a limit, and within the times of one thing and of another, of which
        either may be None for an open end."""
        operation, behaviour = self.subject.one(Identifiers)
        query: dict[str, str] = {}
        low = high = None
        self._learn_times()
        for time, *bounds in behaviour.ranges:
            if time == which:
                low, high = (None if id is None else self._time(id, time) for id in ends)
                query = {n: t for n, t in zip(bounds, (low, high), strict=True) if t is not None}
        if behaviour.limit is not None and limit is not None:
            query[behaviour.limit] = str(limit)
        found = self.subject.identifiers(query)
        inside = [
            id
            for id in self._model.things
            if (low is None or instant(self._time(id, which or "created")) >= instant(low))
            and (high is None or instant(self._time(id, which or "created")) <= instant(high))
        ]
        where = f"{operation.id} with {query}" if query else operation.id
        self._expect_listed(found, inside, limit, behaviour, where)

    def _expect_listed(
        self,
        found: Sequence[str],
        inside: Sequence[str],
        limit: int | None,
        behaviour: Identifiers,
        where: str,
    ) -> None:
        """Check a list of ids: ours are those `inside`, in order, as many as the limit lets in."""
        strange = [id for id in found if id in self._gone.keys() | self._model.things]
        strange = [id for id in strange if id not in inside]
        holds(not strange, f"{where} lists {strange}, which should not be there")
        ours = [id for id in found if id in inside]
        holds(len(set(ours)) == len(ours), f"{where} lists an id twice: {ours}")
        times = [instant(self._time(id, behaviour.order)) for id in ours]
        in_order = sorted(times, reverse=behaviour.descending)
        holds(times == in_order, f"{where} lists {ours}, which is not in order")
        holds(limit is None or len(found) <= limit, f"{where} lists {len(found)}")
        absent = [id for id in inside if id not in ours]
        if limit is None or len(found) < limit:
            holds(not absent, f"{where} does not list {absent}")
        elif ours:
            early = [i for i in absent if self._before(i, times[-1], behaviour)]
            holds(not early, f"{where} does not list {early}, but {ours[-1]}, which comes later")

    # --- everything ------------------------------------------------------------------------

    def ask_for_nobody(self) -> None:
        """Every operation towards one thing answers that an unknown one is gone."""
        for operation, behaviour in self.subject.addressing():
            self._expect_gone(operation, behaviour, self._nobody)

    def read_back(self) -> None:
        """Every thing of this history, by every path."""
        every = [*dict.fromkeys(self.ids.values())]
        if self.subject.operations(Get):
            for id in every:
                self.get(id)
        if self.subject.operations(BatchFetch):
            self.batch([*every, self._nobody])
        if self.subject.operations(Identifiers):
            self.identifiers()
        if self.subject.operations(Snapshot):
            self.snapshot()

    # --- parts -----------------------------------------------------------------------------

    def _expect(self, found: Object, id: str, left_out: Collection[str], where: str) -> None:
        given = self.subject.id_of(found)
        holds(given == id, f"{where} is about {given}, not {id}")
        fault = self._model.fault(id, found, left_out)
        holds(not fault, f"in {where} {id} is wrong: {fault}")

    def _expect_gone(self, operation: Operation, behaviour: Any, id: str) -> None:
        status, gone = self.subject.ask(operation, behaviour, id).status, self.subject.resource.gone
        holds(status == gone, f"{operation.id} answered {status} for {id}, not {gone}")

    def _left_out(
        self, operation: Operation, parameter: str | None, full: bool | None
    ) -> Collection[str]:
        """The members that a reply does not have."""
        if parameter is None:
            return ()
        default = next(p.default for p in operation.parameters if p.wire == parameter)
        return () if (default if full is None else full) else self.subject.resource.heavy

    def _learn_times(self) -> None:
        """Read what may have another time of update by now."""
        for id, thing in self._model.things.items():
            if thing.touched and self.subject.operations(Get):
                self.get(id)
            elif thing.touched and self.subject.operations(BatchFetch):
                self.batch([id])

    def _time(self, id: str, which: Time) -> str:
        thing = self._model.things.get(id) or self._gone[id]
        return str(thing.created if which == "created" else thing.updated)

    def _before(self, id: str, other: Any, behaviour: Identifiers) -> bool:
        """Whether a thing comes before a time in a list."""
        time = instant(self._time(id, behaviour.order))
        return bool(time > other if behaviour.descending else time < other)
