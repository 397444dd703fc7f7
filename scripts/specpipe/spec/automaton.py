"""Patterns as automata, with a state for each character (Glushkov's construction) and an edge for
each way from one to the next, as often as there are such ways."""

from __future__ import annotations

import importlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

MAX_STATES = 600
"""Copies of a part that is repeated a fixed number of times; beyond, it counts as a loop."""
FEW = 8
"""How often a part may be repeated at most to count as written out. Beyond, it counts as a loop."""

# The only parser of Python's patterns there is. Python has kept what it gives since 1.6.
_parser: Any = importlib.import_module("re._parser")
_ENDS = {"AT_END", "AT_END_STRING", "AT_BOUNDARY", "AT_NON_BOUNDARY"}
_MORE = "\x80\xa0\xdf\xe9\u0130\u0660\u1680\u2028\u20ac\u4e00\U0001f600"
_CATEGORIES: Mapping[str, Callable[[str], bool]] = {
    "CATEGORY_DIGIT": str.isdecimal,
    "CATEGORY_SPACE": str.isspace,
    "CATEGORY_WORD": lambda c: c.isalnum() or c == "_",
}

Characters = frozenset[str]


class Spent(Exception):
    """The patterns are too intricate to be judged in the time there is."""


@dataclass
class Meter:
    """Steps that may still be made. Each takes about two microseconds."""

    left: int

    def spend(self, steps: int = 1) -> None:
        """Count steps. Raises Spent."""
        self.left -= steps
        if self.left < 0:
            raise Spent


@dataclass(frozen=True)
class Part:
    """A part of a pattern: which of its states come first and last, and in how many ways each,
    and in how many ways it may be left out."""

    first: Counter[int] = field(default_factory=Counter)
    last: Counter[int] = field(default_factory=Counter)
    empty: int = 1


def automata(pattern: str, meter: Meter) -> Iterator[Automaton]:
    """The automaton of a pattern that `re` compiles, and those of what it looks ahead for. Raises
    Spent."""
    pending = [(_parser.parse(pattern), False)]
    while pending:
        made = Automaton(*pending.pop(), meter)
        pending += made.looked_for
        yield made


class Automaton:
    """The states of a pattern and the ways between them."""

    def __init__(self, items: Any, anchored: bool, meter: Meter) -> None:
        """The automaton of parsed `items`; not `anchored`, it may begin anywhere in a text."""
        self._meter = meter
        self.sets: list[Characters] = []
        self.follow: defaultdict[int, Counter[int]] = defaultdict(Counter)
        self.looked_for: list[tuple[Any, bool]] = []
        self.refers_back = False
        self.ends_somewhere = False
        self._alphabet = frozenset(map(chr, range(128))) | {*_MORE, *_boundaries(items)}
        whole = self._sequence(items)
        start = self._state(self._alphabet)
        self.start = start
        self.follow[start].update(whole.first)
        if not (anchored or _is_anchored(items)):
            self.follow[start][start] += 1
        if not self.ends_somewhere:  # whoever reaches the end has found it, and stops
            for state in (*whole.last, *([start] if whole.empty else [])):
                self.follow[state].clear()

    def _state(self, characters: Characters) -> int:
        self._meter.spend()
        self.sets.append(characters)
        return len(self.sets) - 1

    def _sequence(self, items: Any) -> Part:
        whole = Part()
        for item in items:
            whole = self._behind(whole, self._part(*item))
        return whole

    def _behind(self, left: Part, right: Part) -> Part:
        self._meter.spend(len(left.last) * len(right.first) // 8)
        for end, times in left.last.items():
            for start, more in right.first.items():
                self.follow[end][start] += times * more
        return Part(
            left.first + _times(right.first, left.empty),
            right.last + _times(left.last, right.empty),
            left.empty * right.empty,
        )

    def _part(self, kind: Any, value: Any) -> Part:
        match str(kind):
            case "LITERAL" | "NOT_LITERAL" | "ANY" | "IN":
                only = Counter([self._state(_members(str(kind), value, self._alphabet))])
                return Part(only, only, empty=0)
            case "BRANCH":
                return self._either([self._sequence(branch) for branch in value[1]])
            case "SUBPATTERN":
                return self._sequence(value[3])
            case "ATOMIC_GROUP":
                return self._sequence(value)
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                return self._repeat(*value)
            case "ASSERT" | "ASSERT_NOT":
                self.looked_for.append((value[1], not self.sets))
                self.ends_somewhere = True
            case "AT":
                self.ends_somewhere |= str(value) in _ENDS
            case _:  # what came before decides on what may follow: GROUPREF and its kind
                self.refers_back = True
        return Part()

    def _either(self, parts: list[Part]) -> Part:
        first, last = Counter[int](), Counter[int]()
        for part in parts:
            first += part.first
            last += part.last
        return Part(first, last, sum(part.empty for part in parts))

    def _repeat(self, least: int, most: int, items: Any) -> Part:
        count = least if least == most else most
        if count > FEW and (least != most or count * (len(self.sets) + 1) > MAX_STATES):
            return self._loop(self._sequence(items), least)
        if len(self.sets) > MAX_STATES:
            return self._loop(self._sequence(items), least)
        whole = Part()
        for number in reversed(range(count)):  # x{1,3} is x(x(x)?)?: one way for each length
            whole = self._behind(self._sequence(items), whole)
            if number >= least:
                whole = Part(whole.first, whole.last, whole.empty + 1)
        return whole

    def _loop(self, body: Part, least: int) -> Part:
        self._behind(body, body)
        return Part(body.first, body.last, body.empty or int(not least))


def _times(states: Counter[int], number: int) -> Counter[int]:
    return Counter({state: ways * number for state, ways in states.items() if number})


def _is_anchored(items: Any) -> bool:
    """Whether a match can begin at the start of a text alone."""
    for kind, value in items:
        match str(kind):
            case "AT":
                return str(value) in ("AT_BEGINNING", "AT_BEGINNING_STRING")
            case "SUBPATTERN":
                return _is_anchored(value[3])
            case "BRANCH":
                return all(map(_is_anchored, value[1]))
            case "ASSERT" | "ASSERT_NOT":
                continue
            case _:
                return False
    return False


def _members(kind: str, value: Any, alphabet: Characters) -> Characters:
    """Which of `alphabet` a single character of a pattern may be."""
    if kind == "ANY":
        return alphabet - {"\n"}
    if kind == "LITERAL":
        return frozenset(chr(value))
    if kind == "NOT_LITERAL":
        return alphabet - {chr(value)}
    found = frozenset[str]().union(*(_named(kind, it, alphabet) for kind, it in value))
    return alphabet - found if str(value[0][0]) == "NEGATE" else found


def _named(kind: Any, value: Any, alphabet: Characters) -> Characters:
    match str(kind):
        case "LITERAL":
            return frozenset(chr(value))
        case "RANGE":
            return frozenset(c for c in alphabet if value[0] <= ord(c) <= value[1])
        case "CATEGORY":
            name = str(value)
            test = _CATEGORIES[name.replace("_NOT", "")]
            return frozenset(c for c in alphabet if test(c) != ("_NOT" in name))
    return frozenset()


def _boundaries(items: Any) -> Iterator[str]:
    """Each character that a pattern names, and its neighbours: what is between two of them, no part
    of the pattern tells apart."""
    pending: list[Any] = [items]
    while pending:
        node = pending.pop()
        if isinstance(node, int):
            yield from (chr(n) for n in (node - 1, node, node + 1) if 0 <= n < 0x110000)
        elif isinstance(node, list | tuple | _parser.SubPattern):
            pending += node
