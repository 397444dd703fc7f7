"""What a caller can set: for a client, for a view of it, for one call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypedDict

import msgspec

Scalar = str | int | float | bool | datetime
"""What can stand in a query."""


class Timeout(msgspec.Struct, frozen=True, kw_only=True):
    """Limits in seconds; None for no limit. A number in the place of a Timeout is its `total`,
    with no limit of its own for `read`."""

    total: float | None = 60.0
    """For the whole call: all attempts, and the pauses between them."""
    connect: float | None = 5.0
    """Until there is a connection."""
    read: float | None = 30.0
    """Between two parts of an answer, the wait for the first one included."""


DEFAULT_TIMEOUT = Timeout()
"""What a client has unless told otherwise."""


class ClientOptions(TypedDict, total=False):
    """What a view of a client can have other than the client."""

    timeout: float | Timeout | None
    """In place of the client's."""
    retries: int
    """In place of the client's."""
    headers: Mapping[str, str]
    """Sent as well; they win over the client's own, its key and the media types included."""


class CallOptions(TypedDict, total=False):
    """What every method takes besides its own parameters."""

    timeout: float | Timeout | None
    """In place of the client's."""
    retries: int
    """In place of the client's."""
    extra_headers: Mapping[str, str]
    """Sent as well; they win over all others."""
    extra_query: Mapping[str, Scalar | Sequence[Scalar]]
    """Sent as well; a sequence is sent as one pair for each of its items. No message shows it."""
    extra_body: Mapping[str, Any]
    """Members put into the JSON body, over those that are there. They are not checked. Without
    effect where a method has no body."""


def check_names(given: Mapping[str, object], options: type) -> None:
    """Raise TypeError, as Python does, for a keyword that is none of `options`."""
    known = options.__annotations__
    if unknown := given.keys() - known.keys():
        names = ", ".join(sorted(unknown))
        raise TypeError(f"no such option: {names}; there are {', '.join(known)}")
