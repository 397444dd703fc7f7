"""Row `conformance`: how fast the judge works beside schemathesis alone, on the same server with
the same examples, and where its time goes."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from specpipe.bench.commands import cost
from specpipe.bench.figures import Results
from specpipe.bench.subjects import Run
from specpipe.conformance import fuzz
from specpipe.conformance.process import generated_server
from specpipe.conformance.profile import PROFILES
from specpipe.conformance.report import read
from specpipe.diagnostics import ToolError
from specpipe.workspace import ROOT

ROW = "conformance"
OURS, ALONE = "ours, make conformance", "schemathesis alone"
SEED = 1
STAGE = re.compile(r"^  (\w+) .*\((\d+\.\d) s\)$", re.M)
"""A line that `make conformance` ends a stage with."""
GENERATED = re.compile(r"^  (\d+) generated", re.M)
"""What schemathesis counts its cases as."""


def measure_judging(bench: Run, spec: Path, results: Results) -> None:
    """Measure the row: the judge, and schemathesis alone. Raises ToolError."""
    profile = bench.effort.profile
    bench.say(f"{ROW}: {OURS}, {profile}")
    results.add(ROW, profile, OURS, **judged(bench, spec, results))
    bench.say(f"{ROW}: {ALONE}, {profile}")
    results.add(ROW, profile, ALONE, **fuzzed(bench, spec))


def judged(bench: Run, spec: Path, results: Results) -> dict[str, float]:
    """`make conformance`: requests by the second, and the share of each stage in its time."""
    make = shutil.which("make")
    if make is None:
        raise ToolError("make is not there: install it")
    reports, log = (bench.folder / "judged").resolve(), bench.folder / "judged.log"
    given = {"PROFILE": bench.effort.profile, "SEED": SEED, "REPORT_DIR": reports}
    command = [make, "-C", str(ROOT), "conformance", f"SPEC={spec.resolve()}"]
    command += [f"OUT={bench.out.resolve()}", *(f"{name}={value}" for name, value in given.items())]
    found = cost(command, log)
    for stage, share in portions(log.read_text()):
        results.add(ROW, f"{bench.effort.profile}, {stage}", OURS, share=share)
    requests = read(reports / "report.json").run.requests
    return found | {"requests": requests, "per_second": requests / found["seconds"]}


def portions(said: str) -> Iterator[tuple[str, float]]:
    """The stages that the judge names, and the percentage of their time that each takes."""
    stages: dict[str, float] = {}
    for name, seconds in STAGE.findall(said):
        stages[name] = stages.get(name, 0.0) + float(seconds)
    whole = sum(stages.values()) or 1.0
    yield from ((name, seconds / whole * 100) for name, seconds in stages.items())


def fuzzed(bench: Run, spec: Path) -> dict[str, float]:
    """schemathesis by itself: all of its checks and phases, the judge's configuration. It may find
    what it takes for a fault (status 1)."""
    profile = PROFILES[bench.effort.profile]
    folder = bench.folder / "alone"
    folder.mkdir(exist_ok=True)
    config, log = folder / "schemathesis.toml", bench.folder / "alone.log"
    config.write_text(fuzz.configuration(bench.api, profile, SEED, read_only=False))
    command = [sys.executable, str(Path(sys.executable).with_name("st"))]
    command += ["--config-file", str(config.resolve()), "run", str(spec.resolve()), "--no-color"]
    with generated_server(bench.api, bench.out, SEED) as server:
        command += ["--url", server.base_url, "--phases", ",".join(profile.phases)]
        environment = {**os.environ, "SPECPIPE_KEY": server.key or ""}
        found = cost(command, log, environment, folder=folder, ends=(0, 1))
    counted = GENERATED.search(log.read_text())
    if counted is None:
        raise ToolError(f"schemathesis counted no cases: see {log}")
    return found | {"requests": int(counted[1]), "per_second": int(counted[1]) / found["seconds"]}
