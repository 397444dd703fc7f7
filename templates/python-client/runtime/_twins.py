"""Decoders that expect what has been learned about newer servers.

A model's twin has its members and those that were seen beside them, so that decoding stays one
strict pass of C. What it gives is settled into models afterwards, and that touches only objects
with a twin: models without unknown members, and all they hold, are decoded as themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from types import GenericAlias
from typing import Any

import msgspec
from msgspec import UNSET

from ._fold import apply, arms
from ._lessons import Lesson, lesson, made
from ._model import Unknown
from ._shape import Member, constrained, inside, is_model, members

_Settle = Callable[[Any], Any]
_Decode = Callable[[Any], Any]


def decoder(annotation: Any, fine: bool) -> _Decode:
    """A strict decoder for `annotation` and all that has been learned about its models.

    With `fine` it keeps date-times that a datetime would round. It raises ValidationError.
    """
    decoders = made()  # first: what is learned from now on is not in what is made here
    known: _Decode | None = decoders.get((annotation, fine))
    if known is None:
        known = decoders[annotation, fine] = _decoder(annotation, fine)
    return known


def _decoder(annotation: Any, fine: bool) -> _Decode:
    kind, settle = _Twins(fine).of(annotation)
    decode = msgspec.json.Decoder(kind).decode
    return (lambda data: settle(decode(data))) if settle else decode


class _Twins:
    """The twins that one decoder needs."""

    def __init__(self, fine: bool) -> None:
        self._fine = fine
        self._made: dict[type, tuple[Any, _Settle | None]] = {}

    def of(self, annotation: Any) -> tuple[Any, _Settle | None]:
        """The annotation with twins in it, and what makes models of its values, if it has any."""
        kind, item = inside(annotation)
        if is_model(kind):
            if kind not in self._made:
                self._made[kind] = kind, None  # what holds itself has no twin in there
                self._made[kind] = self._twin(kind)
            return self._made[kind]
        twin, settle = self.of(item) if item is not None else (None, None)
        if settle is None:
            return annotation, None
        if kind is list:
            many = GenericAlias(list, (twin,))
            return constrained(many, annotation), partial(_settle_list, settle)
        named = GenericAlias(dict, (str, twin))
        return constrained(named, annotation), partial(_settle_map, settle)

    def _twin(self, model: type[msgspec.Struct]) -> tuple[Any, _Settle | None]:
        known, learned = members(model), lesson(model)
        fields, settling = [], _Settling(model, learned)
        for member in known:
            kind, settle = self.of(member.type)
            if settle:
                settling.inner.append((member.name, settle))
            if member.is_time and self._fine:
                kind = Any
                settling.times.append(member)
            if member.wire in learned.nulls:
                kind = kind | None
                settling.nulls.append(member)
            fields.append(_field(member.name, member.wire, kind, member.required))
        if not settling.is_needed:
            return model, None
        fields += [_field(name, wire, Any, False) for name, wire in settling.surplus]
        twin = msgspec.defstruct(
            model.__name__, fields, kw_only=True, forbid_unknown_fields=True, gc=False
        )
        return twin, settling


def _field(name: str, wire: str, kind: Any, required: bool) -> tuple[str, Any, Any]:
    if required:
        return name, kind, msgspec.field(name=wire)
    return name, kind | msgspec.UnsetType, msgspec.field(name=wire, default=UNSET)


class _Settling:
    """Makes models of one kind out of their twins."""

    __slots__ = ("_model", "inner", "nulls", "surplus", "times")

    def __init__(self, model: type[msgspec.Struct], learned: Lesson) -> None:
        self._model = model
        self.inner: list[tuple[str, _Settle]] = []
        self.times: list[Member] = []
        self.nulls: list[Member] = []
        self.surplus = [(f"SURPLUS_{i}", wire) for i, wire in enumerate(sorted(learned.surplus))]

    @property
    def is_needed(self) -> bool:
        """Whether a twin would differ from its model."""
        return bool(self.inner or self.times or self.nulls or self.surplus)

    def __call__(self, twin: Any) -> Any:
        """The model for a twin. Raises ValidationError for what is no date-time."""
        values = msgspec.structs.asdict(twin)
        kept = {}
        for name, wire in self.surplus:
            value = values.pop(name)
            if value is not UNSET:
                kept[wire] = value
        for member in self.nulls:
            if values[member.name] is None:
                values[member.name] = UNSET
                kept[member.wire] = None
        for name, settle in self.inner:
            value = values[name]
            if value is not UNSET:
                values[name] = settle(value)
        for member in self.times:
            value = values[member.name]
            if value is not UNSET:
                folded = apply(arms(member.type), value)
                values[member.name] = msgspec.convert(folded, member.type)
                if folded != value:
                    kept[member.wire] = value
        if kept:
            values["additional_properties"] = Unknown(sorted(kept.items()))
        return self._model(**values)


def _settle_list(settle: _Settle, values: list[Any]) -> list[Any]:
    for index, value in enumerate(values):  # one by one, so that twins do not wait in memory
        values[index] = settle(value)
    return values


def _settle_map(settle: _Settle, values: dict[str, Any]) -> dict[str, Any]:
    for key, value in values.items():
        values[key] = settle(value)
    return values
