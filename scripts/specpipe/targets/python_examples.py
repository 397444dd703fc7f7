"""Programs that use the Python SDK: for each operation a few lines that run as they stand.

Each builds on a `client` and the names that `NAMES` lists. Values are those of the spec's examples.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from specpipe.render import python_identifier
from specpipe.spec.model import (
    Addressing,
    BatchFetch,
    Create,
    Delete,
    Get,
    Identifiers,
    Parameter,
    Resource,
    Snapshot,
    Update,
)
from specpipe.targets.about import by_resource
from specpipe.targets.conveniences import largest
from specpipe.targets.python_calls import Argument, Call, Calls, attribute
from specpipe.targets.python_conveniences import iteration, modification
from specpipe.targets.python_models import field_name
from specpipe.targets.python_samples import sample
from specpipe.targets.python_source import expanded
from specpipe.targets.python_values import Values

NAMES = frozenset({"client", "models", "datetime", "date", "each", "change", "print"})
"""What an example has besides its own variables."""
IMPORTS = ("datetime", "date")
"""Those of them that an example imports itself."""


@dataclass(frozen=True, slots=True)
class Failing:
    """A call that fails, and the status of its answer."""

    status: int
    code: str


class Examples:
    """Examples for the calls of an API."""

    def __init__(self, calls: Calls, names: Mapping[str, str]) -> None:
        """Of the operations and models in `calls`; `names` are those of other types."""
        groups = [group for _, group in calls.by_tag()]
        self._calls = [call for group in groups for call in group]
        self._about = by_resource(self._calls)
        self._iteration = next(filter(None, map(iteration, groups)), None)
        self._modification = next(filter(None, map(modification, groups)), None)
        self._models = {model.name: model for model in calls.models.models}
        self._names = names
        self._values = Values(self._models, names)

    def of(self, call: Call) -> str:
        """Lines that call `call`, and show what it gives."""
        return with_imports(self._lines(call))

    def life(self) -> str:
        """A thing's life, from its creation to its end, as far as the API has operations for it;
        without such a thing the first call there is."""
        if (create := self._create()) is None:
            return self.of(self._simplest)
        resource = resource_of(create)
        calls = {type(call.operation.behaviour): call for call in self._of(resource)}
        wanted = [call for kind in (Update, Get, Delete) if (call := calls.get(kind))]
        return with_imports(
            [*self._made(resource), *(line for call in wanted for line in self._used(call))]
        )

    def asynchronous(self) -> str:
        """One line for an async client."""
        if (create := self._create()) is None:
            return f"print(await {self._called(self._simplest)})"
        made = "".join(self._made(resource_of(create)))
        name, _, call = made.partition(" = ")
        return f"{name} = await {call}\nprint({name})"

    def raw(self) -> str:
        """Lines that ask for an answer as it came."""
        resource = f"client.{attribute(self._simplest.operation.tag)}"
        asked = self._simple().replace(resource, f"{resource}.with_raw_response", 1)
        lines = [f"answer = {asked}", "print(answer.status, answer.headers, answer.parse())"]
        return with_imports([*self._needed(self._simplest), *lines])

    def simplest(self, **options: str) -> str:
        """Lines with the call that needs least. `options` are further arguments: source."""
        called = self._simple(**options)
        return with_imports([*self._needed(self._simplest), f"print({called})"])

    def failing(self) -> Failing | None:
        """A call for something that is not there."""
        for call in self._calls:
            if isinstance(get := call.operation.behaviour, Get):
                given = [self._argument(call, it) for it in call.path]
                return Failing(get.resource.gone, self._method(call, given))
        return None

    def iterating(self) -> str:
        """Lines that go through all things there are."""
        it = self._iteration
        assert it is not None
        used = f"client.{attribute(it.listing.operation.tag)}.iterate"
        return f"for thing in {used}(page_size={min(50, it.page_size)}):\n    print(thing)"

    def modifying(self) -> str:
        """Lines that change a part of a thing through `modify`."""
        it = self._modification
        assert it is not None
        name = variable(it.resource)
        line = next(self._changes(it.update, it.resource), f"print({name})")
        head = f"def change({name}: {it.model}) -> None:\n    {line}\n"
        id = self._path_argument(it.read, it.id)
        used = f"client.{attribute(it.read.operation.tag)}.modify({id}, change)"
        return with_imports([*self._made(it.resource), "", head, used])

    def _simple(self, **options: str) -> str:
        call = self._simplest
        body = self._body(call) if call.body and call.body.required else None
        return self._called(call, body, **options)

    @cached_property
    def _simplest(self) -> Call:
        """The call with the fewest arguments."""
        return min(self._calls, key=lambda c: (len(c.path), bool(c.body and c.body.required)))

    def _create(self) -> Call | None:
        found = (c for c in self._calls if isinstance(c.operation.behaviour, Create))
        return next(found, None)

    def _of(self, resource: Resource) -> list[Call]:
        return self._about.get(resource.pointer, [])

    def _lines(self, call: Call) -> list[str]:
        behaviour = call.operation.behaviour
        if isinstance(behaviour, Create):
            name = variable(behaviour.resource)
            made = f"{name} = {self._called(call, self._body(call))}"
            return [made, f"print({name}.{field_name(behaviour.resource.id)})"]
        return [*self._needed(call), *self._used(call)]

    def _needed(self, call: Call) -> list[str]:
        """What has to be there before the call."""
        behaviour = call.operation.behaviour
        if isinstance(behaviour, Addressing | BatchFetch):
            return self._made(behaviour.resource)
        return []

    def _used(self, call: Call) -> list[str]:
        """The call, where what it needs is there."""
        behaviour = call.operation.behaviour
        match behaviour:
            case Update():
                return list(self._updated(call, behaviour.resource))
            case BatchFetch():
                id = self._id(behaviour.resource)
                return [f"print({self._called(call, f'[{id}]')})"]
            case Snapshot() | Identifiers() if self._items(call, behaviour.resource):
                items = field_name(behaviour.resource.items)
                shown = f"    print(each.{field_name(behaviour.resource.id)})"
                return [f"for each in {self._called(call)}.{items}:", shown]
        body = self._body(call) if call.body else None
        text = self._called(call, body)
        return [text if call.result == "None" else f"print({text})"]

    def _items(self, call: Call, resource: Resource) -> bool:
        """Whether an answer is a list of which all is there: its things, and their ids."""
        fields = self._required(call.result)
        inner = fields.get(resource.items, "").removeprefix("list[").removesuffix("]")
        return resource.id in self._required(f"models.{inner}")

    def _required(self, type: str) -> Mapping[str, str]:
        model = self._models.get(type.removeprefix("models."))
        required = [f for f in model.fields if f.required] if model else []
        return {f.wire: expanded(f.annotation, self._names) for f in required}

    def _made(self, resource: Resource) -> list[str]:
        """A new thing in a variable of its name; nothing when the API cannot make one."""
        for call in self._of(resource):
            if isinstance(call.operation.behaviour, Create):
                body = self._body(call) if call.body and call.body.required else None
                return [f"{variable(resource)} = {self._called(call, body)}"]
        return []

    def _updated(self, call: Call, resource: Resource) -> Iterator[str]:
        """Members of the example put into the thing, and the thing sent; the example, under the
        thing's id, where a body is something else."""
        same = call.body is not None and call.body.type == f"models.{resource.schema}"
        if not same or not self._made(resource):
            body = self._body(call, {resource.id: self._id(resource)})
            yield f"print({self._called(call, body)})"
            return
        name = variable(resource)
        yield from self._changes(call, resource)
        yield f"{name} = {self._called(call, name)}"

    def _changes(self, call: Call, resource: Resource) -> Iterator[str]:
        """Lines that put members of the example of an update into a thing."""
        example = call.operation.body.example if call.operation.body else None
        fixed = {resource.id, resource.created[0], resource.updated[0]}
        for it in self._models[resource.schema].fields:
            if it.wire in (example or {}) and not it.required and it.wire not in fixed:
                value = self._values.expression(it.annotation, (example or {})[it.wire])
                yield f"{variable(resource)}.{it.name} = {value}"

    def _body(self, call: Call, instead: Mapping[str, str] = MappingProxyType({})) -> str | None:
        """The example of a call's body as an expression, with other source for some members."""
        body = call.operation.body
        if body is None or call.body is None:
            return None
        type = call.body.type.removeprefix("models.")
        return self._values.expression(type, body.example, instead)

    def _called(self, call: Call, body: str | None = None, **options: str) -> str:
        """The call as an expression, about the thing that `_made` gives: with a body and options if
        given."""
        given = [self._path_argument(call, it) for it in call.path]
        given += [body] if body is not None else []
        return self._method(call, given, **options)

    def _method(self, call: Call, given: list[str], **options: str) -> str:
        """The call with what is `given` for its path and body, with the arguments that it must
        have, and with a limit if it takes one."""
        behaviour = call.operation.behaviour
        limit = behaviour.limit if isinstance(behaviour, Identifiers) else None
        for it in call.query:
            if it.wire == limit:
                given.append(f"{it.name}={self._few(call, it)}")
            elif it.required:
                given.append(f"{it.name}={self._argument(call, it)}")
        given += [f"{name}={value}" for name, value in options.items()]
        return f"client.{attribute(call.operation.tag)}.{call.name}({', '.join(given)})"

    def _path_argument(self, call: Call, it: Argument) -> str:
        behaviour = call.operation.behaviour
        if isinstance(behaviour, Addressing) and getattr(behaviour, "id", None) == it.wire:
            return self._id(behaviour.resource) or self._argument(call, it)
        return self._argument(call, it)

    def _id(self, resource: Resource) -> str:
        """The id of the thing that `_made` gives."""
        if not self._made(resource):
            return ""
        return f"{variable(resource)}.{field_name(resource.id)}"

    def _few(self, call: Call, it: Argument) -> int:
        """A small limit that the API lets a call have."""
        most = largest(parameter_of(call, it))
        return 10 if most is None else min(10, most)

    def _argument(self, call: Call, it: Argument) -> str:
        parameter = parameter_of(call, it)
        text = f"a-{parameter.name.kebab}"
        value = sample(parameter, text)
        value = text if value is None else value
        return self._values.expression("AwareDatetime" if it.type == "datetime" else it.type, value)


def with_imports(lines: list[str]) -> str:
    """`lines` with what they import in front."""
    text = "\n".join(lines)
    needed = [name for name in IMPORTS if f"{name}.fromisoformat(" in text]
    return f"from datetime import {', '.join(needed)}\n\n{text}" if needed else text


def resource_of(call: Call) -> Resource:
    """The resource that a call is about."""
    assert call.operation.behaviour is not None
    return call.operation.behaviour.resource


def parameter_of(call: Call, it: Argument) -> Parameter:
    """What an argument of a call is in the contract."""
    return next(p for p in call.operation.parameters if p.wire == it.wire)


def variable(resource: Resource) -> str:
    """The name of the variable for a thing."""
    name = python_identifier(resource.name.snake)
    return f"{name}_" if name in NAMES else name
