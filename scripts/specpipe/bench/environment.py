"""Where a run took place: figures mean nothing without it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from specpipe.bench.load import check_wrk
from specpipe.bench.peers.making import pinned
from specpipe.bench.sdks import Sdk

PACKAGES = ("uvicorn", "uvloop", "httptools", "starlette", "msgspec", "psycopg")
TOOLS = ("openapi-python-client", "datamodel-code-generator", "ruff", "schemathesis")
PEERS = ("fastapi", "pydantic", "uvicorn", "starlette")


def environment(folder: Path) -> dict[str, str]:
    """What it was: name to value, as text for a person."""
    system = os.uname()
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "processor": f"{processor()}, {os.cpu_count()} cores",
        "system": f"{system.sysname} {system.release} {system.machine}",
        "python": sys.version.partition(" ")[0],
        "disk": said("stat", "--file-system", "--format=%T", str(folder)).strip(),
    }


def of_servers(peer: Path) -> dict[str, str]:
    """What the rows of the server ran on; `peer` is the interpreter of the peers."""
    asked = "; ".join(
        ["from importlib.metadata import version as v", f"print(*(v(n) for n in {PEERS}))"]
    )
    found = said(str(peer), "-c", asked).split()
    return {
        "server": ", ".join(f"{name} {version(name)}" for name in PACKAGES),
        "peers": ", ".join(f"{name} {v}" for name, v in zip(PEERS, found, strict=True)),
        "load by": said(check_wrk(), "--version").split("Copyright")[0].strip(),
    }


def of_sdks(sdks: Sequence[Sdk]) -> dict[str, str]:
    """All that is installed where the rows of the SDK ran; several of them may share a place."""
    asked = "; ".join(
        [
            "from importlib.metadata import distributions as d",
            "print(*sorted(f'{x.name} {x.version}' for x in d()), sep=', ')",
        ]
    )
    names: dict[Path, list[str]] = {}
    for sdk in sdks:
        names.setdefault(sdk.python, []).append(sdk.name)
    return {
        f"packages of {' and '.join(those)}": said(str(python), "-c", asked).strip()
        for python, those in names.items()
    }


def of_tools() -> dict[str, str]:
    """What the rows of the pipeline and of the judge ran."""
    pins = pinned("generator.txt").decode().split()
    node = said("node", "--version") if shutil.which("node") else "none"
    tools = ", ".join(f"{name} {version(name)}" for name in TOOLS)
    return {"generators and judge": f"{tools}, {', '.join(pins)}, node {node}"}


def load_average() -> str:
    """Of the last minute, five and fifteen: how busy the machine was with other things."""
    return " ".join(f"{value:.1f}" for value in os.getloadavg())


def processor() -> str:
    """The name of the processor."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return os.uname().machine


def said(*command: str) -> str:
    """What a program prints first; wrk ends with status 1 when asked for its version."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.partition("\n")[0]
