"""Where unknown members go between untyped JSON and models.

`fold` moves the members that a model does not know into one member, named ADDITIONAL, that it
does know; `unfold` moves them back. Both follow the types, so free-form data stays as it is.
Date-times finer than microseconds are cut to what a datetime holds, and kept there as well.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any

import msgspec

from ._times import cut, is_cut_of, is_finer

ADDITIONAL = "\ue000additional_properties"
"""Not a name that a server would give to a member: it starts with a private-use character."""


class Unknown(dict[str, Any]):
    """Unknown members. A type of its own: no JSON decodes to it, whatever a server sends."""


_Arms = dict[type, Callable[[Any], Any]]
"""What to do with JSON data, by its Python type; data of other types stays as it is."""


_SCALARS: dict[type, _Arms] = {
    int: {float: lambda value: int(value) if value.is_integer() else value},
    datetime: {str: cut},
}


def fold(value: Any, annotation: Any) -> Any:
    """`value`, untyped JSON data for `annotation`, fit for a strict conversion that keeps all."""
    return _apply(_arms(annotation, True), value)


def unfold(value: Any, annotation: Any) -> Any:
    """The opposite of `fold`."""
    return _apply(_arms(annotation, False), value)


def _apply(arms: _Arms, value: Any) -> Any:
    arm = arms.get(type(value))
    return arm(value) if arm else value


@cache
def _arms(annotation: Any, folding: bool) -> _Arms:
    """The arms for a type as it stands in an annotation."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (typing.Union, types.UnionType):
        return _union(arguments, folding)
    if origin in (list, dict):
        return _container(origin, _arms(arguments[-1], folding))
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        members = _Members(annotation)
        return {dict: members.fold if folding else members.unfold}
    if origin is typing.Annotated:
        annotation = arguments[0]
    return _SCALARS.get(annotation, {}) if folding else {}


def _container(origin: type, inner: _Arms) -> _Arms:
    if not inner:
        return {}
    if origin is list:
        return {list: lambda value: [_apply(inner, item) for item in value]}
    return {dict: lambda value: {key: _apply(inner, item) for key, item in value.items()}}


def _union(arguments: tuple[Any, ...], folding: bool) -> _Arms:
    arms: _Arms = {}
    for argument in arguments:
        arms.update(_arms(argument, folding))
    if float in arguments:
        arms.pop(float, None)
    return arms


class _Members:
    """The members of one model. They are looked up on first use: models refer to each other."""

    __slots__ = ("_inner", "_known", "_model", "_never_null", "_times")

    def __init__(self, model: type[msgspec.Struct]) -> None:
        self._model = model
        self._inner: dict[bool, list[tuple[str, _Arms]]] = {}
        self._known: frozenset[str] = frozenset()
        self._never_null: tuple[str, ...] = ()
        self._times: tuple[str, ...] = ()

    def fold(self, data: dict[str, Any]) -> dict[str, Any]:
        """`data` with what the model cannot hold under ADDITIONAL: unknown members, and nulls of
        optional members that have none; and the text of date-times that the model cuts."""
        inner = self._resolved(True)
        finer = {name: data[name] for name in self._times if is_finer(data.get(name))}
        _descend(inner, data)
        surplus = data.keys() - self._known
        if None in data.values():
            surplus.update(name for name in self._never_null if data.get(name, 0) is None)
        if surplus or finer:
            names = [name for name in data if name in surplus]
            data[ADDITIONAL] = Unknown({name: data.pop(name) for name in names} | finer)
        return data

    def unfold(self, data: dict[str, Any]) -> dict[str, Any]:
        """`data` with the members under ADDITIONAL back in place; those the model holds win, date-
        times that are still what is left of their text aside."""
        _descend(self._resolved(False), data)
        for name, value in data.pop(ADDITIONAL, {}).items():
            if name not in data or (name in self._times and is_cut_of(data[name], value)):
                data[name] = value
        return data

    def _resolved(self, folding: bool) -> list[tuple[str, _Arms]]:
        if folding in self._inner:
            return self._inner[folding]
        fields = [f for f in msgspec.structs.fields(self._model) if f.encode_name != ADDITIONAL]
        self._known = frozenset(f.encode_name for f in fields)
        self._never_null = tuple(
            f.encode_name for f in fields if f.default is msgspec.UNSET and not _nullable(f.type)
        )
        inner = [(f.encode_name, _arms(f.type, folding)) for f in fields]
        self._times = tuple(f.encode_name for f in fields if _is_time(f.type))
        self._inner[folding] = [(name, arms) for name, arms in inner if arms]
        return self._inner[folding]


def _descend(inner: list[tuple[str, _Arms]], data: dict[str, Any]) -> None:
    for name, arms in inner:
        if name in data:
            data[name] = _apply(arms, data[name])


def _is_time(annotation: Any) -> bool:
    parts = typing.get_args(annotation) if typing.get_origin(annotation) not in (list, dict) else ()
    return annotation is datetime or any(map(_is_time, parts))


def _nullable(annotation: Any) -> bool:
    arguments = typing.get_args(annotation) or (annotation,)
    return type(None) in arguments or Any in arguments or annotation is Any
