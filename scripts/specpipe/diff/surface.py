"""What a package offers to programs, in no language's words, and what a change to it means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from specpipe.diagnostics import Location
from specpipe.diff.change import Area, Change, Impact, Place, code
from specpipe.diff.schemas import BOTH, Direction

Kind = Literal[
    "class", "type", "function", "method", "async method", "attribute", "member", "literal",
    "constant",
]  # fmt: skip
"""`member` is one of an enumeration whose programs name it, `literal` one that they spell out."""
Passed = Literal["position", "name", "either", "rest"]
"""How an argument is given."""
ANYTHING = frozenset({"Any", "any", "unknown", "object"})
WIDER = {"int": "float"}
"""Types that a wider one takes in without being told so."""
_ASKED: frozenset[Direction] = frozenset({"request"})
_ANSWERED: frozenset[Direction] = frozenset({"response"})


@dataclass(frozen=True, slots=True)
class Argument:
    """One that a function takes. `types` are the alternatives of its type."""

    name: str
    passed: Passed
    required: bool
    types: frozenset[str]
    default: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One public thing, by its qualified name: `models.Thing.size`."""

    name: str
    kind: Kind
    location: Location
    """In the generated file, or in the spec where it comes from a known place there."""
    types: frozenset[str] = frozenset()
    """Of a value, or of what a call gives."""
    arguments: tuple[Argument, ...] = ()
    bases: tuple[str, ...] = ()
    required: bool = False
    """Whether an object cannot be made without this attribute."""
    direction: Direction | None = None
    """Who gives it, where that is known without the spec: options are given by callers."""

    @property
    def owner(self) -> str:
        """The qualified name of what it is in, or empty."""
        return self.name.rpartition(".")[0]


Surface = Mapping[str, Entry]


def surface_changes(
    base: Surface, head: Surface, area: Area, directions: Mapping[str, frozenset[Direction]]
) -> Iterator[Change]:
    """What programs notice. `directions` says of the name of a model who writes it: callers,
    the server, or (also for what is not in there) both. What is in a class that came or went is
    not listed apart."""
    compared = _Comparison(area, directions)
    for name, entry in base.items():
        if name not in head and (entry.owner not in base or entry.owner in head):
            yield compared.removed(entry)
    for name, entry in head.items():
        if name not in base and (entry.owner not in head or entry.owner in base):
            yield compared.added(entry)
    for name, entry in base.items():
        if name in head:
            yield from compared.both(entry, head[name])


