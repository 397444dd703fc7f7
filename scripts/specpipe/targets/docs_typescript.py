"""What the pages of the documentation say about the TypeScript SDK."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from specpipe.render import markdown_text, typescript_identifier, typescript_literal
from specpipe.spec.model import Api, Document
from specpipe.spec.names import Name
from specpipe.targets.code_layout import layout
from specpipe.targets.docs_pages import (
    WIDTH,
    Argument,
    Described,
    Entry,
    Samples,
    from_api,
    model_page,
)
from specpipe.targets.docs_samples import printed
from specpipe.targets.python_refusals import error
from specpipe.targets.typescript_calls import Call, Calls, attribute
from specpipe.targets.typescript_examples import Examples
from specpipe.targets.typescript_rows import Rows
from specpipe.targets.typescript_rows import shown as value_shown
from specpipe.targets.typescript_values import Values, dot


class TypeScript:
    """The SDK that is made of a document."""

    name = "typescript"
    fence = "ts"
    title = "TypeScript"
    raised = "thrown"
    reference = "../../typescript-client/REFERENCE.md"

    def __init__(self, document: Document, api: Api, samples: Samples) -> None:
        """With `samples` of its component schemas."""
        self._api = api
        self._samples = samples
        self.package = f"{api.package.kebab}-client"
        self._calls = Calls(api)
        self._from_api, self._from_model = Rows(document, from_api), Rows(document, model_page)
        self._schemas = self._from_api.schemas
        self._values = Values(self._schemas)
        self._examples = Examples(self._calls, self._values)

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
        result = self._from_api.result(call)
        return Entry(
            operation=call.operation,
            name=(*call.aliases, call.name)[0],
            called=f"client{dot(attribute(call.operation.tag))}{dot(call.name)}",
            signature=layout(signature(call), "typescript", WIDTH),
            quoted=quoted(call),
            result="" if result == "nothing" else result,
            arguments=tuple(self._arguments(call)),
            example=self._program(self._examples.of(call)),
        )

    def _arguments(self, call: Call) -> Iterator[Argument]:
        parameters = {it.wire: it for it in call.operation.parameters}
        for it in call.path:
            yield Argument(it.name, markdown_text(it.type), True, parameters[it.wire])
        if call.body:
            type = self._from_api.type({"$ref": f"#/components/schemas/{call.body.schema}"})
            yield Argument("body", type, call.body.required, None)
        for it in call.query:
            type = markdown_text(it.type)
            yield Argument(it.name, type, it.required, parameters[it.wire])

    def _program(self, lines: str) -> str:
        """Lines that use a `client`, as a program."""
        name, url = self._api.package.pascal, (*self._api.servers, "http://localhost")[0]
        options = f"baseUrl: {typescript_literal(url)}" + (', apiKey: "…"' if self._api.key else "")
        head = f"import {{{name}}} from {typescript_literal(self.package)};\n\n"
        client = f"const client = new {name}({{{options}}});\n"
        return layout(f"{head}{client}{lines}", "typescript", WIDTH)

    def models(self) -> Iterator[Described]:
        """See `Language`."""
        for name, schema in self._schemas.items():
            said = schema.get("description", "")
            if "enum" in schema:
                yield Described(name, said, values=tuple(("", it) for it in schema["enum"]))
            elif not self._from_model.is_object(name):
                yield Described(name, said, type=self._from_model.type(schema))
            elif name not in self._samples:
                yield Described(name, said, tuple(self._from_model.members(name)))
            else:
                yield self._model(name, said)

    def _model(self, name: str, said: str) -> Described:
        schema, value = self._values.component(name), self._samples[name]
        lines = [
            f"import type {{models}} from {typescript_literal(self.package)};",
            "",
            f"const example: models.{typescript_identifier(name)} = "
            f"{self._values.expression(schema, value)};",
            "console.log(JSON.stringify(example));",
        ]
        rows = tuple(self._from_model.members(name))
        program = layout("\n".join(lines), "typescript", WIDTH)
        shown = json.dumps(printed(schema, value, self._schemas, moment), indent=2)
        return Described(name, said, rows, example=program, json=shown)


def moment(text: str) -> str:
    """A date-time as `Date` prints it; one that Python cannot read as it is."""
    try:
        at = datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        return text
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z"


def signature(call: Call) -> str:
    """The method of the SDK, as it is written there."""
    parts = [f"{it.name}: {it.type}" for it in call.path]
    parts += [_body(call)] if call.body else []
    parts.append(f"options: {call.options}{'' if call.needs_options else ' = {}'}")
    return f"{call.name}({', '.join(parts)}): Promise<{call.result}>"


def _body(call: Call) -> str:
    body = call.body
    assert body is not None
    mark = "" if body.required or call.needs_options else "?"
    types = [f"models.{typescript_identifier(body.schema)}"]
    types += ["Iterable<string>"] if body.ids else []
    types += [] if body.required else ["null"]
    types += ["undefined"] if call.needs_options and not body.required else []
    return f"body{mark}: {' | '.join(types)}"


def quoted(call: Call) -> str:
    """The arguments, options in braces."""
    parts = [it.name for it in call.path]
    parts += ["body"] if call.body else []
    parts += [f"{{ {', '.join(it.name for it in call.query)} }}"] if call.query else []
    return ", ".join(parts)
