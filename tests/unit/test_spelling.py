"""How values are spelt in URLs."""

from specpipe.conformance.spelling import spelt


def test_a_whole_number_that_a_float_holds_is_written_as_one():
    assert repr(spelt({"a": 19838045248137.0, "b": -0.0})) == "{'a': 19838045248137, 'b': 0}"


def test_everything_else_stays_as_it_is():
    values = {"a": 1.5, "b": "2.0", "c": True, "d": [2.0], "e": None, "f": float("inf")}
    assert spelt(values) == values
