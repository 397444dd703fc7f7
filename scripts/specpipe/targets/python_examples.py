"""Programs that use the Python SDK: for each operation a few lines that run as they stand.

Each builds on a `client` and the names that `NAMES` lists. Values are those of the spec's examples.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from specpipe.render import python_identifier
from specpipe.spec.model import (
    Addressing,
    BatchFetch,
    Create,
    Delete,
    Document,
    Get,
    Identifiers,
    Resource,
    Snapshot,
    Update,
)
from specpipe.targets.python_calls import Argument, Call, Calls, attribute
from specpipe.targets.python_models import field_name
from specpipe.targets.python_source import expanded
from specpipe.targets.python_values import Values, example_of

NAMES = frozenset({"client", "models", "datetime", "date", "each"})
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

    def __init__(self, document: Document, calls: Calls, names: Mapping[str, str]) -> None:
        """Of the operations and models in `calls`; `names` are those of other types."""
        self._document = document
        self._calls = [call for _, group in calls.by_tag() for call in group]
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
                given = ", ".join(self._argument(call, it) for it in call.path)
                tag = attribute(call.operation.tag)
                return Failing(get.resource.gone, f"client.{tag}.{call.name}({given})")
        return None

    def modifying(self) -> str:
        """Lines that change a part of a thing through `modify`."""
        (call,) = (c for c in self._calls if isinstance(c.operation.behaviour, Update))
        resource = resource_of(call)
        *made, changed, _ = [*self._made(resource), *self._updated(call, resource)][:3]
        name, _, value = changed.partition(".")
        head = f"def change({name}: models.{resource.schema}) -> None:\n    {name}.{value}\n"
        used = f"client.{attribute(call.operation.tag)}.modify({self._id(resource)}, change)"
        return with_imports([*made, "", head, used])

    def _simple(self, **options: str) -> str:
        call = self._simplest
        body = self._body(call) if call.body and call.body.required else None
        return self._called(call, body, **options)

    @property
    def _simplest(self) -> Call:
        """The call with the fewest arguments."""
        return min(self._calls, key=lambda c: (len(c.path), bool(c.body and c.body.required)))

    def _create(self) -> Call | None:
        found = (c for c in self._calls if isinstance(c.operation.behaviour, Create))
        return next(found, None)

    def _of(self, resource: Resource) -> list[Call]:
        found = [c for c in self._calls if c.operation.behaviour is not None]
        return [call for call in found if resource_of(call) == resource]

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
        """Members of the example put into the thing, and the thing sent."""
        name, model = variable(resource), self._models.get(resource.schema)
        same = call.body is not None and call.body.type == f"models.{resource.schema}"
        if not model or not same or not self._made(resource):
            yield f"print({self._called(call, self._body(call))})"
            return
        example = call.operation.body.example if call.operation.body else None
        fixed = {resource.id, resource.created[0], resource.updated[0]}
        for it in model.fields:
            if it.wire in (example or {}) and not it.required and it.wire not in fixed:
                value = self._values.expression(it.annotation, (example or {})[it.wire])
                yield f"{name}.{it.name} = {value}"
        yield f"{name} = {self._called(call, name)}"

    def _body(self, call: Call) -> str | None:
        """The example of a call's body as an expression."""
        body = call.operation.body
        if body is None or call.body is None:
            return None
        return self._values.expression(call.body.type.removeprefix("models."), body.example)

    def _called(self, call: Call, body: str | None = None, **options: str) -> str:
        """The call as an expression: with a body and options if given, with the arguments that it
        must have and a limit if it takes one."""
        behaviour = call.operation.behaviour
        limit = behaviour.limit if isinstance(behaviour, Identifiers) else None
        given = [self._path_argument(call, it) for it in call.path]
        given += [body] if body is not None else []
        for it in (*call.query, *call.headers):
            if it.wire == limit:
                given.append(f"{it.name}=10")
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

    def _argument(self, call: Call, it: Argument) -> str:
        (parameter,) = (p for p in call.operation.parameters if p.wire == it.wire)
        value = example_of(parameter, self._document)
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


def variable(resource: Resource) -> str:
    """The name of the variable for a thing."""
    name = python_identifier(resource.name.snake)
    return f"{name}_" if name in NAMES else name
