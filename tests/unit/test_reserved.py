"""The names that schemas cannot have are those that generated modules really hold."""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openapi_python_client.strings import ClassName

from specpipe.diagnostics import Diagnostic
from specpipe.spec.build import build
from specpipe.spec.load import load
from specpipe.spec.model import Document
from specpipe.spec.name_rules import names_are_identifiers, schemas_are_not_taken
from specpipe.spec.reserved import SDK_MODELS, SERVER_MODELS, TYPESCRIPT_MODELS
from specpipe.targets.python import PythonTarget
from specpipe.targets.server import ServerTarget
from specpipe.targets.typescript import TypeScriptTarget

THINGS = Path(__file__).with_name("things.yaml")
EVERYTHING: dict[str, Any] = {
    "free": {"type": "object"},
    "moment": {"type": "string", "format": "date-time"},
    "uuid": {"type": "string", "format": "uuid"},
    "kind": {"type": "string", "enum": ["a", "b"]},
    "code": {"type": "string", "pattern": "^a$", "maxLength": 3},
    "size": {"type": "integer", "minimum": 0, "maximum": 9, "multipleOf": 3},
    "share": {"type": "number", "exclusiveMinimum": 0},
    "camelCase": {"type": "boolean"},
    "class": {"type": "string"},
    "list": {"type": "array", "minItems": 1, "items": {"type": "object"}},
    "map": {"type": "object", "additionalProperties": {"type": "number", "maximum": 1}},
    "inner": {"type": "object", "properties": {"deep": {"$ref": "#/components/schemas/Ref"}}},
}


def document(schemas: dict[str, Any]) -> Document:
    data = copy.deepcopy(dict(load(THINGS).data))
    data["components"]["schemas"] |= schemas
    return Document("spec.yaml", data, {}, "")


def refusals(name: str, schema: Any = None) -> list[Diagnostic]:
    given = document({name: schema or {"type": "object"}})
    return [*names_are_identifiers(given), *schemas_are_not_taken(given)]


@pytest.fixture(scope="module")
def models() -> dict[str, ast.Module]:
    """The modules of models for a spec with a schema of every kind, by target."""
    schemas = {f"Only{number}": schema for number, schema in enumerate(EVERYTHING.values())}
    given = document({**schemas, "Everything": {"type": "object", "properties": EVERYTHING}})
    return {
        target.name: ast.parse(
            next(
                content
                for path, content in target.render(given, build(given)).items()
                if path.endswith("/models.py")
            )
        )
        for target in (PythonTarget(), ServerTarget())
    }


def imported(module: ast.Module) -> Iterator[str]:
    for node in module.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from (alias.asname or alias.name for alias in node.names)


@pytest.mark.parametrize(("target", "taken"), [("python", SDK_MODELS), ("server", SERVER_MODELS)])
def test_what_a_module_of_models_imports_cannot_be_a_schema(
    models: dict[str, ast.Module], target: str, taken: frozenset[str]
) -> None:
    names = set(imported(models[target]))
    assert names
    assert [name for name in names if not refusals(name)] == []
    assert {name for name in names if name[0].isupper()} <= taken


@pytest.mark.parametrize("name", sorted(SERVER_MODELS))
def test_every_name_that_is_refused_for_the_server_would_not_arrive(name: str) -> None:
    given = document({name: {"type": "object", "properties": EVERYTHING}})
    with pytest.raises(Exception, match=name):
        ServerTarget().render(given, build(given))


def test_types_of_typescript_refer_to_nothing_else_that_has_a_name() -> None:
    given = document({"Everything": {"type": "object", "properties": EVERYTHING}})
    tree = TypeScriptTarget().render(given, build(given))
    source = tree["typescript-client/src/models.ts"].decode()
    code = re.sub(r"/\*.*?\*/|//.*?$|'[^']*'", "", source, flags=re.DOTALL | re.MULTILINE)
    named = set(re.findall(r"\b[A-Z]\w*", code)) - set(
        re.findall(r"^export type (\w+)", code, re.M)
    )
    assert named == TYPESCRIPT_MODELS - {"ClientOptions"}


@pytest.mark.parametrize("name", sorted(TYPESCRIPT_MODELS))
def test_every_name_that_is_refused_for_typescript_would_do_harm(name: str) -> None:
    assert refusals(name)
    given = document({name: {"type": "object", "properties": EVERYTHING}})
    if name == "ClientOptions":
        with pytest.raises(Exception, match=name):
            TypeScriptTarget().render(given, build(given))
        return
    tree = TypeScriptTarget().render(given, build(given))
    assert f"export type {name} = " in tree["typescript-client/src/models.ts"].decode()


@given(st.from_regex(r"\A[A-Za-z][A-Za-z0-9_-]{0,12}\Z"))
def test_a_name_is_accepted_exactly_when_it_is_a_class_to_the_generator(name: str) -> None:
    taken = SDK_MODELS | SERVER_MODELS | TYPESCRIPT_MODELS
    known = document({})  # a name of THINGS is as good as any
    fits = ClassName(name, "") == name and name not in taken
    assert (not refusals(name)) == fits or name in known.data["components"]["schemas"]


def test_an_object_without_a_name_counts_by_what_it_is_called_in_the_sdk() -> None:
    inner = {"type": "object", "properties": {"a": {"type": "string"}}}
    for outer, member in (("Api", "model"), ("Aware", "datetime"), ("Unset", "type")):
        (found,) = refusals(outer, {"type": "object", "properties": {member: inner}})
        assert "taken by the Python SDK's models" in found.message
    assert refusals("Holder", {"type": "object", "properties": {"struct": inner}}) == []
