"""What a server answers with, for the rows of the SDK: one thing, and many of them."""

from __future__ import annotations

import http.client
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from specpipe.bench.engines import sqlite_database
from specpipe.bench.load import Request
from specpipe.bench.subjects import Run, our_server
from specpipe.bench.workload import Workload, fill, rendered
from specpipe.diagnostics import ToolError

FIRST = 1_700_000_000_000_000
"""When the first thing was created, in microseconds since the epoch."""
STEP = 1_234_567
"""Microseconds from one thing to the next: hardly a time ends in zeros."""
FOREIGN = "memberOfALaterVersion"


@dataclass(frozen=True, slots=True)
class Answers:
    """What the generated server answers with when one thing is stored: `id`, the thing, and the
    snapshot that holds it."""

    id: str
    thing: bytes
    snapshot: Mapping[str, Any]


def answers_of(bench: Run) -> Answers:
    """Asked of the generated server, on a database of its own. Raises ToolError."""
    with sqlite_database(bench.folder) as database, our_server(bench, database) as server:
        (id,) = fill(server.base_url, bench.work, 1)
        thing = read(server.base_url, bench.work.get(id))
        return Answers(id, thing, json.loads(read(server.base_url, bench.work.snapshot())))


def read(base_url: str, request: Request) -> bytes:
    """The body of an answer. Raises ToolError."""
    parts = urlsplit(base_url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    connection.request(request.method, request.path)
    reply = connection.getresponse()
    body = reply.read()
    connection.close()
    if reply.status != 200:
        raise ToolError(f"{request.path} answers {reply.status}: {body[:200]!r}")
    return body


def snapshot_of(
    answer: Mapping[str, Any], work: Workload, count: int, *, unknown: bool = False
) -> bytes:
    """`answer`, a snapshot of one thing, with `count` of them that differ in id and times; with
    `unknown` each has a member that no schema knows."""
    resource = work.resource
    (one,) = answer[resource.items]
    more = {FOREIGN: 1} if unknown else {}
    things = []
    for number in range(count):
        moment = rendered(FIRST + number * STEP)
        thing = {**one, **more, resource.id: str(uuid.UUID(int=number, version=4))}
        thing = with_member(thing, resource.created, moment)
        things.append(with_member(thing, resource.updated, moment))
    changed = {**answer, resource.items: things}
    if resource.positions in answer:
        changed[resource.positions] = {thing[resource.id]: at for at, thing in enumerate(things)}
    return json.dumps(changed, ensure_ascii=False, separators=(",", ":")).encode()


def with_member(thing: Mapping[str, Any], path: tuple[str, ...], value: Any) -> dict[str, Any]:
    """A copy of `thing` that has `value` at the end of a path of members."""
    first, *rest = path
    inner = with_member(thing.get(first, {}), tuple(rest), value) if rest else value
    return {**thing, first: inner}
