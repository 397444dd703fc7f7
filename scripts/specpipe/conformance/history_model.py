"""What a server should hold: the contract of the verbs, in memory and without a network.

Where the contract leaves something open, so does the model: a time of update that may have moved,
a position of something that was never there.
"""

from __future__ import annotations

import copy
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from specpipe.conformance.exchange import same
from specpipe.conformance.subject import Object, instant, member
from specpipe.spec.model import Api, Associate, Create, Increment, Resource


@dataclass(slots=True)
class Thing:
    """One stored thing. `members` are all but its id and times."""

    members: Object
    created: Any
    updated: Any
    """As it was last read."""
    touched: bool = False
    """Whether something was done since then that may move the time of update."""
    changed: bool = False
    """Whether something was done since then that must move it."""


class Model:
    """The things of one resource that one history has created."""

    def __init__(self, api: Api, resource: Resource) -> None:
        behaviours = [o.behaviour for o in api.operations]
        ours = [b for b in behaviours if b is not None and b.resource == resource]
        self._resource = resource
        self._times = {resource.created[0], resource.updated[0]}
        self._adopts = dict(pair for b in ours if isinstance(b, Create) for pair in b.adopts)
        self._collections = {b.member for b in ours if isinstance(b, Associate)}
        self._collections |= set(self._adopts.values())
        self._counted = {b.member: b for b in ours if isinstance(b, Increment)}
        self.things: dict[str, Thing] = {}

    # --- what verbs do ---------------------------------------------------------------------

    def create(self, behaviour: Create, body: Object, reply: Object) -> None:
        """A thing was created out of `body`."""
        members = {**behaviour.without_body} if not body else copy.deepcopy(body)
        members.pop(behaviour.id or "", None)
        for reference, collection in behaviour.adopts:
            if reference in members:
                adopted = members.pop(reference)
                members[collection] = self._added(members.get(collection), adopted)
        times = (member(reply, path) for path in (self._resource.created, self._resource.updated))
        self.things[reply[self._resource.id]] = Thing(self._own(members), *times)

    def update(self, id: str, body: Object) -> None:
        """The members of `body` were sent as an update."""
        self._touch(id).members |= self._own(copy.deepcopy(body))

    def associate(self, id: str, behaviour: Associate, other: str) -> None:
        """A reference was added or taken out. Doing it again may do nothing at all."""
        collection = self.things[id].members.get(behaviour.member)
        listed = other in self._ids(collection)
        thing = self._touch(id, surely=listed == behaviour.removes)
        reference = {self._resource.id: other}
        if not behaviour.removes:
            thing.members[behaviour.member] = self._added(collection, reference)
        elif listed:
            thing.members[behaviour.member] = self._removed(collection, other)

    def increment(self, id: str, behaviour: Increment, named: Collection[str]) -> None:
        """Counters were raised."""
        if not named:
            return
        members = self._touch(id).members
        counts = {**dict.fromkeys(behaviour.starts, 0), **members.get(behaviour.member, {})}
        for counter, steps in (*((name, 1) for name in named), (behaviour.total, len(named))):
            counts[counter] = min(counts.get(counter, 0) + steps, behaviour.maximum)
        members[behaviour.member] = counts

    def delete(self, id: str) -> None:
        """The thing was deleted."""
        del self.things[id]

    # --- what can be read ------------------------------------------------------------------

    def fault(self, id: str, found: Object, left_out: Collection[str] = ()) -> str:
        """What is wrong with a thing as it was read, without the members `left_out`; empty when it
        is right, and then its time of update is known."""
        thing = self.things[id]
        wanted = {name: v for name, v in thing.members.items() if name not in left_out}
        surplus = found.keys() - wanted.keys() - self._times - {self._resource.id}
        for name in (*wanted, *sorted(surplus)):
            if fault := self._member_fault(name, wanted.get(name), found.get(name)):
                return fault
            if name not in found and name not in self._collections:
                return f"{name} is lost"
        return self._times_fault(thing, found)

    def _member_fault(self, name: str, wanted: Any, found: Any) -> str:
        if name in self._collections:
            return self._collection_fault(name, wanted or {}, found or {})
        if name in self._counted and isinstance(wanted, dict) and isinstance(found, dict):
            behaviour = self._counted[name]
            zeros = dict.fromkeys((*behaviour.counters, *behaviour.starts, behaviour.total), 0)
            wanted, found = zeros | wanted, zeros | found
        if same(wanted, found):
            return ""
        return f"{name} is {found!r}, not {wanted!r}"

    def _collection_fault(self, name: str, wanted: Object, found: Object) -> str:
        items, positions = self._resource.items, self._resource.positions
        if not same(found.get(items, []), wanted.get(items, [])):
            return f"{name} holds {found.get(items, [])}, not {wanted.get(items, [])}"
        ids = self._ids(found)
        due: Mapping[str, int] = wanted.get(positions, {})
        for id in due | found.get(positions, {}):
            given = found.get(positions, {}).get(id)
            right = ids.index(id) if id in ids else None
            fits = given == right if right is not None else isinstance(given, int) and given < 0
            if not fits:
                where = "it is not in there" if right is None else f"its place is {right}"
                return f"{name} gives the position of {id} as {given}, {where}"
        rest = {items, positions}
        for key in (wanted.keys() | found.keys()) - rest:
            if not same(wanted.get(key), found.get(key)) or key not in found:
                return f"{name}.{key} is {found.get(key)!r}, not {wanted.get(key)!r}"
        return ""

    def _times_fault(self, thing: Thing, found: Object) -> str:
        created, updated = (
            member(found, path) for path in (self._resource.created, self._resource.updated)
        )
        if instant(created) != instant(thing.created):
            return f"the time of creation is {created}, it was {thing.created}"
        was, now = instant(thing.updated), instant(updated)
        if thing.changed and now <= was:
            return f"the time of update is {updated}, which is not after {thing.updated}"
        if not thing.touched and now != was:
            return f"the time of update is {updated}, it was {thing.updated}"
        if now < was:
            return f"the time of update went back from {thing.updated} to {updated}"
        thing.updated, thing.touched, thing.changed = updated, False, False
        return ""

    # --- parts -----------------------------------------------------------------------------

    def _own(self, members: Object) -> Object:
        fixed = self._times | {self._resource.id}
        return {name: value for name, value in members.items() if name not in fixed}

    def _touch(self, id: str, *, surely: bool = True) -> Thing:
        thing = self.things[id]
        thing.touched, thing.changed = True, thing.changed or surely
        return thing

    def _ids(self, collection: Object | None) -> Sequence[str]:
        items = (collection or {}).get(self._resource.items, ())
        return [item[self._resource.id] for item in items]

    def _added(self, collection: Object | None, reference: Object) -> Object:
        collection, id = dict(collection or {}), reference[self._resource.id]
        items = [*collection.get(self._resource.items, ())]
        if id not in self._ids(collection):
            items.append(reference)
        return self._placed({**collection, self._resource.items: items}, id)

    def _removed(self, collection: Object | None, id: str) -> Object:
        collection = dict(collection or {})
        items = [i for i in collection.get(self._resource.items, ()) if i[self._resource.id] != id]
        return self._placed({**collection, self._resource.items: items}, id)

    def _placed(self, collection: Object, id: str) -> Object:
        """The collection, with positions for `id` and for what had one before."""
        ids = self._ids(collection)
        known = collection.get(self._resource.positions, {})
        places = {other: ids.index(other) if other in ids else -1 for other in (*known, id)}
        return {**collection, self._resource.positions: places}
