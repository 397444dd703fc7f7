"""The house rules and the checks of OpenAPI: what they accept, what they find, what they survive."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openapi_spec_validator import OpenAPIV31SpecValidator

from specpipe.spec.build import build
from specpipe.spec.load import load
from specpipe.spec.model import Document
from specpipe.spec.nodes import escape
from specpipe.spec.rules import RULES, check_rules
from specpipe.spec.validate import validate

THINGS = Path(__file__).with_name("things.yaml")
DATA = load(THINGS).data
ODD: tuple[Any, ...] = (
    None, True, 0, -1, 1.5, "", "x", "a b", "#/components/schemas/Thing", [], [None], [[]], [{}],
    ["x", 5], {}, {"": None}, {"$ref": 5}, {"$ref": "#/nowhere"}, {"$ref": "#"}, {"$ref": ""},
    {"$ref": "#/components/schemas/Refs"}, {"$ref": "http://x/y"}, {"type": []}, {"x": {"y": []}},
    10**400, {"$ref": "#/paths/~1things/get"}, {"200": None}, {"type": "object", "properties": []},
)  # fmt: skip


def document(data: Any) -> Document:
    return Document("spec.yaml", data, {}, "")


def faults(data: Any) -> list[str]:
    found = [*validate(document(data)), *check_rules(document(data))]
    return [f"{d.location.pointer}: {d.message}" for d in found]


def pointers(value: Any, steps: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if not isinstance(value, dict | list):
        return
    for key, child in value.items() if isinstance(value, dict) else enumerate(value):
        yield (*steps, key)
        yield from pointers(child, (*steps, key))


def changed(steps: tuple[Any, ...], change: Any) -> Any:
    """The right spec with `change` applied to the container and key that `steps` lead to."""
    data = copy.deepcopy(DATA)
    node: Any = data
    for step in steps[:-1]:
        node = node[step]
    change(node, steps[-1])
    return data


def replaced(steps: tuple[Any, ...], value: Any) -> Any:
    return changed(steps, lambda node, key: node.__setitem__(key, copy.deepcopy(value)))


STEPS = sorted(pointers(DATA), key=str)
STRIDE = 11
"""Each odd value is tried at every eleventh place, each value at others: all take minutes."""


def survives(data: Any) -> None:
    """Checks never raise; what they accept can be built, and openapi-spec-validator accepts it."""
    if faults(data):
        return
    build(document(data))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert not list(OpenAPIV31SpecValidator(data).iter_errors())


def test_a_spec_with_one_of_everything_is_accepted() -> None:
    assert faults(DATA) == []


@pytest.mark.parametrize("odd", ODD, ids=lambda value: str(value)[:40])
def test_checks_survive_an_odd_value_anywhere(odd: Any) -> None:
    for steps in STEPS[ODD.index(odd) % STRIDE :: STRIDE]:
        survives(replaced(steps, odd))


def test_checks_survive_anything_missing() -> None:
    for steps in STEPS[::2]:
        survives(changed(steps, lambda node, key: node.pop(key)))


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    swaps=st.lists(st.tuples(st.sampled_from(STEPS), st.sampled_from(STEPS)), max_size=4),
    odd=st.sampled_from(ODD),
)
def test_checks_survive_parts_in_the_wrong_place(
    swaps: list[tuple[tuple[Any, ...], tuple[Any, ...]]], odd: Any
) -> None:
    data = copy.deepcopy(DATA)
    for source, target in swaps:
        part: Any = DATA
        for step in source:
            part = part[step]
        node: Any = data
        try:
            for step in target[:-1]:
                node = node[step]
            node[target[-1]] = copy.deepcopy(part)
        except (KeyError, IndexError, TypeError):
            continue
    survives(data)


@pytest.mark.parametrize("odd", ODD, ids=lambda value: str(value)[:40])
def test_checks_survive_an_odd_document(odd: Any) -> None:
    for data in ({"openapi": "3.1.0", "paths": odd}, {"openapi": odd}, {"swagger": odd}):
        assert faults(data)


def test_every_rule_finds_nothing_in_an_empty_document_or_says_so() -> None:
    for rule in RULES:
        assert isinstance(list(rule(document({}))), list)


def test_what_validate_and_rules_both_see_is_said_once() -> None:
    for steps in STEPS[1::2]:
        data = changed(steps, lambda node, key: node.pop(key))
        found = [*validate(document(data)), *check_rules(document(data))]
        assert len(found) == len(set(found))


def test_everything_wrong_is_said_at_once() -> None:
    data = copy.deepcopy(DATA)
    data["paths"]["/things"]["get"].pop("summary")
    data["paths"]["/things/ids"]["get"]["x-resource"]["limit"] = "none"
    data["components"]["schemas"]["Ref"]["oneOf"] = []
    assert len(faults(data)) >= 3


THING = ("components", "schemas", "Thing", "properties")
LIST = ("paths", "/things", "get")
IDS = ("paths", "/things/ids", "get", "x-resource")


@pytest.mark.parametrize(
    ("steps", "value", "said"),
    [
        ((*THING, "blob"), {"type": "string", "enum": ["a", "b"]}, None),
        ((*THING, "blob"), {"type": "object"}, None),
        ((*THING, "blob"), {"type": "array", "items": {"type": "number"}}, None),
        ((*THING, "blob"), {"type": "string", "format": "uuid"}, None),
        ((*THING, "blob"), {"type": "string", "pattern": "^[a-z]+$", "maxLength": 5}, None),
        ((*THING, "blob"), {"type": "string", "pattern": r"\p{L}"}, "pattern"),
        ((*THING, "blob"), {"type": "integer", "minimum": 0, "exclusiveMaximum": 9}, None),
        ((*THING, "blob"), {"type": "boolean", "x-anything": {"$ref": "#/no"}}, None),
        ((*THING, "blob"), {"$ref": "#/components/schemas/Ref", "description": "d"}, None),
        ((*THING, "blob"), {"$ref": "#/components/schemas/Ref", "type": "object"}, "beside $ref"),
        ((*THING, "blob"), {"$ref": "#/components/schemas/Ref/properties/id"}, "is not to one of"),
        ((*THING, "$ref"), {"type": "string"}, "cannot become an identifier"),
        ((*THING, "class"), {"type": "string"}, None),
        ((*THING, "thing"), {"$ref": "#/components/schemas/Thing"}, None),
        (("components", "schemas", "Ref", "example"), {"id": "a", "$ref": "#/no"}, None),
        (("components", "schemas", "Ref", "example"), {"id": 5}, "is not a string"),
        (("components", "schemas", "Alias"), {"$ref": "#/components/schemas/Ref"}, None),
        ((*LIST, "security"), [{"key": []}, {}], None),
        ((*LIST, "security"), [{"other": []}], "there is no security scheme 'other'"),
        ((*LIST, "tags"), ["Health"], None),
        ((*LIST, "x-name"), "all", None),
        ((*LIST, "x-name"), "ids!", "x-name"),
        ((*LIST, "operationId"), "things", None),
        ((*LIST, "operationId"), "things_ids", "becomes the same name"),
        ((*LIST, "requestBody"), {"content": {}}, "without a media type"),
        ((*LIST, "responses", "204"), {"description": "x", "content": {}}, None),
        ((*IDS, "limit"), "from", "is no integer"),
        ((*IDS, "order"), "updated", None),
        ((*IDS, "order"), "size", "unknown order"),
        ((*IDS, "join"), "and", "unknown join"),
        ((*IDS, "of"), "nothing", "there is no resource 'nothing'"),
        ((*IDS, "does"), "fly", "unknown x-resource verb 'fly'"),
        ((*IDS, "skip"), "x", "unknown key 'skip'"),
        (("x-port-range",), [1, 2, 3], "not two ports"),
        (("x-port-range",), [True, 2], "not two ports"),
        (("x-package",), "my-things", None),
        (("x-package",), "../things", "x-package"),
        (("x-resources", "thing", "heavy"), ["made"], "is required and cannot be left out"),
        (("x-resources", "thing", "id"), "blob", "the id is not required"),
        (("info", "version"), "1.0.0-rc.1", None),
        (("info", "version"), "1.0", "is not one of a package"),
        (("servers",), [{"url": "http://localhost:39300/api"}, {"url": "http://[::1]:1"}], None),
        (("servers",), [{"url": "javascript:alert(1)"}], "server address"),
        (("openapi",), "3.1.1", None),
        (("openapi",), "3.1", "OpenAPI 3.1"),
        (("openapi",), 3.1, "OpenAPI 3.1"),
    ],
)  # fmt: skip
def test_one_change_is_accepted_or_named(
    steps: tuple[Any, ...], value: Any, said: str | None
) -> None:
    found = faults(replaced(steps, value))
    if said is None:
        assert found == []
    else:
        assert any(said in fault for fault in found), found


def test_decisions_are_looked_for_beside_the_spec(tmp_path: Path) -> None:
    file = tmp_path / "spec.yaml"
    text = THINGS.read_text("utf-8")
    file.write_text(text.replace("summary: Say hello", "summary: Say hello\n      x-decided: why"))
    assert check_rules(load(file)) == []
    (tmp_path / "DECISIONS.md").write_text("# Decisions\n## whynot\n### why\n")
    (fault,) = check_rules(load(file))
    assert fault.message == "DECISIONS.md has no section 'why'"
    (tmp_path / "DECISIONS.md").write_text("# Decisions\n\n## why (general)\nBecause.\n")
    assert check_rules(load(file)) == []


def test_time_grows_with_the_size_of_the_spec() -> None:
    data = copy.deepcopy(DATA)
    for number in range(300):
        name = f"Extra{'abcdefghij'[number % 10]}{number}"
        data["components"]["schemas"][name] = copy.deepcopy(data["components"]["schemas"]["Thing"])
        operation = copy.deepcopy(data["paths"]["/things"]["get"])
        operation["operationId"] = f"things{name}"
        operation["x-name"] = name
        data["paths"][f"/{name}"] = {"get": operation}
    assert faults(data) == []


def test_escaped_pointers_are_followed() -> None:
    data = copy.deepcopy(DATA)
    path = escape("/things")
    data["paths"]["/ping"]["get"]["responses"]["204"] = {
        "$ref": f"#/paths/{path}/get/responses/500"
    }
    assert any("is not to one of '#/components/responses/…'" in fault for fault in faults(data))
