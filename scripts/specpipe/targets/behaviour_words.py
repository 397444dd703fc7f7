"""What an operation does, in words: from its `x-resource`, for people, in no language of programs.

Sentences are Markdown. Names of the spec stand in code spans.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from specpipe.render import markdown_code as code
from specpipe.spec.model import (
    Addressing,
    Associate,
    BatchFetch,
    Create,
    Delete,
    Get,
    Identifiers,
    Increment,
    Operation,
    Snapshot,
    Update,
)

REPEATED = (
    "Sending it twice does no more than sending it once, so the SDKs send it again after a failure."
)
NOT_REPEATED = (
    "A repeated call would act twice, so the SDKs send it again only where nothing was sent."
)


def behaviour(operation: Operation) -> tuple[str, ...]:
    """Sentences about what it does, what it answers for what is not there, and whether it can be
    sent twice."""
    return tuple(sentences(operation))


def sentences(operation: Operation) -> Iterator[str]:
    """The same, one at a time."""
    does = operation.behaviour
    if does is not None:
        yield from WORDS[type(does)](does)
        yield from scope(does)
    if isinstance(does, Addressing):
        yield f"An unknown id is answered with {does.resource.gone}."
    if operation.repeatable:
        yield REPEATED
    else:
        yield NOT_REPEATED


def scope(does: Any) -> Iterator[str]:
    """What its replies leave out."""
    if omits := getattr(does, "omits", ()):
        yield f"Replies never have {listed(omits)}."
    if (full := getattr(does, "full", None)) is not None and does.resource.heavy:
        yield f"With {code(f'{full}=false')} replies leave out {listed(does.resource.heavy)}."


def listed(names: tuple[str, ...]) -> str:
    """Names with commas between them."""
    return " and ".join(", ".join(map(code, names)).rsplit(", ", 1))


def create(does: Create) -> Iterator[str]:
    """Of a create."""
    members = (does.resource.id, ".".join(does.resource.created), ".".join(does.resource.updated))
    yield f"Stores one more {thing(does)}; {listed(members)} are set by the server."
    if does.id is not None:
        yield f"{code(does.id)} proposes an id; one that is taken gives a new one."
    for member, collection in does.adopts:
        yield f"A reference in {code(member)} is stored in {code(collection)}."


def snapshot(does: Snapshot) -> Iterator[str]:
    """Of a snapshot."""
    items, positions = code(does.resource.items), code(does.resource.positions)
    yield f"{items} has everything that is stored, {positions} the place of each id in it."


def identifiers(does: Identifiers) -> Iterator[str]:
    """Of a list of ids."""
    order = "latest" if does.descending else "earliest"
    time = "creation" if does.order == "created" else "change"
    yield f"Ids come by time of {time}, {order} first."
    if does.limit is not None:
        yield f"{code(does.limit)} bounds how many; without it all come."
    if does.ranges:
        bounds = [f"{code(first)} to {code(last)}" for _, first, last in does.ranges]
        joined = " or in ".join(bounds)
        yield f"Listed is what is in {joined}, ends included; an end that is left out is open."


def get(does: Get) -> Iterator[str]:
    """Of a get."""
    yield f"Gives the {thing(does)} with the id {code(does.id)}."


def update(does: Update) -> Iterator[str]:
    """Of an update."""
    kept = listed((does.resource.id, ".".join(does.resource.created)))
    yield "Replaces each member that the body has, whole; members that it lacks stay as they are."
    yield f"{kept} cannot be changed; {code('.'.join(does.resource.updated))} is set by the server."


def delete(does: Delete) -> Iterator[str]:
    """Of a delete."""
    yield f"Removes the {thing(does)} with the id {code(does.id)}, for good."


def batch_fetch(does: BatchFetch) -> Iterator[str]:
    """Of a lookup of many."""
    yield (
        f"Looks up the ids in {code(does.ids)}: what is there comes in {code(does.found)}, ids of "
        f"what is not in {code(does.missing)}."
    )


def associate(does: Associate) -> Iterator[str]:
    """Of an associate and a disassociate."""
    if does.removes:
        yield f"Takes the reference {code(does.other)} out of {code(does.member)}, if it is there."
    else:
        yield f"Adds a reference {code(does.other)} to {code(does.member)}, unless it is there."


def increment(does: Increment) -> Iterator[str]:
    """Of an increment."""
    yield (
        f"Adds one to each counter in {code(does.member)} that {code(does.reads)} names as true: "
        f"{listed(does.counters)}; and as much to {code(does.total)}."
    )
    yield f"No counter goes beyond {does.maximum}."


def thing(does: Any) -> str:
    """What it is about, in words."""
    return " ".join(does.resource.name.words)


WORDS: Mapping[type, Callable[[Any], Iterator[str]]] = {
    Associate: associate,
    BatchFetch: batch_fetch,
    Create: create,
    Delete: delete,
    Get: get,
    Identifiers: identifiers,
    Increment: increment,
    Snapshot: snapshot,
    Update: update,
}
