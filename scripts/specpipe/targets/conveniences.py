"""What an SDK adds to an API: which of it a spec has everything for, in any language."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TypeVar
from urllib.parse import urlsplit

from specpipe.spec.model import (
    Api,
    BatchFetch,
    Document,
    Get,
    Identifiers,
    Operation,
    Parameter,
    Resource,
    Update,
)

Found = TypeVar("Found")

THIS_MACHINE = frozenset({"localhost", "127.0.0.1"})
"""Hosts of a server's address that are this machine."""
PAGE_SIZE = 100
"""Things that are looked up at once, where the API lets as many be listed."""


@dataclass(frozen=True, slots=True)
class Walk:
    """All things of a resource, by the ids that one operation lists and another looks up. Members
    are those on the wire; `full` is a parameter of `lookup`, the other ones are of `listing`."""

    resource: Resource
    listing: Operation
    lookup: Operation
    since: Parameter
    until: Parameter
    limit: Parameter
    full: Parameter | None
    found: str
    missing: str
    omits: tuple[str, ...]

    @property
    def largest(self) -> int | None:
        """The most that can be listed at once."""
        return largest(self.limit)

    @property
    def page_size(self) -> int:
        """As many as are read at once, unless told otherwise."""
        return PAGE_SIZE if self.largest is None else min(PAGE_SIZE, self.largest)


@dataclass(frozen=True, slots=True)
class Edit:
    """A thing is read, changed and updated. `full_read` is the parameter of `read` that asks for
    the whole thing, `full_update` that of `update`; both as on the wire."""

    resource: Resource
    read: Operation
    update: Operation
    full_read: str | None
    full_update: str | None


@dataclass(frozen=True, slots=True)
class Discovery:
    """Where a server on this machine can listen, first places first."""

    first: int
    last: int
    ports: tuple[int, ...]
    """Outside of the range `first` to `last`."""
    path: str

    @property
    def shown(self) -> str:
        """The ports, for people."""
        span = [str(self.first)] if self.first == self.last else [f"{self.first}-{self.last}"]
        return ", ".join([*span, *map(str, self.ports)])


def walk(operations: Sequence[Operation]) -> Walk | None:
    """For the operations of one tag, when exactly one resource can be gone through."""
    return _only(operations, _walk)


def edit(operations: Sequence[Operation]) -> Edit | None:
    """For the operations of one tag, when exactly one resource can be read and updated."""
    return _only(operations, _edit)


def _only(
    operations: Sequence[Operation], of: Callable[[Operation, Operation], Found | None]
) -> Found | None:
    """What `of` makes of two of the operations, if there is exactly one pair for it."""
    found = [made for pair in product(operations, repeat=2) if (made := of(*pair)) is not None]
    return found[0] if len(found) == 1 else None


def _walk(listing: Operation, lookup: Operation) -> Walk | None:
    lists, fetches = listing.behaviour, lookup.behaviour
    if not isinstance(lists, Identifiers) or not isinstance(fetches, BatchFetch):
        return None
    ranges = {time: (since, until) for time, since, until in lists.ranges}
    newest_first = lists.order == "created" and lists.descending
    if lists.resource != fetches.resource or not newest_first or "created" not in ranges:
        return None
    since, until = (_named(listing, wire) for wire in ranges["created"])
    full = _named(lookup, fetches.full) if fetches.full else None
    arguments = [since, until, *([full] if full else [])]
    if len({it.name.camel for it in arguments}) < len(arguments):
        return None
    if lists.limit is None or not _need_nothing(listing, lookup):
        return None
    return Walk(
        resource=lists.resource,
        listing=listing,
        lookup=lookup,
        since=since,
        until=until,
        limit=_named(listing, lists.limit),
        full=full,
        found=fetches.found,
        missing=fetches.missing,
        omits=fetches.omits,
    )


def _edit(read: Operation, update: Operation) -> Edit | None:
    reads, updates = read.behaviour, update.behaviour
    if not isinstance(reads, Get) or not isinstance(updates, Update):
        return None
    if reads.resource != updates.resource or len(read.parameters_in("path")) != 1:
        return None
    if not _need_nothing(update) or any(it.required for it in read.parameters_in("query")):
        return None
    return Edit(reads.resource, read, update, reads.full, updates.full)


def largest(parameter: Parameter) -> int | None:
    """The greatest integer that a parameter can be."""
    schema = parameter.schema
    bounds = [math.floor(schema["maximum"])] if "maximum" in schema else []
    if "exclusiveMaximum" in schema:
        bounds.append(math.ceil(schema["exclusiveMaximum"]) - 1)
    return min(bounds, default=None)


def discovery(document: Document, api: Api) -> Discovery | None:
    """When the spec says by `x-port-range` which ports a server takes. The ports of documented
    addresses on this machine come behind."""
    if "x-port-range" not in document.data:
        return None
    first, last = api.ports
    addresses = [urlsplit(server) for server in api.servers]
    path = addresses[0].path.rstrip("/") if addresses else ""
    ports = dict.fromkeys(
        address.port or 80
        for address in addresses
        if address.scheme == "http"
        and address.hostname in THIS_MACHINE
        and address.path.rstrip("/") == path
    )
    return Discovery(first, last, tuple(p for p in ports if not first <= p <= last), path)


def _named(operation: Operation, wire: str) -> Parameter:
    """The query parameter of that name."""
    return next(it for it in operation.parameters_in("query") if it.wire == wire)


def _need_nothing(*operations: Operation) -> bool:
    """Whether all that the operations cannot do without is a body."""
    return not any(
        it.place == "path" or it.required for operation in operations for it in operation.parameters
    )
