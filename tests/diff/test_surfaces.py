"""What programs notice of another version of an SDK: from a few lines of source, in each language."""

from __future__ import annotations

import pytest

from specpipe.diff.surface import surface_changes
from specpipe.diff.surface_python import NoPython, python_surface
from specpipe.diff.surface_typescript import typescript_surfaces
from specpipe.tree import files_below, read
from specpipe.workspace import OUT

PYTHON = {
    "client.py": """
class Client:
    def __init__(self, base_url: str = "a", *, retries: int = 2) -> None: ...
    @property
    def things(self) -> int: ...
    def get(self, thing: str, *, full: bool | None = None) -> Thing | None: ...
    async def wait(self) -> None: ...
    def _hidden(self) -> None: ...
class AsyncClient:
    def __init__(self, base_url: str = "a", *, retries: int = 2) -> None: ...
""",
    "models.py": """
Short = Annotated[str, Meta(max_length=9)]
class Thing(ApiModel, kw_only=True):
    id: str
    note: Short | UnsetType = UNSET
    sizes: list[Short] = []
class Seed(ApiModel, kw_only=True):
    id: str
class Colour(StrEnum):
    RED = "red"
""",
    "errors.py": "class ApiError(Exception): ...\nclass GoneError(ApiError): ...\n",
    "options.py": "class CallOptions(TypedDict, total=False):\n    timeout: float\n",
    "_private.py": "class Hidden: ...\n",
}
DIRECTIONS = {"Thing": frozenset({"response"}), "Seed": frozenset({"request"})}


def python(old: str = "", new: str = ""):
    assert not old or sum(text.count(old) for text in PYTHON.values()) == 1
    return python_surface(
        {f"sdk/package/{name}": text.replace(old, new).encode() for name, text in PYTHON.items()}
    )


def changes(base, head, area="python"):
    found = surface_changes(base, head, area, DIRECTIONS)
    return [(change.impact.word, change.sentence) for change in found]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("def get(", "def fetch(", "breaking: method `client.Client.get` is gone"),
        ("def wait", "def then", "breaking: async method `client.Client.wait` is gone"),
        ("async def wait", "def wait", "breaking: `client.Client.wait` is a method now, it was an async method"),
        ("class GoneError(ApiError): ...", "", "breaking: class `errors.GoneError` is gone"),
        ("GoneError(ApiError)", "GoneError(Exception)", "breaking: `errors.GoneError` is no `ApiError` any more"),
        ("thing: str, *", "thing: str, extra: int = 0, *", "minor: `client.Client.get`: `extra` is an argument now"),
        ("thing: str, *", "thing: str, *, extra: int", "breaking: `client.Client.get`: `extra` is a required argument now"),
        ("thing: str, *", "extra: str = '', thing: str = '', *", "breaking: `client.Client.get`: its arguments stand in another order"),
        ("thing: str, *", "it: str, *", "breaking: `client.Client.get`: argument `thing` is called `it` now"),
        ("thing: str, *", "*, thing: str", "breaking: `client.Client.get`: argument `thing` is given by name now, it was by either"),
        ("thing: str, *", "thing: str | int, *", "minor: `client.Client.get`: argument `thing` is `int | str` now, it was `str`"),
        ("full: bool | None = None", "full: bool = None", "breaking: `client.Client.get`: argument `full` is `bool` now, it was `None | bool`"),
        ("full: bool | None = None", "full: bool | None", "breaking: `client.Client.get`: argument `full` became required"),
        ("full: bool | None = None", "full: bool | None = True", "breaking: `client.Client.get`: argument `full` is `True` by default, it was `None`"),
        (", *, full: bool | None = None", "", "breaking: `client.Client.get`: argument `full` is gone"),
        ("-> Thing | None", "-> Thing", "minor: `client.Client.get` gives `Thing` now, it was `None | Thing`"),
        ("-> Thing | None", "-> Thing | str | None", "breaking: `client.Client.get` gives `None | Thing | str` now, it was `None | Thing`"),
        ("-> int: ...", "-> float: ...", "breaking: `client.Client.things` is `float` now, it was `int`"),
        ("note: Short | UnsetType = UNSET\n", "note: Short | UnsetType = UNSET\n    more: str\n", "minor: attribute `models.Thing.more` is new"),
        ("    note: Short | UnsetType = UNSET\n", "    note: int | UnsetType = UNSET\n", "breaking: `models.Thing.note` is `UnsetType | int` now, it was `UnsetType | str`"),
        ("    note: Short | UnsetType = UNSET\n", "    note: Short\n", "minor: `models.Thing.note` is `str` now, it was `UnsetType | str`"),
        ("class Seed(ApiModel, kw_only=True):\n    id: str", "class Seed(ApiModel, kw_only=True):\n    id: str\n    more: str", "breaking: attribute `models.Seed.more` is new and required"),
        ("class Seed(ApiModel, kw_only=True):\n    id: str", "class Seed(ApiModel, kw_only=True):\n    id: str | UnsetType = UNSET", "minor: `models.Seed.id` is `UnsetType | str` now, it was `str`"),
        ('    RED = "red"', '    RED = "red"\n    BLUE = "blue"', "minor: member `models.Colour.BLUE` is new"),
        ('RED = "red"', 'ROT = "red"', "breaking: member `models.Colour.RED` is gone"),
        ('RED = "red"', 'RED = "rot"', "breaking: `models.Colour.RED` is `'rot'` now, it was `'red'`"),
        ("    timeout: float\n", "    timeout: float\n    tries: int\n", "minor: attribute `options.CallOptions.tries` is new"),
        ("    timeout: float\n", "    timeout: int\n", "breaking: `options.CallOptions.timeout` is `int` now, it was `float`"),
    ],
)  # fmt: skip
def test_a_change_to_python_is_told_with_its_impact(old, new, told):
    assert tuple(told.split(": ", 1)) in changes(python(), python(old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("max_length=9", "max_length=99"),
        ("def _hidden", "def _other"),
        ("class Hidden", "class Other"),
        ("bool | None = None) -> Thing | None", "None | bool = None) -> None | Thing"),
    ],
)
def test_what_no_program_sees_is_no_change_to_python(old, new):
    assert changes(python(), python(old, new)) == []


