"""What the TypeScript SDK adds to an API, in the names that it has there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from specpipe.spec.model import Document, Operation, Parameter, Resource
from specpipe.targets.conveniences import Walk, edit, walk
from specpipe.targets.typescript_calls import Argument, Call, safe

OWN_OPTIONS = frozenset({"pageSize"})
"""Options of `iterate` that no parameter stands behind."""
OWN_ARGUMENTS = frozenset({"change", "modify"})
"""Arguments of `modify` that no parameter stands behind, and the function that it calls."""


@dataclass(frozen=True, slots=True)
class Iteration:
    """`iterate`: all things of a resource, by the ids that one call lists and another looks up.
    `arguments` are its own, with the name that each has in `listing` or `lookup`."""

    found: Walk
    model: str
    options: str
    """The name of the type of its options."""
    listing: Call
    lookup: Call
    bounds: Mapping[str, str]
    full: Mapping[str, str]
    arguments: tuple[Argument, ...]
    until: str
    limit: str

    @property
    def resource(self) -> Resource:
        """What is gone through."""
        return self.found.resource


@dataclass(frozen=True, slots=True)
class Modification:
    """`modify`: a thing is read, changed and updated. `required` are members that it has to have;
    the other names are options that make the two calls answer in full."""

    resource: Resource
    model: str
    read: Call
    update: Call
    id: Argument
    required: tuple[str, ...]
    full_read: Mapping[str, bool]
    full_update: Mapping[str, bool]


def iteration(group: Sequence[Call]) -> Iteration | None:
    """For the calls of one tag, when exactly one resource can be gone through."""
    found = walk([call.operation for call in group])
    if found is None:
        return None
    listing, lookup = _call(found.listing, group), _call(found.lookup, group)
    since, until = _named(listing, found.since), _named(listing, found.until)
    full = (_named(lookup, found.full),) if found.full else ()
    return Iteration(
        found=found,
        model=f"models.{found.resource.schema}",
        options=f"{found.listing.tag.pascal}IterateOptions",
        listing=listing,
        lookup=lookup,
        bounds={_free(it).name: it.name for it in (since, until)},
        full={_free(it).name: it.name for it in full},
        arguments=tuple(map(_free, (since, until, *full))),
        until=until.name,
        limit=_named(listing, found.limit).name,
    )


def modification(group: Sequence[Call], document: Document) -> Modification | None:
    """For the calls of one tag, when exactly one resource can be read and updated."""
    found = edit([call.operation for call in group])
    if found is None:
        return None
    read, update = _call(found.read, group), _call(found.update, group)
    schema: Mapping[str, Any] = document.data["components"]["schemas"][found.resource.schema]
    (id,) = read.path
    return Modification(
        resource=found.resource,
        model=f"models.{found.resource.schema}",
        read=read,
        update=update,
        id=replace(id, name=safe(id.name, OWN_ARGUMENTS)),
        required=tuple(schema.get("required", ())),
        full_read=_true(read, found.full_read),
        full_update=_true(update, found.full_update),
    )


def _true(call: Call, wire: str | None) -> Mapping[str, bool]:
    """The option for a parameter, set."""
    return {it.name: True for it in call.query if it.wire == wire}


def _call(operation: Operation, group: Sequence[Call]) -> Call:
    """The call of an operation."""
    return next(call for call in group if call.operation is operation)


def _named(call: Call, parameter: Parameter) -> Argument:
    """The option of `call` for a query parameter."""
    return next(it for it in call.query if it.wire == parameter.wire)


def _free(it: Argument) -> Argument:
    """`it` under a name that is free in `iterate`."""
    return replace(it, name=safe(it.name, OWN_OPTIONS))
