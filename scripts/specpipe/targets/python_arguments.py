"""What generated tests of the Python SDK call its methods with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from specpipe.render import python_literal
from specpipe.spec.model import (
    BatchFetch,
    Create,
    Identifiers,
    Increment,
    Operation,
    Parameter,
    Resource,
    Update,
)
from specpipe.targets.python_calls import Call
from specpipe.targets.python_reach import Reach
from specpipe.targets.python_samples import sample, source

NOBODY = "00000000-0000-4000-8000-00000000dead"
"""The id of nothing."""
LONG_AGO = "2001-01-01T00:00:00+00:00"
"""When nothing was stored yet."""


class Arguments:
    """The arguments of calls, as Python source; None where there is no telling what is valid."""

    def __init__(self, calls: Sequence[Call], reach: Reach) -> None:
        """Of all `calls`."""
        behaviours = (call.operation.behaviour for call in calls)
        self._created = {it.resource.pointer for it in behaviours if isinstance(it, Create)}
        self._reach = reach

    def needs(self, operation: Operation) -> str | None:
        """The fixture with the thing that a call is about; None when it needs none, or when
        there is no way to create one."""
        behaviour = operation.behaviour
        if behaviour is None or isinstance(behaviour, Create):
            return None
        return stored(behaviour.resource) if behaviour.resource.pointer in self._created else None

    def of(self, call: Call, needs: str | None, *, most: bool, refused: bool = False) -> str | None:
        """The least that a call takes, or the most, about the thing in the fixture `needs`; or
        what it takes to be `refused`: a body in any case."""
        operation = call.operation
        given: list[str | None] = []
        for parameter in operation.parameters_in("path"):
            own = parameter.wire == getattr(operation.behaviour, "id", None)
            given.append(self._id(operation, needs) if own and needs else source(parameter))
        if call.body and (text := self._body(call, needs, most=most, refused=refused)):
            given.append(text)
        for parameter, argument in zip(operation.parameters_in("query"), call.query, strict=True):
            value = self._query(operation, parameter)
            if parameter.required or (most and value):
                given.append(value and f"{argument.name}={value}")
        return None if None in given else ", ".join(str(each) for each in given)

    def _id(self, operation: Operation, needs: str) -> str:
        assert operation.behaviour is not None
        return f"{needs}.{self._reach.name(operation.behaviour.resource)}"

    def _query(self, operation: Operation, parameter: Parameter) -> str | None:
        """A value of the query: things in full, and a time when nothing was stored yet."""
        behaviour = operation.behaviour
        if parameter.wire == getattr(behaviour, "full", None):
            return "True"
        if isinstance(behaviour, Identifiers):
            if parameter.wire == behaviour.limit:
                return source(parameter, max(1, sample(parameter)))
            if any(parameter.wire in ends for _, *ends in behaviour.ranges):
                return source(parameter, LONG_AGO)
        return source(parameter)

    def _body(self, call: Call, needs: str | None, *, most: bool, refused: bool) -> str | None:
        """The body of a call, or nothing when it can do without."""
        behaviour, name = call.operation.behaviour, f"{call.constant}_BODY"
        assert call.body is not None
        text, wanted = name, call.body.type
        match behaviour:
            case Update() if needs and most and wanted == f"models.{behaviour.resource.schema}":
                return needs
            case Update() if needs:
                id = self._id(call.operation, needs)
                text = f"{{**{name}, {python_literal(behaviour.resource.id)}: {id}}}"
            case BatchFetch() if needs and not most:
                return f"[{self._id(call.operation, needs)}]"
            case BatchFetch() if needs:
                id, items = behaviour.resource.id, behaviour.resource.items
                known = f"{python_literal(id)}: {self._id(call.operation, needs)}"
                listed = f"[{{{known}}}, {python_literal({id: NOBODY})}]"
                inner = f"{{{python_literal(items)}: {listed}}}"
                text = f"{{**{name}, {python_literal(behaviour.ids)}: {inner}}}"
            case Increment() if most:
                counted = {behaviour.reads: {behaviour.counters[0]: True}}
                text = f"{{**{name}, **{python_literal(counted)}}}"
            case Create() if not most and not refused and behaviour.without_body:
                return None
            case Create() | Update() | BatchFetch():
                pass
            case _ if not (most or refused or call.body.required):
                return None
        has_model = most and wanted.removeprefix("models.") in self._reach.models
        return f"{wanted}.from_dict({text})" if has_model else text


def documented(operation: Operation) -> str | None:
    """The example of its body, as Python source; without an id of its own for a create."""
    if operation.body is None:
        return None
    example, behaviour = operation.body.example, operation.behaviour
    if isinstance(behaviour, Create) and isinstance(example, Mapping):
        example = {name: value for name, value in example.items() if name != behaviour.id}
    return python_literal(example)


def stored(resource: Resource) -> str:
    """The fixture with a thing of that kind that is stored."""
    return f"stored_{resource.name.snake}"
