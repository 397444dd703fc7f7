"""Laws of where values are: what is exact in a member of its own is so in every other place too.

A value is sent in every place that takes one: as a member that the spec does not know, as such a
member of each object in the body, in a reference, and as text where a member takes any.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Sequence
from math import copysign
from typing import Any

from specpipe.conformance import laws_of_values as values_of
from specpipe.conformance.difference import shortly
from specpipe.conformance.exchange import same
from specpipe.conformance.law import agree, holds, law
from specpipe.conformance.laws_of_identity import carried
from specpipe.conformance.readings import expect_members, readings, without
from specpipe.conformance.samples import is_free_text, resolved, sample
from specpipe.conformance.subject import Missing, Object, Subject, instant
from specpipe.spec.model import BatchFetch, Create, Delete, Get, Snapshot, Update

DRAWN = 5
"""How many values a round draws."""
TEXTS = [text for name, texts in values_of.TEXTS.items() if name != "long" for text in texts]
NUMBERS = [-0.0, 10**25 + 1]
NUMBERS += [n for some in (values_of.NUMBERS, values_of.BIG) for ns in some.values() for n in ns]
MOMENTS = [moment for moments in values_of.DATE_TIMES.values() for moment in moments]
SAMPLE = 8
"""How many texts and moments a round takes, where each takes requests of its own."""


def planted(subject: Subject, body: Object, values: Sequence[Any]) -> Object:
    """A body with the values in every place that takes any."""
    body = copy.deepcopy(body) | {"x_exact": list(values), "x_" + "n" * 100: {"in": values[-1]}}
    for name, given in subject.members(Create).items():
        schema = resolved(given, subject.schemas)
        value = body.get(name)
        if isinstance(value, dict) and not isinstance(schema.get("additionalProperties"), dict):
            value["x_exact"] = list(values)
            for item in value.get(subject.resource.items, ()):
                item["x_exact"] = list(values)
    return body


def expect_everywhere(subject: Subject, values: Sequence[Any], *, snapshot: bool = True) -> None:
    """Create a thing with the values, then update one with them, and check them by every path."""
    body = planted(subject, subject.laden(), values)
    reply = subject.create(body, full=True)
    wanted = carried(subject, body)
    signs = [copysign(1, value) for value in reply["x_exact"] if same(value, 0)]
    right = signs == [copysign(1, value) for value in values if same(value, 0)]
    holds(right, "a zero has another sign in the reply than it was sent with")
    expect_exactly(subject, reply, wanted, snapshot=snapshot)
    remove(subject, reply)
    if subject.operations(Update):
        other = subject.create()
        reply = subject.update(wanted | {subject.resource.id: subject.id_of(other)}, full=True)
        expect_exactly(subject, reply, wanted, snapshot=False)
        remove(subject, reply)


def remove(subject: Subject, thing: Object) -> None:
    """Delete a thing, where that can be done: what it holds is no food for every client."""
    if subject.operations(Delete):
        subject.delete(subject.id_of(thing))


def expect_exactly(subject: Subject, reply: Object, wanted: Object, *, snapshot: bool) -> None:
    """Check members in a reply, and by every path."""
    expect_members(reply, wanted, "the reply")
    for where, thing, omits in readings(subject, subject.id_of(reply), snapshot=snapshot):
        expect_members(thing, without(wanted, omits), where)
        agree(without(reply, omits), thing, f"the reply of a change and {where}")


@law(Create, Update, Get, BatchFetch, Snapshot, requests=9)
def values_are_exact_at_any_depth(subject: Subject, random: random.Random) -> None:
    """In objects, heavy ones too, and in references values are as exact as in members of their
    own; a zero keeps its sign."""
    values = [*TEXTS, *NUMBERS, *values_of.SHAPES.values()]
    expect_everywhere(subject, random.sample(values, len(values)))


@law(Create, Get, requests=2 * SAMPLE)
def text_of_known_members_is_kept_exactly(subject: Subject, random: random.Random) -> None:
    """A member that takes any text keeps what it was given."""
    stored = subject.schema.get("properties", {})
    _, behaviour = subject.one(Create)
    free = [
        name
        for name, schema in subject.members(Create).items()
        if name not in (behaviour.id, subject.resource.id)
        and is_free_text(schema, subject.schemas)
        and is_free_text(stored.get(name, schema), subject.schemas)
    ]
    if not free:
        raise Missing("member that takes any text")
    for text in random.sample(TEXTS, SAMPLE):
        body = subject.seed() | dict.fromkeys(free, text)
        reply = subject.create(body, full=True)
        expect_members(reply, dict.fromkeys(free, text), "the reply")
        expect_members(subject.read(subject.id_of(reply)), dict.fromkeys(free, text), "get")


@law(Create, Get, requests=2)
def escaped_text_is_the_text(subject: Subject, random: random.Random) -> None:
    """Text that was sent with escapes is the text that they stand for."""
    body = subject.seed() | {"x_escaped": "".join(TEXTS), "x_\u00e9\U0001f9ea": "/"}
    escaped = json.dumps(body, ensure_ascii=True).replace('"/"', '"\\/"').encode()
    thing = subject.read(subject.id_of(subject.create(escaped)))
    expect_members(thing, carried(subject, body), "get")


@law(Create, Get, requests=3)
def what_was_not_sent_is_not_there(subject: Subject, random: random.Random) -> None:
    """No member is null that was not sent as null."""
    for thing in (subject.create(full=True), subject.read(subject.id_of(subject.create()))):
        seed = subject.seed()
        nulls = [n for n, value in thing.items() if value is None and seed.get(n, 0) is not None]
        holds(not nulls, f"{', '.join(nulls)} is null in {thing}, and was not sent")


@law(Create, Get, requests=4)
def the_order_of_members_does_not_matter(subject: Subject, random: random.Random) -> None:
    """A body with its members in another order makes the same thing."""
    body = planted(subject, subject.laden(), [*values_of.SHAPES.values()])
    turned = dict(reversed(body.items()))
    things = [subject.read(subject.id_of(subject.create(sent))) for sent in (body, turned)]
    server = {subject.resource.id, subject.resource.created[0], subject.resource.updated[0]}
    first, second = (without(thing, server) for thing in things)
    holds(same(first, second), f"{first} and {second} come of the same members")


@law(Create, Get, requests=2 * SAMPLE)
def moments_are_kept_exactly(subject: Subject, random: random.Random) -> None:
    """A date-time keeps its instant and all its digits; text that looks like one is text."""
    times = {subject.resource.created[0], subject.resource.updated[0]}
    known = [
        name
        for name, schema in subject.members(Create).items()
        if resolved(schema, subject.schemas).get("format") == "date-time" and name not in times
    ]
    for moment in random.sample(MOMENTS, SAMPLE):
        body = subject.seed() | {"x_moment": moment} | dict.fromkeys(known, moment)
        thing = subject.read(subject.id_of(subject.create(body)))
        expect_members(thing, {"x_moment": moment}, "get")
        for name in known:
            found = thing.get(name)
            right = found == moment or (":60" not in moment and instant(found) == instant(moment))
            holds(right, f"{name} is {found!r} in get, was sent as {moment!r}")


@law(Create, Update, Get, BatchFetch, requests=35)
def any_json_is_kept_exactly(subject: Subject, random: random.Random) -> None:
    """Whatever JSON a member holds is read as it was sent; the simplest that is not is told."""
    from specpipe.conformance.drawn import JSON, for_each  # with hypothesis: kept out of start-up

    def check(value: Any) -> None:
        expect_everywhere(subject, [value], snapshot=False)

    for_each(JSON, random, DRAWN, check)


@law(Create, Get, requests=3)
def references_are_kept_whole(subject: Subject, random: random.Random) -> None:
    """A reference that is adopted keeps all that came with it."""
    _, behaviour = subject.one(Create)
    if not behaviour.adopts:
        raise Missing("adopted reference")
    operation, _ = subject.one(Create)
    for name, collection in behaviour.adopts:
        schema = subject.members(Create)[name]
        reference = sample(schema, subject.schemas) | {
            subject.resource.id: subject.fresh_id(random),
            "x_exact": [*TEXTS, *NUMBERS, *values_of.SHAPES.values()],
        }
        thing = subject.create(subject.seed() | {name: reference}, full=True)
        for where, read, omits in readings(subject, subject.id_of(thing), snapshot=False):
            if collection not in omits:
                items = (read.get(collection) or {}).get(subject.resource.items, [])
                kept = any(same(item, reference) for item in items)
                holds(kept, f"{name} as {operation.id} got it is not in {where}: {shortly(items)}")
        remove(subject, thing)
