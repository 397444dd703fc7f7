"""The headers that the spec requires of an answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from specpipe.conformance.exchange import Exchange
from specpipe.spec.model import Document, Operation


def header_faults(document: Document, operation: Operation, exchange: Exchange) -> Iterator[str]:
    """What an answer lacks."""
    item = document.data["paths"][operation.path][operation.method.lower()]
    response = followed(document, item["responses"].get(str(exchange.status), {}))
    for name, described in response.get("headers", {}).items():
        if followed(document, described).get("required") and name.lower() not in exchange.headers:
            yield f"the header {name} is missing, which status {exchange.status} requires"


def followed(document: Document, node: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a node refers to, itself when it is no reference."""
    while "$ref" in node:
        place: Any = document.data
        for part in str(node["$ref"]).removeprefix("#/").split("/"):
            place = place[part.replace("~1", "/").replace("~0", "~")]
        node = place
    return node
