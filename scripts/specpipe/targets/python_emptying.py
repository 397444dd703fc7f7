"""How the pytest plugin of the Python SDK empties a server: by the API's own operations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from specpipe.render import python_literal
from specpipe.spec.model import Api, Delete, Identifiers, Operation, Resource, Snapshot
from specpipe.targets.about import by_resource
from specpipe.targets.python_calls import Call, attribute
from specpipe.targets.python_samples import source


@dataclass(frozen=True, slots=True)
class Step:
    """What deletes all things of one kind. Both are Python source."""

    resource: Resource
    listing: str
    """Those that are stored."""
    delete: str
    """A call that deletes one, `thing`."""


@dataclass(frozen=True, slots=True)
class Emptying:
    """All of it, and what it says in docstrings."""

    steps: tuple[Step, ...]
    kept: tuple[str, ...]
    """Kinds of things that cannot be listed and deleted."""

    @property
    def resources(self) -> tuple[Resource, ...]:
        """The kinds of things that are deleted."""
        return tuple(step.resource for step in self.steps)

    @property
    def text(self) -> str:
        """What it does."""
        if not self.steps:
            return "Do nothing: this API has no way to list and delete what is stored."
        kept = f", but for {' and '.join(self.kept)}" if self.kept else ""
        return f"Delete all that is stored{kept}."

    @property
    def of_fixture(self) -> str:
        """What tests can count on."""
        if not self.steps:
            return "It keeps what other tests stored: this API has no way to delete all of it."
        kept = f", but for {' and '.join(self.kept)}" if self.kept else ""
        return f"It is emptied before each test{kept}."


def emptying(api: Api, calls: Sequence[Call]) -> Emptying:
    """How to delete all that a server stores."""
    about = by_resource(calls)
    made = [step(resource, about.get(resource.pointer, ())) for resource in api.resources]
    kept = [r.name.wire for r, each in zip(api.resources, made, strict=True) if each is None]
    return Emptying(tuple(each for each in made if each is not None), tuple(kept))


def step(resource: Resource, mine: Sequence[Call]) -> Step | None:
    """How to delete all things of one kind by the calls about them; None when the API has no
    operations for it."""
    lists = [c for kind in (Identifiers, Snapshot) for c in mine if does(c.operation, kind)]
    deletes = [c for c in mine if does(c.operation, Delete)]
    for listing in lists:
        for delete in deletes:
            id = f"thing[{python_literal(resource.id)}]"
            listed, deleted = call(listing, ""), call(delete, id)
            if listed is not None and deleted is not None:
                items = f"to_dict()[{python_literal(resource.items)}]"
                return Step(resource, f"{listed}.{items}", deleted)
    return None


def does(operation: Operation, kind: type[object]) -> bool:
    """Whether its behaviour is a `kind`, and it takes no body."""
    return isinstance(operation.behaviour, kind) and operation.body is None


def call(call: Call, id: str) -> str | None:
    """A call with the least that it takes, as Python source; None when there is no telling what is
    valid. What is heavy is left out."""
    operation, behaviour = call.operation, call.operation.behaviour
    given: list[str | None] = []
    for parameter in operation.parameters_in("path"):
        own = parameter.wire == getattr(behaviour, "id", None)
        given.append(id if own else source(parameter))
    for parameter, argument in zip(operation.parameters_in("query"), call.query, strict=True):
        if parameter.wire == getattr(behaviour, "full", None):
            given.append(f"{argument.name}=False")
        elif parameter.required:
            value = source(parameter)
            given.append(value and f"{argument.name}={value}")
    if None in given:
        return None
    return f"client.{attribute(operation.tag)}.{call.name}({', '.join(map(str, given))})"
