"""A few lines of spec in, the exact lines of the server's tables and handlers out."""

from __future__ import annotations

import ast
import json
from typing import Any

import pytest

from specpipe import pipeline
from specpipe.targets.server import ServerTarget
from specpipe.targets.server_models import render_models

RESOURCE: dict[str, Any] = {
    "schema": "Thing",
    "id": "id",
    "created": "made.at",
    "updated": "changed",
    "gone": 404,
    "heavy": ["blob"],
    "collection": {"items": "list", "positions": "at"},
}
TEXT = {"content": {"text/plain": {"schema": {"type": "string"}, "example": "No."}}}
TIME = {"type": "string", "format": "date-time"}
THING = {"id": "a", "made": {"at": "2024-01-02T03:04:05Z"}, "changed": "2024-01-02T03:04:05Z"}
REFERENCES = {"list": [{"id": "a"}]}


def schema(required=(), **properties):
    return {"type": "object", "required": list(required), "properties": properties}


def ref(name):
    return {"$ref": f"#/components/schemas/{name}"}


COUNTER = {"type": "integer", "minimum": 0, "maximum": 99}
SCHEMAS = {
    "Thing": schema(
        ("id", "made", "changed"),
        id={"type": "string"},
        made=schema(("at",), at=TIME),
        changed=TIME,
        blob={"type": "string"},
        parts=ref("References"),
        tally=schema(("all",), all=COUNTER, wins=COUNTER, losses=COUNTER),
    ),
    "Seed": schema(key={"type": "string"}, part=ref("Reference")),
    "Reference": schema(("id",), id={"type": "string"}),
    "References": schema(
        ("list",),
        list={"type": "array", "items": ref("Reference")},
        at={
            "type": "object",
            "additionalProperties": {"type": "integer", "minimum": -1, "maximum": 9},
        },
    ),
    "Things": schema(
        ("list",),
        list={"type": "array", "items": ref("Thing")},
        at={
            "type": "object",
            "additionalProperties": {"type": "integer", "minimum": -1, "maximum": 9},
        },
    ),
    "Asked": schema(wanted=ref("References")),
    "Found": schema(
        ("things",), things=ref("Things"), lost={"type": "array", "items": {"type": "string"}}
    ),
    "Raise": schema(thing=schema(wins={"type": "boolean"}, losses={"type": "boolean"})),
}


def json_content(name, example):
    return {"application/json": {"schema": ref(name), "example": example}}


def path_parameter(name):
    return {
        "name": name,
        "in": "path",
        "required": True,
        "schema": {"type": "string", "minLength": 1},
    }


def query(name, **schema_):
    return {"name": name, "in": "query", "schema": schema_}


FULL = query("full", type="boolean", default=True)


@pytest.fixture
def render(tmp_path):
    """Renders a spec of one operation; gives a function that shows a part of a file."""

    def render(path, method="get", *, result=None, body=None, required=False, **operation):
        answer = {"204": {"description": "Done"}}
        if result is not None:
            answer = {"200": {"description": "OK", "content": json_content(*result)}}
        if body is not None:
            operation["requestBody"] = {"required": required, "content": json_content(*body)}
        spec = {
            "openapi": "3.1.0",
            "info": {"title": "Things", "version": "1.0.0", "description": "Of things."},
            "servers": [{"url": "http://localhost:8000"}],
            "tags": [{"name": "Things", "description": "All."}],
            "x-resources": {"thing": RESOURCE},
            "paths": {
                path: {
                    method: {
                        "operationId": "do_it",
                        "tags": ["Things"],
                        "summary": "Do it",
                        "responses": {**answer, "404": {"description": "Gone", **TEXT}},
                        **operation,
                    }
                }
            },
            "components": {"schemas": SCHEMAS},
        }
        file = tmp_path / "spec.yaml"
        file.write_text(json.dumps(spec))
        tree = ServerTarget().render(*pipeline.read_spec(file))
        return {p.rpartition("/")[2]: c.decode() for p, c in tree.items() if "/runtime/" not in p}

    return render


def last_line(files):
    """What the default behaviour does: the last statement of the handlers."""
    handler = ast.parse(files["handlers.py"]).body[-1].body[-1]
    return ast.unparse(handler.body[-1])


def signature(files):
    """The first line of the default handler."""
    handler = ast.parse(files["handlers.py"]).body[-1].body[-1]
    return ast.unparse(handler).splitlines()[0]


def test_the_resource_becomes_a_row_of_the_tables(render):
    files = render(
        "/things/{thing}",
        result=("Thing", THING),
        parameters=[path_parameter("thing")],
        **{"x-resource": {"of": "thing", "does": "get", "id": "thing"}},
    )
    start = files["contract.py"].index("THING = ")
    assert files["contract.py"][start:].partition("\n)\n")[0].splitlines() == [
        "THING = ResourceType(",
        '    name="thing",',
        '    schema="Thing",',
        '    id="id",',
        '    created=("made", "at"),',
        '    updated=("changed",),',
        "    gone=404,",
        '    heavy=("blob",),',
        '    items="list",',
        '    positions="at",',
    ]


def test_get(render):
    files = render(
        "/things/{thing}",
        result=("Thing", THING),
        parameters=[path_parameter("thing"), FULL],
        **{"x-resource": {"of": "thing", "does": "get", "id": "thing", "full": "full"}},
    )
    assert signature(files) == "async def do_it(self, *, thing: str, full: bool) -> Reply:"
    assert last_line(files) == "return await self.thing.get(thing, full=full)"


