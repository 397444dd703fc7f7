"""A few lines of spec in, the lines of Python they become out."""

from __future__ import annotations

import importlib
import re
import sys
import textwrap
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from specpipe.diagnostics import ToolError
from specpipe.spec.build import build
from specpipe.spec.load import load
from specpipe.spec.model import Api, Document
from specpipe.targets.python import PythonTarget, parsed
from specpipe.targets.python import configuration as configured
from specpipe.targets.python_arrival import check_arrival
from specpipe.tree import Tree

FRAME = """
openapi: 3.1.0
info: {title: Things, version: 1.2.3}
servers: [{url: 'http://localhost:9'}]
tags: [{name: Things, description: All things.}]
x-package: small-things
paths:
  /things/{thing_id}:
    get:
      operationId: things_get
      tags: [Things]
      summary: Read
      parameters:
        - {name: thing_id, in: path, required: true, schema: {type: string}}
      responses:
        '200':
          description: OK
          content: {application/json: {example: {}, schema: {$ref: '#/components/schemas/Thing'}}}
components:
  schemas:
    Thing:
      type: object
      properties: {a: {type: string}}
"""


def rendered(tmp_path: Path, schemas: str = "", change: Any = None) -> Tree:
    """The tree for FRAME with `schemas` (YAML) over its own and `change` made to its data. The
    house rules stay out: what they allow may grow."""
    data = yaml.safe_load(FRAME)
    data["components"]["schemas"] |= yaml.safe_load(textwrap.dedent(schemas)) or {}
    if change:
        change(data)
    file = tmp_path / "openapi.yaml"
    file.write_text(yaml.safe_dump(data, sort_keys=False))
    return PythonTarget().render(*read(file))


def read(file: Path) -> tuple[Document, Api]:
    document = load(file)
    return document, build(document)


def module(tree: Tree, name: str) -> str:
    return tree[f"python-client/small_things_client/{name}.py"].decode()


def class_of(source: str, name: str) -> str:
    """The source of the top-level class `name`."""
    body = source[source.index(f"class {name}(") :]
    return body.split("\n\n\n")[0].rstrip() + "\n"


