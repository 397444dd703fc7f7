"""The operations view says what the spec says."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from specpipe.pipeline import read_spec
from specpipe.spec.build import build
from specpipe.spec.load import load
from specpipe.spec.model import (
    Api,
    ApiKey,
    Associate,
    BatchFetch,
    Create,
    Delete,
    Document,
    Get,
    Identifiers,
    Increment,
    Operation,
    Snapshot,
)
from specpipe.spec.names import Name

THINGS = Path(__file__).with_name("things.yaml")


@pytest.fixture
def api() -> Api:
    return read_spec(THINGS)[1]


def data() -> Any:
    return copy.deepcopy(load(THINGS).data)


def unplaced(content: Any) -> Document:
    return Document("spec.yaml", content, {}, "")


def operation(api: Api, name: str) -> Operation:
    return next(o for o in api.operations if o.id == name)


def changed(*path: Any, to: Any) -> Api:
    content = data()
    node: Any = content
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = to
    return build(unplaced(content))


def test_info_servers_ports_and_tags_are_taken_over(api: Api) -> None:
    assert (api.title, api.version, api.description) == (
        "Tiny things",
        "1.2.3",
        "About things.",
    )
    assert api.package == Name.of("Tiny things")
    assert api.servers == ("http://localhost:8000",)
    assert api.ports == (9000, 9009)
    assert [tag.wire for tag in api.tags] == ["Things", "Health"]
    assert dict(api.descriptions) == {"Things": "All things."}
    assert api.schemas[:2] == ("Thing", "Seed")


def test_package_name_and_ports_have_defaults() -> None:
    content = data()
    del content["x-port-range"]
    assert build(unplaced(content)).ports == (8000, 8010)
    assert changed("x-package", to="other-name").package.kebab == "other-name"


def test_operations_are_in_document_order(api: Api) -> None:
    assert [(o.method, o.path) for o in api.operations][:4] == [
        ("GET", "/things"),
        ("POST", "/things"),
        ("GET", "/things/ids"),
        ("POST", "/things/fetch"),
    ]


def test_method_names_come_from_verb_then_tag_then_x_name(api: Api) -> None:
    assert {o.id: o.method_name.snake for o in api.operations} == {
        "thingsList": "snapshot",
        "thingsMakeOne": "create",
        "thingsIds": "identifiers",
        "thingsFetchMany": "batch",
        "thingsAddPart": "add_part",
        "thingsDropPart": "forget_part",
        "thingsOne": "get",
        "thingsRemove": "delete",
        "thingsVote": "vote",
        "ping": "ping",
    }


def test_operations_of_one_tag_that_want_one_name_are_called_by_their_id() -> None:
    api = changed("paths", "/things/{thing}", "patch", "x-name", to="add_part")
    assert operation(api, "thingsVote").method_name.snake == "things_vote"
    assert operation(api, "thingsAddPart").method_name.snake == "things_add_part"
    assert operation(api, "thingsOne").method_name.snake == "get"


def test_parameters_are_resolved_and_path_parameters_in_path_order(api: Api) -> None:
    names = [(p.wire, p.type, p.required) for p in operation(api, "thingsAddPart").parameters]
    assert names == [("thing", "string", True), ("part", "string", True)]
    assert [p.type for p in operation(api, "thingsIds").parameters] == [
        "integer",
        "date-time",
        "date-time",
    ]
    full = operation(api, "thingsList").parameters[0]
    assert (full.place, full.type, full.default) == ("query", "boolean", True)
    assert full.pointer == "/components/parameters/full"


def test_an_operation_overrides_parameters_of_its_path() -> None:
    path = ("paths", "/things/{thing}", "get", "parameters")
    own = {"name": "thing", "in": "path", "required": True, "schema": {"type": "integer"}}
    api = changed(*path, to=[own])
    assert [p.type for p in operation(api, "thingsOne").parameters] == ["integer"]


def test_bodies_and_answers_name_their_schema_and_first_example(api: Api) -> None:
    create = operation(api, "thingsMakeOne")
    assert create.body is not None
    assert (create.body.schema, create.body.required, create.body.example) == (
        "Seed",
        False,
        {"id": "a"},
    )
    listed = operation(api, "thingsList")
    assert [(r.status, r.media_type, r.schema) for r in listed.responses] == [
        (200, "application/json", "Things"),
        (500, "text/plain", None),
    ]
    assert listed.success.example == {"list": []}
    deleted = operation(api, "thingsRemove").success
    assert (deleted.status, deleted.media_type, deleted.schema) == (204, None, None)


def test_security_of_an_operation_overrides_that_of_the_document(api: Api) -> None:
    assert api.key == ApiKey("key", "X-Key", "/components/securitySchemes/key")
    assert operation(api, "thingsList").secured
    assert not operation(api, "thingsAddPart").secured


def test_no_key_is_known_when_none_is_asked_for() -> None:
    assert changed("security", to=[]).key is None


def test_resources_are_read(api: Api) -> None:
    (thing,) = api.resources
    assert (thing.name.wire, thing.schema, thing.id, thing.gone) == ("thing", "Thing", "id", 410)
    assert (thing.created, thing.updated) == (("made", "at"), ("changed",))
    assert (thing.heavy, thing.items, thing.positions) == (("blob",), "list", "at")


def test_behaviours_are_read(api: Api) -> None:
    (thing,) = api.resources
    assert {o.id: o.behaviour for o in api.operations} == {
        "thingsList": Snapshot(thing, "full", ("blob",)),
        "thingsMakeOne": Create(thing, "full", "id", (("part", "parts"),), {"id": "free"}),
        "thingsIds": Identifiers(thing, "created", True, "limit", (("created", "from", "to"),)),
        "thingsFetchMany": BatchFetch(thing, None, "wanted", "found", "missing", ()),
        "thingsAddPart": Associate(thing, "thing", "part", "parts", removes=False),
        "thingsDropPart": Associate(thing, "thing", "part", "parts", removes=True),
        "thingsOne": Get(thing, None, "thing"),
        "thingsRemove": Delete(thing, "thing"),
        "thingsVote": Increment(
            thing, "thing", "score", "score", "sum", ("down", "up"), ("sum",), 50
        ),
        "ping": None,
    }


def test_pointers_lead_back_to_the_document(api: Api) -> None:
    places = load(THINGS).places
    for found in api.operations:
        assert found.pointer in places
        assert all(parameter.pointer in places for parameter in found.parameters)
        assert all(response.pointer in places for response in found.responses)


def test_building_leaves_the_document_alone_and_gives_the_same_twice() -> None:
    content = data()
    before = copy.deepcopy(content)
    assert build(unplaced(content)) == build(unplaced(content))
    assert content == before


def test_the_spec_of_this_repository_is_accepted() -> None:
    _, api = read_spec(Path(__file__).parents[2] / "spec" / "openapi.yaml")
    assert api.operations
    assert all(o.behaviour is not None for o in api.operations)
