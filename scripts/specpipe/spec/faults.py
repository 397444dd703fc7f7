"""What a JSON Schema validator says, as diagnostics at the place it speaks of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jsonschema_rs

from specpipe.diagnostics import Diagnostic
from specpipe.spec.nodes import Node, escape

MASK = "this"
"""What messages say in place of the value, which can be long."""
_SUMMARIES = frozenset({"anyOf", "oneOf", "unevaluatedProperties", "not"})
"""Keywords that fail merely because something in the value does."""
_SHOWN_OPTIONS = 12


def explain(node: Node, validator: Any, what: str = "") -> Iterator[Diagnostic]:
    """The faults that `validator` finds in the value of `node`, each once and where it is.

    `what` names the value in messages that would otherwise say "this"."""
    try:
        errors = [(tuple(map(str, e.instance_path)), e) for e in validator.iter_errors(node.value)]
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
    match kind.name:
        case "required":
            yield node.fault(f"{kind.property!r} is missing", "add it")
        case "unevaluatedProperties" | "additionalProperties":
            for key in kind.unexpected:
                advice = "check its spelling, or delete it"
                yield node.raw(str(key)).fault(f"{str(key)!r} is not known here", advice)
        case "enum":
            options = [str(option) for option in kind.options]
            shown = ", ".join(options[:_SHOWN_OPTIONS]) + ", …" * (len(options) > _SHOWN_OPTIONS)
            yield node.fault(f"{what or MASK} is not one of the values allowed here", f"use {shown}")
        case _:
            message = error.message.removeprefix(f"{MASK} ")
            yield node.fault(f"{what or MASK} {message}", "change it")
