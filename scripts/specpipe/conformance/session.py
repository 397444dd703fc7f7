"""One run of a judgement: what its checks share, and what they count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from types import TracebackType
from typing import Any, Self

from specpipe.conformance.exchange import Exchange
from specpipe.conformance.gate import Gate
from specpipe.conformance.ledger import Ledger
from specpipe.conformance.oracle import Oracle
from specpipe.conformance.subject import Subject
from specpipe.conformance.trial import Trial
from specpipe.conformance.wrong import Request
from specpipe.spec.model import Create, Operation, Resource


class Session:
    """A connection to the server, a ledger for each resource, and how often each operation
    accepted a request; what is sent has to pass the `gate`. A context manager: it closes the
    connection."""

    def __init__(
        self,
        trial: Trial,
        ledgers: Mapping[Resource, Ledger] | None = None,
        gate: Gate | None = None,
    ) -> None:
        self.trial = trial
        self.wire = trial.wire()
        self.ledgers = ledgers or {resource: Ledger() for resource in trial.api.resources}
        if gate is not None:
            self.wire.gate = gate
        self.oracle = Oracle(trial.document, trial.api)
        self._kept: dict[str, Any] = {}
        self._open = ExitStack()
        self.reached: Counter[str] = Counter()
        """By operation id: requests of SDKs that the server accepted. Those of `wire` are apart."""
        self.sequence = self.wire.sequence
        """The requests sent, in order; what an SDK sends is added by the check that drives it."""

    @property
    def accepted(self) -> Counter[str]:
        """By operation id: how many requests were accepted."""
        return self.wire.accepted + self.reached

    def subject(self, resource: Resource) -> Subject:
        """The server, through the verbs of one resource."""
        return self.trial.subject(resource, self.wire, self.ledgers[resource])

    def send(self, operation: Operation, request: Request, key: str | None = None) -> Exchange:
        """Send a request as it is; `key` as in `Wire.send`. What a create makes of it after all is
        ours."""
        exchange = self.wire.send(
            operation, request.path, request.query, request.body, key, headers=request.headers
        )
        if isinstance(operation.behaviour, Create):
            resource = operation.behaviour.resource
            self.ledgers[resource].claim_reply(exchange, resource.id)
        return exchange

    def once(self, name: str, make: Callable[[], Any]) -> Any:
        """What `make` gives, made once and closed at the end."""
        if name not in self._kept:
            self._kept[name] = self._open.enter_context(closing(make()))
        return self._kept[name]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.close()
        self.wire.close()
