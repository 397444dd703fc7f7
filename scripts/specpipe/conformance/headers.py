"""The headers that the spec requires of an answer."""

from __future__ import annotations

from collections.abc import Iterator

from specpipe.conformance.exchange import Exchange
from specpipe.spec.model import Document, Operation
from specpipe.spec.nodes import Node


def header_faults(document: Document, operation: Operation, exchange: Exchange) -> Iterator[str]:
    """What an answer lacks."""
    item = Node(document, document.data).get("paths", operation.path, operation.method.lower())
    headers = item.get("responses", str(exchange.status), "headers")
    for name in headers.value or ():
        required = headers.get(name, "required").value
        if required and name.lower() not in exchange.headers:
            yield f"the header {name} is missing, which status {exchange.status} requires"
