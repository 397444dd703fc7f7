"""The types of the TypeScript SDK: they accept what is right, and it runs; they refuse each mistake."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from specpipe.conformance.process import generated_server
from specpipe.pipeline import read_spec
from specpipe.workspace import ROOT, SPEC

HERE = ROOT / "tests" / "typescript" / "typing"
SDK = ROOT / "generated" / "typescript-client"
BIN = ROOT / "node_modules" / ".bin"
FILES = ["right.ts", "wrong.ts"]
OPTIONS = {
    "target": "ES2022",
    "lib": ["ES2022", "DOM", "DOM.Iterable", "DOM.AsyncIterable"],
    "types": [],
    "strict": True,
    "noUncheckedIndexedAccess": True,
    "noImplicitOverride": True,
    "noPropertyAccessFromIndexSignature": True,
    "verbatimModuleSyntax": True,
    "moduleDetection": "force",
    "noEmit": True,
    "skipDefaultLibCheck": True,
    "pretty": False,
}
MODES = {
    "nodenext": {"module": "NodeNext", "moduleResolution": "NodeNext"},
    "bundler": {"module": "ESNext", "moduleResolution": "Bundler"},
    "exact": {
        **{"module": "ESNext", "moduleResolution": "Bundler"},
        "exactOptionalPropertyTypes": True,
    },
}


@pytest.fixture(scope="module", params=MODES)
def said(request: pytest.FixtureRequest, once: Callable[..., Path]) -> str:
    """What the compiler says of the files here."""
    mode = request.param

    def make(folder: Path) -> None:
        paths = {"pieces-workstream-client": [str(SDK / "src" / "index.ts")]}
        options = {**OPTIONS, **MODES[mode], "paths": paths}
        if mode == "nodenext":  # a file is a module by its nearest package.json
            (folder / "package.json").write_text('{"type": "module"}')
        for name in FILES:
            (folder / name).write_bytes((HERE / name).read_bytes())
        config = folder / "tsconfig.json"
        config.write_text(json.dumps({"compilerOptions": options, "files": FILES}))
        result = subprocess.run(
            [BIN / "tsc", "-p", config], capture_output=True, text=True, timeout=120, check=False
        )
        (folder / "said").write_text(result.stdout)

    return (once(f"typing-{mode}", make) / "said").read_text()


def test_what_is_right_is_accepted(said: str) -> None:
    assert [line for line in said.splitlines() if "wrong.ts(" not in line and line[:1] != " "] == []


def test_each_mistake_is_reported_where_it_is_and_nothing_else(said: str) -> None:
    reported = {int(line) for line in re.findall(r"wrong\.ts\((\d+),\d+\): error", said)}
    lines = (HERE / "wrong.ts").read_text().splitlines()
    marked = {number for number, line in enumerate(lines, 1) if "// wrong: " in line}
    assert len(marked) > 40
    assert {lines[n - 1] for n in marked - reported} == set(), "not reported"
    assert {lines[n - 1] for n in reported - marked} == set(), said


def test_what_is_right_runs(tmp_path: Path) -> None:
    bundle = tmp_path / "right.mjs"
    alias = f"--alias:pieces-workstream-client={SDK / 'src' / 'index.ts'}"
    flags = ("--bundle", "--format=esm", "--platform=node", alias, f"--outfile={bundle}")
    subprocess.run([BIN / "esbuild", HERE / "right.ts", *flags], check=True, capture_output=True)
    _, api = read_spec(SPEC)
    with generated_server(api, ROOT / "generated", seed=1) as server:
        environment = {**os.environ, "BASE_URL": server.base_url, "API_KEY": server.key or ""}
        result = subprocess.run(
            ["node", bundle], env=environment, capture_output=True, text=True, check=False
        )
    assert result.returncode == 0, result.stderr
