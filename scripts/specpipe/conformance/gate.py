"""What may be sent to a server, asked before each request.

Plain HTTP and SDKs pass the same gate. It is not what keeps checks to their own things, which they
do by themselves; it is what makes sure of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from specpipe.conformance.exchange import Exchange
from specpipe.conformance.pace import Pace
from specpipe.diagnostics import ToolError
from specpipe.spec.model import Create, Operation, reads_only


def may_call(operation: Operation, *, foreign: bool) -> bool:
    """Whether an operation may be called at all: on somebody's server not when it changes something
    and the spec does not say what."""
    return not foreign or operation.behaviour is not None or reads_only(operation)


class Unsafe(ToolError):
    """A request was not sent, since it could touch what is somebody's. The fault is the judge's."""


class Gate:
    """Lets everything through, at a pace."""

    def __init__(self, pace: Pace) -> None:
        self.pace = pace

    def before(self, operation: Operation, path: Mapping[str, Any], body: Any) -> int:
        """Wait for the time to send a request. Gives a number to say to `after`. Raises Unsafe
        when it must not be sent."""
        self.pace.wait()
        return 0

    def after(
        self, number: int, operation: Operation, path: Mapping[str, Any], told: Exchange
    ) -> None:
        """Take note of an answer."""

    def named(self, create: Create, body: Any) -> Any:
        """The body of a create as it is sent: with an id where ours have to be known beforehand."""
        return body


class Reading(Gate):
    """Lets through what changes nothing."""

    def before(self, operation: Operation, path: Mapping[str, Any], body: Any) -> int:
        """See `Gate.before`."""
        if not reads_only(operation):
            raise Unsafe(f"{operation.id}: not sent to somebody's server: it changes something")
        return super().before(operation, path, body)
