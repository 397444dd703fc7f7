"""Untyped JSON data made fit for a strict conversion that loses nothing.

`fold` moves the members that a model does not know into one member, named ADDITIONAL, that it
does know. It follows the types, so free-form data stays as it is. Date-times that a datetime
cannot hold are cut to what it holds, and kept there as well.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any

import msgspec

from ._lessons import learn
from ._model import ADDITIONAL, Unknown
from ._shape import holds_times, inside, is_model, members
from ._times import cut

_Arms = dict[type, Callable[[Any], Any]]
"""What to do with JSON data, by its Python type; data of other types stays as it is."""

_SCALARS: dict[type, _Arms] = {
    int: {float: lambda value: int(value) if value.is_integer() else value},
    datetime: {str: cut},
}


def fold(value: Any, annotation: Any) -> Any:
    """`value`, untyped JSON data for `annotation`, fit for a strict conversion that keeps all.

    Raises ValidationError for a date-time that would be cut with no model around to keep it.
    """
    folded = apply(arms(annotation), value)
    if folded != value and holds_times(annotation):
        raise msgspec.ValidationError("Date-times that datetime cannot hold, outside of an object")
    return folded


def restored(value: Any, kept: Any, annotation: Any) -> bool:
    """Whether `value`, date-times of a member, is what `fold` made of the JSON data `kept`."""
    try:
        return bool(msgspec.convert(apply(arms(annotation), kept), annotation) == value)
    except msgspec.ValidationError:
        return False


def apply(arms: _Arms, value: Any) -> Any:
    """`value` after what there is to do with data of its type."""
    arm = arms.get(type(value))
    return arm(value) if arm else value


@cache
def arms(annotation: Any) -> _Arms:
    """The arms for a type as it stands in an annotation."""
    kind, item = inside(annotation)
    if item is not None:
        return _container(kind, arms(item))
    if is_model(kind):
        return {dict: _Model(kind)}
    return _SCALARS.get(kind, {})


def _container(kind: type, inner: _Arms) -> _Arms:
    if not inner:
        return {}
    if kind is list:
        return {list: lambda value: [apply(inner, item) for item in value]}
    return {dict: lambda value: {key: apply(inner, item) for key, item in value.items()}}


class _Model:
    """Folds the data of one model. Its members are looked up on first use: models can refer to
    each other."""

    __slots__ = ("_inner", "_known", "_model", "_never_null", "_times")

    def __init__(self, model: type[msgspec.Struct]) -> None:
        self._model = model
        self._inner: list[tuple[str, _Arms]] | None = None
        self._known: frozenset[str] = frozenset()
        self._never_null: tuple[str, ...] = ()
        self._times: tuple[tuple[str, _Arms], ...] = ()

    def __call__(self, data: dict[str, Any]) -> dict[str, Any]:
        """`data` with what the model cannot hold under ADDITIONAL: unknown members, and nulls of
        optional members that have none; and date-times that the model cuts, as they were."""
        kept: dict[str, Any] = {}
        for name, inner in self._resolved():
            if name in data:
                data[name] = apply(inner, data[name])
        for name, inner in self._times:
            if name in data and (folded := apply(inner, data[name])) != data[name]:
                kept[name], data[name] = data[name], folded
        surplus = data.keys() - self._known
        nulls = [n for n in self._never_null if data.get(n, 0) is None]
        if surplus or nulls:
            learn(self._model, surplus, nulls)
            kept |= {name: data.pop(name) for name in (*surplus, *nulls)}
        if kept:
            data[ADDITIONAL] = Unknown(sorted(kept.items()))
        return data

    def _resolved(self) -> list[tuple[str, _Arms]]:
        if self._inner is None:
            known = members(self._model)
            self._known = frozenset(m.wire for m in known)
            self._never_null = tuple(m.wire for m in known if m.never_null)
            self._times = tuple((m.wire, arms(m.type)) for m in known if m.is_time)
            self._inner = [(m.wire, arms(m.type)) for m in known if not m.is_time and arms(m.type)]
        return self._inner
