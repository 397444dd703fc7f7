"""Requests with random bytes changed, cut or doubled: whatever arrives, the server answers in
HTTP or closes, and goes on."""

from __future__ import annotations

import json
import random
import socket

import pytest

from .wire import wire

BODY = json.dumps({"application": {"id": "a"}, "trigger": {}}).encode()
JSON = b"Content-Type: application/json\r\n"
HOST = b"Host: localhost\r\n"
REQUESTS = [
    b"GET /workstream_events?transferables=true HTTP/1.1\r\n" + HOST + b"Accept: */*\r\n\r\n",
    b"HEAD /.well-known/health HTTP/1.1\r\n" + HOST + b"\r\n",
    b"GET /workstream_event/abc HTTP/1.0\r\n" + HOST + b"Connection: keep-alive\r\n\r\n",
    b"GET /workstream_events/identifiers?limit=1&created_from=2024-01-01T00:00:00Z HTTP/1.1\r\n"
    + HOST
    + b"Connection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n",
    b"POST /workstream_events/create HTTP/1.1\r\n"
    + HOST
    + JSON
    + b"Content-Length: %d\r\n\r\n" % len(BODY)
    + BODY,
    b"POST /workstream_events/batch/fetch HTTP/1.1\r\n"
    + HOST
    + JSON
    + b"Transfer-Encoding: chunked\r\n\r\n2;x=y\r\n{}\r\n0\r\nTrailer: t\r\n\r\n",
    b"POST /workstream_event/update HTTP/1.1\r\n"
    + HOST
    + JSON
    + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{}",
]
TOKENS = [
    b"\r\n",
    b"\n",
    b"\0",
    b"\xff",
    b":",
    b" ",
    b"\t",
    b"0",
    b"-1",
    b"chunked",
    b"Transfer-Encoding: chunked\r\n",
    b"Content-Length: 5\r\n",
    b"%00",
    b"%ff",
    b"%2F..%2f",
    b"\x1b[31m",
    b"9" * 30,
    b"A" * 9000,
    "é".encode(),
]


def mutated(chance: random.Random) -> bytes:
    """One to three requests after each other, with some damage."""
    data = bytearray(b"".join(chance.choices(REQUESTS, k=chance.randint(1, 3))))
    for _ in range(chance.randint(0, 4)):
        at = chance.randrange(len(data) + 1)
        end = min(len(data), at + chance.randint(1, 40))
        kind = chance.randrange(6)
        if kind == 0:
            data[at : at + 1] = bytes([chance.randrange(256)])
        elif kind == 1:
            data[at:at] = chance.choice(TOKENS)
        elif kind == 2:
            data[at:at] = data[at:end]
        elif kind == 3:
            del data[at:end]
        elif kind == 4:
            data[at:end] = chance.randbytes(end - at)
        else:
            del data[max(1, at) :]
    return bytes(data)


@pytest.mark.parametrize("seed", range(4))
def test_damaged_requests_get_well_formed_answers_or_the_end(start, seed):
    server = start("--header-time", "2", "--body-time", "2")
    chance = random.Random(seed)
    statuses = set()
    for round in range(250):
        data = mutated(chance)
        pieces = chance.randint(1, 3)
        with wire(server.url) as connection:
            for n in range(pieces):
                size = len(data) // pieces + 1
                connection.send(data[n * size : (n + 1) * size])
            try:
                connection.socket.shutdown(socket.SHUT_WR)
            except OSError:
                continue
            # What HEAD would have had cannot be told from the bytes alone when it was damaged.
            head = b"HEAD" in data
            answers = [connection.answer(head=True)] if head else connection.answers()
        for answer in answers:
            if answer is not None:
                assert answer.status < 500, (seed, round, data)
                statuses.add(answer.status)
    assert {200, 400, 404, 422} <= statuses
    server.events.new()
    assert server.events.snapshot().status_code == 200
    assert server.stop() == ""
