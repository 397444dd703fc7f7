"""The row of the TypeScript SDK: each task in a process of its own, on the generated SDK and on the
published one."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from specpipe import pipeline
from specpipe.bench.effort import QUICK
from specpipe.bench.sdks import OURS, PUBLISHED
from specpipe.bench.subjects import Run
from specpipe.bench.typescript import TASKS, Subject, measured, our_adapter, published
from specpipe.bench.workload import workload_of
from specpipe.diagnostics import ToolError
from specpipe.workspace import OUT, SPEC

NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(NODE is None, reason="Node.js is not installed")


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Run:
    api = pipeline.read_spec(SPEC)[1]
    return Run(api, OUT, workload_of(api, SPEC), QUICK, tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="module")
def subjects(bench: Run) -> dict[str, Subject]:
    both = (Subject(OURS, our_adapter(bench)), *published(SPEC.parent / "bench"))
    return {subject.name: subject for subject in both}


@pytest.fixture(scope="module")
def answer(bench: Run) -> Path:
    """A snapshot as the spec shows it."""
    file = bench.folder / "answer.json"
    file.write_text(json.dumps(bench.work.everything.success.example))
    return file


def command() -> list[str]:
    assert NODE is not None
    return [NODE, "--expose-gc"]


@pytest.mark.parametrize("name", [OURS, PUBLISHED])
@pytest.mark.parametrize("task", TASKS.values())
def test_a_task_gives_its_first_cost_and_its_best(
    subjects: dict[str, Subject], answer: Path, name: str, task: str
) -> None:
    found = measured(command(), subjects[name], task, answer, answer)
    assert found.keys() == {"cpu_ms", "best_ms"}
    assert 0 <= found["best_ms"] <= found["cpu_ms"]


@pytest.mark.parametrize("task", TASKS.values())
def test_what_the_sdk_refuses_is_not_measured(
    bench: Run, subjects: dict[str, Subject], answer: Path, task: str
) -> None:
    wrong = bench.folder / "wrong.json"
    wrong.write_text("[]")
    with pytest.raises(ToolError, match="node failed"):
        measured(command(), subjects[OURS], task, answer, wrong)


def test_an_api_without_a_published_sdk_is_measured_alone(tmp_path: Path) -> None:
    assert published(tmp_path) == []