@dataclass(frozen=True, slots=True)
class _Comparison:
    """What all comparisons of an SDK know."""

    area: Area
    directions: Mapping[str, frozenset[Direction]]

    def change(self, impact: Impact, kind: str, words: str, entry: Entry) -> Change:
        place = Place(entry.location, False, entry.location)
        return Change(impact, self.area, kind, words, place, (self.area,))

    def written(self, entry: Entry) -> frozenset[Direction]:
        """Who writes an attribute."""
        if entry.direction is not None:
            return frozenset({entry.direction})
        model = entry.owner.rpartition(".")[2]
        return self.directions.get(model, frozenset(BOTH))

    def removed(self, entry: Entry) -> Change:
        impact = Impact.MINOR if entry.kind == "literal" else Impact.BREAKING
        words = f"{entry.kind} {code(entry.name)} is gone"
        place = Place(entry.location, True, entry.location)
        return Change(impact, self.area, "sdk-removed", words, place, (self.area,))

    def added(self, entry: Entry) -> Change:
        words = f"{entry.kind} {code(entry.name)} is new"
        if entry.required and "request" in self.written(entry):
            return self.change(Impact.BREAKING, "sdk-required", f"{words} and required", entry)
        return self.change(Impact.MINOR, "sdk-added", words, entry)

    def both(self, base: Entry, head: Entry) -> Iterator[Change]:
        name = code(head.name)
        if base.kind != head.kind:
            words = f"{name} is {_a(head.kind)} now, it was {_a(base.kind)}"
            yield self.change(Impact.BREAKING, "sdk-kind-changed", words, head)
            return
        for lost in base.bases:
            if lost not in head.bases:
                words = f"{name} is no {code(lost)} any more"
                yield self.change(Impact.BREAKING, "sdk-base-removed", words, head)
        for new in head.bases:
            if new not in base.bases:
                words = f"{name} is a {code(new)} as well"
                yield self.change(Impact.MINOR, "sdk-base-added", words, head)
        yield from self.types(base, head)
        yield from self.arguments(base, head)

    def types(self, base: Entry, head: Entry) -> Iterator[Change]:
        """Of an attribute, or of what a call gives."""
        is_call = base.kind in ("method", "async method", "function")
        written = _ANSWERED if is_call else self.written(head)
        impact = judged(base.types, head.types, written)
        if impact is not None:
            gives = "gives" if is_call else "is"
            words = f"{code(head.name)} {gives} {shown(head.types)} now, it was {shown(base.types)}"
            yield self.change(impact, "sdk-type-changed", words, head)
        elif head.required and not base.required and "request" in written:
            words = f"{code(head.name)} became required"
            yield self.change(Impact.BREAKING, "sdk-required", words, head)

    def arguments(self, base: Entry, head: Entry) -> Iterator[Change]:
        """Of a call: those that stand in a place have no name that callers know."""
        before, after = _placed(base.arguments), _placed(head.arguments)
        for key, argument in before.items():
            told = f"{code(head.name)}: argument {code(argument.name)}"
            if key in after:
                yield from self.argument(told, head, argument, after[key])
            elif new := _renamed(base.arguments.index(argument), base, head):
                words = f"{told} is called {code(new.name)} now"
                yield self.change(Impact.BREAKING, "sdk-argument-renamed", words, head)
                after.pop(new.name)
            else:
                words = f"{told} is gone"
                yield self.change(Impact.BREAKING, "sdk-argument-removed", words, head)
        for key, argument in after.items():
            if key not in before:
                impact = Impact.BREAKING if argument.required else Impact.MINOR
                what = "a required argument" if argument.required else "an argument"
                words = f"{code(head.name)}: {code(argument.name)} is {what} now"
                yield self.change(impact, "sdk-argument-added", words, head)
        old = [a.name for a in base.arguments if a.passed == "either" and a.name in after]
        order = [a.name for a in head.arguments if a.passed == "either"]
        if order[: len(old)] != old:
            words = f"{code(head.name)}: its arguments stand in another order"
            yield self.change(Impact.BREAKING, "sdk-arguments-moved", words, head)

    def argument(self, told: str, entry: Entry, base: Argument, head: Argument) -> Iterator[Change]:
        """One that both have."""
        if head.required and not base.required:
            words = f"{told} became required"
            yield self.change(Impact.BREAKING, "sdk-argument-required", words, entry)
        if base.required and not head.required:
            words = f"{told} became optional"
            yield self.change(Impact.MINOR, "sdk-argument-optional", words, entry)
        if base.passed != head.passed:
            wider = head.passed == "either"
            words = f"{told} is given by {head.passed} now, it was by {base.passed}"
            impact = Impact.MINOR if wider else Impact.BREAKING
            yield self.change(impact, "sdk-argument-passed", words, entry)
        if not base.required and not head.required and base.default != head.default:
            words = f"{told} is {code(head.default)} by default, it was {code(base.default)}"
            yield self.change(Impact.BREAKING, "sdk-default-changed", words, entry)
        worse = judged(base.types, head.types, _ASKED)
        if worse is not None:
            words = f"{told} is {shown(head.types)} now, it was {shown(base.types)}"
            yield self.change(worse, "sdk-type-changed", words, entry)


def _placed(arguments: tuple[Argument, ...]) -> dict[str, Argument]:
    """Arguments by what callers know of them: a name, or a place."""
    return {
        str(index) if argument.passed == "position" else argument.name: argument
        for index, argument in enumerate(arguments)
    }


def _renamed(index: int, base: Entry, head: Entry) -> Argument | None:
    """The argument that stands where the one at `index` of `base` stood, if only its name is
    another one."""
    known = {argument.name for argument in base.arguments}
    if index >= len(head.arguments):
        return None
    old, new = base.arguments[index], head.arguments[index]
    return new if replace(old, name=new.name) == new and new.name not in known else None


def _a(kind: Kind) -> str:
    return f"{'an' if kind.startswith('a') else 'a'} {kind}"


def judged(
    base: frozenset[str], head: frozenset[str], written: frozenset[Direction]
) -> Impact | None:
    """What it means that a type is another one; None when it is not. Callers cannot be given more
    than they knew, nor be refused what they gave."""
    widened = all(_covers(head, name) for name in base)
    narrowed = all(_covers(base, name) for name in head)
    if base == head or (widened and narrowed):
        return None
    if widened:
        return Impact.BREAKING if "response" in written else Impact.MINOR
    if narrowed:
        return Impact.BREAKING if "request" in written else Impact.MINOR
    return Impact.BREAKING


def _covers(types: frozenset[str], name: str) -> bool:
    return name in types or WIDER.get(name) in types or bool(ANYTHING & types)


def shown(types: frozenset[str]) -> str:
    """A type as a sentence has it."""
    return code(" | ".join(sorted(types)) or "nothing")
