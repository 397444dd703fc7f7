"""What is judged, by what, and how hard: handed to every part of the judgement."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from specpipe.conformance.gate import Gate, Reading
from specpipe.conformance.ledger import Ledger
from specpipe.conformance.pace import Pace
from specpipe.conformance.process import Running
from specpipe.conformance.profile import Profile
from specpipe.conformance.subject import Subject
from specpipe.conformance.wire import Wire
from specpipe.spec.model import Api, Document, Resource


@dataclass(frozen=True, slots=True)
class Trial:
    """One judgement: `spec` is the file that `document` and `api` come from, `out` the folder with
    the generated packages."""

    spec: Path
    document: Document
    api: Api
    out: Path
    server: Running
    profile: Profile
    seed: int
    foreign: bool = False
    """Whether the server is somebody's, with things of theirs on it."""
    pace: Pace = field(default_factory=Pace)
    """How fast all that is sent to the server may be sent, by whatever client."""

    def wire(self) -> Wire:
        """Plain HTTP to the server: to somebody's only what reads."""
        header = self.api.key.header if self.api.key is not None else None
        gate = Reading(self.pace) if self.foreign else Gate(self.pace)
        return Wire(self.server.base_url, header, self.server.key, gate)

    def subject(self, resource: Resource, wire: Wire, ledger: Ledger) -> Subject:
        """The server, through the verbs of one resource."""
        return Subject(self.document, self.api, resource, wire, ledger)
