"""Where unknown members go between untyped JSON and models.

`fold` moves the members that a model does not know into one member, named ADDITIONAL, that it
does know; `unfold` moves them back. Both follow the types, so free-form data stays as it is.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable
from functools import cache
from typing import Any

import msgspec

ADDITIONAL = "\ue000additional_properties"
"""Not a name that a server would give to a member: it starts with a private-use character."""


class Unknown(dict[str, Any]):
    """Unknown members. A type of its own: no JSON decodes to it, whatever a server sends."""


_Arms = dict[type, Callable[[Any], Any]]
"""What to do with JSON data, by its Python type; data of other types stays as it is."""


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
    if annotation is int and folding:
        return {float: lambda value: int(value) if value.is_integer() else value}
    return {}


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

    __slots__ = ("_inner", "_known", "_model", "_never_null")

    def __init__(self, model: type[msgspec.Struct]) -> None:
        self._model = model
        self._inner: dict[bool, list[tuple[str, _Arms]]] = {}
        self._known: frozenset[str] = frozenset()
        self._never_null: tuple[str, ...] = ()

    def fold(self, data: dict[str, Any]) -> dict[str, Any]:
        """`data` with what the model cannot hold under ADDITIONAL: unknown members, and nulls of
        optional members that have none."""
        self._descend(data, True)
        surplus = data.keys() - self._known
        if None in data.values():
            surplus.update(name for name in self._never_null if data.get(name, 0) is None)
        if surplus:
            names = [name for name in data if name in surplus]
            data[ADDITIONAL] = Unknown((name, data.pop(name)) for name in names)
        return data

    def unfold(self, data: dict[str, Any]) -> dict[str, Any]:
        """`data` with the members under ADDITIONAL back in place; those the model holds win."""
        self._descend(data, False)
        for name, value in data.pop(ADDITIONAL, {}).items():
            data.setdefault(name, value)
        return data

    def _descend(self, data: dict[str, Any], folding: bool) -> None:
        if folding not in self._inner:
            self._resolve(folding)
        for name, arms in self._inner[folding]:
            if name in data:
                data[name] = _apply(arms, data[name])

    def _resolve(self, folding: bool) -> None:
        fields = [f for f in msgspec.structs.fields(self._model) if f.encode_name != ADDITIONAL]
        self._known = frozenset(f.encode_name for f in fields)
        self._never_null = tuple(
            f.encode_name for f in fields if f.default is msgspec.UNSET and not _nullable(f.type)
        )
        inner = [(f.encode_name, _arms(f.type, folding)) for f in fields]
        self._inner[folding] = [(name, arms) for name, arms in inner if arms]


def _nullable(annotation: Any) -> bool:
    arguments = typing.get_args(annotation) or (annotation,)
    return type(None) in arguments or Any in arguments or annotation is Any