def test_snapshot(render):
    files = render(
        "/things",
        result=("Things", {"list": []}),
        parameters=[FULL],
        **{"x-resource": {"of": "thing", "does": "snapshot", "full": "full", "omits": ["blob"]}},
    )
    assert last_line(files) == "return await self.thing.snapshot(full=full, omits=('blob',))"


def test_create(render):
    files = render(
        "/things",
        "post",
        result=("Thing", THING),
        body=("Seed", {"key": "k"}),
        **{
            "x-resource": {
                "of": "thing",
                "does": "create",
                "id": "key",
                "adopts": {"part": "parts"},
                "without-body": {"key": "free"},
            }
        },
    )
    assert signature(files) == "async def do_it(self, *, body: Json[models.Seed] | None) -> Reply:"
    assert last_line(files) == (
        "return await self.thing.create(body, proposed='key', adopts={'part': 'parts'}, "
        "without_body={'key': 'free'})"
    )


def test_update(render):
    files = render(
        "/things",
        "post",
        result=("Thing", THING),
        body=("Thing", THING),
        required=True,
        **{"x-resource": {"of": "thing", "does": "update"}},
    )
    assert signature(files) == "async def do_it(self, *, body: Json[models.Thing]) -> Reply:"
    assert last_line(files) == "return await self.thing.update(body)"


def test_delete(render):
    files = render(
        "/things/{thing}",
        "delete",
        parameters=[path_parameter("thing")],
        **{"x-resource": {"of": "thing", "does": "delete", "id": "thing"}},
    )
    assert last_line(files) == "return await self.thing.delete(thing)"


@pytest.mark.parametrize("verb", ["associate", "disassociate"])
def test_associate_and_disassociate(render, verb):
    files = render(
        "/things/{thing}/parts/{part}",
        "put",
        parameters=[path_parameter("thing"), path_parameter("part")],
        **{
            "x-resource": {
                "of": "thing",
                "does": verb,
                "id": "thing",
                "other": "part",
                "member": "parts",
            }
        },
    )
    assert last_line(files) == f"return await self.thing.{verb}(thing, other=part, member='parts')"


def test_batch_fetch(render):
    files = render(
        "/things/batch",
        "post",
        result=("Found", {"things": {"list": []}}),
        body=("Asked", {"wanted": REFERENCES}),
        required=True,
        **{
            "x-resource": {
                "of": "thing",
                "does": "batch-fetch",
                "ids": "wanted",
                "found": "things",
                "missing": "lost",
            }
        },
    )
    assert last_line(files) == (
        "return await self.thing.batch_fetch(body, ids='wanted', found='things', missing='lost')"
    )


def test_increment(render):
    files = render(
        "/things/{thing}/raise",
        "post",
        parameters=[path_parameter("thing")],
        body=("Raise", {"thing": {"wins": True}}),
        **{
            "x-resource": {
                "of": "thing",
                "does": "increment",
                "id": "thing",
                "reads": "thing",
                "counters": "tally",
                "total": "all",
            }
        },
    )
    assert last_line(files) == (
        "return await self.thing.increment(thing, body, reads='thing', member='tally', "
        "counters=('wins', 'losses'), total='all', starts=('all',), maximum=99)"
    )


def test_identifiers(render):
    files = render(
        "/ids",
        result=("References", REFERENCES),
        parameters=[
            query("most", type="integer", minimum=0, maximum=9),
            query("since", **TIME),
            query("until", **TIME),
        ],
        **{
            "x-resource": {
                "of": "thing",
                "does": "identifiers",
                "order": "-created",
                "limit": "most",
                "ranges": {"updated": ["since", "until"]},
                "join": "or",
            }
        },
    )
    assert signature(files) == (
        "async def do_it(self, *, most: int | None, since: Instant | None, until: Instant | None)"
        " -> Reply:"
    )
    assert last_line(files) == (
        "return await self.thing.identifiers(order='created', descending=True, "
        "ranges={'updated': (since, until)}, limit=most)"
    )


def test_without_a_behaviour_the_documented_example_is_the_answer(render):
    files = render("/things", result=("Thing", THING))
    assert last_line(files) == f"return example_reply({THING!r}, 200)"


def test_without_a_behaviour_or_a_body_the_status_is_the_answer(render):
    assert last_line(render("/things", "delete")) == "return Reply(204)"


def test_parameters_become_rows_with_their_schema_and_default(render):
    files = render("/things", result=("Thing", THING), parameters=[FULL])
    start = files["contract.py"].index("                Parameter(")
    assert [line.strip() for line in files["contract.py"][start:].splitlines()[:8]] == [
        "Parameter(",
        'wire="full",',
        'argument="full",',
        'place="query",',
        'kind="boolean",',
        'schema={"type": "boolean", "default": True},',
        "default=True,",
        "),",
    ]


def test_hostile_text_stays_where_it_belongs(render):
    text = 'quotes """ and \\N{DASH} {{ jinja }} {% raw %} # end "'
    files = render("/things", result=("Thing", THING), summary=text)
    handlers = ast.parse(files["handlers.py"])
    interface = next(node for node in handlers.body if getattr(node, "name", "") == "Handlers")
    assert ast.get_docstring(interface.body[-1]).startswith(text)


def test_members_of_enums_hide_no_method_of_text():
    """`title` and `count` are methods of str: a member of that name is a fault to type checkers."""
    schemas = {"Column": {"type": "string", "enum": ["title", "in-progress"]}}
    source = render_models({"components": {"schemas": schemas}})
    assert '    TITLE = "title"\n    IN_PROGRESS = "in-progress"' in source.replace("'", '"')
