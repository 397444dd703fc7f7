"""What the pages of the TypeScript SDK say, ready for their templates.

Options and errors are read off the hand-written modules; what the spec says of methods and models
comes from the operations view and the schemas.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from specpipe.render import markdown_text
from specpipe.spec.model import Document
from specpipe.spec.names import Name
from specpipe.targets.python_refusals import error
from specpipe.targets.rows import Failure, Row, on_this_page
from specpipe.targets.typescript_calls import Argument, Call, Calls, attribute
from specpipe.targets.typescript_conveniences import (
    Iteration,
    Modification,
    iteration,
    modification,
)
from specpipe.targets.typescript_examples import Examples
from specpipe.targets.typescript_rows import Rows, shown
from specpipe.targets.typescript_source import Declared, declared
from specpipe.targets.wording import limits, sentences
from specpipe.workspace import TEMPLATES


@dataclass(frozen=True, slots=True)
class Section:
    """A resource: its tag, the member of the client, its calls, and what it has besides them."""

    tag: Name
    attribute: str
    calls: tuple[Call, ...]
    iteration: Iteration | None
    modification: Modification | None


class Reference(Rows):
    """The SDK, as its pages show it."""

    def __init__(self, document: Document, calls: Calls) -> None:
        """Of the SDK that is made from `document`."""
        super().__init__(document, on_this_page)
        self._document = document
        self._calls = calls
        self.examples = Examples(calls, self.values)

    def module(self, name: str) -> Mapping[str, Declared]:
        """What one of the hand-written modules exports."""
        path = TEMPLATES / "typescript-client" / "runtime" / f"{name}.ts"
        return declared(path.read_text(encoding="utf-8"))

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """The resources, in document order."""
        return tuple(
            Section(
                tag, attribute(tag), group, iteration(group), modification(group, self._document)
            )
            for tag, group in self._calls.by_tag()
        )

    @property
    def iteration(self) -> Iteration | None:
        """The first thing that can be gone through."""
        return next((it.iteration for it in self.sections if it.iteration), None)

    @property
    def modification(self) -> Modification | None:
        """The first thing that can be modified."""
        return next((it.modification for it in self.sections if it.modification), None)

    @property
    def objects(self) -> Iterator[str]:
        """Component schemas that are no enumerations."""
        return (name for name, schema in self.schemas.items() if "enum" not in schema)

    @property
    def enumerations(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Those that are."""
        return ((name, schema) for name, schema in self.schemas.items() if "enum" in schema)

    def parameters(self, call: Call) -> Iterator[Row]:
        """The arguments and options of a call that the API knows."""
        documented = {p.wire: p.schema for p in call.operation.parameters}
        for it in call.path:
            yield self._argument(it, it.name, documented[it.wire])
        if call.body:
            text = "Or just the ids: anything that gives them in turn." if call.body.ids else ""
            type = self.type({"$ref": f"#/components/schemas/{call.body.schema}"})
            yield Row("body", "", type, call.body.required, text)
        for it in call.query:
            yield self._argument(it, f"options.{it.name}", documented[it.wire])

    def _argument(self, it: Argument, name: str, schema: Mapping[str, Any]) -> Row:
        text = sentences(markdown_text(it.description), limits(schema, shown))
        return Row(name, it.wire, markdown_text(it.type), it.required, text)

    def failures(self, call: Call) -> Iterator[Failure]:
        """The documented failures of a call."""
        for response in sorted(call.operation.responses, key=lambda r: r.status):
            if response.status >= 300:
                when = markdown_text(response.description)
                yield Failure(response.status, error(response.status), when)

    def error(self, status: int) -> str:
        """The class of errors for a status."""
        return error(status)
