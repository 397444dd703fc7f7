"""Something to aim a request at that the server has to refuse."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from specpipe.conformance import wrong
from specpipe.conformance.exchange import same
from specpipe.conformance.ledger import Broken
from specpipe.conformance.samples import fresh_id
from specpipe.conformance.session import Session
from specpipe.conformance.subject import Missing, Subject
from specpipe.spec.model import Addressing, Operation, Update


class Target:
    """A right request for an operation; where that is about one thing, for one of ours. On
    somebody's server, or where there is no way to make one, for an id of nothing."""

    def __init__(self, session: Session, operation: Operation) -> None:
        schemas: Mapping[str, Any] = session.trial.document.data["components"]["schemas"]
        self.request = wrong.plain(operation, schemas)
        self.gone: int | None = None
        """The status that says, besides those that refuse, that there is no such thing."""
        self._operation = operation
        self._subject: Subject | None = None
        self._thing: Any = None
        behaviour = operation.behaviour
        if isinstance(behaviour, Addressing):
            id = "" if session.trial.foreign else self._created(session.subject(behaviour.resource))
            self.gone = None if id else behaviour.resource.gone
            self._aim(behaviour, id or fresh_id({}, random.Random(operation.id)))

    def _created(self, subject: Subject) -> str:
        """The id of a thing of ours, empty when there can be none. Raises Broken."""
        try:
            id = subject.id_of(subject.create())
            self._thing = subject.read(id)
        except Missing:
            return ""
        self._subject = subject
        return id

    def _aim(self, behaviour: Addressing, id: str) -> None:
        if isinstance(behaviour, Update):
            body = self.request.body if isinstance(self.request.body, dict) else {}
            self.request = replace(self.request, body={**body, behaviour.resource.id: id})
        else:
            self.request = replace(self.request, path={**self.request.path, behaviour.id: id})

    def expect_untouched(self) -> None:
        """Check that the thing is as it was. Raises Broken."""
        if self._subject is None:
            return
        after = self._subject.read(self._subject.id_of(self._thing))
        if not same(self._thing, after):
            raise Broken(f"{self._operation.id} was refused and changed {self._thing} to {after}")
