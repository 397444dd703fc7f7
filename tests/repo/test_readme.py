"""What the README says to do works."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from specpipe.conformance.process import server_environment
from specpipe.node import executable
from specpipe.workspace import OUT, ROOT

README = (ROOT / "README.md").read_text()


@pytest.fixture
def server(tmp_path):
    """The generated server without a key, on a free port; its URL."""
    environment = server_environment(OUT) | {"DATABASE_URL": f"sqlite:///{tmp_path}/events.db"}
    environment.pop("API_KEY", None)
    process = subprocess.Popen(
        [sys.executable, "-m", "pieces_workstream_server", "--port", "0"],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    yield process.stdout.readline().split()[2]
    process.terminate()
    process.wait(timeout=20)
    process.stdout.close()


def test_the_example_of_the_sdk_runs_against_the_server(server):
    (example,) = re.findall(r"```python\n(.*?)```", README, re.S)
    code = example.replace("http://127.0.0.1:39300", server)
    assert server in code

    result = subprocess.run(
        [sys.executable, "-c", code],
        env=server_environment(OUT),
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.returncode == 0, result.stderr
    assert "ReferencedWorkstreamEvent(id=" in result.stdout
    assert "never created" in result.stdout


def test_the_example_of_the_typescript_sdk_runs_against_the_server(server, tmp_path):
    (example,) = re.findall(r"```typescript\n(.*?)```", README, re.S)
    code = example.replace("http://127.0.0.1:39300", server)
    assert server in code
    program = tmp_path / "example.mjs"
    entry = OUT / "typescript-client" / "src" / "index.ts"
    alias = f"--alias:pieces-workstream-client={entry}"
    esbuild = ROOT / "node_modules" / ".bin" / "esbuild"
    subprocess.run(
        [esbuild, "--bundle", "--loader=ts", "--format=esm", alias, f"--outfile={program}"],
        cwd=ROOT,
        input=code,
        text=True,
        check=True,
    )

    command = [executable("the example"), str(program)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)

    assert result.returncode == 0, result.stderr
    assert re.match(r"\[ \{ id: '[0-9a-f-]{36}' \} \]\n", result.stdout)
    assert "never created" in result.stdout


def test_every_make_target_that_the_readme_names_exists():
    targets = re.findall(r"^([a-z]+):.*?##", (ROOT / "Makefile").read_text(), re.M)
    named = set(re.findall(r"(?:^|`)make ([a-z]+)", README, re.M))

    assert named <= set(targets)


def test_every_link_of_the_readme_leads_to_a_file():
    links = re.findall(r"\]\(([^)#]+)\)", README)

    assert links
    assert [link for link in links if not os.path.exists(ROOT / link)] == []
