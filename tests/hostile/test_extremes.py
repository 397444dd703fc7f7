"""Documents as large as they may be give a tree, in a process that may use 30 seconds of processor
time and 1 GiB; and larger ones are refused there."""

from __future__ import annotations

import copy
import os
import resource
import subprocess
import sys

import pytest

from specpipe.workspace import ROOT

from .extremes import LARGE, MIB
from .frame import HARMLESS, filled, text_of

SECONDS = 30
REFUSED = {
    "100 MB": (b"a: " + b"x" * (100 * MIB), "larger than 8 MiB"),
    "8 MB of brackets": (b"[" * (8 * MIB - 1), "nested deeper than 64 levels"),
    "half a million lists": (b"[" + b"[]," * 500_001 + b"]", "more than 500000 values"),
}


def generated(content: bytes, folder) -> subprocess.CompletedProcess[str]:
    """What the command does with a document, within limits. Node.js reserves more than that and
    uses less, so the TypeScript SDK is left out."""
    (folder / "spec.yaml").write_bytes(content)
    command = [sys.executable, "-m", "specpipe", "generate", f"--spec={folder / 'spec.yaml'}"]
    return subprocess.run(
        [*command, f"--out={folder / 'out'}", "--targets=python,server"],
        env={**os.environ, "SPECPIPE_CACHE": "off"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=limited,
    )


def limited() -> None:
    """Set the limits of this process and those that it starts."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (1024 * MIB, 1024 * MIB))


def test_a_large_document_gives_a_tree_within_the_limits(tmp_path):
    """All that may be large at once."""
    data = copy.deepcopy(filled(HARMLESS))
    for edit in LARGE.values():
        edit()(data)
    done = generated(text_of(data), tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "out" / "manifest.json").exists()


@pytest.mark.parametrize("name", REFUSED)
def test_a_larger_one_is_refused_within_the_limits(tmp_path, name):
    content, says = REFUSED[name]
    done = generated(content, tmp_path)
    assert done.returncode == 1
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()
