"""What the Python SDK adds to an API, in the names that it has there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from specpipe.render import python_beside, python_identifier
from specpipe.spec.model import Operation, Parameter, Resource
from specpipe.targets.conveniences import Walk, edit, walk
from specpipe.targets.python_calls import Argument, Call
from specpipe.targets.python_models import field_name

OWN_ARGUMENTS = frozenset({"page_size", "change", "attempts", "modify", "modify_async"})
"""Arguments of the methods below that no parameter stands behind."""


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
    page_size: int
    """As many as are read at once, unless told otherwise."""
    items: str
    id: str
    found: str
    missing: str
    created: tuple[str, ...]
    omits: tuple[str, ...]

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


def iteration(group: Sequence[Call]) -> Iteration | None:
    """For the calls of one tag, when exactly one resource can be gone through."""
    found = walk([call.operation for call in group])
    return None if found is None else _iteration(found, group)


def _iteration(found: Walk, group: Sequence[Call]) -> Iteration:
    resource = found.resource
    listing, lookup = _call(found.listing, group), _call(found.lookup, group)
    return Iteration(
        resource=resource,
        model=f"models.{python_identifier(resource.schema)}",
        listing=listing,
        lookup=lookup,
        since=_named(listing, found.since),
        until=_named(listing, found.until),
        full=_named(lookup, found.full) if found.full else None,
        limit=found.limit.wire,
        largest=found.largest,
        page_size=found.page_size,
        items=field_name(resource.items),
        id=field_name(resource.id),
        found=field_name(found.found),
        missing=field_name(found.missing),
        created=tuple(map(field_name, resource.created)),
        omits=found.omits,
    )


def modification(group: Sequence[Call]) -> Modification | None:
    """For the calls of one tag, when exactly one resource can be read and updated."""
    found = edit([call.operation for call in group])
    if found is None:
        return None
    read = _call(found.read, group)
    given = (("full_read", found.full_read), ("full_update", found.full_update))
    return Modification(
        resource=found.resource,
        model=f"models.{python_identifier(found.resource.schema)}",
        read=read,
        update=_call(found.update, group),
        id=_free(read.path[0]),
        full=tuple((name, wire) for name, wire in given if wire is not None),
    )


def _call(operation: Operation, group: Sequence[Call]) -> Call:
    """The call of an operation."""
    return next(call for call in group if call.operation is operation)


def _named(call: Call, parameter: Parameter) -> Argument:
    """The argument of `call` for a query parameter."""
    return _free(next(it for it in call.query if it.wire == parameter.wire))


def _free(it: Argument) -> Argument:
    """`it` under a name that is free in the methods above."""
    name = python_beside(it.name, OWN_ARGUMENTS)
    return Argument(name, it.wire, it.type, it.required, it.description)
