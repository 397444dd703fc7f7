"""Collections of references: `{items: [{id}, ...], positions: {id: place}}`, by the names that a
resource's type gives to these members. A negative place marks a reference that was taken out.

What is stored may hold items without an id, where the spec lets them in: they are left alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .contract import ResourceType
from .replies import Refusal

Collection = Mapping[str, Any]
Object = dict[str, Any]


class References:
    """The collections of one kind of thing."""

    def __init__(self, type: ResourceType) -> None:
        self._id = type.id
        self._items = type.items
        self._positions = type.positions

    def id_of(self, item: Any) -> str | None:
        """The id in a reference; None when it has none."""
        id = item.get(self._id) if isinstance(item, dict) else None
        return id if isinstance(id, str) else None

    def checked_id(self, item: Any, where: str) -> str:
        """The id in the reference at `where`. Raises Refusal (422) when it has none."""
        if (id := self.id_of(item)) is None:
            raise Refusal(422, f"{where}: has no {self._id}")
        return id

    def check(self, collection: Collection, where: str) -> None:
        """Raise Refusal (422) unless each item of the collection at `where` has an id."""
        for number, item in enumerate(collection.get(self._items, ())):
            self.checked_id(item, f"{where}.{self._items}[{number}]")

    def listed(self, collection: Collection) -> list[str]:
        """The ids of the items, and those whose position is not negative."""
        ids = [self.id_of(item) for item in collection.get(self._items, ())]
        positions: Mapping[str, int] = collection.get(self._positions, {})
        active = [id for id, position in positions.items() if position >= 0]
        return [id for id in ids if id is not None] + active

    def added(self, collection: Collection | None, reference: Mapping[str, Any]) -> Object:
        """`collection` with `reference`, which has an id, in it, at most once."""
        collection = collection or {}
        items: list[Any] = list(collection.get(self._items, ()))
        ids = [self.id_of(item) for item in items]
        id = reference[self._id]
        if id not in ids:
            ids.append(id)
            items.append(reference)
        positions = {**collection.get(self._positions, {}), id: ids.index(id)}
        return {**collection, self._items: items, self._positions: positions}

    def removed(self, collection: Collection | None, id: str) -> Object:
        """`collection` without the reference to `id`, and with the positions of the others as
        they are now."""
        collection = collection or {}
        items = [item for item in collection.get(self._items, ()) if self.id_of(item) != id]
        positions = dict(collection.get(self._positions, {}))
        for position, item in enumerate(items):
            if (other := self.id_of(item)) in positions:
                positions[other] = position
        return {**collection, self._items: items, self._positions: {**positions, id: -1}}
