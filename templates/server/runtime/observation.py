"""One request and its answer, as they are told of afterwards: by metrics and by the access log."""

from __future__ import annotations

import itertools
import os
import re
import time
from collections.abc import MutableSequence

from starlette.types import Message, Send

from .headers import Headers

REQUEST_ID = "X-Request-ID"
NOBODY = "-"
"""Stands for the operation of a request that leads to none."""
_FIELD = REQUEST_ID.lower().encode()
_SANE = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_PROCESS = os.urandom(6).hex().encode()
_numbers = itertools.count(1)


class Observation:
    """What is known of it so far. `operation` names what answers: an operation of the contract, or
    the path of a page. `status` is None until the answer has begun; `sent` are bytes of its body,
    and `whole` is whether that was sent to its end. `headers` go with the answer, whatever it
    is."""

    __slots__ = ("_id", "headers", "operation", "sent", "started", "status", "whole")

    def __init__(self, headers: Headers) -> None:
        self._id = request_id(headers)
        self.operation = NOBODY
        self.status: int | None = None
        self.sent = 0
        self.whole = False
        self.started = time.perf_counter()
        self.headers: MutableSequence[tuple[bytes, bytes]] = [(_FIELD, self._id)]

    @property
    def id(self) -> str:
        """What clients and logs call it."""
        return self._id.decode()

    def seconds(self) -> float:
        """Since it began."""
        return time.perf_counter() - self.started

    def counting(self, send: Send, *, ours: bool) -> Send:
        """`send`, noting what goes through it. Answers that are not `ours` get the headers."""

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.status = message["status"]
                if not ours:
                    message = {**message, "headers": [*message.get("headers", ()), *self.headers]}
            await send(message)
            if message["type"] == "http.response.body":
                self.sent += len(message.get("body", b""))
                self.whole = not message.get("more_body", False)

        return counted


def request_id(headers: Headers) -> bytes:
    """The id that the client gave, if it gave a sane one (1-64 of A-Z a-z 0-9 . _ -), or a new
    one, which no other request has."""
    given = headers.only(_FIELD)
    if given is not None and _SANE.fullmatch(given):
        return given
    return b"%b-%x" % (_PROCESS, next(_numbers))
