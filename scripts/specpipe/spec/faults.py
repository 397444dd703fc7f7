"""What a JSON Schema validator says, as diagnostics at the place it speaks of."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import jsonschema_rs

from specpipe.diagnostics import Diagnostic
from specpipe.spec.nodes import Node, escape, unescape

MASK = "this"
"""What messages say in place of the value, which can be long."""
_SUMMARIES = frozenset({"anyOf", "oneOf", "unevaluatedProperties", "not"})
"""Keywords that fail merely because something in the value does."""
_SHOWN_OPTIONS = 12
_MAX_FAULTS = 200
_TYPES = {
    "object": "a mapping",
    "array": "a list",
    "string": "a string",
    "integer": "an integer",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
}


def explain(node: Node, validator: Any, what: str = "") -> Iterator[Diagnostic]:
    """The faults that `validator` finds in the value of `node`, each once and where it is.

    `what` names the value in messages that would otherwise name its key. Not all faults are
    listed when there are very many."""
    try:
        found = islice(validator.iter_errors(node.value), _MAX_FAULTS)
        errors = [(tuple(map(str, error.instance_path)), error) for error in found]
    except (ValueError, jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError):
        return
    for path, error in errors:
        if not _is_echo(path, error, errors):
            pointer = node.pointer + "".join(f"/{escape(step)}" for step in path)
            yield from _translate(Node(node.document, None, pointer), error, what)


def _is_echo(path: tuple[str, ...], error: Any, errors: list[tuple[tuple[str, ...], Any]]) -> bool:
    """Whether `error` only repeats that something at or below `path` is wrong."""
    if list(error.schema_path)[-3:] == ["responses", "then", "required"]:
        return True  # says that `default` is missing wherever no status is well-formed
    return error.kind.name in _SUMMARIES and any(
        other is not error
        and where[: len(path)] == path
        and (other.kind.name not in _SUMMARIES or len(where) > len(path))
        for where, other in errors
    )


def _translate(node: Node, error: Any, what: str) -> Iterator[Diagnostic]:
    kind = error.kind
    subject = what or _subject(node)
    match kind.name:
        case "required":
            yield node.fault(f"{subject} has no {kind.property!r}", "add it")
        case "unevaluatedProperties" | "additionalProperties":
            for key in kind.unexpected:
                advice = "check its spelling, or delete it"
                yield node.raw(str(key)).fault(f"{str(key)!r} is not known here", advice)
        case "enum":
            options = [str(option) for option in kind.options]
            shown = ", ".join(options[:_SHOWN_OPTIONS]) + ", …" * (len(options) > _SHOWN_OPTIONS)
            yield node.fault(f"{subject} is not a value allowed here", f"use {shown}")
        case "type":
            types = " or ".join(_TYPES.get(name, name) for name in kind.types)
            yield node.fault(f"{subject} is not {types}", f"write {types}")
        case "anyOf" if node.pointer.endswith("/type"):
            choice = ", ".join(name for name in _TYPES if name != "null")
            yield node.fault("'type' is not one of JSON's types", f"use {choice}")
        case _:
            message = error.message.removeprefix(f"{MASK} ")
            yield node.fault(f"{subject} {message}", "change it")


def _subject(node: Node) -> str:
    """What messages call the value: its key, or its number in a list."""
    step = unescape(node.pointer.rpartition("/")[2])
    if not node.pointer:
        return "the document"
    return f"item {step}" if step.isdigit() else repr(step)
