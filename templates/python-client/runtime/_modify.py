"""Read, change, update: as safe as it gets without conditional updates.

Right before the update the thing is read again, always. After a change that took no time this gains
nothing: a request from others fits between that look and the update as well as between the first
read and the update. After a change that took longer than a request it is what saves their work. To
tell the two apart would take a clock, and luck; the look takes a small part of what a durable
update does. It asks for the whole thing: what is found newer is then there to be changed.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar, cast

import msgspec

from ._engine import AsyncEngine, Engine
from ._exact import check
from ._model import ApiModel
from ._operation import Operation
from ._secret import conceal
from .errors import EditConflictError, InvalidArgument
from .options import CallOptions
from .raw_response import RawResponse

T = TypeVar("T", bound=ApiModel)

_canonical = msgspec.json.Encoder(order="deterministic").encode


class Editing(msgspec.Struct, Generic[T], frozen=True):
    """How things of type `T` are read and updated. The names are those on the wire."""

    read: Operation[T]
    update: Operation[T]
    id: str
    created: str
    updated: tuple[str, ...]
    full_read: str | None = None
    """The parameter of `read` that asks for the whole thing; and that of `update`."""
    full_update: str | None = None


def modify(
    engine: Engine,
    editing: Editing[T],
    id: str,
    change: Callable[[T], T | None],
    *,
    attempts: int,
    options: CallOptions,
) -> T:
    """The thing of that id, changed by `change`. Raises EditConflictError when others were faster
    `attempts` times, and InvalidArgument for a change that cannot be sent."""
    conceal(options)
    _check(attempts)
    whole = _true(editing.full_read)
    reading = _Reading(editing, engine.raw(editing.read, (id,), query=whole, options=options))
    for _ in range(attempts):
        changed = reading.result(change(reading.thing))
        if (body := reading.body(changed)) is None:
            return changed
        latest = _Reading(editing, engine.raw(editing.read, (id,), query=whole, options=options))
        if latest.is_same(reading):
            query = _true(editing.full_update)
            return engine.call(editing.update, query=query, body=body, options=options)
        reading = latest
    raise _conflict(editing, id, attempts)


async def modify_async(
    engine: AsyncEngine,
    editing: Editing[T],
    id: str,
    change: Callable[[T], T | Awaitable[T | None] | None],
    *,
    attempts: int,
    options: CallOptions,
) -> T:
    """The same, awaited; `change` is awaited if need be."""
    conceal(options)
    _check(attempts)
    whole = _true(editing.full_read)
    reading = _Reading(editing, await engine.raw(editing.read, (id,), query=whole, options=options))
    for _ in range(attempts):
        given = change(reading.thing)
        changed = reading.result(await given if isinstance(given, Awaitable) else given)
        if (body := reading.body(changed)) is None:
            return changed
        answer = await engine.raw(editing.read, (id,), query=whole, options=options)
        latest = _Reading(editing, answer)
        if latest.is_same(reading):
            query = _true(editing.full_update)
            return await engine.call(editing.update, query=query, body=body, options=options)
        reading = latest
    raise _conflict(editing, id, attempts)


class _Reading(Generic[T]):
    """A thing as it was read. `thing` is for the function to change."""

    def __init__(self, editing: Editing[T], answer: RawResponse[T]) -> None:
        self._editing = editing
        self.thing = answer.parse()
        self._sent: dict[str, msgspec.Raw] = msgspec.json.decode(
            answer.body, type=dict[str, msgspec.Raw]
        )
        """The members, to the letter."""
        self._before = _members(self.thing)

    def is_same(self, earlier: _Reading[T]) -> bool:
        """Whether nobody updated the thing in between: by the time of its last update if it has
        one, by all of it otherwise."""
        moment = self._updated
        return self._sent == earlier._sent if moment is None else moment == earlier._updated

    @property
    def _updated(self) -> Any:
        first, *path = self._editing.updated
        value: Any = msgspec.json.decode(self._sent.get(first, b"null"))
        for name in path:
            value = cast("dict[str, Any]", value).get(name) if isinstance(value, dict) else None
        return value

    def result(self, given: object) -> T:
        """The changed thing, for what the function gave back."""
        if given is None:
            return self.thing
        if not isinstance(given, type(self.thing)):
            wanted = type(self.thing).__name__
            raise InvalidArgument(
                f"change: gave back {type(given).__name__}: let it give the changed {wanted}, "
                "or None when it changed what it was given"
            )
        return given

    def body(self, changed: T) -> dict[str, msgspec.Raw] | None:
        """What an update has to send: what differs, and what has to be there as it was sent; None
        when nothing differs. Raises InvalidArgument for what no update can do."""
        editing, before, after = self._editing, self._before, _members(changed)
        check(changed, nulls=False)
        for name in before:
            if name not in after:
                raise InvalidArgument(f"change: {name}: an update cannot remove a member")
        differing = {name: value for name, value in after.items() if value != before.get(name)}
        for name in (editing.id, editing.created, editing.updated[0]):
            if name in differing:
                raise InvalidArgument(f"change: {name}: cannot be changed")
        if not differing:
            return None
        needed = {f.encode_name for f in msgspec.structs.fields(self.thing) if f.required}
        kept = {name: raw for name, raw in self._sent.items() if name in {editing.id, *needed}}
        return kept | {name: msgspec.Raw(value) for name, value in differing.items()}


def _members(thing: Any) -> dict[str, bytes]:
    """Each member's JSON, the same for the same value."""
    return {name: _canonical(value) for name, value in thing.to_dict().items()}


def _true(parameter: str | None) -> dict[str, bool]:
    return {} if parameter is None else {parameter: True}


def _check(attempts: object) -> None:
    if not isinstance(attempts, int) or isinstance(attempts, bool) or attempts < 1:
        raise InvalidArgument(f"attempts: {attempts!r}: a whole number, at least 1")


def _conflict(editing: Editing[Any], id: str, attempts: int) -> EditConflictError:
    return EditConflictError(
        f"{editing.update.id}: {id}: others updated it while it was being changed, "
        f"{attempts} times in a row; nothing was sent: try again"
    )
