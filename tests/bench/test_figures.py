"""The arithmetic of a benchmark."""

from __future__ import annotations

import pytest

from specpipe.bench.figures import Figure, Results, highest


def test_a_figure_is_the_median_with_its_spread():
    figure = Figure((3.0, 1.0, 9.0))
    assert (figure.median, figure.low, figure.high) == (3.0, 1.0, 9.0)


def test_an_even_number_of_rounds_gives_the_middle_of_two():
    assert Figure((1.0, 2.0, 4.0, 8.0)).median == 3.0


def test_a_ratio_is_taken_within_each_round():
    """The second round was slow for both, which does not count."""
    assert Figure((10.0, 40.0, 12.0)).over(Figure((5.0, 20.0, 4.0))).values == (2.0, 2.0, 3.0)


def test_a_ratio_to_nothing_is_infinite_and_never_an_error():
    assert Figure((1.0,)).over(Figure((0.0,))).median == float("inf")


def test_figures_of_different_numbers_of_rounds_have_no_ratio():
    with pytest.raises(ValueError):
        Figure((1.0, 2.0)).over(Figure((1.0,)))


def test_the_worst_is_taken_within_each_round():
    figures = [Figure((1.0, 9.0)), Figure((2.0, 3.0))]
    assert highest(figures) == Figure((2.0, 9.0))
    assert highest([]) is None


def test_results_keep_rounds_in_order_and_know_what_was_not_measured():
    results = Results()
    results.add("get", "16 connections", "ours", cpu_us=50.0, per_second=1.0)
    results.add("get", "16 connections", "theirs", cpu_us=200.0)
    results.add("get", "16 connections", "ours", cpu_us=60.0, per_second=2.0)
    results.add("get", "16 connections", "theirs", cpu_us=120.0)
    case = ("get", "16 connections")
    assert results.figure(*case, "ours", "per_second") == Figure((1.0, 2.0))
    assert results.ratio(*case, "ours", "theirs", "cpu_us") == Figure((0.25, 0.5))
    assert results.figure(*case, "ours", "p50_ms") is None
    assert results.ratio(*case, "ours", "theirs", "per_second") is None
