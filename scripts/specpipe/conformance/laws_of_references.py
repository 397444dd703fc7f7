"""Laws of collections of references: associations add to them and take out of them."""

from __future__ import annotations

import random

from specpipe.conformance.law import agree, holds, law
from specpipe.conformance.laws_of_updates import expect_later
from specpipe.conformance.readings import readings, without
from specpipe.conformance.samples import fresh_id, sample
from specpipe.conformance.subject import Missing, Object, Subject
from specpipe.spec.model import Associate, Operation


@law(Associate, requests=11)
def associations_are_sets(subject: Subject, random: random.Random) -> None:
    """An association is visible, made once however often asked for, and undone by its opposite."""
    pairs = subject.operations(Associate)
    for pair in subject.adding():
        member_ = pair[1].member
        id = subject.id_of(subject.create())
        first, second = (subject.fresh_other(pair, random) for _ in range(2))
        for other in (first, second, first):
            subject.associate(id, other, pair)
        expect_references(subject, id, member_, [first, second])
        for removing in (p for p in pairs if p[1].removes and p[1].member == member_):
            for _ in range(2):
                subject.associate(id, first, removing)
                positions = expect_references(subject, id, member_, [second])
                removed = positions.get(first)
                holds(
                    isinstance(removed, int) and removed < 0,
                    f"{member_}: the position of removed {first} is {removed}, not negative",
                )
            subject.associate(id, first, pair)
            expect_references(subject, id, member_, [second, first])


def expect_references(subject: Subject, id: str, member_: str, wanted: list[str]) -> Object:
    """Check the ids in a collection of one thing, and their positions; gives the positions."""
    collection = subject.read(id).get(member_, {subject.resource.items: []})
    found = subject.ids_in(collection)
    seeded = [other for other in found if other not in wanted]
    ours = [other for other in found if other in wanted]
    holds(sorted(ours) == sorted(wanted), f"{member_} holds {found}, {wanted} were associated")
    holds(len(set(seeded)) == len(seeded), f"{member_} holds a reference twice: {found}")
    positions: Object = collection.get(subject.resource.positions, {})
    for other in wanted:
        position = positions.get(other)
        holds(
            position == found.index(other),
            f"{member_}: the position of {other} is {position}, it stands at {found.index(other)}",
        )
    return positions


@law(Associate, requests=5)
def associations_touch_nothing_else(subject: Subject, random: random.Random) -> None:
    """An association moves the time of update forward and touches nothing else."""
    pairs = subject.operations(Associate)
    if not pairs:
        raise Missing("associate")
    resource = subject.resource
    before = subject.create(full=True)
    added: dict[str, str] = {}
    for pair in sorted(pairs, key=lambda pair: pair[1].removes):
        other = subject.fresh_other(pair, random)
        if pair[1].removes:
            if pair[1].member not in added:
                continue  # taking out what is not there may do nothing at all
            other = added.pop(pair[1].member)
        else:
            added[pair[1].member] = other
        subject.associate(subject.id_of(before), other, pair)
        after = subject.read(subject.id_of(before))
        left_out = {pair[1].member, resource.updated[0]}
        rest = f"besides {pair[1].member}, a thing before and after {pair[0].id}"
        agree(without(before, left_out), without(after, left_out), rest)
        expect_later(subject, before, after, pair[0].id)
        before = after


@law(Associate, requests=4)
def associations_keep_the_collection(subject: Subject, random: random.Random) -> None:
    """An association keeps the collection's other members, and its other references whole."""
    items = subject.resource.items
    for pair in subject.adding():
        schema = subject.schema["properties"][pair[1].member]
        collection: Object = {items: []} | sample(schema, subject.schemas) | {"x_note": ["kept"]}
        collection[items] = [{subject.resource.id: fresh_id({}, random), "x_kept": {"a": 1}}]
        thing = subject.update(subject.create() | {pair[1].member: collection})
        subject.associate(subject.id_of(thing), subject.fresh_other(pair, random), pair)
        after = subject.read(subject.id_of(thing))[pair[1].member]
        kept = after.get("x_note") == ["kept"] and collection[items][0] in after[items]
        holds(kept, f"{pair[0].id} made {after} out of {collection}")


@law(Associate, requests=24)
def positions_close_up(subject: Subject, random: random.Random) -> None:
    """When a reference is taken out, wherever it stood, those after it move up, and it has a
    negative position until it is added again, at the end."""
    for adding, removing in opposites(subject):
        member_ = adding[1].member
        for place in range(3):
            id = subject.id_of(subject.create())
            others = [subject.fresh_other(adding, random) for _ in range(3)]
            for other in others:
                subject.associate(id, other, adding)
            taken = others.pop(place)
            subject.associate(id, taken, removing)
            positions = expect_references(subject, id, member_, others)
            gone = positions.get(taken)
            negative = isinstance(gone, int) and gone < 0
            holds(negative, f"{member_}: the position of {taken}, which was taken out, is {gone}")
            subject.associate(id, taken, adding)
            expect_references(subject, id, member_, [*others, taken])


@law(Associate, requests=8)
def taking_out_undoes_adding(subject: Subject, random: random.Random) -> None:
    """Adding a reference and taking it out leaves the list as it was, and so does taking out what
    was never there."""
    for adding, removing in opposites(subject):
        id = subject.id_of(subject.create())
        subject.associate(id, subject.fresh_other(adding, random), adding)
        items = subject.resource.items
        before = subject.read(id)[adding[1].member][items]
        for pairs in ((adding, removing), (removing,)):
            other = subject.fresh_other(adding, random)
            for pair in pairs:
                subject.associate(id, other, pair)
            after = subject.read(id)[adding[1].member][items]
            agree(before, after, f"{adding[1].member} before and after")


@law(Associate, requests=11)
def references_read_the_same_everywhere(subject: Subject, random: random.Random) -> None:
    """A collection is the same by every path, after adding and after taking out."""
    pairs = subject.operations(Associate)
    if not pairs:
        raise Missing("associate")
    id = subject.id_of(subject.create())
    for pair in pairs:
        subject.associate(id, subject.fresh_other(pair, random), pair)
        thing = subject.read(id)
        for where, found, omits in readings(subject, id):
            wanted = without(thing, omits)
            agree(found, wanted, f"a thing by {where} and the same by a get")


Pair = tuple[Operation, Associate]


def opposites(subject: Subject) -> list[tuple[Pair, Pair]]:
    """The operations that add to a collection, each with the one that takes out of it."""
    pairs = subject.operations(Associate)
    found = [
        (adding, removing)
        for adding in pairs
        for removing in pairs
        if not adding[1].removes and removing[1].removes and adding[1].member == removing[1].member
    ]
    if not found:
        raise Missing("pair of associate and disassociate")
    return found
