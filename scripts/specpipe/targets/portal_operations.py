"""What the portal says of operations, and the forms that try them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from specpipe.spec.model import Api, Document, Operation, Parameter
from specpipe.spec.names import Name
from specpipe.targets.behaviour_words import behaviour
from specpipe.targets.portal_examples import Called, Example, Examples, as_json, text, value
from specpipe.targets.portal_models import PAGE, Part, Row, shown, type_of
from specpipe.targets.python_refusals import error
from specpipe.targets.wording import limits

CHOICES: Mapping[str, tuple[str, ...]] = {"boolean": ("true", "false")}
"""All values of a type, where those are few."""


@dataclass(frozen=True, slots=True)
class Input:
    """What a form asks for a parameter: one of `choices`, a whole or any number, or text. Bounds
    are empty where there are none."""

    wire: str
    place: str
    required: bool
    kind: str
    choices: tuple[str, ...]
    least: str
    most: str
    proposal: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A documented answer. `error` is what SDKs raise for it; empty when it is a success."""

    status: int
    text: str
    media_type: str
    type: tuple[Part, ...]
    error: str
    example: str


@dataclass(frozen=True, slots=True)
class View:
    """An operation, as a page shows it. Texts are Markdown."""

    operation: Operation
    link: str
    called: Called
    behaviour: tuple[str, ...]
    parameters: tuple[Row, ...]
    body: tuple[Part, ...]
    sent: str
    """An example of its body."""
    answers: tuple[Answer, ...]
    examples: tuple[Example, ...]
    inputs: tuple[Input, ...]

    @property
    def title(self) -> str:
        """What it is called on pages."""
        return self.operation.summary or self.operation.id


@dataclass(frozen=True, slots=True)
class Group:
    """The operations of a tag. They have a page of their own."""

    tag: Name
    page: str
    text: str
    views: tuple[View, ...]


def page_of(tag: Name) -> str:
    """The page of a tag's operations."""
    return f"api-{tag.kebab}.html"


def groups(document: Document, api: Api, examples: Examples) -> tuple[Group, ...]:
    """All operations by tag, in document order."""
    return tuple(
        Group(
            tag,
            page_of(tag),
            api.descriptions.get(tag.wire, ""),
            tuple(view(o, examples) for o in api.operations if o.tag == tag),
        )
        for tag in api.tags
    )


def view(operation: Operation, examples: Examples) -> View:
    """One of them."""
    called, body = examples.called(operation), operation.body
    return View(
        operation,
        f"{page_of(operation.tag)}#{operation.id}",
        called,
        behaviour(operation),
        tuple(row(p, called) for p in operation.parameters),
        () if body is None else (Part(body.schema, f"{PAGE}#{body.schema}"),),
        "" if body is None else as_json(body.example),
        tuple(answers(operation)),
        examples.of(operation),
        tuple(input_of(p) for p in operation.parameters),
    )


def row(parameter: Parameter, called: Called) -> Row:
    """A parameter as a row."""
    return Row(
        parameter.wire,
        called.python_arguments[parameter.wire],
        called.typescript_arguments[parameter.wire],
        type_of(parameter.schema),
        parameter.required,
        parameter.description,
        limits(parameter.schema, shown),
    )


def answers(operation: Operation) -> Iterator[Answer]:
    """Its documented answers, by status."""
    for response in sorted(operation.responses, key=lambda it: it.status):
        schema, media_type = response.schema, response.media_type or ""
        success = response.status < 300
        yield Answer(
            response.status,
            response.description,
            media_type,
            (Part(schema, f"{PAGE}#{schema}"),) if schema else (),
            "" if success else error(response.status),
            example(response.example, schema),
        )


def example(given: Any, schema: str | None) -> str:
    """A documented answer's body; empty when there is none."""
    if given is None:
        return ""
    return as_json(given) if schema else str(given)


def input_of(parameter: Parameter) -> Input:
    """What a form asks for it."""
    schema = parameter.schema
    choices = CHOICES.get(parameter.type) or tuple(map(text, schema.get("enum", ())))
    return Input(
        parameter.wire,
        parameter.place,
        parameter.required,
        "choice" if choices else parameter.type,
        choices,
        text(schema.get("minimum", "")),
        text(schema.get("maximum", "")),
        text(value(parameter)),
    )
