"""README and REFERENCE of the TypeScript SDK: every program in them is accepted by the compiler and
runs against the real server, the links lead somewhere, and nothing that there is is missing. For
any spec."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from specpipe.conformance.process import Running, generated_server
from specpipe.pipeline import read_spec
from specpipe.spec.model import Api, Document
from specpipe.targets.python_refusals import error
from specpipe.targets.typescript_calls import Calls
from specpipe.targets.typescript_reference import Reference
from specpipe.workspace import ROOT, SPEC

SPECS = {
    "ours": SPEC,
    "things": ROOT / "tests" / "unit" / "things.yaml",
    "rivals": ROOT / "tests" / "behaviour" / "rivals.yaml",
    "odds-and-ends": ROOT / "tests" / "behaviour" / "odds-and-ends.yaml",
    "awkward-names": ROOT / "tests" / "golden" / "awkward-names" / "spec.yaml",
    "example-answers": ROOT / "tests" / "golden" / "example-answers" / "spec.yaml",
}
UNTOLD = ("odds-and-ends",)
"""A spec with patterns and no examples: there is no telling what is valid, so its programs are
compiled only."""
PAGES = ("README.md", "REFERENCE.md")
BIN = ROOT / "node_modules" / ".bin"
STRICT = {
    "target": "ES2022",
    "module": "ESNext",
    "moduleResolution": "Bundler",
    "lib": ["ES2022", "DOM", "DOM.Iterable", "DOM.AsyncIterable"],
    "types": [],
    "strict": True,
    "exactOptionalPropertyTypes": True,
    "noUncheckedIndexedAccess": True,
    "moduleDetection": "force",
    "noEmit": True,
    "skipDefaultLibCheck": True,
}


@dataclass(frozen=True)
class Made:
    """What a spec gives: the SDK, and the server, running."""

    name: str
    document: Document
    api: Api
    out: Path
    server: Running

    @property
    def package(self) -> str:
        return f"{self.api.package.kebab}-client"

    def page(self, name: str) -> str:
        return (self.out / "typescript-client" / name).read_text()

    def programs(self, name: str) -> list[str]:
        """The programs of a page, for this server and its key, each with the client that it uses."""
        url = json.dumps((*self.api.servers, "http://localhost")[0]).replace('"', "'")
        client = self.api.package.pascal
        key = f", apiKey: '{self.server.key}'" if self.server.key else ""
        head = (
            f"import {{ {client} }} from '{self.package}';\n"
            f"const client = new {client}({{ baseUrl: '{self.server.base_url}'{key} }});\n"
        )
        found = re.findall(r"^```typescript\n(.*?)^```$", self.page(name), re.M | re.S)
        texts = [
            text.replace(url, f"'{self.server.base_url}'").replace(
                "your-key", self.server.key or ""
            )
            for text in found
        ]
        return [
            text if f"new {client}(" in text or f"{client}.discover" in text else head + text
            for text in texts
        ]


@pytest.fixture(scope="module", params=SPECS)
def made(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    generate: Callable[[Path, Path], None],
) -> Iterator[Made]:
    spec = SPECS[request.param]
    out = tmp_path_factory.mktemp(request.param)
    generate(spec, out)
    document, api = read_spec(spec)
    with generated_server(api, out, seed=1) as server:
        yield Made(request.param, document, api, out, server)


def written(made: Made, folder: Path) -> list[Path]:
    """The programs of both pages as files."""
    files = []
    for page in PAGES:
        texts = made.programs(page)
        assert len(texts) > 3, page
        for number, text in enumerate(texts):
            files.append(folder / f"{page.removesuffix('.md')}-{number:02}.ts")
            files[-1].write_text(text)
    return files


def test_every_program_compiles_and_runs(made: Made) -> None:
    folder = made.out / "programs"
    folder.mkdir()
    files = written(made, folder)
    source = made.out / "typescript-client" / "src" / "index.ts"
    options = {**STRICT, "paths": {made.package: [str(source)]}}
    config = folder / "tsconfig.json"
    config.write_text(json.dumps({"compilerOptions": options, "include": ["*.ts"]}))
    run(BIN / "tsc", "-p", config)
    if made.name in UNTOLD:
        return
    bundled = folder / "out"
    flags = ("--bundle", "--format=esm", "--platform=node", "--out-extension:.js=.mjs")
    run(BIN / "esbuild", *files, *flags, f"--alias:{made.package}={source}", f"--outdir={bundled}")
    programs = sorted(bundled.glob("*.mjs"))
    assert len(programs) == len(files)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda file: run("node", file), programs))


def run(*command: object) -> None:
    result = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, timeout=120, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(made: Made, page: str) -> None:
    for other, place in re.findall(r"\]\(([A-Z]+\.md)?(?:#([^)]+))?\)", made.page(page)):
        text = made.page(other or page)
        if not place:
            continue
        headings = re.findall(r"^#+ ([A-Za-z ]+)$", text, re.M)
        places = [heading.lower().replace(" ", "-") for heading in headings]
        places += re.findall(r'<a id="([^"]+)">', text)
        assert places.count(place) == 1, (page, other, place)


@pytest.mark.parametrize("page", PAGES)
def test_every_table_has_as_many_cells_in_each_row_as_in_its_head(made: Made, page: str) -> None:
    tables = re.findall(r"(?:^\|.*\|\n)+", made.page(page), re.M)
    assert tables
    for table in tables:
        widths = {len(re.findall(r"(?<!\\)\|", row)) for row in table.splitlines()}
        assert len(widths) == 1, table


def test_no_part_of_the_spec_is_missing_from_the_reference(made: Made) -> None:
    text = made.page("REFERENCE.md")
    for operation in made.api.operations:
        line = rf"^`{operation.method} {re.escape(operation.path)}`, in the spec .*$"
        (said,) = re.findall(line, text, re.M)
        assert operation.name.camel in said or f".{operation.name.camel}" in text
        for parameter in operation.parameters:
            assert f"`{parameter.wire}`" in text
        for response in operation.responses:
            if response.status >= 300:
                assert f"| {response.status} | [{error(response.status)}](#errors) |" in text
    for name in made.api.schemas:
        assert f'<a id="{name}"></a>' in text


def test_what_the_hand_written_modules_have_is_in_the_reference(made: Made) -> None:
    text = made.page("REFERENCE.md")
    reference = Reference(made.document, Calls(made.api))
    options, errors = reference.module("options"), reference.module("errors")
    for name in ("CallOptions", "ClientOptions", "ViewOptions", "Timeout"):
        assert len(options[name].members) > 1
        for member in options[name].members:
            assert f"| `{member.name}` |" in text or member.name == "apiKey"
    runtime = made.out / "typescript-client" / "src" / "runtime" / "errors.ts"
    names = re.findall(r"^export class (\w+)", runtime.read_text(), re.M)
    assert {*names} == {*errors} - {"Exchange"}
    for name in names:
        found = re.search(rf"^\| `{name}` \| `(\w+)` \| .+ \|$", text, re.M)
        assert found, name
        assert found[1] in {*names, "Error"}
