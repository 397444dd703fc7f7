"""Documented parameters, of which one may be the body, against the spec."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from specpipe.audit import types
from specpipe.audit.answers import Answer, Case, agreed, differs, folded, lacks
from specpipe.spec.nodes import Node

Prose = Callable[[Case, str, Node], Answer]


def check_parameter(case: Case, prose: Prose) -> Answer:
    """What the spec says about one aspect of a parameter or body."""
    _, name, aspect = case.fact.words
    subject = parameter(case, name)
    if subject is None:
        return lacks(f"no parameter {name}", "describe it", case.here.raw("parameters"))
    if aspect == "description":
        return prose(case, str(case.fact.value), subject)
    return _ASPECTS[aspect](case, subject)


def parameter(case: Case, name: str) -> Node | None:
    """The parameter of that name, or else the body when the page gives it a model's type."""
    assert case.operation is not None
    for node in case.operation.parameters:
        if folded(node.raw("name").text) == folded(name):
            return node
    body = case.here.get("requestBody")
    kind = case.page.fact(case.fact.operation, f"parameter {name} type")
    is_body = kind is None or types.is_model(str(kind.value))
    return body if body.map and is_body else None


def schema_of(subject: Node) -> Node:
    """The schema of a parameter, or of the first media type of a body."""
    if "schema" in subject.map:
        return subject.raw("schema")
    for _, media in subject.raw("content").members():
        return media.raw("schema")
    return Node(subject.document, None, subject.pointer)


def _present(case: Case, subject: Node) -> Answer:
    return agreed(subject)


def _type(case: Case, subject: Node) -> Answer:
    wanted, schema = str(case.fact.value), schema_of(subject)
    verdict = types.agrees(wanted, schema)
    if verdict is None:
        return Answer(f"type {wanted!r} is not understood", "compare by hand", unread=True)
    if not verdict:
        message = f"{case.fact.words[1]} is {types.shown(schema)}, not {wanted}"
        return differs(message, f"make it {wanted}", schema, subject, schema.follow())
    return agreed(schema, subject)


def _enum(case: Case, subject: Node) -> Answer:
    assert isinstance(case.fact.value, tuple)
    schema = schema_of(subject)
    if not types.same_members(list(case.fact.value), schema):
        members = ", ".join(case.fact.value)
        return differs(f"its values are not {members}", "correct enum", schema.follow(), subject)
    return agreed(schema, subject)


def _required(case: Case, subject: Node) -> Answer:
    required = subject.raw("required").value is True
    if required != case.fact.value:
        words = ("optional", "required")
        message = f"{case.fact.words[1]} is {words[required]}, documented as {words[not required]}"
        return differs(message, f"write `required: {str(not required).lower()}`", subject)
    return agreed(subject)


def _default(case: Case, subject: Node) -> Answer:
    """A documented default, or that there is none: then the spec may decide on one."""
    schema = schema_of(subject).follow()
    found = schema.raw("default").value
    wanted = case.fact.value
    if wanted is None:
        if found is None or "x-decided" in schema.map:
            return agreed(schema, subject)
        message = f"{case.fact.words[1]} defaults to {found!r}, documented is no default"
        return differs(message, "give the schema x-decided, or take it out", schema, subject)
    if found != wanted or isinstance(found, bool) != isinstance(wanted, bool):
        message = f"{case.fact.words[1]} defaults to {found!r}, not to {wanted!r}"
        answer = differs(message, f"write `default: {wanted}`", schema, subject)
        return replace(answer, missing=found is None)
    return agreed(schema, subject)


_ASPECTS: Mapping[str, Callable[[Case, Node], Answer]] = {
    "listed": _present,
    "named": _present,
    "type": _type,
    "enum": _enum,
    "required": _required,
    "default": _default,
}
