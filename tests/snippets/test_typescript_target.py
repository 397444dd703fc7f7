"""Of the TypeScript target: nothing of a spec gets lost in silence."""

from __future__ import annotations

import copy
import dataclasses
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from specpipe.diagnostics import ToolError
from specpipe.spec.model import Api, Document
from specpipe.spec.names import Name
from specpipe.targets import typescript
from specpipe.targets.typescript_arrival import check_arrival, check_patterns
from specpipe.targets.typescript_calls import Calls
from specpipe.targets.typescript_exports import OWN, check_exports
from specpipe.targets.typescript_validators import Validators
from specpipe.workspace import OUT, SPEC

from .test_python_target import FRAME, read

Outlines = dict[str, dict[str, dict[str, list[str]]]]


@pytest.fixture(scope="module")
def spec(tmp_path_factory: pytest.TempPathFactory) -> tuple[Document, Api]:
    """A small spec."""
    path = tmp_path_factory.mktemp("spec") / "openapi.yaml"
    path.write_text(FRAME)
    return read(path)


@pytest.fixture(scope="module")
def outlines(spec: tuple[Document, Api]) -> Outlines:
    """Of the modules that are made for it."""
    seen: list[Outlines] = []

    def seeing(outlines: Any, document: Document, api: Api) -> None:
        seen.append(outlines)
        check_arrival(outlines, document, api)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(typescript, "check_arrival", seeing)
        typescript.TypeScriptTarget().render(*spec)
    return seen[0]


@pytest.mark.parametrize(
    ("place", "lost"),
    [
        ("src/models.ts types Thing", "schema Thing"),
        ("src/models.ts types Thing a", "property a of Thing"),
        ("src/validators.ts values Thing", "schema Thing"),
        ("src/validators.ts values Thing a", "property a of Thing"),
        ("src/operations.ts values thingsGet", "operation things_get"),
        ("src/resources/things.ts methods ThingsResource.get", "operation things_get"),
        (
            "src/resources/things.ts methods ThingsResource.get thingId",
            "parameter thing_id of things_get",
        ),
    ],
)
def test_what_does_not_arrive_is_named(
    spec: tuple[Document, Api], outlines: Outlines, place: str, lost: str
) -> None:
    poorer = copy.deepcopy(outlines)
    module, kind, name, *members = place.split()
    for member in members:
        poorer[module][kind][name].remove(member)
    if not members:
        del poorer[module][kind][name]
    with pytest.raises(
        ToolError, match=rf"openapi\.yaml:\d+:\d+: the TypeScript SDK lacks {lost}$"
    ):
        check_arrival(poorer, *spec)


def test_a_pattern_that_only_python_knows_is_refused_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "openapi.yaml"
    path.write_text(FRAME.replace("a: {type: string}", "a: {type: string, pattern: 'a\\_b'}"))
    document, api = read(path)
    with pytest.raises(
        ToolError, match=r"openapi\.yaml:\d+:\d+: pattern 'a\\\\_b' is not one that"
    ):
        typescript.TypeScriptTarget().render(document, api)


def test_patterns_are_found_wherever_they_are() -> None:
    hidden: Mapping[str, Any] = {"type": "string", "pattern": "x"}
    deep = {"type": "array", "items": {"type": "object", "additionalProperties": hidden}}
    schemas = {"A": {"type": "object", "properties": {"b": deep}}}
    document = Document("x.yaml", {"components": {"schemas": schemas}}, {}, "")
    with pytest.raises(ToolError, match="pattern 'x'"):
        check_patterns(["x"], document)
    check_patterns(["y"], document)


TWO_OPTIONS = """
  /a:
    get:
      operationId: event_get
      tags: [Thing]
      summary: a
      parameters: [{name: q, in: query, schema: {type: string}}]
      responses: {'204': {description: none}}
  /b:
    get:
      operationId: get
      tags: [ThingEvent]
      summary: b
      parameters: [{name: q, in: query, schema: {type: string}}]
      responses: {'204': {description: none}}
components:
"""


@pytest.mark.parametrize(
    "package", ["engine", "Settings", "gone-error", "promise", "ThingsResource"]
)
def test_a_client_of_a_name_that_is_taken_is_refused_before_anything_is_made(
    tmp_path: Path, package: str
) -> None:
    path = tmp_path / "openapi.yaml"
    path.write_text(FRAME.replace("small-things", package))
    with pytest.raises(
        ToolError, match=r"openapi\.yaml:\d+:\d+: .*(an? error's|own|another thing)"
    ):
        typescript.TypeScriptTarget().render(*read(path))


def test_options_of_two_calls_that_would_share_a_name_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "openapi.yaml"
    path.write_text(FRAME.replace("\ncomponents:\n", TWO_OPTIONS, 1))
    with pytest.raises(ToolError, match=r"options of get ThingEventGetOptions, .* rename one of"):
        typescript.TypeScriptTarget().render(*read(path))


def test_every_name_that_a_client_can_clash_with_is_known() -> None:
    document, api = read(SPEC)
    calls = Calls(api)
    source = OUT / "typescript-client" / "src"
    client, index = ((source / name).read_text() for name in ("client.ts", "index.ts"))
    imported = re.findall(r"^import (?:type )?\{([^}]*)\} from '\./runtime", client, re.M)
    exported = re.findall(r"^export (?:type )?\{([^}]*)\} from '\./runtime", index, re.M)
    names = {name.strip() for part in imported + exported for name in part.split(",")}
    classes = {name for name in names if name[:1].isupper()}
    assert len(classes) > 20
    assert classes <= OWN | {*typescript.errors()}
    for name in classes:
        renamed = dataclasses.replace(api, package=Name.of(name))
        assert renamed.package.pascal == name
        with pytest.raises(ToolError, match="; write another x-package"):
            check_exports(document, renamed, calls, typescript.errors())


def test_a_schema_that_refers_to_a_date_time_gives_a_date_too() -> None:
    """What its check gives takes the place of the text."""
    moment = {"type": "string", "format": "date-time"}
    other = {"$ref": "#/components/schemas/Moment"}
    functions = Validators({"Moment": moment, "Other": other}).exported
    assert [(it.name, it.kind, it.replaces) for it in functions] == [
        ("Moment", "time", True),
        ("Other", "time", True),
    ]


def test_a_spec_without_schemas_imports_none(tmp_path: Path) -> None:
    """tsc refuses an import that nothing uses."""
    path = tmp_path / "openapi.yaml"
    path.write_text(
        "openapi: 3.1.0\ninfo: {title: Things, version: 1.0.0}\npaths: {/a: {get: {operationId: a, "
        "tags: [A], summary: A., responses: {'204': {description: Done.}}}}}\n"
    )
    tree = typescript.TypeScriptTarget().render(*read(path))
    for name in ("operations", "validators", "resources/a"):
        source = tree[f"typescript-client/src/{name}.ts"].decode()
        for imported in re.findall(r"import (?:type )?\* as (\w+)", source):
            assert f"{imported}." in source, name
