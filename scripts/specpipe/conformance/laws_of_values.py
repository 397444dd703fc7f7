"""Every value that a client sends survives as it is, on every way in and by every way out."""

from __future__ import annotations

import copy
import random
from collections.abc import Mapping

from specpipe.conformance.law import holds, law
from specpipe.conformance.ledger import Broken
from specpipe.conformance.readings import expect_members, readings, without
from specpipe.conformance.subject import Object, Subject
from specpipe.spec.model import Associate, BatchFetch, Create, Delete, Get, Snapshot, Update

CONTROLS = "".join(map(chr, [*range(0x20), *range(0x7F, 0xA0)]))
TEXTS = {
    "blanks": [" \t around \n ", " ", "", "\u00a0\u2003\u3000"],
    "line_ends": ["a\r\nb\rc\nd", "\u2028\u2029\u0085"],
    "controls": [CONTROLS, "before\0after"],
    "forms": ["\u00e9", "e\u0301", "\u212b", "\ufb01", "\uac00", "\u1100\u1161"],
    "cases": ["\u0130\u0131\u017f\u00df\u1e9e", "aA"],
    "invisible": ["\ufeffmark", "\u200b\u200d\u200e\u202e\u2066\u00ad", "\U000e0041"],
    "astral": ["\U0001f9ea", "\U0001f468\u200d\U0001f469", "\U0010ffff", "\uffff\ufdd0"],
    "markup": ["<b>&amp;&lt;</b>", "'\"\\/`", "</script>", "${x}{{x}}%s%41%2F+", "\\u0041\\n"],
    "not_text": ["null", "true", "12", "1e5", "NaN", "[]", "2024-05-06", "-0"],
    "long": ["\u00e9" * 70_000],
}
NUMBERS: Mapping[str, list[float]] = {
    "integers": [0, -1, 2**31, 2**53 - 1, 1 - 2**53],
    "fractions": [0.1, 0.1 + 0.2, 1 / 3, 123456789.12345679, 0.000001, -1e-7, 1.000000000000001],
    "far": [5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, -2.5e300, 1e21, 1e22],
}
BIG: Mapping[str, list[float]] = {
    "beyond_doubles": [2**53 + 1, -(2**53) - 1, 2**63 - 1, -(2**63), 2**63, 2**64 - 1]
}
"""Integers that JavaScript cannot hold: its clients should not meet them by chance."""
DATE_TIMES = {
    "offsets": [
        "2024-05-06T07:08:09+05:30",
        "2024-05-06T07:08:09-11:00",
        "2024-05-06T07:08:09-00:00",
        "2024-05-06T07:08:09Z",
    ],
    "precision": [
        "2024-05-06T07:08:09.1Z",
        "2024-05-06T07:08:09.120Z",
        "2024-05-06T07:08:09.123456Z",
        "2024-05-06T07:08:09.123456789+02:00",
        "2024-05-06T07:08:09.000000Z",
    ],
    "edges": [
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999999999Z",
        "2016-12-31T23:59:60Z",
        "2024-05-06t07:08:09z",
        "1969-12-31T23:59:59.999Z",
    ],
}
SHAPES: Object = {
    "nothing": [None, [], {}, "", [None], {"a": None}, {"a": []}, {"a": {}}, {"a": ""}, [[], {}]],
    "lists": [3, 1, 2, 1, "b", "a", "a", [2, 1], [2, 1], True, 1, 1.5, False, 0],
    "numbers": [3, 1, 2],
    "names": {
        "Case": 1,
        "xCamelCase": 0,
        "case": 2,
        "": 3,
        " ": 4,
        "x.y": 5,
        "x/y~0": 6,
        "$ref": "#/x",
        "__proto__": {"a": 1},
        "constructor": None,
        "\u00e9": 7,
        "e\u0301": 8,
        "0": 9,
    },
    "deep": [[[[[[[[[[{"a": [{"b": {"c": [True, {"d": None}]}}]}]]]]]]]]]],
}


@law(Create, Get, Update, Snapshot, BatchFetch, requests=9)
def texts_are_exact(subject: Subject, random: random.Random) -> None:
    """Text keeps each character, whatever it is: blanks, line ends, controls, forms, length."""
    survive(subject, TEXTS)


@law(Create, Get, Update, Snapshot, BatchFetch, requests=9)
def numbers_are_exact(subject: Subject, random: random.Random) -> None:
    """Integers keep each digit, numbers with a fraction are the same double."""
    survive(subject, {**NUMBERS, **(BIG if subject.operations(Delete) else {})})


@law(Create, Get, Update, Snapshot, BatchFetch, requests=9)
def date_times_are_exact(subject: Subject, random: random.Random) -> None:
    """Date-times that a client sends keep their digits and their offset."""
    survive(subject, DATE_TIMES)


@law(Create, Get, Update, Snapshot, BatchFetch, requests=9)
def shapes_are_exact(subject: Subject, random: random.Random) -> None:
    """Lists keep their order and what is in them twice; null, the empty and any name stay."""
    survive(subject, SHAPES)


OTHERS = (" x ", "%41", "a+b", "\u00e9", "e\u0301", "a/b", "?a=b&c", "#f", "\U0001f9ea", "X", "x")
"""Ids that are easily taken for others."""


@law(Get, Associate, requests=19)
def ids_are_exact(subject: Subject, random: random.Random) -> None:
    """An id is what it is: in other letters, with blanks or spelt otherwise it is another one."""
    id = subject.id_of(subject.create())
    strange = [f" {id}", f"{id} ", f"%{ord(id[0]):02x}{id[1:]}", f"{id}%20", f"{id}/"]
    for operation, get in subject.operations(Get):
        schema = next(p.schema for p in operation.parameters if p.wire == get.id)
        cases = [] if "format" in schema else [id.upper(), id.lower()]
        for other in [*strange, *(case for case in cases if case != id)]:
            exchange = subject.send(operation, {get.id: other})
            if exchange.status == operation.success.status:
                raise Broken(f"{operation.id} of {other!r} found {id!r}", exchange)
    for pair in subject.operations(Associate):
        schema = next(p.schema for p in pair[0].parameters if p.wire == pair[1].other)
        if pair[1].removes or {"format", "pattern", "enum", "maxLength"} & schema.keys():
            continue
        for other in OTHERS:
            subject.associate(id, other, pair)
        found = subject.ids_in(subject.read(id)[pair[1].member])
        lost = [other for other in OTHERS if found.count(other) != 1]
        holds(not lost, f"{pair[0].id}: {lost} were associated, {pair[1].member} holds {found}")


def survive(subject: Subject, values: Object) -> None:
    """Send the values in members that the spec does not know, and look for them everywhere."""
    sent: Object = {f"x_{name}": copy.deepcopy(value) for name, value in values.items()}
    thing = subject.create(subject.seed() | sent, full=True)
    id = subject.id_of(thing)
    expect_members(thing, sent, "the reply of a create")
    expect_everywhere(subject, id, sent)
    if subject.operations(Update):
        more: Object = {f"x_again_{name}": {"in": [value]} for name, value in sent.items()}
        reply = subject.update(thing | more, full=True)
        expect_members(reply, sent | more, "the reply of an update")
        expect_everywhere(subject, id, sent | more)
    if subject.operations(Delete):  # lists that hold it are no food for every client
        subject.delete(id)


def expect_everywhere(subject: Subject, id: str, wanted: Object) -> None:
    """Check the members of a thing, by every operation that gives it."""
    for where, thing, omits in readings(subject, id):
        expect_members(thing, without(wanted, omits), where)
