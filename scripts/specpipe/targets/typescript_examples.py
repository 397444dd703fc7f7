"""Programs that use the TypeScript SDK: for each operation a few lines that run as they stand.

Each builds on a `client`. Values are those of the spec's examples.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from specpipe.render import typescript_identifier, typescript_literal
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
from specpipe.targets.python_samples import sample
from specpipe.targets.typescript_calls import Argument, Call, Calls, attribute
from specpipe.targets.typescript_conveniences import Iteration, Modification
from specpipe.targets.typescript_values import Values, dot

NAMES = frozenset({"client", "each", "answer", "error", "console", "it", "patient", "mock"})
"""What an example has besides its own variables."""


class Examples:
    """Examples for the calls of an API; `values` writes those of its schemas down."""

    def __init__(self, calls: Calls, values: Values) -> None:
        """Of all `calls`."""
        self._calls = [call for _, group in calls.by_tag() for call in group]
        self._about = by_resource(self._calls)
        self._values = values

    def of(self, call: Call) -> str:
        """Lines that call `call`, and show what it gives."""
        return "\n".join(self._lines(call))

    def life(self) -> str:
        """A thing's life, from its creation to its end, as far as the API has operations for it;
        without such a thing the first call there is."""
        create = next((c for c in self._calls if isinstance(c.operation.behaviour, Create)), None)
        if create is None:
            return self.of(self._simplest)
        resource = resource_of(create)
        calls = {type(call.operation.behaviour): call for call in self._of(resource)}
        wanted = [call for kind in (Update, Get, Delete) if (call := calls.get(kind))]
        used = [line for call in wanted for line in self._used(call)]
        return "\n".join([*self._made(resource), *used])

    def raw(self) -> str:
        """Lines that ask for an answer as it came."""
        resource = f"client{dot(attribute(self._simplest.operation.tag))}"
        asked = self._simple().replace(resource, f"{resource}.withRawResponse", 1)
        shown = "console.log(answer.status, answer.headers, answer.parse());"
        return "\n".join([*self._needed(self._simplest), f"const answer = {asked};", shown])

    def simplest(self, **options: str) -> str:
        """Lines with the call that needs least. `options` are further ones: source."""
        called = self._simple(**options)
        return "\n".join([*self._needed(self._simplest), f"console.log({called});"])

    def failing(self) -> tuple[int, str] | None:
        """The status of a call for something that is not there, and the call."""
        for call in self._calls:
            if isinstance(get := call.operation.behaviour, Get):
                given = [self._argument(call, it) for it in call.path]
                return get.resource.gone, f"{self._method(call, given, self._wanted(call))};"
        return None

    def iterating(self, it: Iteration) -> str:
        """Lines that go through all things there are."""
        used = f"client{dot(attribute(it.listing.operation.tag))}.iterate"
        size = min(50, it.found.page_size)
        return f"for await (const each of {used}({{pageSize: {size}}})) {{ console.log(each); }}"

    def modifying(self, it: Modification) -> str:
        """Lines that change a part of a thing through `modify`."""
        line = next(self._changes(it.update, it.resource, "it"), "console.log(it);")
        id = self._path_argument(it.read, it.id)
        used = f"await client{dot(attribute(it.read.operation.tag))}.modify"
        return "\n".join([*self._made(it.resource), f"{used}({id}, (it) => {{ {line} }});"])

    def _simple(self, **options: str) -> str:
        call = self._simplest
        body = self._body(call) if call.body and call.body.required else None
        return self._called(call, body, **options)

    @property
    def _simplest(self) -> Call:
        """The call with the fewest arguments."""
        return min(self._calls, key=lambda c: (len(c.path), bool(c.body and c.body.required)))

    def _of(self, resource: Resource) -> list[Call]:
        return self._about.get(resource.pointer, [])

    def _lines(self, call: Call) -> list[str]:
        behaviour = call.operation.behaviour
        if isinstance(behaviour, Create):
            name = variable(behaviour.resource)
            made = f"const {name} = {self._called(call, self._body(call))};"
            return [made, f"console.log({name}{dot(behaviour.resource.id)});"]
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
            case BatchFetch() if id := self._id(behaviour.resource):
                return [f"console.log({self._called(call, f'[{id}]')});"]
            case Snapshot() | Identifiers() if self._lists(call, behaviour.resource):
                items, id = dot(behaviour.resource.items), dot(behaviour.resource.id)
                head = f"for (const each of ({self._called(call)}){items})"
                return [f"{head} {{ console.log(each{id}); }}"]
        text = self._called(call, self._body(call) if call.body else None)
        return [f"{text};" if call.result == "void" else f"console.log({text});"]

    def _lists(self, call: Call, resource: Resource) -> bool:
        """Whether an answer has all that a loop over it needs: its things, and their ids."""
        if not call.answers or len({answer.type for answer in call.answers}) > 1:
            return False
        whole = self._values.component(call.answers[0].schema or "")
        items = self._values.resolved(whole.get("properties", {}).get(resource.items, {}))
        inner = self._values.resolved(items.get("items", {}))
        return resource.items in whole.get("required", ()) and resource.id in inner.get(
            "required", ()
        )

    def _made(self, resource: Resource) -> list[str]:
        """A new thing in a variable of its name; nothing when the API cannot make one."""
        for call in self._of(resource):
            if isinstance(call.operation.behaviour, Create):
                body = self._body(call) if call.body and call.body.required else None
                return [f"const {variable(resource)} = {self._called(call, body)};"]
        return []

    def _updated(self, call: Call, resource: Resource) -> Iterator[str]:
        """Members of the example put into the thing, and the thing sent; the example, under the
        thing's id, where a body is something else."""
        same = call.body is not None and call.body.schema == resource.schema
        if not same or not self._made(resource):
            id = self._id(resource)
            body = self._body(call, {resource.id: id} if id else {})
            yield f"console.log({self._called(call, body)});"
            return
        yield from self._changes(call, resource, variable(resource))
        yield f"console.log({self._called(call, variable(resource))});"

    def _changes(self, call: Call, resource: Resource, thing: str) -> Iterator[str]:
        """Lines that put members of the example of an update into a thing."""
        example = (call.operation.body.example if call.operation.body else None) or {}
        schema = self._values.component(resource.schema)
        needed = {*schema.get("required", ()), resource.id}
        needed |= {resource.created[0], resource.updated[0]}
        for name, member in schema.get("properties", {}).items():
            if name in example and name not in needed:
                value = self._values.expression(member, example[name])
                yield f"{thing}{dot(name)} = {value};"

    def _body(self, call: Call, instead: Mapping[str, str] = MappingProxyType({})) -> str | None:
        """The example of a call's body as an expression, with other source for some members."""
        body = call.operation.body
        if body is None:
            return None
        return self._values.expression(self._values.component(body.schema), body.example, instead)

    def _called(self, call: Call, body: str | None = None, **options: str) -> str:
        """The call as an expression, about the thing that `_made` gives: with a body and options if
        given."""
        given = [self._path_argument(call, it) for it in call.path]
        options = {**self._wanted(call), **options}
        if body is not None or (call.body and options):
            given.append(body or "undefined")
        return self._method(call, given, options)

    def _wanted(self, call: Call) -> dict[str, str]:
        """The options that a call must have, and a limit if it takes one."""
        behaviour = call.operation.behaviour
        limit = behaviour.limit if isinstance(behaviour, Identifiers) else None
        wanted: dict[str, str] = {}
        for it in call.query:
            if it.wire == limit:
                most = largest(parameter_of(call, it))
                wanted[it.name] = str(10 if most is None else min(10, most))
            elif it.required:
                wanted[it.name] = self._argument(call, it)
        return wanted

    def _method(
        self, call: Call, given: list[str], options: Mapping[str, str] = MappingProxyType({})
    ) -> str:
        if options:
            given = [*given, f"{{{', '.join(f'{k}: {v}' for k, v in options.items())}}}"]
        method = f"client{dot(attribute(call.operation.tag))}{dot(call.name)}"
        return f"await {method}({', '.join(given)})"

    def _path_argument(self, call: Call, it: Argument) -> str:
        behaviour = call.operation.behaviour
        if isinstance(behaviour, Addressing) and getattr(behaviour, "id", None) == it.wire:
            return self._id(behaviour.resource) or self._argument(call, it)
        return self._argument(call, it)

    def _id(self, resource: Resource) -> str:
        """The id of the thing that `_made` gives."""
        return f"{variable(resource)}{dot(resource.id)}" if self._made(resource) else ""

    def _argument(self, call: Call, it: Argument) -> str:
        parameter = parameter_of(call, it)
        text = f"a-{parameter.name.kebab}"
        value: Any = sample(parameter, text)
        literal = typescript_literal(text if value is None else value)
        is_moment = it.kind == "date-time" and ":60" not in literal  # a Date has no leap second
        return f"new Date({literal})" if is_moment else literal


def resource_of(call: Call) -> Resource:
    """The resource that a call is about."""
    assert call.operation.behaviour is not None
    return call.operation.behaviour.resource


def parameter_of(call: Call, it: Argument) -> Parameter:
    """What an argument of a call is in the contract."""
    return next(p for p in call.operation.parameters if p.wire == it.wire)


def variable(resource: Resource) -> str:
    """The name of the variable for a thing."""
    name = typescript_identifier(resource.name.camel)
    return f"{name}_" if name in NAMES else name
