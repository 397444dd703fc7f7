"""What the pages of the documentation say about the Python SDK."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from specpipe.render import python_literal
from specpipe.spec.model import Api, Document
from specpipe.spec.names import Name
from specpipe.targets.docs_pages import (
    Argument,
    Described,
    Entry,
    Samples,
    from_api,
    model_page,
)
from specpipe.targets.docs_samples import printed
from specpipe.targets.python import configuration, parsed
from specpipe.targets.python_calls import PARAMETER_TYPES, Call, Calls, attribute
from specpipe.targets.python_examples import Examples
from specpipe.targets.python_models import Model, Models
from specpipe.targets.python_refusals import error
from specpipe.targets.python_rows import Rows
from specpipe.targets.python_rows import shown as value_shown
from specpipe.targets.python_source import aliases
from specpipe.targets.python_values import Values


class Python:
    """The SDK that is made of a document."""

    name = "python"
    fence = "py"
    title = "Python"
    raised = "raised"
    reference = "../../python-client/REFERENCE.md"

    def __init__(self, document: Document, api: Api, samples: Samples) -> None:
        """With `samples` of its component schemas."""
        self._api = api
        self._samples = samples
        self._schemas = document.data.get("components", {}).get("schemas", {})
        self.package = f"{api.package.snake}_client"
        data = parsed(document, configuration(api, self.package))
        self._models = Models.of(data, document)
        self._calls = Calls(api, data, self._models)
        types = (*self._models.scalars, *self._models.containers)
        self._aliases = aliases("\n".join(f"{it.name} = {it.annotation}" for it in types))
        self._from_api = Rows(document, self._calls, self._aliases, from_api)
        self._from_model = Rows(document, self._calls, self._aliases, model_page)
        self._examples = Examples(self._calls, self._aliases)
        classes = {model.name: model for model in self._models.models}
        self._values = Values(classes, self._aliases)

    def entries(self) -> Iterator[tuple[Name, tuple[Entry, ...]]]:
        """See `Language`."""
        for tag, group in self._calls.by_tag():
            yield tag, tuple(map(self._entry, group))

    def error(self, status: int) -> str:
        """See `Language`."""
        return error(status)

    def value(self, value: Any) -> str:
        """See `Language`."""
        return value_shown(value)

    def _entry(self, call: Call) -> Entry:
        name = (*call.aliases, call.name)[0]
        return Entry(
            operation=call.operation,
            name=name,
            called=f"client.{attribute(call.operation.tag)}.{call.name}",
            signature=signature(call),
            quoted=quoted(call),
            result=self._from_api.type(call.result) if call.result != "None" else "",
            arguments=tuple(self._arguments(call)),
            example=self._program(self._examples.of(call)),
        )

    def _arguments(self, call: Call) -> Iterator[Argument]:
        """With the types that the API has; what is accepted besides is in the signature."""
        parameters = {it.wire: it for it in call.operation.parameters}
        for it in call.path:
            yield Argument(it.name, self._from_api.type(it.type), True, parameters[it.wire])
        if call.body:
            yield Argument("body", self._from_api.type(call.body.type), call.body.required, None)
        for it in call.query:
            type = self._from_api.type(it.type)
            yield Argument(it.name, type, it.required, parameters[it.wire])

    def _program(self, lines: str) -> str:
        """Lines that use a `client`, as a program: what they import stays in front."""
        imports, _, rest = (
            lines.rpartition("\n\n") if lines.startswith("from ") else ("", "", lines)
        )
        url = python_literal((*self._api.servers, "http://localhost")[0])
        key = ', api_key="your-key"' if self._api.key else ""
        needed = "Client, models" if "models." in rest else "Client"
        head = f"from {self.package} import {needed}\n\nclient = Client({url}{key})\n"
        return f"{imports}\n\n{head}{rest}" if imports else head + rest

    def models(self) -> Iterator[Described]:
        """See `Language`. Objects that are described in place have a class, so a page, too."""
        classes = {model.name: model for model in self._models.models}
        enumerations = {it.name: it for it in self._models.enums}
        for name, schema in self._schemas.items():
            if (model := classes.pop(name, None)) is not None:
                yield self._model(model)
            elif (found := enumerations.pop(name, None)) is not None:
                yield Described(name, found.description, values=found.members)
            else:
                yield Described(name, schema.get("description", ""), type=self._named(name, schema))
        for model in classes.values():
            yield self._model(model)
        for found in enumerations.values():
            yield Described(found.name, found.description, values=found.members)

    def _model(self, model: Model) -> Described:
        rows = tuple(self._from_model.members(model))
        if model.name not in self._samples:
            return Described(model.name, model.description, rows)
        value = self._samples[model.name]
        expression = self._values.expression(model.name, value)
        lines = [f"example = {expression}", "print(example.to_json().decode())"]
        kinds = ("datetime", "date")
        needed = [kind for kind in kinds if f"{kind}.fromisoformat(" in expression]
        head = f"from datetime import {', '.join(needed)}\n\n" if needed else ""
        program = f"{head}from {self.package} import models\n\n" + "\n".join(lines)
        wire = printed(self._schemas[model.name], value, self._schemas, moment)
        shown = json.dumps(wire, indent=2)
        return Described(model.name, model.description, rows, example=program, json=shown)

    def _named(self, name: str, schema: Mapping[str, Any]) -> str:
        """What a name stands for that is no class."""
        kind = str(schema.get("type", ""))
        return self._from_model.type(self._aliases.get(name, PARAMETER_TYPES.get(kind, "Any")))


def moment(text: str) -> str:
    """A date-time as the SDK writes it; one that Python cannot read as it is."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    return at.isoformat().replace("+00:00", "Z")


def signature(call: Call) -> str:
    """The method of the SDK, as it is written there."""
    parts = [f"{it.name}: {it.accepted}" for it in call.path]
    parts += [f"body: {call.body.accepted}"] if call.body else []
    parts += ["*"] if call.query else []
    parts += [
        f"{it.name}: {it.accepted}" if it.required else f"{it.name}: {it.accepted} | None = None"
        for it in call.query
    ]
    parts.append("**options: Unpack[CallOptions]")
    return f"def {call.name}({', '.join(parts)}) -> {call.result}: ..."


def quoted(call: Call) -> str:
    """The arguments, those that can be left out with a `=`."""
    parts = [it.name for it in call.path]
    parts += [("body" if call.body.required else "body=body")] if call.body else []
    parts += [it.name if it.required else f"{it.name}={it.name}" for it in call.query]
    return ", ".join(parts)
