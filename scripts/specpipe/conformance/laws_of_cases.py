"""Laws that any accepted request must keep, whatever it held: checked while fuzzing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from specpipe.conformance.exchange import same
from specpipe.conformance.law import holds
from specpipe.conformance.laws_of_identity import carried
from specpipe.conformance.readings import expect_members
from specpipe.conformance.subject import Object, Subject
from specpipe.spec.model import (
    Associate,
    BatchFetch,
    Behaviour,
    Create,
    Delete,
    Get,
    Identifiers,
    Operation,
    Snapshot,
    Update,
)


class Accepted:
    """A request that a server accepted: its operation and parameters as text, the body sent, and
    the reply's JSON (None when it has none)."""

    def __init__(
        self,
        operation: Operation,
        path: dict[str, str],
        query: dict[str, Any],
        body: Any,
        reply: Any,
    ) -> None:
        self.operation = operation
        self.path = path
        self.query = query
        self.body = body
        self.reply = reply


def check_accepted(subject: Subject, accepted: Accepted) -> str | None:
    """Check the law for an accepted request; its name, None when there is none for the verb.

    Raises Broken.
    """
    behaviour = accepted.operation.behaviour
    check = CHECKS.get(type(behaviour)) if behaviour is not None else None
    if check is None:
        return None
    check(subject, behaviour, accepted)
    return check.__name__.replace("_", "-")


def created_as_sent(subject: Subject, behaviour: Create, accepted: Accepted) -> None:
    """What was sent to a create is what a get gives."""
    thing = subject.read(subject.id_of(accepted.reply))
    sent: Object = dict(behaviour.without_body) if accepted.body is None else accepted.body
    expect_members(thing, carried(subject, sent), "get after a create")
    expect_members(thing, accepted.reply, "get after a create that replied it")


def updated_as_sent(subject: Subject, behaviour: Update, accepted: Accepted) -> None:
    """What was sent to an update is what a get gives."""
    if not isinstance(accepted.body, dict):
        return
    resource = subject.resource
    fixed = {resource.id, resource.created[0], resource.updated[0]}
    sent = {name: value for name, value in accepted.body.items() if name not in fixed}
    expect_members(subject.read(subject.id_of(accepted.reply)), sent, "get after an update")


def deleted_is_gone(subject: Subject, behaviour: Delete, accepted: Accepted) -> None:
    """What was deleted is unknown to a get and to a batch."""
    id = accepted.path[behaviour.id]
    if subject.operations(Get):
        operation, get = subject.one(Get)
        status = subject.send(operation, {get.id: id}).status
        holds(status == subject.resource.gone, f"get of deleted {id} answered {status}")
    if subject.operations(BatchFetch):
        reply = subject.batch([id])
        found, missing = subject.found(reply), subject.missing(reply)
        holds(not found and missing == [id], f"a batch of deleted {id} gave {found}, {missing}")


def associated_as_asked(subject: Subject, behaviour: Associate, accepted: Accepted) -> None:
    """A reference is there after an associate and not after a disassociate."""
    thing = subject.read(accepted.path[behaviour.id])
    collection = thing.get(behaviour.member) or {subject.resource.items: []}
    count = subject.ids_in(collection).count(accepted.path[behaviour.other])
    wanted = 0 if behaviour.removes else 1
    holds(count == wanted, f"{behaviour.member} holds the reference {count} times, not {wanted}")


def batch_is_exact(subject: Subject, behaviour: BatchFetch, accepted: Accepted) -> None:
    """Found and missing ids together are the ids asked for; none is both."""
    asked_for = accepted.body.get(behaviour.ids, {}) if isinstance(accepted.body, dict) else {}
    asked = {item[subject.resource.id] for item in asked_for.get(subject.resource.items, ())}
    positions = asked_for.get(subject.resource.positions, {})
    asked |= {id for id, position in positions.items() if position >= 0}
    found = subject.ids_in(accepted.reply[behaviour.found])
    missing = accepted.reply.get(behaviour.missing, [])
    holds(len(set(found)) == len(found), f"a batch gives a thing twice: {found}")
    holds(not set(found) & set(missing), "a batch gives an id both as found and as missing")
    holds({*found, *missing} == asked, f"asked for {sorted(asked)}, got {found} and {missing}")


def get_is_the_one(subject: Subject, behaviour: Get, accepted: Accepted) -> None:
    """A get gives the thing whose id was asked for."""
    id = subject.id_of(accepted.reply)
    wanted = accepted.path[behaviour.id]
    holds(id == wanted, f"asked for {wanted}, got {id}")


def snapshot_positions_fit(subject: Subject, behaviour: Snapshot, accepted: Accepted) -> None:
    """A snapshot's positions are those of its items, each there once."""
    ids = subject.ids_in(accepted.reply)
    positions = accepted.reply.get(subject.resource.positions)
    holds(len(set(ids)) == len(ids), "a snapshot holds a thing twice")
    fits = positions is None or same(positions, {id: place for place, id in enumerate(ids)})
    holds(fits, "a snapshot's positions are not those of its items")


def identifiers_fit(subject: Subject, behaviour: Identifiers, accepted: Accepted) -> None:
    """No more identifiers than the limit, and each once."""
    ids = subject.ids_in(accepted.reply)
    holds(len(set(ids)) == len(ids), "an identifier is listed twice")
    limit = accepted.query.get(behaviour.limit or "")
    if limit is not None:
        holds(len(ids) <= int(limit), f"limit {limit} gave {len(ids)} identifiers")


CHECKS: dict[type[Behaviour], Callable[[Subject, Any, Accepted], None]] = {
    Associate: associated_as_asked,
    BatchFetch: batch_is_exact,
    Create: created_as_sent,
    Delete: deleted_is_gone,
    Get: get_is_the_one,
    Identifiers: identifiers_fit,
    Snapshot: snapshot_positions_fit,
    Update: updated_as_sent,
}
