"""The changing steps of a history: what a verb replies is held against the model."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from specpipe.conformance.history_model import Thing
from specpipe.conformance.history_reads import Reads
from specpipe.conformance.samples import sample
from specpipe.conformance.subject import Object, nested
from specpipe.spec.model import Associate, Create, Delete, Increment, Operation, Update


class Steps(Reads):
    """What one history does. Every method raises Broken when the server departs from the model."""

    def create(self, name: str, members: Object, proposed: str | None = None) -> None:
        """Create a thing with these members besides those of the example."""
        operation, behaviour = self.subject.one(Create)
        body = self.subject.seed() | self._edits(members)
        if proposed is not None and behaviour.id is not None:
            body[behaviour.id] = proposed
        reply = self.subject.create(body)
        id = self.subject.id_of(reply)
        self.ids[name] = id
        self._model.create(behaviour, body, reply)
        self._expect(reply, id, self._left_out(operation, behaviour.full, None), "the reply")

    def update(self, id: str, members: Object) -> None:
        """Send members as an update, with those that an update needs as they are."""
        operation, behaviour = self.subject.one(Update)
        if id not in self._model.things:
            return self._expect_gone(operation, behaviour, id)
        thing = self._model.things[id]
        needed = self.subject.schemas[operation.body.schema] if operation.body else {}
        kept = {n: v for n, v in thing.members.items() if n in needed.get("required", ())}
        body = self.subject.update_body(
            kept | {self.subject.resource.id: id} | self._times(thing) | self._edits(members)
        )
        reply = self.subject.update(body)
        self._model.update(id, body)
        self._expect(reply, id, self._left_out(operation, behaviour.full, None), "the reply")
        return None

    def associate(self, id: str, pair: tuple[Operation, Associate], number: int) -> None:
        """Add a reference, or take it out."""
        operation, behaviour = pair
        if id not in self._model.things:
            return self._expect_gone(operation, behaviour, id)
        other = self.other(pair, number)
        self.subject.associate(id, other, pair)
        self._model.associate(id, behaviour, other)
        return None

    def increment(self, id: str, named: Collection[str]) -> None:
        """Raise counters."""
        operation, behaviour = self.subject.one(Increment)
        if id not in self._model.things:
            return self._expect_gone(operation, behaviour, id)
        self.subject.increment(id, {behaviour.reads: dict.fromkeys(sorted(named), True)})
        self._model.increment(id, behaviour, named)
        return None

    def delete(self, id: str) -> None:
        """Delete a thing."""
        operation, behaviour = self.subject.one(Delete)
        if id not in self._model.things:
            return self._expect_gone(operation, behaviour, id)
        self.subject.delete(id)
        self._gone[id] = self._model.things[id]
        self._model.delete(id)
        return None

    def remove(self) -> None:
        """Delete what is left. Raises Broken when that does not go well."""
        if self.subject.operations(Delete):
            for id in [*self._model.things]:
                self.delete(id)

    # --- parts -----------------------------------------------------------------------------

    def _edits(self, members: Mapping[str, Any]) -> Object:
        """Members as they are sent: for a collection the numbers of its references are given, for
        counters the total, for a heavy object what an unknown member of it is."""
        edits = dict(members)
        properties = self.subject.schema.get("properties", {})
        for pair in self.subject.operations(Associate):
            if pair[1].member in members:
                plain = sample(properties[pair[1].member], self.subject.schemas)
                ids = [self.other(pair, number) for number in members[pair[1].member]]
                references = [{self.subject.resource.id: id} for id in ids]
                edits[pair[1].member] = plain | {self.subject.resource.items: references}
        for _, behaviour in self.subject.operations(Increment):
            if behaviour.member in members:
                plain = sample(properties[behaviour.member], self.subject.schemas)
                edits[behaviour.member] = plain | {behaviour.total: members[behaviour.member]}
        for name in self.subject.resource.heavy:
            if name in members:
                plain = sample(properties[name], self.subject.schemas)
                edits[name] = plain | {"x_in": members[name]}
        return edits

    def _times(self, thing: Thing) -> Object:
        """The times of a thing, as a body that needs them has them."""
        resource = self.subject.resource
        return nested(resource.created, thing.created) | nested(resource.updated, thing.updated)
