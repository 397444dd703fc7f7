"""`make lint` on the spec: what redocly and the advice find, and that each message says what to do."""

from __future__ import annotations

import os
import re
import subprocess

import pytest
import yaml

from specpipe.cli import main
from specpipe.workspace import ROOT, SPEC

CONFIG = ROOT / "spec" / "redocly.yaml"
RULES = yaml.safe_load(CONFIG.read_text())["rules"]


@pytest.fixture
def lint(node):
    """Runs redocly as `make lint` does."""
    command = [node, ROOT / "node_modules/@redocly/cli/bin/cli.js", "lint", "--format=stylish"]

    def lint(path):
        return subprocess.run(
            [*command, "--config", CONFIG, "--lint-config=error", path],
            env={
                **os.environ,
                "REDOCLY_TELEMETRY": "off",
                "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true",
            },
            capture_output=True,
            text=True,
            check=False,
            cwd=ROOT,
        )

    return lint


@pytest.mark.parametrize("name", RULES)
def test_every_rule_is_an_error_and_its_message_says_what_to_do(name):
    assert RULES[name]["severity"] == "error"
    message = RULES[name]["message"].removeprefix("{{message}} ")
    assert re.fullmatch(r"[A-Z].*\.", message), message


def test_the_spec_passes(lint):
    done = lint(SPEC)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("components:\n", "components:\n  examples:\n    Spare: {value: 1}\n", "Refer to it, or delete it."),
        ("    description: One event. Read, update, score and link it to summaries.\n", "", "Say what its operations are about."),
        ("      summary: List all events\n", "      summary: List all events.\n", "Shorten it"),
        ("  /workstream_events/create:\n", "  /workstream_events/create/:\n", "Drop the slash."),
        ("      description: Returns one event, or 410 when it was deleted or never existed.\n", "", "Say what it does, beyond the summary."),
    ],
)  # fmt: skip
def test_what_breaks_a_rule_is_found(lint, tmp_path, old, new, said):
    text = SPEC.read_text()
    assert text.count(old) == 1
    (tmp_path / "openapi.yaml").write_text(text.replace(old, new))
    done = lint(tmp_path / "openapi.yaml")
    assert done.returncode == 1
    assert said in re.sub(r"\s+", " ", done.stdout + done.stderr)


def test_an_operation_that_documents_no_refusal_is_told_and_still_generated_from(tmp_path, capsys):
    spec = tmp_path / "spec.yaml"
    text = (ROOT / "tests" / "diff" / "base.yaml").read_text()
    end = "        '401':\n          $ref: '#/components/responses/Unauthorized'\n  /things/ids:"
    assert text.count(end) == 1
    spec.write_text(text.replace(end, "  /things/ids:"))
    out = str(tmp_path / "out")
    assert main(["lint", "--spec", str(spec)]) == 1
    (line,) = capsys.readouterr().out.splitlines()
    assert "/paths/~1things/post/responses: no 4xx answer" in line
    assert "describe what a refusal answers" in line
    assert main(["generate", "--spec", str(spec), "--out", out, "--targets", "server"]) == 0


def test_an_operation_that_takes_nothing_needs_no_refusal(tmp_path):
    spec = ROOT / "tests" / "diff" / "base.yaml"
    assert "operationId: ping" in spec.read_text()
    assert main(["lint", "--spec", str(spec)]) == 0
