"""What the reference of the Python SDK says, ready for its template.

Methods, options and errors are read off the modules of the SDK itself; what the spec says of them
comes from the operations view and the schemas.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from specpipe.render import markdown_text
from specpipe.spec.model import Document, Response
from specpipe.spec.names import Name
from specpipe.targets.python_calls import Argument, Call, Calls, attribute
from specpipe.targets.python_examples import Examples
from specpipe.targets.python_refusals import error, error_classes
from specpipe.targets.python_rows import Rows, shown
from specpipe.targets.python_source import Class, Function, aliases, classes, module_functions
from specpipe.targets.rows import Failure, Row, on_this_page
from specpipe.targets.wording import limits, sentences
from specpipe.tree import Tree


@dataclass(frozen=True, slots=True)
class Section:
    """A resource: its tag, the attribute of the client, and the class of its methods."""

    tag: Name
    attribute: str
    described: Class
    calls: tuple[Call, ...]

    @property
    def others(self) -> tuple[Function, ...]:
        """Its methods that are no operation."""
        names = {"__init__", *(call.name for call in self.calls)}
        functions = self.described.functions
        return tuple(f for f in functions if f.name not in names and not f.is_property)


@dataclass(frozen=True, slots=True)
class Sample:
    """Data for a model: with a member that the model does not know, without `member`."""

    name: str
    member: str
    data: Mapping[str, Any]


class Reference(Rows):
    """The SDK, as its reference shows it. `tree` has its modules, `package` is their folder."""

    def __init__(self, document: Document, calls: Calls, tree: Tree, package: str) -> None:
        """Of the SDK that was made from `document`."""
        self._tree = tree
        self._package = package
        super().__init__(document, calls, aliases(self._source("models")), on_this_page)
        self.examples = Examples(calls, self.aliases)

    def module(self, name: str) -> Mapping[str, Class]:
        """The public classes of one of the SDK's modules."""
        return classes(self._source(name))

    def _source(self, name: str) -> bytes:
        return self._tree[f"{self._package}/{name}.py"]

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """The resources, in document order."""
        return tuple(
            Section(
                tag,
                attribute(tag),
                self.module(f"resources/{attribute(tag)}")[f"{tag.pascal}Resource"],
                group,
            )
            for tag, group in self._calls.by_tag()
        )

    def has(self, method: str) -> str | None:
        """The resource that has a method of that name, if one has: `client.…`."""
        for section in self.sections:
            if method in {function.name for function in section.described.functions}:
                return f"client.{section.attribute}"
        return None

    @property
    def discovers(self) -> bool:
        """Whether a client can look for its server."""
        client = self.module("client")["Client"]
        return "discover" in {function.name for function in client.functions}

    @property
    def fixtures(self) -> tuple[Function, ...]:
        """The fixtures for pytest, if there are any."""
        plugin = self._tree.get(f"{self._package}/pytest_plugin.py", b"")
        return module_functions(plugin)

    @property
    def sample(self) -> Sample | None:
        """A small model with a member that can be left out."""
        for model in self._calls.models.models:
            needed = [it for it in model.fields if it.required]
            optional = next((it for it in model.fields if not it.required), None)
            if needed and optional and all(it.annotation == "str" for it in needed):
                data = {it.wire: "a" for it in needed} | {"newer": 1}
                return Sample(model.name, optional.name, data)
        return None

    def parameters(self, call: Call) -> Iterator[Row]:
        """The arguments of a call that the API knows."""
        documented = {p.wire: p for p in call.operation.parameters}
        for it in call.path:
            yield self._argument(it, documented[it.wire].schema)
        if call.body:
            text = "Members by their names on the wire, or the model."
            if call.body.ids:
                text += " Or just the ids, as a list."
            yield Row("body", "", self.type(call.body.type), call.body.required, text)
        for it in call.query:
            yield self._argument(it, documented[it.wire].schema)

    def _argument(self, it: Argument, schema: Mapping[str, Any]) -> Row:
        text = sentences(markdown_text(it.description), limits(schema, shown))
        return Row(it.name, it.wire, self.type(it.accepted), it.required, text)

    def failures(self, call: Call) -> Iterator[Failure]:
        """The documented failures of a call."""
        for response in sorted(call.operation.responses, key=lambda r: r.status):
            if response.status >= 300:
                yield Failure(response.status, self.error(response.status), said(response))

    def error(self, status: int) -> str:
        """The class of errors for a status."""
        return error(status)

    def status_of(self, name: str) -> int | None:
        """The status that has a class of errors of its own."""
        return next((s for s, known in error_classes().items() if known == name), None)


def said(response: Response) -> str:
    """When an answer comes."""
    return markdown_text(response.description)
