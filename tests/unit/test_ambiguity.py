"""How long patterns may take, told by their automata."""

from __future__ import annotations

import pytest

from specpipe.spec.ambiguity import EXPONENTIAL, power
from specpipe.spec.automaton import Meter, Spent

LINEAR = (
    "", "^$", "foo", "[0-9]+", "^[a-z]+$", "(a+)+", "^[^/]+/[^/]+$", r"^\d{4}-\d{2}-\d{2}$",
    "^[A-Z]{2}[A-Z0-9]{9}[0-9]$", "^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$",
    r"^[\w.+-]+@[\w-]+\.[\w.-]+$", "^([a-z0-9]+(-[a-z0-9]+)*)?$", r"^(?:(?!abc).)*$",
    r"^(?=.*[A-Z])(?=.*\d).+$", "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
    "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$",
    r"^((25[0-5]|2[0-4]\d|1?\d?\d)(\.|$)){4}$", "^(/[^/~]*(~[01][^/~]*)*)*$",
)  # fmt: skip
POWERS = {"a+$": 2, r".*\S.*": 2, "^.*foo.*$": 2, r"^\s+|\s+$": 2, "^a*a*a*$": 3}
ENDLESS = (
    "^(a+)+$", "(x+x+)+y", "^(a|a)*$", "^(a*)*$", "^(a|b|ab)*c", "^(a?){50}a{50}$",
    "^(a{0,50}){0,50}$", "^(.{1,5000}x){1,500}$", r"^(([a-z])+.)+[A-Z]([a-z])+$", r"(a)\1",
    "(ab)?" * 30 + "$", "^(([^<>]+)|(<[^>]*>))*$", "^(?=(a+)+$)b",
)  # fmt: skip
WANTED = {**dict.fromkeys(LINEAR, 1), **POWERS, **dict.fromkeys(ENDLESS, EXPONENTIAL)}


@pytest.mark.parametrize("pattern", WANTED)
def test_a_pattern_is_judged_by_the_ways_a_text_can_take(pattern):
    assert power(pattern, Meter(100_000)) == WANTED[pattern]


def test_what_is_too_intricate_is_not_judged_at_all():
    with pytest.raises(Spent):
        power("^((ab|ac|ad)(ae|af|ag))*$", Meter(10))
