"""Row `ts-decode`: what the TypeScript SDK makes of an answer, beside the published one where the
API has one. Each figure comes from a process of its own."""

from __future__ import annotations

import json
import statistics
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from specpipe import node
from specpipe.bench.figures import Results
from specpipe.bench.growth import sized
from specpipe.bench.requests import in_turn
from specpipe.bench.sdks import OURS, PROGRAMS, PUBLISHED
from specpipe.bench.snapshots import answers_of, snapshot_of
from specpipe.bench.subjects import Run
from specpipe.diagnostics import ToolError
from specpipe.render import typescript_literal
from specpipe.workspace import ROOT

ROW = "ts-decode"
ADAPTER = "published.mjs"
"""Beside the body to create things with, where the API has a published SDK."""
FEW = 10
"""Things in the snapshot that a subject warms up with."""
SHARE, WHOLE = "after JSON.parse", "from bytes"
TASKS = {SHARE: "share", WHOLE: "whole"}
"""The task that measures each case."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A TypeScript SDK and the adapter that it is reached by."""

    name: str
    adapter: Path


def measure_typescript(bench: Run, spec: Path, results: Results) -> None:
    """Measure the row: in each round every subject once. Raises ToolError."""
    program = node.executable(ROW)
    subjects = [Subject(OURS, our_adapter(bench)), *published(spec.parent / "bench")]
    answers = answers_of(bench)
    few, many = (bench.folder / f"typescript-{n}.json" for n in (FEW, bench.effort.snapshot))
    few.write_bytes(snapshot_of(answers.snapshot, bench.work, FEW))
    many.write_bytes(snapshot_of(answers.snapshot, bench.work, bench.effort.snapshot))
    for number in range(bench.effort.client_rounds):
        for subject in in_turn(subjects, number):
            bench.say(f"{ROW}, round {number + 1}: {subject.name}")
            for case, task in TASKS.items():
                runs = [
                    measured([program, "--expose-gc"], subject, task, few, many)
                    for _ in range(bench.effort.repeats)
                ]
                found = {name: statistics.median(run[name] for run in runs) for name in runs[0]}
                results.add(ROW, f"{sized(bench.effort.snapshot)}, {case}", subject.name, **found)


def measured(
    command: Sequence[str], subject: Subject, task: str, few: Path, many: Path
) -> dict[str, float]:
    """What a task gave, in a process of its own. Raises ToolError."""
    with resources.as_file(resources.files(PROGRAMS)) as programs:
        program = programs / "typescript_task.mjs"
        said = run([*command, str(program), str(subject.adapter), task, str(few), str(many)])
    measures: dict[str, float] = json.loads(said)
    return measures


def published(folder: Path) -> list[Subject]:
    """The SDK that `folder` describes; none when it describes none."""
    adapter = folder / ADAPTER
    return [Subject(PUBLISHED, adapter)] if adapter.is_file() else []


def our_adapter(bench: Run) -> Path:
    """The generated SDK, as a program that bundles it has it. Raises ToolError."""
    sources = (bench.out / "typescript-client" / "src").resolve()
    if not sources.is_dir():
        raise ToolError(f"{bench.out}: there is no generated SDK here: run `make generate` first")
    operation = f"operations.{bench.work.everything.name.camel}"
    entry, made = bench.folder / "ours.ts", bench.folder / "ours.mjs"
    modules = {
        "* as operations": "operations.js",
        "{ checked }": "runtime/check.js",
        "{ outcome }": "runtime/outcome.js",
    }
    imports = [
        f"import {what} from {typescript_literal(str(sources / path))};"
        for what, path in modules.items()
    ]
    about = "method: 'GET', url: '', status: 200, headers: new Headers()"
    status = bench.work.everything.success.status
    entry.write_text(
        "\n".join(
            [
                *imports,
                f"const operation = {operation};",
                f"const check = operation.answers[{status}];",
                "export const share = (value) => checked(check, value);",
                f"export const whole = (body) => outcome(operation, {{ {about}, body }});",
            ]
        )
    )
    esbuild = ROOT / "node_modules" / ".bin" / "esbuild"
    run([str(esbuild), str(entry), "--bundle", "--format=esm", f"--outfile={made}"])
    return made


def run(command: Sequence[str]) -> str:
    """What a program said. Raises ToolError with its last words when it failed."""
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode:
        reason = node.words(done.stderr) or "no reason given"
        raise ToolError(f"{ROW}: {Path(command[0]).name} failed: {reason}")
    return done.stdout.decode()
