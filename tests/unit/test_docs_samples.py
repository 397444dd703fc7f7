"""Examples of component schemas for the documentation."""

from __future__ import annotations

import pytest

from specpipe.pipeline import read_spec
from specpipe.targets.docs_pages import blocks, notes
from specpipe.targets.docs_python import moment as python_moment
from specpipe.targets.docs_samples import printed, samples
from specpipe.targets.docs_typescript import moment as typescript_moment
from specpipe.workspace import ROOT

_, API = read_spec(ROOT / "tests" / "golden" / "example-answers" / "spec.yaml")


def ref(name):
    return {"$ref": f"#/components/schemas/{name}"}


def test_what_the_spec_has_comes_before_what_is_made_up():
    (example,) = (r.example for it in API.operations for r in it.responses if r.schema)
    (name,) = (r.schema for it in API.operations for r in it.responses if r.schema)
    assert samples(API, {name: {"type": "object"}})[name] == example


def test_what_is_made_up_has_what_it_must_have_or_else_its_first_member():
    schemas = {
        "Needs": {"type": "object", "required": ["b"], "properties": {"a": {}, "b": ref("First")}},
        "First": {"type": "object", "properties": {"c": {"type": "boolean"}, "d": {}}},
    }
    assert samples(API, schemas)["Needs"] == {"b": {"c": True}}


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "required": ["a"], "properties": {"a": ref("It")}},
        {
            "type": "object",
            "required": ["a"],
            "properties": {"a": {"type": "string", "format": "x"}},
        },
        {"type": "object", "required": ["a"]},
        {"type": "object"},
        ref("It"),
    ],
)
def test_nothing_is_made_up_where_there_is_no_telling_or_no_end(schema):
    assert "It" not in samples(API, {"It": schema})


def test_many_that_have_each_other_take_no_longer_than_few():
    schemas = {
        f"S{n}": {
            "type": "object",
            "required": list("abcdefgh"),
            "properties": dict.fromkeys("abcdefgh", ref(f"S{n + 1}")),
        }
        for n in range(6)
    }
    schemas["S6"] = {"type": "boolean"}
    assert samples(API, schemas)["S5"]["h"] is True


def test_moments_are_written_as_the_language_does():
    schema = {"type": "array", "items": {"type": "string", "format": "date-time"}}
    given = ["2024-01-02T03:04:05.678901+00:00", "2024-01-02T03:04:05+02:00", "never"]
    assert printed(schema, given, {}, python_moment) == [
        "2024-01-02T03:04:05.678901Z",
        "2024-01-02T03:04:05+02:00",
        "never",
    ]
    assert printed(schema, given, {}, typescript_moment) == [
        "2024-01-02T03:04:05.678Z",
        "2024-01-02T01:04:05.000Z",
        "never",
    ]


def test_paragraphs_and_lists_of_a_description_stay_apart():
    text = "One\nline <b>.\n\n- first\n  goes on\n- second"
    assert list(blocks(text)) == ["One line \\<b\\>.\n", "- first goes on\n- second\n"]


def test_the_last_column_says_what_documentation_pages_say():
    assert notes({}, True, str) == ""
    assert notes({"enum": ["a", "b"], "default": "a"}, False, str) == (
        "\\[optional\\] \\[Enum: a, b\\] \\[default to a\\]"
    )
