"""What `lint` asks beyond the house rules: a spec without it can be generated from, but the result
says less than it could."""

from __future__ import annotations

from collections.abc import Iterator

from specpipe.diagnostics import Diagnostic
from specpipe.spec.model import Document
from specpipe.spec.nodes import operations


def advise(document: Document) -> list[Diagnostic]:
    """All that could be better, in document order."""
    return sorted(_refusals_are_documented(document))


def _refusals_are_documented(document: Document) -> Iterator[Diagnostic]:
    """What can be sent wrongly is refused: a server generated without a documented refusal answers
    one that callers were not told of, and conformance has nothing to hold it against."""
    for operation in operations(document):
        takes = operation.parameters or operation.node.get("requestBody").map
        if takes and not any(status.startswith("4") for status, _ in operation.responses):
            message = "no 4xx answer, though parameters or a body can be wrong"
            place = operation.node.raw("responses")
            yield place.fault(message, "describe what a refusal answers, 422 as a rule")
