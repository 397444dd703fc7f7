"""One thing, as every operation that shows things gives it."""

from __future__ import annotations

from collections.abc import Iterator

from specpipe.conformance.law import agree, holds
from specpipe.conformance.ledger import Broken
from specpipe.conformance.subject import Object, Subject
from specpipe.spec.model import BatchFetch, Get, Snapshot


def readings(
    subject: Subject, id: str, *, snapshot: bool = True
) -> Iterator[tuple[str, Object, tuple[str, ...]]]:
    """The thing in full, each time with the operation's id and the members that it never shows.
    A `snapshot` is everything that the server has. Raises Broken when the thing is missing."""
    for operation, _ in subject.operations(Get):
        yield operation.id, subject.read(id), ()
    for operation, batch in subject.operations(BatchFetch):
        things = subject.found(subject.batch([id]))
        yield operation.id, the_one(subject, things, id, operation.id), batch.omits
    for operation, everything in subject.operations(Snapshot) if snapshot else ():
        things = subject.snapshot()[subject.resource.items]
        yield operation.id, the_one(subject, things, id, operation.id), everything.omits


def the_one(subject: Subject, things: list[Object], id: str, where: str) -> Object:
    """The thing of that id. Raises Broken when it is not there, or more than once."""
    found = [thing for thing in things if thing.get(subject.resource.id) == id]
    if len(found) != 1:
        raise Broken(f"{id} is {len(found)} times in the reply of {where}")
    return found[0]


def without(thing: Object, names: set[str] | tuple[str, ...]) -> Object:
    """The thing without some members."""
    return {name: value for name, value in thing.items() if name not in names}


def expect_members(thing: Object, wanted: Object, where: str) -> None:
    """Check that `thing` has every member of `wanted`, unchanged."""
    for name, value in wanted.items():
        holds(name in thing, f"member {name} is lost in {where}")
        agree(value, thing[name], f"member {name} as it was sent and as it is in {where}")