def test_marks_of_a_merge_are_told_with_the_file():
    with pytest.raises(NoPython, match=r"`python-client/made/a\.py` cannot be read: `.*line 1\)`"):
        python_surface({"python-client/made/a.py": b"<<<<<<< HEAD\n"})


def test_an_asynchronous_twin_is_told_only_where_it_differs():
    assert "client.AsyncClient.__init__" not in python()
    assert "client.Client.wait" in python()


TYPESCRIPT = {
    "index.ts": "export { Client } from './client.js';\nexport type * as models from './models.js';\n"
    "export type { GetOptions } from './client.js';\n",
    "client.ts": """
import type * as models from './models.js';
export interface GetOptions { readonly full?: boolean | undefined }
export class Client {
  readonly #secret = 1;
  readonly url: string = 'a';
  /** @internal */
  constructor(secret: number) {}
  get(thing: string, options: GetOptions = {}): Promise<models.Thing> { throw this.#secret; }
  private hidden() { return 1; }
}
class Other {}
""",
    "models.ts": """
export type Thing = { id: string; note?: string | null; };
export type Seed = { id: string };
export type Colour = 'red' | 'green' | (string & {});
""",
}  # fmt: skip


def package(old: str = "", new: str = ""):
    assert not old or sum(text.count(old) for text in TYPESCRIPT.values()) == 1
    files = {f"sdk/src/{name}": t.replace(old, new).encode() for name, t in TYPESCRIPT.items()}
    return files | {"sdk/package.json": b'{"type": "module"}'}


EDITS = [
    ("  get(thing", "  fetch(thing", "breaking: method `Client.get` is gone"),
    ("thing: string, o", "thing: string | number, o", "minor: `Client.get`: argument `thing` is `number | string` now, it was `string`"),
    ("thing: string, o", "thing: 'a', o", "breaking: `Client.get`: argument `thing` is `'a'` now, it was `string`"),
    ("Promise<models.Thing>", "Promise<models.Seed>", "breaking: `Client.get` gives `Promise<Seed>` now, it was `Promise<Thing>`"),
    ("options: GetOptions = {})", "options: GetOptions)", "breaking: `Client.get`: argument `options` became required"),
    ("options: GetOptions = {})", "options: GetOptions = {}, more?: string)", "minor: `Client.get`: `more` is an argument now"),
    (", options: GetOptions = {})", ")", "breaking: `Client.get`: argument `options` is gone"),
    ("readonly full?: boolean | undefined", "readonly full: boolean", "breaking: `GetOptions.full` is `boolean` now, it was `boolean | undefined`"),
    ("readonly full?: boolean | undefined", "readonly full?: boolean | undefined; readonly all?: boolean", "minor: attribute `GetOptions.all` is new"),
    ("note?: string | null; ", "", "breaking: attribute `models.Thing.note` is gone"),
    ("{ id: string; note", "{ id?: string; note", "breaking: `models.Thing.id` is `string | undefined` now, it was `string`"),
    ("Seed = { id: string }", "Seed = { id: string; more: string }", "breaking: attribute `models.Seed.more` is new and required"),
    ("'green' |", "'green' | 'blue' |", "minor: literal `models.Colour.'blue'` is new"),
    ("'red' | ", "", "minor: literal `models.Colour.'red'` is gone"),
]  # fmt: skip
UNSEEN = [
    ("thing: string, o", "it: string, o"),
    ("private hidden", "private other"),
    ("constructor(secret: number)", "constructor(secret: string)"),
    ("class Other", "class Another"),
    ("readonly #secret = 1", "readonly #secret = 2"),
]


@pytest.fixture(scope="module")
def typescript():
    """Surfaces of the package after each edit, by the edit; by None, before."""
    edits = [edit[:2] for edit in [*EDITS, *UNSEEN]]
    surfaces = typescript_surfaces([package(), *(package(*edit) for edit in edits)])
    return dict(zip([None, *edits], surfaces, strict=True))


@pytest.mark.parametrize(("old", "new", "told"), EDITS)
def test_a_change_to_typescript_is_told_with_its_impact(typescript, old, new, told):
    found = changes(typescript[None], typescript[old, new], "typescript")
    assert tuple(told.split(": ", 1)) == found[0]


@pytest.mark.parametrize(("old", "new"), UNSEEN)
def test_what_no_program_sees_is_no_change_to_typescript(typescript, old, new):
    assert changes(typescript[None], typescript[old, new], "typescript") == []


def test_the_surface_of_the_generated_python_sdk_is_what_it_exports():
    tree = {path: read(OUT / path) for path in files_below(OUT, "python-client")}
    surface = python_surface(tree)
    for name in ("Client.__init__", "GoneError", "ApiModel", "RawResponse"):
        assert name in surface
    assert {entry.kind for entry in surface.values()} >= {"class", "method", "attribute", "member"}
    assert not [name for name in surface if "._" in name.replace(".__init__", "")]
