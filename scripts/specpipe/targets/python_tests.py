"""What the generated tests of the Python SDK need to know: what to call each method with, what the
server then refuses, and how to get at what is stored."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from specpipe.spec.model import (
    Addressing,
    Api,
    Associate,
    Create,
    Document,
    Get,
    Operation,
    Resource,
)
from specpipe.targets.about import by_resource
from specpipe.targets.python_arguments import Arguments, documented
from specpipe.targets.python_calls import Call, Calls, attribute
from specpipe.targets.python_emptying import emptying
from specpipe.targets.python_models import PLAIN
from specpipe.targets.python_reach import Reach
from specpipe.targets.python_refusals import Refusal, refusals
from specpipe.targets.python_samples import source


@dataclass(frozen=True, slots=True)
class Check:
    """The tests of one call. Arguments are Python source: the least that it takes, and all of them;
    None when there is no telling what is valid. `refused` are those of a call to be refused, about
    a thing that is not there."""

    call: Call
    least: str | None
    most: str | None
    refused: str | None
    refusals: tuple[Refusal, ...]
    needs: str | None
    """The fixture with a thing that is stored."""
    body: str | None
    """The documented body, as Python source."""

    @property
    def method(self) -> str:
        """The method, from the client on."""
        return f"{attribute(self.call.operation.tag)}.{self.call.name}"

    @property
    def raw(self) -> str:
        """The same for answers as they come."""
        return f"{attribute(self.call.operation.tag)}.with_raw_response.{self.call.name}"

    @property
    def operation(self) -> Operation:
        """The operation that is called."""
        return self.call.operation

    @property
    def behaviour(self) -> Any:
        """Its verb; None when it has none."""
        return self.operation.behaviour

    @property
    def verb(self) -> str:
        """The name of its verb, or nothing."""
        return self.behaviour.verb if self.behaviour else ""

    @property
    def body_type(self) -> str:
        """The annotation of that."""
        assert self.call.operation.body is not None
        return "dict[str, Any]" if isinstance(self.call.operation.body.example, dict) else "Any"

    @property
    def result(self) -> str:
        """The annotation of what the first documented success gives."""
        return self.call.answers[0][2]

    @property
    def kind(self) -> str:
        """The class of that."""
        return self.result.partition("[")[0]


class Checks:
    """The tests of an API."""

    def __init__(self, document: Document, api: Api, calls: Calls) -> None:
        """Of all `calls`."""
        self._schemas: Mapping[str, Any] = document.data.get("components", {}).get("schemas", {})
        self._calls = [call for _, group in calls.by_tag() for call in group]
        self._api = api
        aliases = (*calls.models.scalars, *calls.models.containers)
        self._aliases = {alias.name: alias.annotation for alias in aliases}
        self.reach = Reach(calls.models)
        self._arguments = Arguments(self._calls, self.reach)
        self.all = tuple(map(self._check, self._calls))
        self._by_operation = {check.call.operation.id: check for check in self.all}
        self._about = by_resource(self.all)
        self.emptying = emptying(api, self._calls)

    def of(self, group: tuple[Call, ...]) -> tuple[Check, ...]:
        """The tests of some calls."""
        return tuple(self._by_operation[call.operation.id] for call in group)

    def one(self, kind: type[Any], resource: Resource) -> Check | None:
        """Those of the first call that does `kind` and can be made."""
        about = self._about.get(resource.pointer, ())
        return next((it for it in about if isinstance(it.behaviour, kind) and it.most), None)

    def stored(self) -> Iterator[tuple[Resource, Check]]:
        """What can be created, and how."""
        for resource in self._api.resources:
            if check := self.one(Create, resource):
                yield resource, check

    def reading(self, check: Check, thing: str = "") -> str | None:
        """A call that reads what `check` is about, or `thing`, from the client on; None when there
        is none."""
        got = self.one(Get, check.behaviour.resource)
        if got is None or got.needs is None or got.most is None:
            return None
        return f"{got.method}({got.most.replace(f'{got.needs}.', f'{thing or got.needs}.', 1)})"

    def associating(self, check: Check) -> str | None:
        """A call that adds the reference that `check` takes out; None when there is none."""
        for other in self._about[check.behaviour.resource.pointer]:
            there, here = other.behaviour, check.behaviour
            adds = isinstance(there, Associate) and not there.removes
            if adds and there.member == here.member and other.most:
                return f"{other.method}({other.most})"
        return None

    def other(self, check: Check) -> str | None:
        """The id that a call adds or takes out, as Python source."""
        parameters = check.call.operation.parameters_in("path")
        return next(source(p) for p in parameters if p.wire == check.behaviour.other)

    def listed(self, check: Check, most: bool) -> str | None:
        """What is in a list, as Python source: the thing that was stored for the test, or nothing
        when only times are asked for when it was not. None when other things may be there."""
        behaviour = check.behaviour
        if check.needs is None or behaviour.resource not in self.emptying.resources:
            return None
        ranges = getattr(behaviour, "ranges", ())
        name = self.reach.name(behaviour.resource)
        return "[]" if most and ranges else f"[{check.needs}.{name}]"

    def class_of(self, check: Check) -> str:
        """The class of what a call gives, as `isinstance` takes it."""
        name = check.kind.removeprefix("models.")
        if name in self.reach.models:
            return check.kind
        while name in self._aliases:
            name = re.split(r"[\[,]", self._aliases[name].removeprefix("Annotated["))[0]
        return PLAIN.get(name, name)

    def _check(self, call: Call) -> Check:
        operation, behaviour = call.operation, call.operation.behaviour
        needs = self._arguments.needs(operation)
        reachable = needs is not None or not isinstance(behaviour, Addressing)
        return Check(
            call,
            self._arguments.of(call, needs, most=False) if reachable else None,
            self._arguments.of(call, needs, most=True) if reachable else None,
            self._arguments.of(call, None, most=False, refused=True),
            refusals(self._api, self._schemas, operation),
            needs,
            documented(operation),
        )
