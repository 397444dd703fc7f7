"""What planting a defect takes: the register, the server's modules, and ways into them."""

from __future__ import annotations

import importlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import msgspec


class Modules:
    """The runtime modules of a generated server, by name."""

    def __init__(self, package: str) -> None:
        self._package = package

    def __getattr__(self, name: str) -> Any:
        return importlib.import_module(f"{self._package}.runtime.{name}")

    @property
    def resource_class(self) -> Any:
        """What does the verbs."""
        return self.resource.Resource

    @property
    def store_class(self) -> Any:
        """What keeps the records."""
        return self.sqlite.SQLiteStore

    @property
    def contract_table(self) -> Any:
        """The operations."""
        return importlib.import_module(f"{self._package}.contract").CONTRACT


Plant = Callable[[Modules], None]


@dataclass(frozen=True, slots=True)
class Defect:
    """`plant` puts it into a server; `statement` says in one line what is wrong then. `found_by` is
    the id of the check that has to find it, without the resource that it is about, or `fuzz`."""

    name: str
    kind: str
    statement: str
    found_by: str
    plant: Plant


DEFECTS: dict[str, Defect] = {}


def defect(kind: str, found_by: str = "") -> Callable[[Plant], Plant]:
    """Register a function as a defect: its name is the function's, its statement the docstring."""

    def register(plant: Plant) -> Plant:
        name = plant.__name__
        assert name not in DEFECTS, name
        statement = " ".join((plant.__doc__ or "").split())
        DEFECTS[name] = Defect(name, kind, statement, found_by, plant)
        return plant

    return register


# --- ways into a server ------------------------------------------------------------------------


def fix_argument(modules: Modules, method: str, **fixed: Any) -> None:
    """Let a verb ignore an argument."""
    original = getattr(modules.resource_class, method)

    async def deaf(self: Any, *arguments: Any, **keywords: Any) -> Any:
        return await original(self, *arguments, **{**keywords, **fixed})

    setattr(modules.resource_class, method, deaf)


def flip_default(modules: Modules, operation: str, value: bool) -> None:
    """Give the boolean parameter of an operation another default."""
    for candidate in modules.contract_table.operations:
        if operation in candidate.id:
            for parameter in candidate.parameters:
                if parameter.kind == "boolean":
                    object.__setattr__(parameter, "default", value)


async def whole(body: bytes | AsyncIterator[bytes]) -> bytes:
    """A body in one piece."""
    return body if isinstance(body, bytes) else b"".join([piece async for piece in body])


def rewrite(modules: Modules, method: str, edit: Callable[[Any, Any], Any]) -> None:
    """Let `edit` make another JSON of a verb's reply, from the resource's type and the JSON."""
    original = getattr(modules.resource_class, method)

    async def edited(self: Any, *arguments: Any, **keywords: Any) -> Any:
        reply = await original(self, *arguments, **keywords)
        changed = edit(self._type, msgspec.json.decode(await whole(reply.body)))
        return modules.replies.json_reply(msgspec.json.encode(changed))

    setattr(modules.resource_class, method, edited)


def answering(modules: Modules, edit: Callable[[str, Any], Any]) -> None:
    """Let `edit` make another reply of each, from the id of the operation and the reply, whose
    body is in one piece."""
    answer = modules.dispatch.answer

    async def edited(request: Any, reply: Any, send: Any) -> None:
        reply = reply._replace(body=await whole(reply.body))
        await answer(request, edit(request.operation, reply), send)

    modules.dispatch.answer = edited


def stored(modules: Modules, edit: Callable[[Any], Any]) -> None:
    """Let `edit` make another value of each member that a client sent, before it is stored."""
    resource = modules.resource_class
    record = resource._record

    def edited(self: Any, created: int, updated: int, thing: Any, *rest: Any) -> Any:
        ours = {self._type.id, self._type.created[0], self._type.updated[0]}
        kept = {n: v if n in ours else edit(v) for n, v in thing.items()}
        return record(self, created, updated, kept, *rest)

    resource._record = edited


def texts(modules: Modules, edit: Callable[[str], Any]) -> None:
    """Let `edit` make another value of each text that is stored, at any depth."""
    stored(modules, lambda value: deeply(value, lambda v: edit(v) if isinstance(v, str) else v))


def numbers(modules: Modules, edit: Callable[[Any], Any]) -> None:
    """The same for numbers."""

    def change(value: Any) -> Any:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return edit(value) if is_number else value

    stored(modules, lambda value: deeply(value, change))


def deeply(value: Any, edit: Callable[[Any], Any]) -> Any:
    """`value` with every part of it replaced by what `edit` makes of it, the inner ones first."""
    if isinstance(value, dict):
        value = {name: deeply(part, edit) for name, part in value.items()}
    elif isinstance(value, list):
        value = [deeply(part, edit) for part in value]
    return edit(value)


def parsing(modules: Modules, parse: Callable[[bytes], Any]) -> None:
    """Let `parse` read the bodies of requests."""
    modules.http_input.parse_json = parse
