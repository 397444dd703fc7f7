"""How long a pattern may take to find out that a text does not match, in engines that backtrack.

The engines of Python and JavaScript try one way after the other to match a text: one path after the
other through the pattern's automaton. Two ways round one loop over the same text make the time
exponential; two loops over the same text, one behind the other, make it grow with the square, and
so on (Weideman et al., "Analyzing Matching Time Behavior of Backtracking Regular Expression
Matchers by Using Ambiguity of NFA", CIAA 2016). The server's engine does not backtrack.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from itertools import product

from specpipe.spec.automaton import Automaton, Meter, automata
from specpipe.spec.graphs import Vertex, components, longest

EXPONENTIAL = 99
"""The power said for a time that no power of the length bounds."""
MAX_WAYS = 1_000
"""Ways through what is not in a loop that a text may have."""


States = tuple[int, ...]
Ways = Mapping[int, Sequence[int]]


def power(pattern: str, meter: Meter) -> int:
    """The power of a text's length that bounds the time for `pattern`: 1 is linear.

    `pattern` is one that `re` compiles. More than the truth in rare cases, never less. Raises
    Spent.
    """
    return max(Ambiguity(it, meter).power for it in automata(pattern, meter))


class Ambiguity:
    """In how many ways an automaton may take the same text."""

    def __init__(self, automaton: Automaton, meter: Meter) -> None:
        """That of `automaton`. The work is counted by `meter`."""
        self._automaton = automaton
        self._sets = automaton.sets
        self._follow = automaton.follow
        self._meter = meter

    @cached_property
    def power(self) -> int:
        """See `power`."""
        if self._automaton.refers_back or self._is_exponential:
            return EXPONENTIAL
        return 1 + longest(self._loop_behind_loop())

    @cached_property
    def _loops(self) -> list[frozenset[int]]:
        """States that lie on a loop together."""
        found = components(range(len(self._sets)), self._onward)
        return [it for it in found if len(it) > 1 or any(s in self._follow[s] for s in it)]

    @property
    def _is_exponential(self) -> bool:
        for loop in self._loops:
            inside = {s: [t for t in self._follow[s] if t in loop] for s in loop}
            if any(self._follow[s][t] > 1 for s in loop for t in inside[s]):
                return True
            together = partial(self._together, (inside, inside))
            for group in components(product(loop, repeat=2), together):
                if any(a == b for a, b in group) and any(a != b for a, b in group):
                    return True
        return self._ways() > MAX_WAYS

    def _together(self, ways: Sequence[Ways], states: States) -> Iterator[States]:
        """Where several walkers get to with the same character, each by its own ways."""
        for ends in product(*(way[state] for way, state in zip(ways, states, strict=True))):
            self._meter.spend()
            if frozenset[str].intersection(*(self._sets[end] for end in ends)):
                yield ends

    def _onward(self, state: int) -> Iterable[int]:
        """Where one gets to with one character more."""
        self._meter.spend()
        return self._follow[state]

    def _loop_behind_loop(self) -> dict[int, set[int]]:
        """Which loops, by number, a text may stay in or leave for which others, as it likes."""
        found: dict[int, set[int]] = {number: set() for number in range(len(self._loops))}
        for a, b in product(found, repeat=2):
            if a != b and self._leads(self._loops[a], self._loops[b]):
                found[a].add(b)
        return found

    def _leads(self, before: frozenset[int], behind: frozenset[int]) -> bool:
        """Whether some text goes round a loop, from there to one behind it, and round that."""
        between = self._between(before, behind)
        if not between:
            return False
        parts = (before, between, behind)
        ways = [{s: [t for t in self._follow[s] if t in part] for s in part} for part in parts]
        together = partial(self._together, ways)
        ends: dict[States, States] = {(s, s, t): (s, t, t) for s, t in product(before, behind)}
        return any(end in _reached(start, together) for start, end in ends.items())

    def _between(self, before: frozenset[int], behind: frozenset[int]) -> frozenset[int]:
        """States on a way from one loop to another, with both; none when there is no way."""
        ahead = self._ahead(next(iter(before)))
        if not behind & ahead:
            return frozenset()
        return frozenset(s for s in ahead if s in behind or not behind.isdisjoint(self._ahead(s)))

    def _ahead(self, state: int) -> set[int]:
        return _reached(state, self._onward)

    def _ways(self) -> int:
        """How many ways a text may go, those within loops left out. At most MAX_WAYS + 1."""
        loop_of = {state: n for n, loop in enumerate(self._loops) for state in loop}
        known: dict[int, int] = {}
        # Followers come first in the order that components are found in.
        for group in components(range(len(self._sets)), self._onward):
            for state in group:
                onward = [
                    (t, known[t] * times)
                    for t, times in self._follow[state].items()
                    if t in known and not (state in loop_of and loop_of[state] == loop_of.get(t))
                ]
                counts = Counter[str]()
                for t, ways in onward:
                    counts.update(dict.fromkeys(self._sets[t], ways))
                known[state] = min(max(counts.values(), default=1), MAX_WAYS + 1)
        return known[self._automaton.start]


def _reached(start: Vertex, onward: Callable[[Vertex], Iterable[Vertex]]) -> set[Vertex]:
    """What can be got to from `start` in one step or more."""
    found: set[Vertex] = set()
    pending = list(onward(start))
    while pending:
        if (one := pending.pop()) not in found:
            found.add(one)
            pending += onward(one)
    return found
