"""House rules about patterns: they mean the same to all engines, and none of them takes long.

A text that somebody sends, or that the spec has as an example, meets a pattern in the SDKs, whose
engines backtrack. Nothing there can stop them, so a pattern that could keep them busy is refused.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

import jsonschema_rs

from specpipe.diagnostics import Diagnostic
from specpipe.spec.ambiguity import EXPONENTIAL, power
from specpipe.spec.automaton import Meter, Spent
from specpipe.spec.model import Document
from specpipe.spec.nodes import Node, all_schemas, operations

MAX_LENGTH = 1_000
"""Characters of a pattern."""
MAX_STEPS = 2_000_000
"""Steps that the patterns of a document together may take to judge: some seconds."""
MAX_TRIES = 10_000_000
"""Ways to match a text that an engine may try: less than a second."""
_JSON_PATTERN = jsonschema_rs.Draft202012Validator({"format": "regex"}, validate_formats=True)


def patterns_are_quick(document: Document) -> Iterator[Diagnostic]:
    """Patterns of component schemas and of parameters."""
    meter = Meter(MAX_STEPS)
    known: dict[str, int] = {}
    for schema in _with_patterns(document):
        pattern = schema.raw("pattern")
        if fault := _unknown(pattern):
            yield fault
            continue
        try:
            if pattern.text not in known:
                known[pattern.text] = power(pattern.text, meter)
        except (Spent, RecursionError):
            message = "the patterns up to here are too intricate to tell how long they take"
            yield pattern.unsupported(message, "write simpler ones")
            return
        yield from _slow(schema, known[pattern.text])


def _with_patterns(document: Document) -> Iterator[Node]:
    of_parameters = (p.raw("schema") for o in operations(document) for p in o.parameters)
    for schema in (*all_schemas(document), *of_parameters):
        text = schema.raw("pattern").text
        if text and _JSON_PATTERN.is_valid(text):  # `validate` reports what is no pattern
            yield schema


def _unknown(pattern: Node) -> Diagnostic | None:
    """What is wrong with a pattern that Python does not know, or nobody can read."""
    if len(pattern.text) > MAX_LENGTH:
        return pattern.unsupported(
            f"pattern of {len(pattern.text)} characters", f"use at most {MAX_LENGTH}"
        )
    try:
        re.compile(pattern.text)
    except (re.error, RecursionError, OverflowError):
        message = f"pattern {pattern.text!r} is not one that Python knows"
        return pattern.unsupported(message, "use plain character classes and groups")
    return None


def _slow(schema: Node, degree: int) -> Iterator[Diagnostic]:
    pattern = schema.raw("pattern")
    advice = "let a text match in one way: no repeats of repeats or of overlapping choices"
    if degree == EXPONENTIAL:
        message = f"pattern {pattern.text!r} may take time without end to refuse a text"
        yield pattern.unsupported(message, advice)
        return
    longest = int((MAX_TRIES * math.factorial(degree)) ** (1 / degree))
    limit = schema.raw("maxLength").value
    if degree > 1 and not (isinstance(limit, int | float) and limit <= longest):
        message = f"pattern {pattern.text!r} takes time that grows with a text's length^{degree}"
        advice = f"begin it with ^ and keep repeats apart, or say maxLength: {longest} or less"
        yield pattern.unsupported(message, advice)
