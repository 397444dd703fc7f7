"""README and REFERENCE of the Python SDK: every program in them runs against the real server, the
links lead somewhere, and nothing that there is is missing. For any spec."""

from __future__ import annotations

import importlib
import inspect
import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

from specpipe.conformance.process import Running, generated_server, server_environment
from specpipe.pipeline import read_spec
from specpipe.spec.model import Api
from specpipe.workspace import ROOT, SPEC

SPECS = {
    "ours": SPEC,
    "things": ROOT / "tests" / "unit" / "things.yaml",
    "rivals": ROOT / "tests" / "behaviour" / "rivals.yaml",
    "awkward-names": ROOT / "tests" / "golden" / "awkward-names" / "spec.yaml",
    "example-answers": ROOT / "tests" / "golden" / "example-answers" / "spec.yaml",
}
PAGES = ("README.md", "REFERENCE.md")


@dataclass(frozen=True)
class Made:
    """What a spec gives: both packages, and the server, running."""

    api: Api
    out: Path
    server: Running

    @property
    def package(self) -> str:
        return f"{self.api.package.snake}_client"

    def page(self, name: str) -> str:
        return (self.out / "python-client" / name).read_text()

    def blocks(self, name: str) -> list[str]:
        """The programs of a page, for this server and its key."""
        key = repr(self.server.key) if self.server.key else "no key"
        url = repr((*self.api.servers, "http://localhost")[0]).replace("'", '"')
        found = re.findall(r"^```python\n(.*?)^```$", self.page(name), re.M | re.S)
        return [
            b.replace(url, repr(self.server.base_url)).replace('"your-key"', key) for b in found
        ]


@pytest.fixture(scope="module", params=SPECS)
def made(request, tmp_path_factory, generate):
    spec = SPECS[request.param]
    out = tmp_path_factory.mktemp(request.param)
    generate(spec, out)
    _, api = read_spec(spec)
    with generated_server(api, out, 1) as server:
        yield Made(api, out, server)


def test_the_key_of_the_examples_is_one_that_a_client_takes(
    sdk: ModuleType, python_folder: Path
) -> None:
    for page in PAGES:
        text = (python_folder / page).read_text()
        keys = re.findall(r'api_key="(.+?)"', text)
        assert keys
        for key in keys:
            sdk.Client(api_key=key).close()


def prelude(made: Made) -> str:
    """The lines that the reference says come first."""
    (lines,) = [b for b in made.blocks("REFERENCE.md") if b.startswith(f"from {made.package} ")]
    return lines


def run(made: Made, program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        env=server_environment(made.out),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


EACH = """
import json, sys, traceback
first, *rest = json.load(sys.stdin)
for number, block in enumerate(rest):
    print(f"--- {number}: {block}")
    try:
        exec(first + block, {"__name__": "__main__"})
    except BaseException:
        traceback.print_exc(file=sys.stdout)
        print("FAILED")
"""


@pytest.mark.parametrize("page", PAGES)
def test_every_program_on_a_page_runs_against_the_server(made, page):
    first = prelude(made)
    programs = [block for block in made.blocks(page) if block != first]
    assert len(programs) >= (len(made.api.operations) if page == "REFERENCE.md" else 5)
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", EACH],
        env=server_environment(made.out),
        input=json.dumps([first, *programs]),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert result.returncode == 0, result.stderr
    assert "FAILED" not in result.stdout, result.stdout
    assert result.stdout.count("--- ") >= len(programs)


def test_the_first_program_needs_nothing_before_it(made):
    result = run(made, made.blocks("README.md")[0])
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_to_a_place_on_its_page(made, page):
    links = re.findall(r"\]\(([^)#\s]*)#([^)\s]+)\)", made.page(page))
    assert links
    for other, place in set(links):
        text = made.page(other or page)
        headings = re.findall(r"^#+ ([A-Za-z ]+)$", text, re.M)
        places = [heading.lower().replace(" ", "-") for heading in headings]
        places += re.findall(r'<a id="([^"]+)">', text)
        assert places.count(place) == 1, (page, other, place)


@pytest.mark.parametrize("page", PAGES)
def test_every_table_has_as_many_cells_in_each_row_as_in_its_head(made, page):
    tables = re.findall(r"(?:^\|.*\|\n)+", made.page(page), re.M)
    assert tables
    for table in tables:
        widths = {len(re.findall(r"(?<!\\)\|", row)) for row in table.splitlines()}
        assert len(widths) == 1, table


def test_no_part_of_the_spec_is_missing_from_the_reference(made):
    text = made.page("REFERENCE.md")
    for operation in made.api.operations:
        line = rf"^`{operation.method} {re.escape(operation.path)}`, in the spec .*$"
        (said,) = re.findall(line, text, re.M)
        assert operation.name.snake in said or f".{operation.name.snake}" in text
        for parameter in operation.parameters:
            assert f"`{parameter.wire}`" in text
        for response in operation.responses:
            if response.status >= 300:
                assert f"| {response.status} | [" in text
    models = (made.out / "python-client" / made.package / "models.py").read_text()
    for name in re.findall(r"^class (\w+)\(", models, re.M):
        assert f'<a id="{name}"></a>' in text


def test_every_error_and_option_is_in_the_reference(sdk: ModuleType, python_folder: Path) -> None:
    text = (python_folder / "REFERENCE.md").read_text()
    for name in sdk.__all__:
        thing = getattr(sdk, name)
        if isinstance(thing, type) and issubclass(thing, sdk.ApiError):
            assert re.search(rf"^\| `{name}` \| `[\w., ]+` \|", text, re.M), name
    for name in ("CallOptions", "ClientOptions", "Timeout"):
        for member in inspect.get_annotations(getattr(sdk, name)):
            assert f"| `{member}` |" in text, (name, member)


def test_a_failure_is_documented_as_the_class_that_is_raised(sdk: ModuleType, made: Made) -> None:
    errors = importlib.import_module(f"{sdk.__name__}.errors")
    rows = re.findall(r"^\| (\d{3}) \| \[(\w+)\]\(#errors\) \|", made.page("REFERENCE.md"), re.M)
    assert rows or made.api.package.snake == "tide_tables"
    for status, name in set(rows):
        assert errors.status_error(int(status), True).__name__ == name
