"""The generators that the pipeline is measured beside, each as people run it."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from specpipe.bench.commands import cost, together
from specpipe.bench.peers.making import peer_python, pinned, run
from specpipe.diagnostics import ToolError
from specpipe.workspace import BENCH, ROOT

STOCK = "openapi-python-client, its own templates"
HEY_API = "hey-api, its own client"
MODELS = "datamodel-code-generator, models alone"
KINDS = ("python", "python-fastapi", "typescript-fetch")
"""What openapi-generator makes of the three that the pipeline makes."""
OPENAPI_GENERATOR = "openapi-generator"
ALL_THREE = f"{OPENAPI_GENERATOR}, its three"
Cost = dict[str, float]


@dataclass(frozen=True, slots=True)
class Generator:
    """A generator: `run` lets it make something of a spec in a new folder, and gives the cost."""

    name: str
    run: Callable[[Path, Path], Cost]


def openapi_generator(*kinds: str) -> Callable[[Path, Path], Cost]:
    """openapi-generator, once for each kind of output. Needs no Java of the system: a wheel brings
    one."""

    def generate(spec: Path, out: Path) -> Cost:
        python = peer_python(BENCH / OPENAPI_GENERATOR, pinned("generator.txt"))
        program = str(python.with_name("openapi-generator-cli"))
        # It takes a `requestBody` of a link that is no text for an error, which OpenAPI allows.
        options = ("-i", str(spec), "--skip-validate-spec")
        costs = []
        for kind in kinds:
            command = [program, "generate", "-g", kind, *options, "-o", str(out / kind)]
            costs.append(cost(command, out.with_suffix(".log")))
        return together(costs)

    return generate


def stock_python(spec: Path, out: Path) -> Cost:
    """openapi-python-client with its own templates, and with ruff behind it, which it calls by its
    name."""
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    command = [sys.executable, "-m", "openapi_python_client", "generate", f"--path={spec}"]
    return cost([*command, f"--output-path={out / 'made'}"], out.with_suffix(".log"), environment)


def hey_api(spec: Path, out: Path) -> Cost:
    """@hey-api/openapi-ts with its own client."""
    program = str(ROOT / "node_modules" / ".bin" / "openapi-ts")
    command = [program, "-i", str(spec), "-o", str(out / "made"), "--no-log-file"]
    return cost(command, out.with_suffix(".log"), folder=out)


def models(spec: Path, out: Path) -> Cost:
    """datamodel-code-generator: pydantic models, as it makes them unasked."""
    command = [sys.executable, "-m", "datamodel_code_generator", f"--input={spec}"]
    command += ["--input-file-type=openapi", "--output-model-type=pydantic_v2.BaseModel"]
    return cost([*command, f"--output={out / 'models.py'}"], out.with_suffix(".log"))


PEERS: Mapping[str, tuple[Generator, ...]] = {
    "": (Generator(ALL_THREE, openapi_generator(*KINDS)),),
    "python": (
        Generator(STOCK, stock_python),
        Generator(f"{OPENAPI_GENERATOR}: python", openapi_generator("python")),
    ),
    "server": (
        Generator(MODELS, models),
        Generator(f"{OPENAPI_GENERATOR}: python-fastapi", openapi_generator("python-fastapi")),
    ),
    "typescript": (
        Generator(HEY_API, hey_api),
        Generator(f"{OPENAPI_GENERATOR}: typescript-fetch", openapi_generator("typescript-fetch")),
    ),
}
"""By what is given to TARGETS: nothing for all."""


def make_ready() -> None:
    """What `make generate` sets up when it is not there: not in what is measured. Raises
    ToolError."""
    run("make", "-C", str(ROOT), "setup")
    peer_python(BENCH / OPENAPI_GENERATOR, pinned("generator.txt"))


def make_generate(spec: Path, out: Path, cache: str, targets: str = "") -> Cost:
    """`make generate`; `cache` is what SPECPIPE_CACHE says. Raises ToolError without make."""
    make = shutil.which("make")
    if make is None:
        raise ToolError("make is not there: install it")
    given = [f"SPEC={spec}", f"OUT={out}", f"TARGETS={targets}"]
    environment = {**os.environ, "SPECPIPE_CACHE": cache}
    return cost([make, "-C", str(ROOT), "generate", *given], out.with_suffix(".log"), environment)
