"""What is asked, taken from a spec."""

from __future__ import annotations

import json

import jsonschema_rs
import pytest

from specpipe import pipeline
from specpipe.bench.growth import FIRST, STEP, shapes
from specpipe.bench.workload import rendered, workload_of
from specpipe.diagnostics import Misuse
from specpipe.workspace import ROOT, SPEC

THINGS = ROOT / "tests" / "unit" / "things.yaml"
WITHOUT = ROOT / "tests" / "golden" / "example-answers" / "spec.yaml"


def work(spec):
    _, api = pipeline.read_spec(spec)
    return workload_of(api, spec)


def test_the_body_is_valid_and_of_the_size_that_is_promised():
    document, _ = pipeline.read_spec(SPEC)
    subject = work(SPEC)
    schema = {
        "$ref": f"#/components/schemas/{subject.creating.body.schema}",
        "components": document.data["components"],
    }
    body = json.loads(subject.body)
    jsonschema_rs.Draft202012Validator(schema, validate_formats=True).validate(body)
    assert 1_700 <= len(subject.body) <= 1_900


def test_a_spec_without_a_body_of_its_own_gives_its_example():
    subject = work(THINGS)
    assert json.loads(subject.body) == subject.creating.body.example


def test_an_id_is_escaped_in_its_path():
    path = work(SPEC).get("a/b c").path
    assert path.endswith("/a%2Fb%20c")
    assert "{" not in path


def test_a_spec_without_a_verb_has_nothing_to_measure():
    with pytest.raises(Misuse, match="no operation that does create"):
        work(WITHOUT)


def test_moments_are_written_to_the_microsecond():
    assert rendered(1_700_000_000_000_001) == "2023-11-14T22:13:20.000001Z"


def test_shapes_are_the_same_for_any_number_of_things_but_for_their_times():
    small, large = shapes(work(SPEC), 1_000), shapes(work(SPEC), 1_000_000)
    assert list(small) == list(large)
    assert small["no range"] == large["no range"]
    assert small["wide"] != large["wide"]
    first = rendered(FIRST + 500 * STEP).replace(":", "%3A")
    assert first in small["narrow"].path
