"""Making the peers: their virtual environment, and applications from the spec."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from importlib import resources
from pathlib import Path

import jinja2

from specpipe.bench.workload import Workload
from specpipe.diagnostics import ToolError
from specpipe.render import python_literal
from specpipe.spec.model import Api, Document

REQUIREMENTS = "requirements.txt"
APPLICATIONS = ("in_memory", "commit_each")


def pinned(name: str = REQUIREMENTS) -> bytes:
    """Requirements that are beside this module."""
    return (resources.files(__package__) / name).read_bytes()


def peer_python(folder: Path, requirements: bytes) -> Path:
    """The interpreter of a virtual environment for peers, which is made in `folder` on first use
    and whenever the pinned `requirements` change. Raises ToolError."""
    digest = hashlib.sha256(requirements).hexdigest()
    stamp, python = folder / ".ready", folder / "bin" / "python"
    if stamp.is_file() and stamp.read_text() == digest:
        return python
    print(f"setting up the peers in {folder} (once)", flush=True)
    run(sys.executable, "-m", "venv", "--clear", str(folder))
    listed = folder / REQUIREMENTS
    listed.write_bytes(requirements)
    run(str(python), "-m", "pip", "install", "--quiet", "--no-deps", "-r", str(listed))
    stamp.write_text(digest)
    return python


def make_applications(document: Document, api: Api, work: Workload, folder: Path) -> None:
    """Write the peers' applications into `folder`: models by datamodel-code-generator, as it
    makes them of the spec unasked, and handlers. Raises ToolError."""
    spec = folder / "spec.json"
    spec.write_text(json.dumps(document.data))
    options = (
        "--input-file-type=openapi",
        "--output-model-type=pydantic_v2.BaseModel",
        "--target-python-version=3.11",
        "--formatters=builtin",
    )
    output = f"--output={folder / 'models.py'}"
    run(sys.executable, "-m", "datamodel_code_generator", f"--input={spec}", *options, output)
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("specpipe.bench", "peers"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        autoescape=False,  # the output is source code, escaped by the filters below
    )
    environment.filters.update(py=python_literal, nested=nested)
    for name in APPLICATIONS:
        template = environment.get_template(f"{name}.py.j2")
        (folder / f"{name}.py").write_text(template.render(work=work, title=api.title))


def nested(path: tuple[str, ...], value: str) -> str:
    """An item of a dict, as code, that leads along `path` to the expression `value`."""
    first, *rest = path
    inner = f"{{{nested(tuple(rest), value)}}}" if rest else value
    return f"{python_literal(first)}: {inner}"


def run(*command: str) -> None:
    """Run a program. Raises ToolError with the last that it said when it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines() or ["no reason given"]
        raise ToolError(f"{' '.join(command[:4])} failed: {lines[-1]}")
