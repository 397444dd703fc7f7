"""Specs of any size, to see how the pipeline grows: resources that are all alike but for their
names, with the usual five operations and seven schemas each. The same size gives the same bytes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

OPERATIONS = 5
"""Of each resource: list everything, create, get, update, delete."""
SCHEMAS = 7
"""Of each resource: 1.4 for each operation, as in documents of several hundred operations."""
ID = "7b1f0c52-3d4e-4a6b-9c8d-0e1f2a3b4c5d"
MOMENT = "2026-01-02T03:04:05+00:00"
STATES = ("NEW", "WAITING", "HALTED", "FINISHED")

Json = dict[str, Any]


class _Dumper(yaml.SafeDumper):
    """Writes what is shared out each time: this pipeline reads no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        """Never one."""
        return True


def synthetic_spec(operations: int) -> bytes:
    """An OpenAPI document in YAML with that many operations, a multiple of OPERATIONS, which
    keeps the house rules."""
    names = [f"thing{number}" for number in range(1, operations // OPERATIONS + 1)]
    paths: Json = {}
    schemas: Json = {}
    for name in names:
        paths |= paths_of(name)
        schemas |= schemas_of(name)
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Things of many kinds", "version": "1.0.0", "description": "Made up."},
        "servers": [{"url": "http://localhost:8000"}],
        "tags": [{"name": kind(name), "description": f"All of {name}."} for name in names],
        "x-resources": {name: resource(name) for name in names},
        "paths": paths,
        "components": {"responses": ANSWERS, "schemas": schemas},
    }
    return yaml.dump(document, sort_keys=False, Dumper=_Dumper, allow_unicode=True).encode()


def kind(name: str) -> str:
    """The name of a resource as a schema has it."""
    return name.capitalize()


def resource(name: str) -> Json:
    """Its place among `x-resources`."""
    return {
        "schema": kind(name),
        "id": "id",
        "created": "created",
        "updated": "updated",
        "gone": 410,
        "collection": {"items": "items", "positions": "positions"},
    }


def paths_of(name: str) -> Json:
    """Its paths, with the operations."""
    one = [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}]
    gone = {"410": {"$ref": "#/components/responses/NotThere"}}
    wrong = {"422": {"$ref": "#/components/responses/Wrong"}}
    example = thing(name)
    many = {"items": [example], "positions": {ID: 0}}
    done = {"204": {"description": "Done."}}
    stored = answer(kind(name), example)
    get = operation(name, "get", stored | gone, id="id")
    delete = operation(name, "delete", done | gone, id="id")
    listed = operation(name, "snapshot", answer(f"{kind(name)}List", many))
    return {
        f"/{name}": {
            "get": listed,
            "post": operation(name, "create", stored | wrong, seed(name), **{"without-body": {}}),
            "put": operation(name, "update", stored | gone | wrong, content(kind(name), example)),
        },
        f"/{name}/{{id}}": {"parameters": one, "get": get, "delete": delete},
    }


def operation(name: str, verb: str, responses: Json, body: Json | None = None, **more: Any) -> Json:
    """One operation."""
    made = {
        "operationId": f"{name}_{verb}",
        "tags": [kind(name)],
        "summary": f"Do {verb} on {name}",
        "description": f"Does what {verb} is: things of kind {name} are kept by the server.",
        "x-resource": {"of": name, "does": verb, **more},
        "responses": responses,
    }
    return made | ({"requestBody": body} if body else {})


def seed(name: str) -> Json:
    """What a thing is created from."""
    return content(f"{kind(name)}Seed", {"title": "A title", "state": "NEW"}) | {"required": True}


def answer(schema: str, example: Json) -> Json:
    """A documented success with a body."""
    return {"200": {"description": "OK", **content(schema, example)}}


def content(schema: str, example: Json) -> Json:
    """A JSON body."""
    body = {"schema": {"$ref": f"#/components/schemas/{schema}"}, "example": example}
    return {"content": {"application/json": body}}


def text(description: str) -> Json:
    """An answer in plain text."""
    return {"description": description, "content": {"text/plain": {"schema": {"type": "string"}}}}


ANSWERS = {"NotThere": text("There is no such thing."), "Wrong": text("The body is not right.")}


def thing(name: str) -> Json:
    """An example of a resource."""
    return {
        "id": ID,
        "created": MOMENT,
        "updated": MOMENT,
        "title": f"The first {name}",
        "state": "NEW",
        "owner": {"name": "Somebody", "address": {"street": "Main Street", "number": 7}},
        "tags": ["a", "b"],
    }


def schemas_of(name: str) -> Json:
    """Its SCHEMAS, several of which refer to others."""
    of = kind(name)
    string: Json = {"type": "string"}
    moment = string | {"format": "date-time"}
    ref = {part: {"$ref": f"#/components/schemas/{of}{part}"} for part in PARTS}
    bounded: Json = {"type": "integer", "minimum": 0, "maximum": 1_000_000}
    tags: Json = {"type": "array", "items": string}
    described = {"title": string | {"description": "What people call it."}, "state": ref["State"]}
    more = {"owner": ref["Owner"], "tags": tags, "starred": {"type": "boolean"}}
    times = {"created": moment, "updated": moment}
    return {
        of: record({"id": string, **times, **described, **more}, "id", "created"),
        f"{of}Seed": record({**described, **more}),
        f"{of}List": record(
            {
                "items": {"type": "array", "items": {"$ref": f"#/components/schemas/{of}"}},
                "positions": ref["Positions"],
            },
            "items",
        ),
        f"{of}Positions": {"type": "object", "additionalProperties": bounded},
        f"{of}State": {"type": "string", "enum": list(STATES), "description": "How it is."},
        f"{of}Owner": record({"name": string, "address": ref["Address"]}, "name"),
        f"{of}Address": record({"street": string, "city": string, "number": bounded}),
    }


PARTS = ("Positions", "State", "Owner", "Address")


def record(properties: Mapping[str, Json], *required: str) -> Json:
    """The schema of an object."""
    made: Json = {"type": "object", "properties": dict(properties)}
    return made | ({"required": list(required)} if required else {})
