"""What is asked of every subject, taken from the spec: its operations by verb, and a body."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote, urlencode, urlsplit

from specpipe.bench.load import Request
from specpipe.diagnostics import Misuse, ToolError
from specpipe.spec.model import Api, Create, Get, Identifiers, Operation, Resource, Snapshot, Time

V = TypeVar("V", Create, Get, Identifiers, Snapshot)
BODY = Path("bench", "create.json")
"""Beside the spec: a body of realistic size for the operation that creates."""
LISTED = 100
"""Ids that a list is asked for."""


@dataclass(frozen=True, slots=True)
class Workload:
    """The operations on one resource, and the thing to create."""

    resource: Resource
    creating: Operation
    getting: Operation
    listing: Operation
    everything: Operation
    body: bytes

    def create(self) -> Request:
        """Store a thing."""
        return Request(self.creating.method, self.creating.path, self.body)

    def get(self, id: str) -> Request:
        """Read one thing."""
        behaviour = self.getting.behaviour
        assert isinstance(behaviour, Get)
        path = self.getting.path.replace(f"{{{behaviour.id}}}", quote(id, safe=""))
        return Request(self.getting.method, path)

    def snapshot(self) -> Request:
        """Read everything."""
        return Request(self.everything.method, self.everything.path)

    def identifiers(self, ranges: Mapping[Time, tuple[int, int]] | None = None) -> Request:
        """List ids; `ranges` are inclusive, in microseconds since the epoch."""
        behaviour = self.listing.behaviour
        assert isinstance(behaviour, Identifiers)
        query = {behaviour.limit: str(LISTED)} if behaviour.limit else {}
        for time, first, last in behaviour.ranges:
            if ranges and time in ranges:
                query[first], query[last] = map(rendered, ranges[time])
        return Request(self.listing.method, f"{self.listing.path}?{urlencode(query)}")

    @property
    def times(self) -> tuple[Time, ...]:
        """The times that a list can be narrowed by."""
        behaviour = self.listing.behaviour
        assert isinstance(behaviour, Identifiers)
        return tuple(time for time, _, _ in behaviour.ranges)


def rendered(moment: int) -> str:
    """Microseconds since the epoch, as RFC 3339."""
    seconds, micros = divmod(moment, 1_000_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{micros:06d}Z"


def workload_of(api: Api, spec: Path) -> Workload:
    """The workload that a spec gives. Raises Misuse when it lacks one of the verbs."""
    creating = operation(api, Create)
    return Workload(
        resource_of(creating),
        creating,
        operation(api, Get),
        operation(api, Identifiers),
        operation(api, Snapshot),
        body_of(creating, spec),
    )


def operation(api: Api, verb: type[V]) -> Operation:
    """The first operation of a verb. Raises Misuse when there is none."""
    for candidate in api.operations:
        if isinstance(candidate.behaviour, verb):
            return candidate
    raise Misuse(f"the spec has no operation that does {verb.verb}: there is nothing to measure")


def resource_of(of: Operation) -> Resource:
    """What an operation with a verb is about."""
    assert of.behaviour is not None
    return of.behaviour.resource


def body_of(creating: Operation, spec: Path) -> bytes:
    """The body to create things with: the file for it, or else the example in the spec."""
    path = spec.parent / BODY
    if path.is_file():
        value = json.loads(path.read_text())
    else:
        value = creating.body.example if creating.body is not None else None
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def fill(base_url: str, workload: Workload, count: int) -> list[str]:
    """Create things through a server; returns their ids. Raises ToolError."""
    parts = urlsplit(base_url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    ids = []
    request = workload.create()
    for _ in range(count):
        connection.request(
            request.method, request.path, request.body, {"Content-Type": "application/json"}
        )
        reply = connection.getresponse()
        text = reply.read()
        if reply.status != workload.creating.success.status:
            raise ToolError(f"{request.path} answers {reply.status}: {text[:200]!r}")
        ids.append(str(json.loads(text).get(workload.resource.id)))
    connection.close()
    return ids
