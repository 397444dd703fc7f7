"""What generated tests give to parameters, and what they expect of statuses."""

from __future__ import annotations

import ast
from datetime import datetime
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from specpipe.spec.model import Parameter
from specpipe.spec.names import Name
from specpipe.targets.python_refusals import error_classes
from specpipe.targets.python_samples import sample, source
from specpipe.workspace import TEMPLATES

BOUNDS = st.integers(-1000, 1000)


def parameter(schema: dict[str, Any], example: Any = None) -> Parameter:
    kind = "date-time" if schema.get("format") == "date-time" else schema["type"]
    return Parameter("p", Name.of("p"), "query", kind, True, schema, "", "", example)


def is_valid(value: Any, schema: dict[str, Any]) -> bool:
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True).is_valid(value)


@st.composite
def numbers(draw: st.DrawFn) -> dict[str, Any]:
    """Schemas of numbers with room between their bounds."""
    kind = draw(st.sampled_from(["integer", "number"]))
    schema: dict[str, Any] = {"type": kind}
    low, step = draw(BOUNDS), draw(st.integers(1, 9))
    if kind == "integer" or draw(st.booleans()):
        schema[draw(st.sampled_from(["minimum", "exclusiveMinimum"]))] = low
    if kind == "integer" or draw(st.booleans()):
        schema[draw(st.sampled_from(["maximum", "exclusiveMaximum"]))] = low + 2 * step + 1
    if kind == "integer" and draw(st.booleans()):
        schema["multipleOf"] = step
    return schema


@given(numbers())
def test_a_number_is_within_its_bounds(schema: dict[str, Any]) -> None:
    assert is_valid(sample(parameter(schema)), schema)


@given(st.integers(0, 20), st.integers(0, 20))
def test_a_text_is_as_long_as_it_has_to_be(least: int, more: int) -> None:
    schema = {"type": "string", "minLength": least, "maxLength": least + more}
    assert is_valid(sample(parameter(schema)), schema)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "enum": ["b", "a"]},
        {"type": "string", "format": "uuid"},
        {"type": "string", "format": "date-time"},
        {"type": "string", "pattern": "^e"},
        {"type": "boolean"},
        {"type": "boolean", "default": False},
    ],
)
def test_a_sample_is_valid(schema: dict[str, Any]) -> None:
    assert is_valid(sample(parameter(schema)), schema)


def test_the_documented_example_comes_first() -> None:
    assert source(parameter({"type": "string", "default": "d", "enum": ["d", "e"]}, "e")) == "'e'"
    assert source(parameter({"type": "string", "default": "d"})) == "'d'"
    assert source(parameter({"type": "integer", "minimum": 0, "maximum": 9}, 5.0)) == "5"


def test_no_value_is_made_up_for_a_pattern() -> None:
    assert source(parameter({"type": "string", "pattern": "^[0-9]{7}$"})) is None


@pytest.mark.parametrize("text", ["2024-01-02T03:04:05Z", "2016-12-31T23:59:60Z"])
def test_a_moment_is_one_that_python_reads_even_where_the_example_is_a_leap_second(
    text: str,
) -> None:
    schema = {"type": "string", "format": "date-time"}
    moment = eval(source(parameter(schema, text)) or "", {"datetime": datetime})
    assert moment.tzinfo is not None


def test_the_classes_of_statuses_are_those_of_the_sdk() -> None:
    path = TEMPLATES / "python-client" / "runtime" / "errors.py"
    (table,) = (
        node.value
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "_CLASSES"
    )
    assert isinstance(table, ast.Dict)
    theirs = {
        ast.literal_eval(k): ast.unparse(v)
        for k, v in zip(table.keys, table.values, strict=True)
        if k
    }
    assert theirs == error_classes()
