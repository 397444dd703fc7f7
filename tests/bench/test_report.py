"""What a person reads of a benchmark."""

from __future__ import annotations

import json

import pytest

from specpipe.bench import report
from specpipe.bench.clients import FLOORS, SYNC
from specpipe.bench.effort import Effort
from specpipe.bench.figures import Figure, Results
from specpipe.bench.generation import ALL, COLD, OUR_PYTHON, UNCHANGED, note_growth, sized
from specpipe.bench.generation import OURS as OURS_PIPELINE
from specpipe.bench.generators import ALL_THREE, STOCK
from specpipe.bench.sdks import OURS as OURS_SDK
from specpipe.bench.sdks import PUBLISHED
from specpipe.bench.targets import Target, targets

EFFORT = Effort(
    rounds=3,
    client_rounds=3,
    seconds=1,
    connections=(16,),
    large=1_000_000,
    small=1_000,
    snapshot=10_000,
    repeats=1,
    operations=(10, 100, 500, 1_000),
    sizings=1,
    profile="smoke",
)
OURS, THEIRS = "ours, SQLite", "FastAPI + pydantic, in memory"
MARKDOWN = """\
## Targets

| what | wanted | measured | met |
| --- | --- | --- | --- |
| get: server CPU a request, over FastAPI in memory | ≤ 0.333x | 0.25 (0.2-0.5)x | yes |
| ours, SQLite: ids, worst of all shapes, 1,000,000 things | ≤ 150 ms | 160 (150-170) ms | **no** |

## get

| case | subject | CPU µs/request | /s |
| --- | --- | --- | --- |
| 16 connections | FastAPI + pydantic, in memory | 200 (100-250) |  |
| 16 connections | ours, SQLite | 50 (50-50) | 12,345 |

## growth

| case | subject | p50 ms |
| --- | --- | --- |
| wide, 1,000,000 things | ours, SQLite | 160 (150-170) |

## Where

- processor: slow, 2 cores
"""


def measured():
    results = Results()
    for theirs in (200.0, 100.0, 250.0):
        results.add("get", "16 connections", THEIRS, cpu_us=theirs)
        results.add("get", "16 connections", OURS, cpu_us=50.0)
    results.add("get", "16 connections", OURS, per_second=12_345.4)
    for slow in (150.0, 170.0, 160.0):
        results.add("growth", "wide, 1,000,000 things", OURS, p50_ms=slow)
    return results


def test_targets_come_first_then_a_table_for_each_row(tmp_path):
    results = measured()
    found = targets(results, EFFORT)
    text = report.write(tmp_path, results, found, {"processor": "slow, 2 cores"})
    assert text == MARKDOWN
    assert (tmp_path / "bench.md").read_text() == MARKDOWN


def test_the_json_has_every_round_of_every_figure(tmp_path):
    results = measured()
    report.write(tmp_path, results, targets(results, EFFORT), {"a": "b"})
    data = json.loads((tmp_path / "bench.json").read_text())
    assert data["about"] == {"a": "b"}
    assert data["targets"][0]["values"] == [0.25, 0.5, 0.2]
    assert [target["met"] for target in data["targets"]] == [True, False]
    assert {
        "row": "growth",
        "case": "wide, 1,000,000 things",
        "subject": OURS,
        "measure": "p50_ms",
        "values": [150.0, 170.0, 160.0],
    } in data["results"]


def test_nothing_measured_is_no_target():
    assert targets(Results(), EFFORT) == []


def test_a_target_is_met_up_to_its_bound_in_its_own_direction():
    at_most = Target("", 2.0, True, "x", Figure((2.0,)))
    at_least = Target("", 2.0, False, "x", Figure((2.0,)))
    assert at_most.met
    assert at_least.met
    assert not Target("", 2.0, True, "x", Figure((2.1,))).met
    assert not Target("", 2.0, False, "x", Figure((1.9,))).met


def test_numbers_keep_three_digits():
    shown = [report.number(value) for value in (0.123456, 9.876, 12.34, 123.4, 54_321.0)]
    assert shown == ["0.123", "9.88", "12.3", "123", "54,321"]


def test_the_sdk_has_targets_beside_the_published_one_and_the_floor():
    results = Results()
    for subject, cpu in ((OURS_SDK, 60.0), (PUBLISHED, 2400.0), (FLOORS["decode"], 120.0)):
        results.add("decode", "10,000 things", subject, cpu_ms=cpu)
    for subject, micros in ((OURS_SDK, 60.0), (PUBLISHED, 120.0), (FLOORS["call"], 48.0)):
        results.add("call", SYNC, subject, p50_us=micros)
    for subject, mib in ((OURS_SDK, 30.0), (PUBLISHED, 50.0)):
        results.add("sdk-memory", "10,000 things", subject, added_mib=mib)
    assert [(target.figure.values, target.met) for target in targets(results, EFFORT)] == [
        ((40.0,), True),  # decode, times cheaper
        ((0.5,), True),  # decode over the floor
        ((2.0,), False),  # a call, times faster
        ((1.25,), True),  # a call over the floor
        ((0.6,), False),  # memory
    ]


def test_the_pipeline_has_targets_beside_other_generators_and_for_its_growth():
    results = Results()
    for name, seconds in ((COLD, 2.0), (ALL_THREE, 6.0), (UNCHANGED, 0.6)):
        results.add("generate", ALL, name, seconds=seconds)
    for operations, cpu in ((10, 1.0), (100, 2.0), (500, 15.0), (1_000, 31.0)):
        results.add("sizes", sized(operations), OURS_PIPELINE, cpu_s=cpu)
    for name, seconds in ((OUR_PYTHON, 3.0), (STOCK, 5.0)):
        results.add("sizes", sized(500), name, seconds=seconds)
    assert [(round(t.figure.median, 3), t.met) for t in targets(results, EFFORT)] == [
        (0.333, True),  # cold, over the three of openapi-generator
        (0.6, False),  # nothing changed
        (1.5, False),  # five times the operations, 7.5 times the CPU
        (0.6, False),  # Python alone, over openapi-python-client
    ]


def test_the_exponent_of_growth_is_that_between_neighbours():
    results = Results()
    for operations, cpu in ((10, 1.0), (100, 10.0), (1_000, 1_000.0)):
        results.add("sizes", sized(operations), OURS_PIPELINE, cpu_s=cpu)
    note_growth((10, 100, 1_000), results)
    found = [
        results.figure("sizes", case, OURS_PIPELINE, "exponent")
        for case in ("from 10 to 100 operations", "from 100 to 1,000 operations")
    ]
    assert [figure.median for figure in found] == pytest.approx([1, 2])
