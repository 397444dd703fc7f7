"""Models with unknown members as plain data, in which these are members like others."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

from msgspec import UNSET

from ._fold import restored
from ._model import ApiModel
from ._shape import can_hold_models, members
from .errors import InvalidArgument

_LEAVES = frozenset({str, int, float, bool, type(None), datetime})


def unfold(value: Any) -> Any:
    """`value` with dicts instead of the models in it that have unknown members or hold such a
    model; all else is left as it is."""
    kind: Any = type(value)
    if kind in _LEAVES:
        return value
    if isinstance(value, ApiModel):
        return _unfolding(kind)(value)
    if isinstance(value, list | tuple):
        changed = {i: new for i, item in enumerate(value) if (new := unfold(item)) is not item}
        return [changed.get(i, item) for i, item in enumerate(value)] if changed else value
    if isinstance(value, dict):
        changed = {key: new for key, item in value.items() if (new := unfold(item)) is not item}
        return {**value, **changed} if changed else value
    return value


class _Unfolding:
    """Unfolds models of one kind."""

    __slots__ = ("_deeper", "_names", "_times")

    def __init__(self, model: type[ApiModel]) -> None:
        known = members(model)
        self._names = [(member.name, member.wire) for member in known]
        self._deeper = [(m.name, m.wire) for m in known if can_hold_models(m.type)]
        self._times = {member.wire: member for member in known if member.is_time}

    def __call__(self, model: ApiModel) -> Any:
        """A dict in the place of `model`, or `model` itself when nothing in it is unknown. No
        unknown members are left out, rather than encoded as an empty member."""
        changed: dict[str, Any] = {}
        for name, wire in self._deeper:
            value = getattr(model, name)
            if value is not UNSET and (plain := unfold(value)) is not value:
                changed[wire] = plain
        kept = model.additional_properties
        if not changed and kept is UNSET:
            return model
        if not isinstance(kept or {}, dict):
            raise InvalidArgument(f"additional_properties: {type(kept).__name__}, not a dict")
        data = {
            wire: value
            for name, wire in self._names
            if (value := getattr(model, name)) is not UNSET
        }
        data |= changed
        for wire, value in (kept or {}).items():
            if wire not in data or self._is_kept(wire, value, data[wire]):
                data[wire] = unfold(value)
        return data

    def _is_kept(self, wire: str, kept: Any, value: Any) -> bool:
        member = self._times.get(wire)
        return member is not None and restored(value, kept, member.type)


_unfolding = cache(_Unfolding)
