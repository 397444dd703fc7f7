"""What the annotations of models say, for those who follow them."""

from __future__ import annotations

import types
import typing
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import msgspec

from ._model import ADDITIONAL


@dataclass(frozen=True, slots=True)
class Member:
    """One member of a model. `type` is what a value that was sent has."""

    name: str
    wire: str
    type: Any
    required: bool
    is_time: bool
    """Whether it holds date-times and no model: alone, in lists or in maps."""

    @property
    def never_null(self) -> bool:
        """Whether it can be left out but not be null."""
        return not self.required and self.type is not Any


@cache
def members(model: type[msgspec.Struct]) -> tuple[Member, ...]:
    """The members of a model, `additional_properties` aside."""
    return tuple(
        Member(f.name, f.encode_name, _sent(f.type), f.required, holds_times(_sent(f.type)))
        for f in msgspec.structs.fields(model)
        if f.encode_name != ADDITIONAL
    )


def bare(annotation: Any) -> Any:
    """An annotation without its constraints."""
    if typing.get_origin(annotation) is typing.Annotated:
        return typing.get_args(annotation)[0]
    return annotation


def constrained(kind: Any, annotation: Any) -> Any:
    """`kind` under the constraints of an annotation."""
    constraints = getattr(annotation, "__metadata__", ())
    return typing.Annotated[(kind, *constraints)] if constraints else kind


def inside(annotation: Any) -> tuple[Any, Any]:
    """The class of the values of an annotation, and for lists and maps the type of their items."""
    kind = bare(annotation)
    origin = typing.get_origin(kind)
    return (origin, typing.get_args(kind)[-1]) if origin in (list, dict) else (kind, None)


def can_hold_models(annotation: Any) -> bool:
    """Whether there can be a model in the values of an annotation. In free-form data there can."""
    kind, item = inside(annotation)
    return is_model(kind) or kind is Any if item is None else can_hold_models(item)


def is_model(kind: Any) -> bool:
    """Whether a class is one of a model."""
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def holds_times(annotation: Any) -> bool:
    """Whether the values of an annotation are date-times, or lists or maps of them."""
    kind, item = inside(annotation)
    return kind is datetime if item is None else holds_times(item)


def _sent(annotation: Any) -> Any:
    if typing.get_origin(annotation) not in (typing.Union, types.UnionType):
        return annotation
    return next(a for a in typing.get_args(annotation) if a is not msgspec.UnsetType)
