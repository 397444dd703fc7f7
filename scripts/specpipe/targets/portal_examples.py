"""Examples for pages: each operation with curl, in Python and in TypeScript, as programs that need
nothing but a server."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from specpipe.spec.model import Api, Create, Document, Identifiers, Operation, Parameter
from specpipe.targets import python_examples, typescript_examples
from specpipe.targets.code_layout import layout
from specpipe.targets.conveniences import largest
from specpipe.targets.python import configuration, parsed
from specpipe.targets.python_calls import Calls as PythonCalls
from specpipe.targets.python_calls import attribute as python_attribute
from specpipe.targets.python_models import Models
from specpipe.targets.python_samples import sample
from specpipe.targets.python_source import aliases
from specpipe.targets.typescript_calls import Calls as TypeScriptCalls
from specpipe.targets.typescript_calls import attribute as typescript_attribute
from specpipe.targets.typescript_values import Values, dot

WIDTH = 72
"""Characters that a line of an example has at most, where its brackets allow."""
SHELL_MARKUP = re.compile(r'[\\$`"]')
"""What means something inside of a shell's double quotes."""


@dataclass(frozen=True, slots=True)
class Example:
    """A program: what its tab says, the language that Pygments knows, and the code."""

    title: str
    language: str
    code: str


@dataclass(frozen=True, slots=True)
class Called:
    """An operation in the SDKs' languages: its method in each, and its arguments by their names
    on the wire."""

    python: str
    typescript: str
    python_arguments: Mapping[str, str]
    typescript_arguments: Mapping[str, str]


class Examples:
    """Examples for all operations of an API."""

    def __init__(self, document: Document, api: Api) -> None:
        """For the SDKs that are made of `document`."""
        self._api = api
        data = parsed(document, configuration(api, "client"))
        models = Models.of(data, document)
        types = (*models.scalars, *models.containers)
        names = aliases("\n".join(f"{it.name} = {it.annotation}" for it in types))
        python, typescript = PythonCalls(api, data, models), TypeScriptCalls(api)
        self._python = python_examples.Examples(python, names)
        self._python_calls = {c.operation.id: c for _, group in python.by_tag() for c in group}
        schemas = document.data.get("components", {}).get("schemas", {})
        self._typescript = typescript_examples.Examples(typescript, Values(schemas))
        calls = (c for _, group in typescript.by_tag() for c in group)
        self._typescript_calls = {c.operation.id: c for c in calls}
        self.constants = {e.name: {str(v): n for n, v in e.members} for e in models.enums}
        """The Python SDK's constants for the values of enumerations, by value."""
        self.server = f"http://localhost:{api.ports[0]}"
        """Where examples look for a server."""

    def of(self, operation: Operation) -> tuple[Example, ...]:
        """One for each way to call it."""
        python = self._python.of(self._python_calls[operation.id])
        typescript = self._typescript.of(self._typescript_calls[operation.id])
        return (
            Example("curl", "shell", self.curl(operation)),
            Example("Python", "python", self._with_python_client(python)),
            Example("TypeScript", "typescript", self._with_typescript_client(typescript)),
        )

    def start(self) -> tuple[Example, ...]:
        """What one begins with."""
        python, typescript = self._python.life(), self._typescript.life()
        return (
            Example("Python", "python", self._with_python_client(python)),
            Example("TypeScript", "typescript", self._with_typescript_client(typescript)),
            Example("curl", "shell", "\n\n".join(map(self.curl, self._first()))),
        )

    def called(self, operation: Operation) -> Called:
        """What the SDKs call it and its parameters."""
        python, typescript = (
            self._python_calls[operation.id],
            self._typescript_calls[operation.id],
        )
        return Called(
            f"client.{python_attribute(operation.tag)}.{python.name}",
            f"client{dot(typescript_attribute(operation.tag))}{dot(typescript.name)}",
            {it.wire: it.name for it in (*python.path, *python.query)},
            {it.wire: it.name for it in typescript.path}
            | {it.wire: f"options.{it.name}" for it in typescript.query},
        )

    def _first(self) -> Iterator[Operation]:
        """A create and what lists, as far as there are any; the first operation otherwise."""
        found = [o for o in self._api.operations if isinstance(o.behaviour, Create)][:1]
        found += [o for o in self._api.operations if isinstance(o.behaviour, Identifiers)][:1]
        yield from found or self._api.operations[:1]

    def _with_python_client(self, code: str) -> str:
        package = f"{self._api.package.snake}_client"
        key = ', api_key="your-key"' if self._api.key else ""
        names = "Client, models" if "models." in code else "Client"
        imports, gap, rest = code.partition("\n\n") if code.startswith("from ") else ("", "", code)
        return (
            f"{imports}{gap}from {package} import {names}\n\n"
            f'client = Client("{self.server}"{key})\n'
            f"{layout(rest, 'python', WIDTH)}"
        )

    def _with_typescript_client(self, code: str) -> str:
        name, key = self._api.package.pascal, ", apiKey: 'your-key'" if self._api.key else ""
        return (
            f"import {{ {name} }} from '{self._api.package.kebab}-client';\n\n"
            f"const client = new {name}({{ baseUrl: '{self.server}'{key} }});\n"
            f"{layout(code, 'typescript', WIDTH)}"
        )

    def curl(self, operation: Operation) -> str:
        """A command line."""
        parts = [] if operation.method == "GET" else [f"-X {operation.method}"]
        parts.append(shlex.quote(f"{self.server}{target(operation)}"))
        if operation.secured and self._api.key is not None:
            header = SHELL_MARKUP.sub(lambda found: f"\\{found[0]}", self._api.key.header)
            parts.append(f'-H "{header}: $API_KEY"')
        if operation.body is not None:
            parts.append(f"-H {shlex.quote(f'Content-Type: {operation.body.media_type}')}")
            parts.append(f"--data {shlex.quote(as_json(operation.body.example))}")
        first = 1 if operation.method == "GET" else 2
        return " \\\n  ".join([f"curl {' '.join(parts[:first])}", *parts[first:]])


def target(operation: Operation) -> str:
    """Path and query of an example of a request."""
    path = operation.path
    for parameter in operation.parameters_in("path"):
        path = path.replace(f"{{{parameter.wire}}}", quote(text(value(parameter)), safe=""))
    query = [(p.wire, text(value(p))) for p in operation.parameters_in("query") if p.required]
    if isinstance(operation.behaviour, Identifiers):
        limits = (p for p in operation.parameters if p.wire == operation.behaviour.limit)
        query += [(p.wire, str(min(10, largest(p) or 10))) for p in limits if not p.required]
    return f"{path}?{urlencode(query)}" if query else path


def value(parameter: Parameter) -> Any:
    """An example of a value."""
    found = sample(parameter, f"a-{parameter.name.kebab}")
    return f"a-{parameter.name.kebab}" if found is None else found


def text(given: Any) -> str:
    """A value in a URL."""
    return str(given).lower() if isinstance(given, bool) else str(given)


def as_json(given: Any) -> str:
    """A value as JSON for people, in which what cannot be seen is escaped."""
    line = json.dumps(given, ensure_ascii=False)
    seen = "".join(c if c.isprintable() else json.dumps(c).strip('"') for c in line)
    return layout(seen, "json", WIDTH)