def imported(tree: Tree, folder: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    for path, content in tree.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    monkeypatch.syspath_prepend(str(folder / "python-client"))
    for name in [n for n in sys.modules if n.split(".")[0] == "small_things_client"]:
        monkeypatch.delitem(sys.modules, name)
    return importlib.import_module("small_things_client")


PROPERTIES = [
    ("{type: string}", "str"),
    ("{type: integer}", "int"),
    ("{type: number}", "float"),
    ("{type: boolean}", "bool"),
    ("{type: string, format: date-time}", "AwareDatetime"),
    ("{type: string, format: date}", "date"),
    ("{type: string, format: uuid}", "Uuid"),
    ("{type: object}", "dict[str, Any]"),
    ("{type: object, additionalProperties: {type: integer}}", "dict[str, int]"),
    ("{type: array, items: {type: number}}", "list[float]"),
    ("{type: array, items: {$ref: '#/components/schemas/Thing'}}", "list[Thing]"),
    (
        "{type: object, additionalProperties: {$ref: '#/components/schemas/Thing'}}",
        "dict[str, Thing]",
    ),
    ("{$ref: '#/components/schemas/Thing'}", "Thing"),
    ("{$ref: '#/components/schemas/Counts'}", "dict[str, int]"),
    ("{$ref: '#/components/schemas/Color'}", "str"),
]


@pytest.mark.parametrize(("schema", "type"), PROPERTIES)
def test_types(tmp_path: Path, schema: str, type: str) -> None:
    tree = rendered(
        tmp_path,
        f"""
        Color: {{type: string, enum: [RED]}}
        Counts: {{type: object, additionalProperties: {{type: integer}}}}
        Box: {{type: object, required: [must], properties: {{must: {schema}, may: {schema}}}}}
        """,
    )
    source = class_of(module(tree, "models"), "Box")
    assert f"    must: {type}\n" in source
    assert f"    may: {type} | UnsetType = UNSET\n" in source


def test_constraints_have_names_and_stand_once(tmp_path: Path) -> None:
    tree = rendered(
        tmp_path,
        """
        Box:
          type: object
          properties:
            a: {type: integer, minimum: -1, maximum: 9}
            b: {type: array, maxItems: 2, items: {type: integer, minimum: -1, maximum: 9}}
            c: {type: integer, format: int32, minimum: -2147483648, maximum: 2147483647}
            d: {type: integer, exclusiveMinimum: 0.5, maximum: 9.5, multipleOf: 1.5}
            e: {type: number, minimum: 0, exclusiveMinimum: 0}
            postal_code: {type: string, pattern: '^\\d[$\\d]\\.$', maxLength: 9}
            box: {$ref: '#/components/schemas/Label'}
            f: {type: object, additionalProperties: {$ref: '#/components/schemas/Label'}}
            things: {type: array, minItems: 1, items: {$ref: '#/components/schemas/Thing'}}
        Label: {type: string, minLength: 1}
        """,
    )
    source = module(tree, "models")
    assert source.split("\n\n\nclass ")[0].split("import ApiModel\n")[
        -1
    ].strip() == textwrap.dedent(
        """\
        IntMinus1To9 = Annotated[int, Meta(ge=-1, le=9)]
        Int32 = Annotated[int, Meta(ge=-2147483648, le=2147483647)]
        D = Annotated[int, Meta(gt=0, le=9, multiple_of=3)]
        E = Annotated[float, Meta(gt=0)]
        PostalCode = Annotated[str, Meta(max_length=9, pattern="^[0-9][$0-9]\\\\.\\\\Z")]
        Label = Annotated[str, Meta(min_length=1)]"""
    )
    assert source.rstrip().endswith(
        "B = Annotated[list[IntMinus1To9], Meta(max_length=2)]\n\n"
        "Things = Annotated[list[Thing], Meta(min_length=1)]"
    )
    members = re.findall(
        r"^    (\w+): (.*) \| UnsetType = UNSET$", class_of(source, "Box"), re.MULTILINE
    )
    assert members == [
        *(("a", "IntMinus1To9"), ("b", "B"), ("c", "Int32"), ("d", "D"), ("e", "E")),
        *(("postal_code", "PostalCode"), ("box", "Label"), ("f", "dict[str, Label]")),
        ("things", "Things"),
    ]


def test_a_name_for_constraints_gives_way_to_classes(tmp_path: Path) -> None:
    tree = rendered(
        tmp_path,
        """
        Box: {type: object, properties: {thing: {type: string, minLength: 1}}}
        """,
    )
    assert "thing: Thing_ | UnsetType = UNSET" in class_of(module(tree, "models"), "Box")


def test_names_of_pythons_and_msgspecs_own_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [
        "copy",
        "json",
        "schema",
        "class",
        "self",
        "from_dict",
        "field",
        "date",
        "cls",
        "msgspec",
    ]
    names += ["list", "str", "annotations", "Any", "default", "type", "match", "to_json", "UNSET"]
    members = "\n".join(f"            {name}: {{type: string}}" for name in names)
    tree = rendered(tmp_path, f"Box:\n          type: object\n          properties:\n{members}\n")
    box = imported(tree, tmp_path, monkeypatch).models.Box
    data = {name: f"v {name}" for name in names}
    assert box.from_dict(data).to_dict() == data
    assert box.from_dict(data | {"new": 1}).to_dict() == data | {"new": 1}
    assert box(self=1).self == 1


def test_model(tmp_path: Path) -> None:
    tree = rendered(
        tmp_path,
        """
        Box:
          type: object
          description: Holds "things", C:\\new.
          required: [id]
          properties:
            id: {type: string, description: Its name.}
            notFound: {type: boolean}
            class: {type: string}
            to_dict: {type: string}
        """,
    )
    assert class_of(module(tree, "models"), "Box") == textwrap.dedent(
        '''\
        class Box(ApiModel, kw_only=True):
            """Holds "things", C:\\\\new."""

            id: str
            """Its name."""
            not_found: bool | UnsetType = field(name="notFound", default=UNSET)
            class_: str | UnsetType = field(name="class", default=UNSET)
            to_dict_: str | UnsetType = field(name="to_dict", default=UNSET)
        '''
    )


def test_enumeration(tmp_path: Path) -> None:
    tree = rendered(
        tmp_path,
        """
        Color:
          type: string
          description: Of paint.
          enum: [RED_1, light blue, 8bit, 'None']
        """,
    )
    assert class_of(module(tree, "models"), "Color") == textwrap.dedent(
        '''\
        class Color(StrEnum):
            """Of paint."""

            RED_1 = "RED_1"
            LIGHT_BLUE = "light blue"
            VALUE_8_BIT = "8bit"
            NONE = "None"
        '''
    )


def test_method(tmp_path: Path) -> None:
    def change(data: Any) -> None:
        operation = data["paths"]["/things/{thing_id}"]["get"]
        operation["parameters"] += [
            {"name": "since", "in": "query", "schema": {"type": "string", "format": "date-time"}},
        ]

    source = module(rendered(tmp_path, change=change), "resources/things")
    assert (
        textwrap.dedent(
            '''\
            def get(
                self,
                thing_id: str,
                *,
                since: datetime | str | None = None,
                **options: Unpack[CallOptions],
            ) -> models.Thing:
                """Read

                GET /things/{thing_id}

                #/paths/~1things~1{thing_id}/get
                """
                return self._engine.call(
                    GET,
                    (thing_id,),
                    query={
                        "since": since,
                    },
                    options=options,
                )

            things_get = get
            '''
        )
        in textwrap.dedent(source[source.index("    def get(") : source.index("class Async")])
        + "\n"
    )
    assert "    async def get(\n" in source
    assert "        return await self._engine.call(\n" in source


def test_a_list_as_the_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def change(data: Any) -> None:
        content = data["paths"]["/things/{thing_id}"]["get"]["responses"]["200"]["content"]
        content["application/json"] = {
            "example": [],
            "schema": {"$ref": "#/components/schemas/ThingList"},
        }

    schemas = "ThingList: {type: array, items: {$ref: '#/components/schemas/Thing'}}"
    tree = rendered(tmp_path, schemas, change)
    assert "\nGET: Operation[list[models.Thing]] = Operation(" in module(tree, "resources/things")
    package = imported(tree, tmp_path, monkeypatch)

    class Fixed:
        def send(self, request: Any) -> Any:
            return package.Response(200, {}, b'[{"a": "x", "b": 1}]')

    (thing,) = package.Client(transport=Fixed()).things.get("1")
    assert (thing.a, thing.additional_properties) == ("x", {"b": 1})


HOSTILE = 'x"""\nimport os; os.abort()\n"""\\" {{ 7 * 7 }} ${7} \' #\u202e \\N{BULLET} %s {0}'


def test_spec_text_stays_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def change(data: Any) -> None:
        data["tags"][0]["description"] = HOSTILE
        operation = data["paths"]["/things/{thing_id}"]["get"]
        operation["summary"] = operation["description"] = HOSTILE
        operation["parameters"][0]["description"] = HOSTILE
        thing = data["components"]["schemas"]["Thing"]
        thing["description"] = thing["properties"]["a"]["description"] = HOSTILE

    tree = rendered(tmp_path, change=change)
    package = imported(tree, tmp_path, monkeypatch)
    assert "import os; os.abort()" in package.models.Thing.__doc__
    assert "{{ 7 * 7 }}" in package.models.Thing.__doc__
    assert package.Client().things.get.__doc__
    assert all("\u202e" not in content.decode() for content in tree.values())


def test_documents_without_servers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = rendered(tmp_path, change=lambda data: data.pop("servers"))
    assert (
        repr(imported(tree, tmp_path, monkeypatch).Client())
        == "Client(base_url='http://localhost')"
    )


def test_readme_shows_a_call(tmp_path: Path) -> None:
    def change(data: Any) -> None:
        path = data["paths"].pop("/things/{thing_id}")
        del path["get"]["parameters"]
        data["paths"]["/things"] = path

    readme = rendered(tmp_path)["python-client/README.md"].decode()
    assert '    print(client.things.get("a-thing-id"))\n' in readme
    readme = rendered(tmp_path, change=change)["python-client/README.md"].decode()
    assert "    print(client.things.get())\n" in readme


def test_documents_without_schemas_or_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def change(data: Any) -> None:
        del data["components"]
        data["paths"]["/things/{thing_id}"]["get"]["responses"] = {"204": {"description": "None."}}

    package = imported(rendered(tmp_path, change=change), tmp_path, monkeypatch)

    class Fixed:
        def send(self, request: Any) -> Any:
            assert request.method == "GET"
            assert request.url == "http://localhost:9/things/1"
            return package.Response(204, {})

    assert package.Client(transport=Fixed()).things.get("1") is None
    with pytest.raises(TypeError):
        package.Client(api_key="k")


def test_what_the_generator_drops_is_an_error(tmp_path: Path) -> None:
    """Straight to the generator: the house rules would refuse such a document before."""
    data = yaml.safe_load(FRAME)
    data["components"]["schemas"]["Bad"] = {"type": "array"}
    (tmp_path / "openapi.yaml").write_text(FRAME)
    api = read(tmp_path / "openapi.yaml")[1]
    document = Document("openapi.yaml", data, {}, "")
    with pytest.raises(ToolError, match=r"openapi-python-client: .*Bad"):
        parsed(document, configured(api, "small_things_client", tmp_path))


def test_what_does_not_arrive_is_named(tmp_path: Path) -> None:
    """A view that promises more than the generator was given."""
    (tmp_path / "openapi.yaml").write_text(FRAME)
    document, api = read(tmp_path / "openapi.yaml")
    data = yaml.safe_load(FRAME)
    del data["components"]["schemas"]["Thing"]["properties"]["a"]
    data["components"]["schemas"]["Thing"]["properties"]["b"] = {"type": "string"}
    poorer = PythonTarget().render(Document("x", data, {}, ""), api)
    with pytest.raises(ToolError, match=r"openapi\.yaml:23:20: the Python SDK lacks property a of"):
        check_arrival(poorer, "python-client/small_things_client", document, api)
    for folder in ("resources/", "raw/"):
        without = {
            p: c.replace(b"def get(", b"def got(") if folder in p else c for p, c in poorer.items()
        }
        with pytest.raises(ToolError, match=r"openapi\.yaml:9:5: .* lacks operation things_get"):
            check_arrival(without, "python-client/small_things_client", document, api)
    without = {p: c.replace(b"thing_id: str", b"x: str") for p, c in poorer.items()}
    with pytest.raises(ToolError, match=r"openapi\.yaml:14:11: .* lacks parameter thing_id of"):
        check_arrival(without, "python-client/small_things_client", document, api)


def test_what_a_spec_says_adds_no_markup_to_the_pages(tmp_path: Path) -> None:
    hostile = (
        "a|b <script>alert(1)</script> [x](javascript:y) ![z](w) `` `code` *b* # c --> ```\n# d"
    )

    def change(data: Any) -> None:
        data["info"]["title"] = "Things <b>"
        data["tags"][0]["description"] = hostile
        operation = data["paths"]["/things/{thing_id}"]["get"]
        operation["summary"] = operation["description"] = hostile
        operation["parameters"][0] |= {"description": hostile, "example": f"{hostile}\n```\n"}
        operation["responses"]["200"]["description"] = hostile
        operation["responses"]["404"] = {"description": hostile}
        data["components"]["schemas"]["Color"] = {"type": "string", "enum": ["`a|b`", "```"]}
        thing = data["components"]["schemas"]["Thing"]
        thing["description"] = hostile
        thing["properties"]["a"] |= {"description": hostile, "pattern": "a|`b`<"}

    tree = rendered(tmp_path, change=change)
    for page in ("README.md", "REFERENCE.md"):
        text = tree[f"python-client/{page}"].decode()
        fences = re.findall(r"^ {0,3}(```\w*)$", text, re.M)
        assert fences[1::2] == ["```"] * (len(fences) // 2)
        assert "```" not in fences[::2]
        prose = re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S)
        assert not re.search(r"(?<!\\)<(?!a id=\"[\w.]+\"></a>|/a>|!-- Generated|br>)", prose)
        assert not re.search(r"(?<!\\)\]\((?!#|README\.md|REFERENCE\.md)", prose)
        rows = re.findall(r"(?:^\|.*\|\n)+", prose, re.M)
        for table in rows:
            assert len({len(re.findall(r"(?<!\\)\|", row)) for row in table.splitlines()}) == 1
        for block in re.findall(r"^```py(?:thon)?\n(.*?)^```$", text, re.M | re.S):
            compile(block, page, "exec")
