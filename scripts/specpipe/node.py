"""Node.js, for the tools that are written in it: pinned in package-lock.json, put into
node_modules by `make setup`."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from specpipe.diagnostics import ToolError
from specpipe.workspace import ROOT

OLDEST = (20, 19)
"""The oldest Node.js that the pinned tools run on."""
_SECONDS = 120
_NEEDS = (
    f"needs Node.js {OLDEST[0]}.{OLDEST[1]} or newer with npm: install it from https://nodejs.org "
    "and run make setup"
)


def run(script: Path, given: Mapping[str, Any], what: str) -> Any:
    """What `script`, a module for Node.js, makes of `given`: both go through it as JSON.

    `what` names the work in messages. Raises ToolError when Node.js or the tools are missing or
    too old, and with the script's own last words when it fails.
    """
    node = shutil.which("node")
    if node is None:
        raise ToolError(f"{what} {_NEEDS}")
    if not (ROOT / "node_modules" / ".ready").exists():
        raise ToolError(f"{what} {_NEEDS}: its tools are not in node_modules")
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    result = subprocess.run(
        [node, str(script)],
        input=json.dumps(given).encode(),
        env=environment,
        capture_output=True,
        timeout=_SECONDS,
        check=False,
    )
    if result.returncode:
        lines = result.stderr.decode(errors="replace").strip().splitlines()
        raise ToolError(f"{what}: {lines[-1] if lines else f'exit status {result.returncode}'}")
    return json.loads(result.stdout)
