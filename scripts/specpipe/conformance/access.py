"""Who may call: the key is asked for by every operation that says so."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator

from specpipe.conformance.ledger import Broken
from specpipe.conformance.wire import Wire
from specpipe.spec.model import Operation

STATEMENT = "Without the key, or with a wrong one, every secured operation is refused."


def faults(operations: Collection[Operation], wire: Wire) -> Iterator[Broken]:
    """The secured operations that do not refuse. Where a path wants an id, it is of nothing."""
    for operation in operations:
        path = {p.wire: str(uuid.uuid4()) for p in operation.parameters_in("path")}
        body = operation.body.example if operation.body is not None else None
        for key in ("", "wrong") if operation.secured and wire.has_key else ():
            exchange = wire.send(operation, path, body=body, key=key)
            what = "a wrong key" if key else "no key"
            if exchange.status not in (401, 403):
                yield Broken(f"{operation.id} with {what} answered {exchange.status}", exchange)
