"""Laws of updates: what is sent replaces what was there, and the rest stays."""

from __future__ import annotations

import copy
import random

from specpipe.conformance.law import agree, holds, law
from specpipe.conformance.laws_of_identity import STRANGE
from specpipe.conformance.readings import expect_members
from specpipe.conformance.samples import resolved
from specpipe.conformance.shapes import put
from specpipe.conformance.subject import Missing, Object, Subject, instant, member
from specpipe.spec.model import Update

WRONG = {"string": 12, "object": "text", "array": "text", "boolean": "text", "integer": "text"}
"""By type, a value of another one."""


@law(Update, requests=5)
def update_replaces_and_keeps(subject: Subject, random: random.Random) -> None:
    """An update replaces the members that it sends, whole, and keeps the rest."""
    original = subject.create(subject.seed() | copy.deepcopy(STRANGE), full=True)
    id = subject.id_of(original)
    required = subject.schema.get("required", ())
    smaller = {name: value for name, value in original.items() if name in required}
    sent = smaller | {"x_added": {"by": ["update", 1]}, "x_nested": {"other": {}}}
    reply = subject.update(sent, full=True)
    thing = subject.read(id)
    agree(reply, thing, "what an update replied and what a get gives")
    wanted = original | {"x_added": sent["x_added"], "x_nested": sent["x_nested"]}
    del wanted[subject.resource.updated[0]]
    expect_members(thing, wanted, "get after an update")
    subject.update(smaller | {"x_added": "replaced"})
    expect_members(subject.read(id), {"x_added": "replaced"}, "get after a second update")


@law(Update, requests=8)
def repeated_updates_are_all_kept(subject: Subject, random: random.Random) -> None:
    """Updates one after the other add up; sent light, they keep the heavy members."""
    thing = subject.create(subject.laden(), full=True)
    heavy = {n: v for n, v in thing.items() if n in subject.resource.heavy}
    id = subject.id_of(thing)
    for number in range(3):
        light = subject.read(id, full=False)
        wanted = {"x_number": number, f"x_{number}": [number]}
        subject.update(light | wanted, full=False)
    kept = {f"x_{number}": [number] for number in range(3)} | {"x_number": 2}
    expect_members(subject.read(id), kept | heavy, "get after three updates")


@law(Update, requests=3)
def a_refused_update_changes_nothing(subject: Subject, random: random.Random) -> None:
    """Of an update with a member of a wrong type nothing is stored."""
    operation, _ = subject.one(Update)
    members = subject.members(Update).items()
    kinds = {name: resolved(schema, subject.schemas).get("type") for name, schema in members}
    wrong = {name: WRONG[kind] for name, kind in kinds.items() if kind in WRONG}
    fixed = {subject.resource.id, subject.resource.created[0], subject.resource.updated[0]}
    names = sorted(wrong.keys() - fixed)
    if not names:
        raise Missing("member of one type in the body of an update")
    before = subject.create(full=True)
    name = random.choice(names)
    body = subject.update_body(before) | {"x_refused": True, name: wrong[name]}
    status = subject.send(operation, body=body).status
    holds(400 <= status < 500, f"{operation.id} with {name} {wrong[name]!r} answered {status}")
    after = subject.read(subject.id_of(before))
    agree(before, after, "a thing before and after an update that was refused")


@law(Update, requests=4)
def update_moves_time_forward(subject: Subject, random: random.Random) -> None:
    """An update changes neither id nor time of creation; its time of update always advances."""
    resource = subject.resource
    thing = subject.create()
    for _ in range(3):
        before = thing
        forged = before
        for path in (resource.created, resource.updated):
            forged = put(forged, path, "2001-02-03T04:05:06.000007Z")
        thing = subject.update(forged)
        holds(thing[resource.id] == before[resource.id], "an update changed the id")
        created, was = member(thing, resource.created), member(before, resource.created)
        kept = instant(created) == instant(was)
        holds(kept, f"time of creation went from {was} to {created} by an update")
        expect_later(subject, before, thing, "update")


@law(Update, requests=1)
def update_needs_a_body(subject: Subject, random: random.Random) -> None:
    """An update without a body is refused as a bad request."""
    operation, _ = subject.one(Update)
    exchange = subject.send(operation)
    holds(exchange.status == 400, f"{operation.id} without a body answered {exchange.status}")


def expect_later(subject: Subject, before: Object, after: Object, operation: str) -> None:
    """Check that the time of update has moved forward."""
    was = member(before, subject.resource.updated)
    now = member(after, subject.resource.updated)
    holds(instant(now) > instant(was), f"{operation} moved the time of update from {was} to {now}")
