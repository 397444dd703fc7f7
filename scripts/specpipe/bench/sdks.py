"""What the rows of the SDK measure: the generated SDK, the published one where the API has one,
what the generator makes without our templates, and the floors."""

from __future__ import annotations

import compileall
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from specpipe.bench.peers.making import peer_python, pinned, run
from specpipe.bench.subjects import Run
from specpipe.diagnostics import ToolError
from specpipe.render import python_method, python_resource
from specpipe.spec.model import Document, Operation
from specpipe.workspace import BENCH

OURS = "ours"
PUBLISHED = "published SDK"
STOCK = "openapi-python-client, its own templates"
FLOOR = "floor"
ADAPTER, REQUIREMENTS = "published.py", "published.txt"
"""Beside the body to create things with, where the API has a published SDK: how to reach it, and
the packages that it is, pinned."""
PROGRAMS = "specpipe.bench.programs"
STYLES = ("stainless", "speakeasy")
"""Generators behind a paid account: SDKs that they made of other APIs are on PyPI."""
IMPORT_ONLY = frozenset({"import"})


@dataclass(frozen=True, slots=True)
class Sdk:
    """An SDK: its adapter (see programs/sdk_task.py), and the interpreter that can import it."""

    name: str
    adapter: Path
    python: Path
    environment: Mapping[str, str]
    rows: frozenset[str] | None = None
    """Those that it can be measured for; None for all."""

    def takes_part(self, row: str) -> bool:
        """Whether a row measures it."""
        return self.rows is None or row in self.rows

    def measure(self, task: str, *arguments: object) -> dict[str, float]:
        """What a task gave, in a process of its own. Raises ToolError."""
        with resources.as_file(resources.files(PROGRAMS)) as programs:
            said = self._run(programs / "sdk_task.py", str(self.adapter), task, *arguments)
        measures: dict[str, float] = json.loads(said)
        return measures

    def first_client(self, base_url: str) -> float:
        """Seconds of CPU of a new interpreter until it has a client. Raises ToolError."""
        folder, name = str(self.adapter.parent), self.adapter.stem
        with resources.as_file(resources.files(PROGRAMS)) as programs:
            return float(self._run(programs / "sdk_import.py", folder, name, base_url))

    def _run(self, program: Path, *arguments: object) -> str:
        done = subprocess.run(
            [str(self.python), str(program), *map(str, arguments)],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            lines = done.stderr.strip().splitlines() or ["no reason given"]
            raise ToolError(f"{self.name}: {program.name} failed: {lines[-1]}")
        return done.stdout


def prepared_sdks(bench: Run, document: Document, spec: Path) -> list[Sdk]:
    """Ours first, the floor last. Packages are compiled, as pip leaves them, and each SDK is in an
    environment with what it depends on: msgspec imports more where there is more. Raises
    ToolError."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    # What a benchmark starts must not leave caches in the folders of sources.
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    packages = bench.folder / "packages"
    packages.mkdir()
    mixed = environment | {
        "PYTHONPATH": str(packages),
        "GET_PATH": bench.work.get("id").path,
        **our_package(bench, packages),
        **stock_package(bench, document, packages),
    }
    compileall.compile_dir(packages, quiet=1)
    python = peer_python(BENCH / "ours", pinned("ours.txt"))
    other = peer_python(BENCH / "stock", pinned("stock.txt"))
    with resources.as_file(resources.files(PROGRAMS)) as programs:
        ours = Sdk(OURS, programs / "sdk_ours.py", python, mixed)
        stock = Sdk(STOCK, programs / "sdk_stock.py", other, mixed)
        floor = Sdk(FLOOR, programs / "sdk_floor.py", python, mixed)
    of_others = [*published(spec.parent / "bench", environment), stock, *styles(environment)]
    return [ours, *of_others, floor]


def name_of_style(generator: str) -> str:
    """What an SDK by one of STYLES is called."""
    return f"an SDK by {generator.capitalize()} (another API)"


def styles(environment: Mapping[str, str]) -> list[Sdk]:
    """SDKs of other APIs, to be imported only. Raises ToolError."""
    with resources.as_file(resources.files(PROGRAMS)) as programs:
        return [
            Sdk(
                name_of_style(name),
                programs / f"sdk_{name}.py",
                peer_python(BENCH / name, pinned(f"{name}.txt")),
                environment,
                IMPORT_ONLY,
            )
            for name in STYLES
        ]


def published(folder: Path, environment: Mapping[str, str]) -> list[Sdk]:
    """The SDK that `folder` describes; none when it describes none. Raises ToolError."""
    adapter, requirements = folder / ADAPTER, folder / REQUIREMENTS
    if not adapter.is_file() or not requirements.is_file():
        return []
    python = peer_python(BENCH / "published", requirements.read_bytes())
    return [Sdk(PUBLISHED, adapter, python, environment)]


def our_package(bench: Run, packages: Path) -> dict[str, str]:
    """Copy the generated SDK; gives the variables of its adapter. Raises ToolError."""
    name = f"{bench.api.package.snake}_client"
    source = bench.out / "python-client" / name
    if not source.is_dir():
        raise ToolError(f"{bench.out}: there is no generated SDK here: run `make generate` first")
    shutil.copytree(source, packages / name, ignore=shutil.ignore_patterns("__pycache__"))
    work = bench.work
    return {"PACKAGE": name, "GETTING": place(work.getting), "LISTING": place(work.everything)}


def place(operation: Operation) -> str:
    """The resource and the method of an operation in the generated SDK."""
    return f"{python_resource(operation.tag.snake)}.{python_method(operation.method_name.snake)}"


def stock_package(bench: Run, document: Document, packages: Path) -> dict[str, str]:
    """Let openapi-python-client make its own SDK; gives the variables of its adapter. Raises
    ToolError."""
    spec, options = bench.folder / "stock.json", bench.folder / "stock-options.json"
    spec.write_text(json.dumps(document.data))
    options.write_text(json.dumps({"post_hooks": [], "package_name_override": "stock"}))
    output = packages / "stock"
    run(
        sys.executable,
        "-m",
        "openapi_python_client",
        "generate",
        f"--path={spec}",
        "--meta=none",
        f"--config={options}",
        f"--output-path={output}",
    )
    work = bench.work
    return {
        "STOCK": "stock",
        "STOCK_GETTING": module_of(work.getting, output),
        "STOCK_LISTING": module_of(work.everything, output),
    }


def module_of(operation: Operation, package: Path) -> str:
    """The module of an operation in what openapi-python-client makes. Raises ToolError."""
    from openapi_python_client.strings import PythonIdentifier

    file = f"{PythonIdentifier(operation.id, 'field_')}.py"
    for path in (package / "api").glob(f"*/{file}"):
        return ".".join(path.relative_to(package.parent).with_suffix("").parts)
    raise ToolError(f"openapi-python-client made no {file}")
