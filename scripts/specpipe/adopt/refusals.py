"""The refusals of a generated server: operations say which they answer, and that they are text.

SDKs give out the body of an error as it came, so against the server that the document was written
for nothing changes."""

from __future__ import annotations

from typing import Any

from specpipe.adopt.draft import Draft
from specpipe.spec.nodes import escape

TEXT: dict[str, Any] = {"text/plain": {"schema": {"type": "string"}}}

REFUSALS = frozenset(("400", "401", "403", "405", "406", "413", "415", "421", "422"))
"""All that a server refuses with, in text: what is malformed, too large, not meant for it, or comes
from where it may not."""


def say_refusals(draft: Draft) -> None:
    """Add those that are not documented; what the document has for their bodies goes."""
    for path, method, operation in draft.operations():
        at = f"/paths/{escape(path)}/{method}/responses"
        responses = operation["responses"]
        for status in REFUSALS & responses.keys():
            if responses[status].get("content") != TEXT:
                draft.note(f"{at}/{status}", "narrowed", f"response {status}: text")
                responses[status] |= {"content": TEXT}
        for status, text in refusals(operation).items():
            if status not in responses:
                draft.note(at, "added", f"response {status}, which the server refuses with")
                responses[status] = {"description": text, "content": TEXT}


def refusals(operation: dict[str, Any]) -> dict[str, str]:
    """Status and description of what every server of an operation refuses."""
    found = {}
    if "requestBody" in operation:
        found["400"] = "The body is not JSON."
    if operation.get("security"):
        found["401"] = "The key is missing or wrong."
    if "requestBody" in operation or operation.get("parameters"):
        found["422"] = "A parameter or the body is not what the spec says."
    return found
