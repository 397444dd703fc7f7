"""What a spec needs for `iterate`, `modify` and `discover` to be there, and what they look like."""

from __future__ import annotations

import ast
import asyncio
import importlib
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from specpipe.spec.build import build
from specpipe.spec.load import load
from specpipe.targets.python import PythonTarget
from specpipe.tree import Tree
from specpipe.workspace import ROOT

THINGS = ROOT / "tests" / "unit" / "things.yaml"
PACKAGE = "tiny_things_client"
Change = Callable[[Any], object]


def rendered(folder: Path, *changes: Change) -> Tree:
    """The tree for THINGS with `changes` made to its data."""
    data = yaml.safe_load(THINGS.read_text())
    for change in changes:
        change(data)
    file = folder / "openapi.yaml"
    file.write_text(yaml.safe_dump(data, sort_keys=False))
    document = load(file)
    return PythonTarget().render(document, build(document))


def source(tree: Tree, name: str) -> str:
    return tree[f"python-client/{PACKAGE}/{name}.py"].decode()


def methods(tree: Tree, name: str = "resources/things") -> dict[str, set[str]]:
    """The methods of each class in a module."""
    return {
        node.name: {
            it.name for it in node.body if isinstance(it, ast.FunctionDef | ast.AsyncFunctionDef)
        }
        for node in ast.parse(source(tree, name)).body
        if isinstance(node, ast.ClassDef)
    }


def imported(tree: Tree, folder: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    for path, content in tree.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    monkeypatch.syspath_prepend(str(folder / "python-client"))
    for name in [n for n in sys.modules if n.split(".")[0] == PACKAGE]:
        monkeypatch.delitem(sys.modules, name)
    return importlib.import_module(PACKAGE)


def with_update(data: Any) -> None:
    """THINGS has none."""
    answer = {"$ref": "#/components/responses/Thing"}
    schema = {"$ref": "#/components/schemas/Thing"}
    example = {"id": "a", "made": {"at": "2024-10-08T07:41:12Z"}}
    data["paths"]["/things/update"] = {
        "post": {
            "operationId": "thingsUpdate",
            "tags": ["Things"],
            "summary": "Change a thing",
            "x-resource": {"of": "thing", "does": "update"},
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": schema, "example": example}},
            },
            "responses": {"200": answer, "410": {"$ref": "#/components/responses/Gone"}},
        }
    }


def operation(data: Any, path: str, method: str) -> Any:
    return data["paths"][path][method]


def test_iterate(tmp_path: Path) -> None:
    code = source(rendered(tmp_path), "resources/things")
    method = code[code.index("    def iterate(") : code.index("\n\nclass Async")]
    assert textwrap.dedent(method).strip() == textwrap.dedent(
        '''\
        def iterate(
            self,
            *,
            from_: datetime | str | None = None,
            to: datetime | str | None = None,
            page_size: int = 99,
            **options: Unpack[CallOptions],
        ) -> Generator[models.Thing, None, None]:
            """Every thing, newest first, a page at a time

            Memory holds one page, however many there are. Each thing that was there when the
            first page was listed is given exactly once, as it is when its page is read,
            whatever others create, update and delete meanwhile. What is created later is left
            out, and so is what is deleted before its page is read.

            `page_size`: How many are read at once.

            The options hold for each request: two for a page (identifiers, batch). Arguments
            are checked at once. Raises ApiError where going on would leave something out.
            """
            from .._iterate import things

            return things(
                self._engine,
                _collection(),
                page_size=page_size,
                bounds={
                    "from": from_,
                    "to": to,
                },
                lookup={},
                options=options,
            )'''
    )


UNFIT: dict[str, Change] = {
    "no limit": lambda data: operation(data, "/things/ids", "get")["x-resource"].pop("limit"),
    "oldest first": lambda data: operation(data, "/things/ids", "get")["x-resource"].update(
        order="created"
    ),
    "by update": lambda data: operation(data, "/things/ids", "get")["x-resource"].update(
        order="-updated"
    ),
    "no range": lambda data: operation(data, "/things/ids", "get")["x-resource"].update(
        ranges={"updated": ["from", "to"]}
    ),
    "no lookup": lambda data: operation(data, "/things/fetch", "post").pop("x-resource"),
    "another tag": lambda data: operation(data, "/things/fetch", "post").update(tags=["Health"]),
    "needs more": lambda data: operation(data, "/things/fetch", "post").update(
        parameters=[{"name": "q", "in": "query", "required": True, "schema": {"type": "string"}}]
    ),
}


@pytest.mark.parametrize("change", UNFIT.values(), ids=UNFIT)
def test_no_iterate_where_something_lacks(tmp_path: Path, change: Change) -> None:
    found = methods(rendered(tmp_path, change))
    assert found["ThingsResource"]
    assert all("iterate" not in names for names in found.values())


