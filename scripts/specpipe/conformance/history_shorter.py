"""Making a history short: what is left is needed to see what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from specpipe.conformance.history_acts import Act

Fails = Callable[[Sequence[Act]], Sequence[Act] | None]
"""Tries acts: those until something went wrong, or None when nothing did."""


def shortest(acts: Sequence[Act], fails: Fails) -> Sequence[Act]:
    """The fewest and simplest acts that were found to fail still."""
    return simplest(fewest(acts, fails), fails)


def fewest(acts: Sequence[Act], fails: Fails) -> Sequence[Act]:
    """Leave acts out: many at once at first, one by one in the end, for as long as that helps."""
    size = max(1, len(acts) // 2)
    while True:
        before = len(acts)
        end = len(acts)
        while end > 0:
            shorter = fails([*acts[: max(0, end - size)], *acts[end:]])
            acts = shorter or acts
            end = min(end - size, len(acts))
        if size > 1:
            size //= 2
        elif len(acts) == before:
            return acts


def simplest(acts: Sequence[Act], fails: Fails) -> Sequence[Act]:
    """Leave parts of each act out, one by one."""
    number = 0
    while number < len(acts):
        for simpler in variants(acts[number]):
            if found := fails([*acts[:number], simpler, *acts[number + 1 :]]):
                acts = found
                break
        else:
            number += 1
    return acts


def variants(act: Act) -> Iterator[Act]:
    """The act with one part less."""
    for name, value in act.given.items():
        for less in reduced(value):
            yield replace(act, given={**act.given, name: less})
    if act.verb == "batch":
        for place in range(len(act.things)):
            yield replace(act, things=act.things[:place] + act.things[place + 1 :])


def reduced(value: Any) -> Iterator[Any]:
    """What is simpler than a value: without a member, an element, or anything."""
    match value:
        case Mapping() if value:
            yield {}
            for name, inner in value.items():
                yield {n: v for n, v in value.items() if n != name}
                yield from ({**value, name: less} for less in reduced(inner))
        case list() if value:
            yield from (value[:place] + value[place + 1 :] for place in range(len(value)))
        case set() if len(value) > 1:
            yield from ({one} for one in sorted(value))
        case bool():
            yield None
