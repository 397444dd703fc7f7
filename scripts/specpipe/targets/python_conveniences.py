"""What the Python SDK adds to an API: which of it a spec has everything for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from specpipe.render import python_identifier
from specpipe.spec.model import (
    Api,
    BatchFetch,
    Document,
    Get,
    Identifiers,
    Parameter,
    Resource,
    Update,
)
from specpipe.targets.python_calls import Argument, Call, safe
from specpipe.targets.python_models import field_name

THIS_MACHINE = frozenset({"localhost", "127.0.0.1"})
"""Hosts of a server's address that are this machine."""
OWN_ARGUMENTS = frozenset({"page_size", "change", "attempts"})
"""Arguments of the methods below that no parameter stands behind."""
PAGE_SIZE = 100
"""Things that are looked up at once, where the API lets as many be listed."""


@dataclass(frozen=True, slots=True)
class Iteration:
    """`iterate`: all things of a resource, by the ids that one call lists and another looks up.
    Members are attributes of models; other names are those of parameters on the wire."""

    resource: Resource
    model: str
    listing: Call
    lookup: Call
    since: Argument
    until: Argument
    full: Argument | None
    limit: str
    largest: int | None
    """The most that `limit` can be."""
    items: str
    id: str
    found: str
    missing: str
    created: tuple[str, ...]
    omits: tuple[str, ...]

    @property
    def page_size(self) -> int:
        """As many as are read at once, unless told otherwise."""
        return PAGE_SIZE if self.largest is None else min(PAGE_SIZE, self.largest)

    @property
    def arguments(self) -> tuple[Argument, ...]:
        """What the method takes besides the size of a page."""
        return (self.since, self.until, *([self.full] if self.full else []))


@dataclass(frozen=True, slots=True)
class Modification:
    """`modify`: a thing is read, changed and updated."""

    resource: Resource
    model: str
    read: Call
    update: Call
    id: Argument
    full: tuple[tuple[str, str], ...]
    """The parameters that make the two calls answer in full, as (argument of `Editing`, name)."""


@dataclass(frozen=True, slots=True)
class Discovery:
    """`discover`: where a server on this machine can listen, first places first."""

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


def iteration(group: Sequence[Call]) -> Iteration | None:
    """For the calls of one tag, when exactly one resource can be gone through."""
    pairs = [
        made
        for listing in group
        for lookup in group
        if (made := _iteration(listing, lookup)) is not None
    ]
    return pairs[0] if len(pairs) == 1 else None


def _iteration(listing: Call, lookup: Call) -> Iteration | None:
    lists, fetches = listing.operation.behaviour, lookup.operation.behaviour
    if not isinstance(lists, Identifiers) or not isinstance(fetches, BatchFetch):
        return None
    ranges = {time: (since, until) for time, since, until in lists.ranges}
    newest_first = lists.order == "created" and lists.descending
    if lists.resource != fetches.resource or not newest_first or "created" not in ranges:
        return None
    since, until = (_named(listing, wire) for wire in ranges["created"])
    full = _named(lookup, fetches.full) if fetches.full else None
    names = [since.name, until.name, *([full.name] if full else [])]
    if lists.limit is None or len({*names}) < len(names) or not _need_nothing(listing, lookup):
        return None
    resource = lists.resource
    limit = next(p for p in listing.operation.parameters if p.wire == lists.limit)
    return Iteration(
        resource=resource,
        model=f"models.{python_identifier(resource.schema)}",
        listing=listing,
        lookup=lookup,
        since=since,
        until=until,
        full=full,
        limit=lists.limit,
        largest=largest(limit),
        items=field_name(resource.items),
        id=field_name(resource.id),
        found=field_name(fetches.found),
        missing=field_name(fetches.missing),
        created=tuple(map(field_name, resource.created)),
        omits=fetches.omits,
    )


def largest(parameter: Parameter) -> int | None:
    """The greatest integer that a parameter can be."""
    schema = parameter.schema
    bounds = [math.floor(schema["maximum"])] if "maximum" in schema else []
    if "exclusiveMaximum" in schema:
        bounds.append(math.ceil(schema["exclusiveMaximum"]) - 1)
    return min(bounds, default=None)


def modification(group: Sequence[Call]) -> Modification | None:
    """For the calls of one tag, when exactly one resource can be read and updated."""
    pairs = [
        made
        for read in group
        for update in group
        if (made := _modification(read, update)) is not None
    ]
    return pairs[0] if len(pairs) == 1 else None


def _modification(read: Call, update: Call) -> Modification | None:
    reads, updates = read.operation.behaviour, update.operation.behaviour
    if not isinstance(reads, Get) or not isinstance(updates, Update):
        return None
    resource = reads.resource
    if resource != updates.resource or len(read.path) != 1 or not _need_nothing(update):
        return None
    if any(it.required for it in read.query):
        return None
    given = (("full_read", reads.full), ("full_update", updates.full))
    return Modification(
        resource=resource,
        model=f"models.{python_identifier(resource.schema)}",
        read=read,
        update=update,
        id=_free(read.path[0]),
        full=tuple((name, wire) for name, wire in given if wire is not None),
    )


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


def _named(call: Call, wire: str) -> Argument:
    """The argument of `call` for the query parameter `wire`."""
    return _free(next(it for it in call.query if it.wire == wire))


def _free(it: Argument) -> Argument:
    """`it` under a name that is free in the methods above."""
    name = safe(it.name, OWN_ARGUMENTS)
    return Argument(name, it.wire, it.type, it.required, it.description)


def _need_nothing(*calls: Call) -> bool:
    """Whether all that the calls cannot do without is a body."""
    return not any(call.path or any(it.required for it in call.query) for call in calls)