@pytest.mark.parametrize(
    ("bounds", "largest", "size"),
    [
        ({"maximum": 5000}, "5000", 100),
        ({"exclusiveMaximum": 50}, "49", 49),
        ({"maximum": 60.0, "exclusiveMaximum": 70}, "60", 60),
        ({}, "None", 100),
    ],
)
def test_a_page_is_no_larger_than_what_can_be_listed(
    tmp_path: Path, bounds: dict[str, float], largest: str, size: int
) -> None:
    def change(data: Any) -> None:
        schema = operation(data, "/things/ids", "get")["parameters"][0]["schema"]
        del schema["maximum"]
        schema.update(bounds)

    code = source(rendered(tmp_path, change), "resources/things")
    assert f"        largest={largest},\n" in code
    assert f"        page_size: int = {size},\n" in code


def test_names_that_are_taken(tmp_path: Path) -> None:
    def rename(data: Any) -> None:
        listing = operation(data, "/things/ids", "get")
        listing["x-resource"]["ranges"] = {"created": ["page_size", "options"]}
        for parameter, name in zip(
            listing["parameters"][1:], ("page_size", "options"), strict=True
        ):
            parameter["name"] = name
        one = data["paths"].pop("/things/{thing}")
        one["parameters"][0]["name"] = one["get"]["x-resource"]["id"] = "change"
        data["paths"]["/things/{change}"] = {"parameters": one["parameters"], "get": one["get"]}

    code = source(rendered(tmp_path, rename, with_update), "resources/things")
    assert (
        "page_size_: datetime | str | None = None,\n        options_: datetime | str | None = None,"
        in code
    )
    assert "change_: str,\n        change: Callable" in code


def test_modify(tmp_path: Path) -> None:
    assert all("modify" not in names for names in methods(rendered(tmp_path)).values())
    tree = rendered(tmp_path, with_update)
    found = methods(tree)
    assert "modify" in found["ThingsResource"] & found["AsyncThingsResource"]
    assert textwrap.dedent(
        """\
        def _editing() -> Editing[models.Thing]:
            from .._modify import Editing

            return Editing(
                read=GET,
                update=UPDATE,
                id="id",
                created="made",
                updated=("changed",),
            )
        """
    ) in source(tree, "resources/things")
    elsewhere = rendered(
        tmp_path,
        with_update,
        lambda data: operation(data, "/things/update", "post").update(tags=["Health"]),
    )
    assert all("modify" not in names for names in methods(elsewhere).values())


def test_without_a_time_of_the_last_update_all_of_a_thing_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = imported(rendered(tmp_path, with_update), tmp_path, monkeypatch)
    first, other = (b'{"id":"a","made":{},"blob":"%s"}' % text for text in (b"1", b"2"))
    answers = [first, other, other, first, b'{"id":"a","made":{},"changed":null}', first]
    sent: list[str] = []

    class Fixed:
        def send(self, request: Any) -> Any:
            sent.append(request.method)
            return package.Response(200, {}, answers[len(sent) - 1])

    seen: list[str] = []

    def change(thing: Any) -> None:
        seen.append(thing.blob)
        thing.additional_properties = {"new": 1}

    package.Client(transport=Fixed()).things.modify("a", change)
    assert sent == ["GET", "GET", "GET", "POST"]
    assert seen == ["1", "2"]


def test_discover(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = rendered(tmp_path)
    found = methods(tree, "client")
    assert "discover" in found["Client"] & found["AsyncClient"]
    assert "\n_PORTS = (*range(9000, 9010), 8000)\n" in source(tree, "client")
    none = rendered(tmp_path, lambda data: data.pop("x-port-range"))
    assert all("discover" not in names for names in methods(none, "client").values())
    assert "_PORTS" not in source(none, "client")


SERVERS = [
    (["https://localhost:1", "http://example.org:2"], "(*range(9000, 9010),)", ""),
    (["http://localhost/v1/", "http://127.0.0.1:9001/v1"], "(*range(9000, 9010), 80)", "/v1"),
    (["http://localhost:5/v1", "http://localhost:6/v2"], "(*range(9000, 9010), 5)", "/v1"),
    ([], "(*range(9000, 9010),)", ""),
]


@pytest.mark.parametrize(("servers", "ports", "path"), SERVERS)
def test_documented_addresses_of_this_machine_come_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, servers: list[str], ports: str, path: str
) -> None:
    tree = rendered(tmp_path, lambda data: data.update(servers=[{"url": url} for url in servers]))
    assert f"\n_PORTS = {ports}\n" in source(tree, "client")
    package = imported(tree, tmp_path, monkeypatch)
    find = importlib.import_module(f"{PACKAGE}._discover")
    monkeypatch.setattr(find, "find", lambda ports: ports[0])

    async def find_async(ports: Any) -> int:
        return int(ports[-1])

    monkeypatch.setattr(find, "find_async", find_async)
    last = list(eval(ports))[-1]
    assert repr(package.Client.discover()) == f"Client(base_url='http://127.0.0.1:9000{path}')"
    client = asyncio.run(package.AsyncClient.discover())
    assert repr(client) == f"AsyncClient(base_url='http://127.0.0.1:{last}{path}')"
