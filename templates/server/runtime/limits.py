"""What a server lets a client use of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Sizes in bytes, times in seconds."""

    body: int = 8 * MIB
    """Of one request."""
    bodies: int = 128 * MIB
    """Of all requests that are being received and answered, together; small ones count nothing."""
    replies: int = 128 * MIB
    """Of all replies in one piece that clients have not taken yet, together; likewise."""
    thing: int = 16 * MIB
    """Of one stored thing, as JSON, which may grow by many requests."""
    url: int = 8 * 1024
    """Of a request's target."""
    headers: int = 32 * 1024
    """Of all header fields of a request, together."""
    header_count: int = 100
    """Fields of a request."""
    header_time: float = 10.0
    """From a request's first byte (or a connection's start) to the end of its header."""
    body_time: float = 20.0
    """That a body may take to arrive, besides the time that it takes at `body_rate`."""
    body_rate: int = 1024
    """Bytes a second that a body has to arrive with, once `body_time` is over."""
    stall_time: float = 30.0
    """That a client may leave a piece of a reply untaken."""
    idle_time: float = 75.0
    """Between requests of a connection: longer than proxies keep theirs (60 is usual), so that
    none sends a request just when the connection is closed."""
    stop_time: float = 10.0
    """That requests may run on once the server is told to stop."""
    connections: int = 1000
    """At once."""


DEFAULT_LIMITS = Limits()


def limits_with(**given: Any) -> Limits:
    """The default limits but for those given. Sizes that a larger body would make too small grow
    with it."""
    limits = replace(DEFAULT_LIMITS, **given)
    return replace(
        limits,
        bodies=max(limits.bodies, limits.body),
        replies=max(limits.replies, 2 * limits.body),
        thing=max(limits.thing, 2 * limits.body),
    )
