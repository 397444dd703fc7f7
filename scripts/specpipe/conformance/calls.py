"""Calls of operations, drawn from a spec: such that can be sent, and such that cannot."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from specpipe.conformance.contract import Contract
from specpipe.conformance.oddities import WRONG, chosen, oddities
from specpipe.conformance.sdk import AsModel
from specpipe.conformance.shapes import Shapes
from specpipe.conformance.values import Values, frozen, scalars
from specpipe.render import python_argument
from specpipe.spec.model import Operation, Parameter

DOTS = ("", ".", "..")
"""What would change a path."""
UNFIT: Mapping[str, tuple[Any, ...]] = {
    "string": (5, True, ["x"], "\ud800"),
    "integer": ("5", 1.5, True, math.nan),
    "number": ("5", math.nan, math.inf, -math.inf, True),
    "boolean": ("true", 1, 0),
    "date-time": ("yesterday", "2024-10-08", "2024-10-08T07:41:12", "2024-10-08 07:41:12", 5),
}
"""By type of a parameter, what is none of it and must not be sent as if it were."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call as a person writes it: values of the path, in order; of the query, by the names of
    arguments in Python; and the body, given as a model or as data."""

    operation: Operation
    path: tuple[Any, ...] = ()
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None
    as_model: bool = False

    @property
    def arguments(self) -> dict[str, Any]:
        """By name, what is not in the path."""
        has_body = self.operation.body is not None and self.body is not None
        body = AsModel(self.body) if self.as_model else self.body
        return {**self.query, **({"body": body} if has_body else {})}

    def given(self, place: str) -> Iterator[tuple[Parameter, Any]]:
        """Its parameters that are given in `path` or `query`."""
        parameters = self.operation.parameters_in(place)
        if place == "path":
            yield from zip(parameters, self.path, strict=True)
            return
        for parameter in parameters:
            if (name := argument(parameter)) in self.query:
                yield parameter, self.query[name]


def argument(parameter: Parameter) -> str:
    """What a parameter is called in Python."""
    return python_argument(parameter.name.snake)


def plain_call(operation: Operation) -> Call:
    """With what the spec has as examples, and plain valid values where it gives none and one is
    needed."""
    return Call(
        operation,
        tuple(plain(parameter) for parameter in operation.parameters_in("path")),
        {argument(p): plain(p) for p in operation.parameters_in("query") if p.required},
        operation.body.example if operation.body is not None else None,
    )


def plain(parameter: Parameter) -> Any:
    """A valid value of a parameter."""
    schema = parameter.schema
    example = schema.get("example") if parameter.example is None else parameter.example
    if example is not None:
        return example
    candidates = schema.get("enum") or scalars(frozen(schema))
    return next(it for it in candidates if parameter.place == "query" or it not in DOTS)


class Calls:
    """Draws calls of one spec; the same ones for the same die."""

    def __init__(self, schemas: Mapping[str, Any], dice: random.Random) -> None:
        self._values = Values(schemas, dice)
        self._shapes = Shapes(schemas)
        self._dice = dice

    def valid(self, operation: Operation, count: int) -> Iterator[Call]:
        """The plain call, one with everything, and drawn ones."""
        yield plain_call(operation)
        for number in range(1, count):
            yield self._drawn(operation, 1.0 if number == 1 else 0.5)

    def _drawn(self, operation: Operation, chance: float) -> Call:
        dice = self._dice
        query = {
            argument(p): self._value(p)
            for p in operation.parameters_in("query")
            if p.required or dice.random() < chance
        }
        body, wanted = None, operation.body
        if wanted is not None and (wanted.required or dice.random() < 0.5 + chance):
            body = self._values.valid({"$ref": f"#/components/schemas/{wanted.schema}"})
        path = tuple(self._value(p) for p in operation.parameters_in("path"))
        return Call(operation, path, query, body, dice.random() < 0.5)

    def _value(self, parameter: Parameter) -> Any:
        value = self._values.valid(parameter.schema)
        for _ in range(20):
            if parameter.place == "query" or value not in DOTS:
                break
            value = self._values.valid(parameter.schema)
        else:
            return plain(parameter)
        return self._as_datetime(value) if parameter.type == "date-time" else value

    def _as_datetime(self, text: str) -> Any:
        """Half of the date-times as a datetime, if one can hold them."""
        try:
            there = datetime.fromisoformat(text)
        except ValueError:
            return text
        fits = len(text.partition(".")[2]) <= len("123456+00:00") and ":60" not in text
        return there if fits and self._dice.random() < 0.5 else text

    def refused(
        self, operation: Operation, contract: Contract, count: int
    ) -> Iterator[tuple[str, Call]]:
        """Calls that cannot be sent, and what is wrong with them. Of bodies `count`."""
        call = plain_call(operation)
        for place, parameter in enumerate(operation.parameters_in("path")):
            dots = DOTS if parameter.type == "string" else ()
            for value in (*dots, None, *UNFIT[parameter.type]):
                path = (*call.path[:place], value, *call.path[place + 1 :])
                what = f"{parameter.wire}={value!r}"
                yield what, Call(operation, path, call.query, call.body)
        for parameter in operation.parameters_in("query"):
            for value in UNFIT[parameter.type]:
                query = {**call.query, argument(parameter): value}
                yield f"{parameter.wire}={value!r}", Call(operation, call.path, query, call.body)
        for what, body in self._refused_bodies(operation, contract, count):
            yield what, Call(operation, call.path, call.query, body)

    def _refused_bodies(
        self, operation: Operation, contract: Contract, count: int
    ) -> Iterator[tuple[str, Any]]:
        wanted = operation.body
        if wanted is None:
            return
        if wanted.required:
            yield "no body", None
        schema = self._shapes.resolved({"$ref": f"#/components/schemas/{wanted.schema}"})
        for value in WRONG.get(str(schema.get("type")), ()):
            if not isinstance(value, list):  # perhaps ids, wrapped for the caller
                yield f"the body {value!r}", value
        if schema.get("type") == "object" and isinstance(wanted.example, Mapping):
            halves = () if contract.language.has_half_characters else ("\ud800",)
            for unfit in (math.nan, math.inf, *halves):
                yield f"{unfit!r} in the body", {**wanted.example, "a member of no spec": unfit}
        odd_ones = oddities(wanted.example, schema, self._shapes)
        for odd in chosen(odd_ones, count, self._dice):
            body = odd.of(wanted.example)
            if type(body) is type(wanted.example) and not contract.allows(wanted.schema, body):
                yield f"in the body {odd}", body
