"""The documentation of several specs, as it is generated, and the server of each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from specpipe.conformance.process import Running, generated_server
from specpipe.pipeline import read_spec
from specpipe.spec.model import Api, Document
from specpipe.workspace import ROOT, SPEC

SPECS = {
    "ours": SPEC,
    "things": ROOT / "tests" / "unit" / "things.yaml",
    "awkward-names": ROOT / "tests" / "golden" / "awkward-names" / "spec.yaml",
}
OPERATION = re.compile(r"^# \*\*(.+)\*\*$", re.M)


@dataclass(frozen=True)
class Program:
    """A program on a page, and what the page says comes of it: an answer to a request (`address`,
    `outcome`), or what is `printed`."""

    page: str
    code: str
    address: str = ""
    outcome: str = ""
    printed: str = ""


@dataclass(frozen=True)
class Made:
    """What a spec gives, and its server, running."""

    document: Document
    api: Api
    out: Path
    server: Running

    @property
    def folder(self) -> Path:
        return self.out / "docs"

    def programs(self, language: str) -> list[Program]:
        """All programs in a language, for this server and its key."""
        found = []
        for path in sorted((self.folder / language).rglob("*.md")):
            page, text = path.relative_to(self.folder).as_posix(), path.read_text()
            read = of_model if path.parent.name == "models" else of_api
            found += read(page, self._at_home(text), language)
        return found

    def _at_home(self, text: str) -> str:
        url = (*self.api.servers, "http://localhost")[0]
        fences = re.compile(r"^```.*?^```$", re.M | re.S)
        here = fences.sub(lambda fence: fence[0].replace(url, self.server.base_url), text)
        return re.sub("…|your-key", self.server.key or "no key", here)


def of_api(page: str, text: str, language: str) -> Iterator[Program]:
    """One program for each operation."""
    _, *parts = OPERATION.split(text)
    for section in parts[1::2]:
        (code,) = programs_in(section, language)
        (address,) = re.findall(r"^(/.*) \[([A-Z]+)\]$", section, re.M)
        (outcome,) = re.findall(r"^### Outcome\n\n(.*)$", section, re.M)
        plain = re.sub(r"\\(.)", r"\1", address[0])
        yield Program(page, code, f"{address[1]} {plain}", outcome)


def of_model(page: str, text: str, language: str) -> Iterator[Program]:
    """One, if the spec has an example."""
    for code in programs_in(text, language):
        (printed,) = programs_in(text, "json")
        yield Program(page, code, printed=printed)


def programs_in(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.M | re.S)


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
        yield Made(document, api, out, server)
