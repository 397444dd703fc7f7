"""What is told of two JSON values that differ."""

from __future__ import annotations

import pytest

from specpipe.conformance.difference import difference


@pytest.mark.parametrize(
    ("left", "right", "told"),
    [
        ({"a": [1, {"b": 2}]}, {"a": [1, {"b": 2.0}]}, ""),
        ({"a": {"b": "x"}}, {"a": {"b": "y"}}, 'a.b "x", then "y"'),
        ({"a": 1}, {"b": True}, "a 1, then nothing; b nothing, then true"),
        ([1, [2, 3]], [1, [2]], "[1] [2, 3], then [2]"),
        (1, True, "all of it 1, then true"),
        ({"a": None}, {}, "a null, then nothing"),
        (
            dict.fromkeys("abcde", 1),
            dict.fromkeys("abcde", 2),
            "a 1, then 2; b 1, then 2; c 1, then 2; and 2 more",
        ),
    ],
)
def test_the_first_places_are_told_and_how_many_others_there_are(left, right, told):
    assert difference(left, right) == told


def test_of_a_long_text_the_part_is_told_that_differs():
    told = difference("x" * 500 + "one", "x" * 500 + "two")
    assert '"xxxxxxxxxxxxxxxone", then "xxxxxxxxxxxxxxxtwo"' in told
    assert len(told) < 100
