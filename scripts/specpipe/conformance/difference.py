"""Where two JSON values differ, for a person: things are long, and what is wrong is one member."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import takewhile
from typing import Any

from specpipe.conformance.exchange import same
from specpipe.diagnostics import fitted

NOTHING = object()
"""What stands where one of two values has no member."""
TOLD = 3
"""How many places are told."""
SHORT = 60
"""Characters of a value."""


def difference(left: Any, right: Any) -> str:
    """Where two JSON values differ: the first places, with what either has there. Empty when they
    are the same."""
    places = list(differences(left, right, ""))
    told = [f"{place} {shortly(one)}, then {shortly(other)}" for place, one, other in places[:TOLD]]
    others = len(places) - TOLD
    return "; ".join(told) + (f"; and {others} more" if others > 0 else "")


def differences(left: Any, right: Any, place: str) -> Iterator[tuple[str, Any, Any]]:
    """Each place at which two values differ, with what either has there."""
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        for key in [*left, *(key for key in right if key not in left)]:
            inner = f"{place}.{key}" if place else str(key)
            yield from differences(left.get(key, NOTHING), right.get(key, NOTHING), inner)
    elif isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        for index, pair in enumerate(zip(left, right, strict=True)):
            yield from differences(*pair, f"{place}[{index}]")
    elif isinstance(left, str) and isinstance(right, str) and left != right:
        # Of long texts that begin alike only the rest tells anything.
        alike = takewhile(lambda pair: pair[0] == pair[1], zip(left, right, strict=False))
        begin = max(0, sum(1 for _ in alike) - SHORT // 4)
        yield place or "all of it", left[begin:], right[begin:]
    elif not same(left, right):
        yield place or "all of it", left, right


def shortly(value: Any) -> str:
    """A JSON value in a few characters."""
    text = "nothing" if value is NOTHING else json.dumps(value, ensure_ascii=False)
    return fitted(text, SHORT)
