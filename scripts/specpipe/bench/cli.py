"""`specpipe bench`: measure the generated server and the generated SDK beside their peers.

Exit status 0: measured, whatever the figures are. 2: could not measure.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from specpipe import pipeline
from specpipe.arguments import output_folder, spec_file
from specpipe.bench import report
from specpipe.bench.clients import CLIENT_ROWS, measure_clients
from specpipe.bench.commits import measure_commits
from specpipe.bench.effort import FULL, QUICK
from specpipe.bench.engines import running_engines
from specpipe.bench.environment import (
    environment,
    load_average,
    of_sdks,
    of_servers,
    of_tools,
)
from specpipe.bench.figures import Results
from specpipe.bench.generation import measure_generation, measure_sizes
from specpipe.bench.generators import make_ready
from specpipe.bench.growth import measure_growth
from specpipe.bench.judging import ROW as JUDGE_ROW
from specpipe.bench.judging import measure_judging
from specpipe.bench.load import check_wrk
from specpipe.bench.peers.making import make_applications, peer_python, pinned
from specpipe.bench.record import keep
from specpipe.bench.replicas import ROW as REPLICAS_ROW
from specpipe.bench.replicas import measure_replicas
from specpipe.bench.requests import KINDS, measure_requests
from specpipe.bench.sdks import prepared_sdks
from specpipe.bench.subjects import Bench, Run
from specpipe.bench.targets import targets
from specpipe.bench.typescript import ROW as TYPESCRIPT_ROW
from specpipe.bench.typescript import measure_typescript
from specpipe.bench.workload import workload_of
from specpipe.conformance import interruption
from specpipe.conformance.process import server_module
from specpipe.diagnostics import Misuse, ToolError
from specpipe.manual import Manual
from specpipe.spec.model import Api, Document
from specpipe.workspace import BENCH, DOCS, OUT, REPORTS, SPEC, shown

COULD_NOT_MEASURE = 2
SERVER_ROWS = (*KINDS, "commits", "growth", "memory", REPLICAS_ROW)
PIPELINE_ROWS = ("generate", "sizes")
GROUPS = {
    "server": SERVER_ROWS,
    "sdk": (*CLIENT_ROWS, TYPESCRIPT_ROW),
    "pipeline": PIPELINE_ROWS,
    "judge": (JUDGE_ROW,),
}
"""Rows by what they are of; ONLY takes these names as well."""
ROWS = tuple(row for rows in GROUPS.values() for row in rows)


HELP = Manual(
    "measure the generated server and SDK beside their peers",
    "Ours, the peers and the floor take turns; ratios are of the same rounds. Load on the server "
    "comes from wrk, which has to be installed. The peers are installed into .bench/ on first use.",
    {0: "measured, whatever the figures are", 2: "could not measure"},
    {
        "specpipe bench": "everything: about 15 minutes on two cores",
        "specpipe bench --only sdk,get": "some groups or rows",
        "specpipe bench --quick 1 --only judge": "small and short, to see that it works",
        "specpipe bench --record 1": "keep the run in docs, with charts",
    },
)


def add_command(commands: Any) -> None:
    """Add `bench` to the commands of the pipeline."""
    command = HELP.add(commands, "bench", bench)
    command.add_argument("--spec", type=spec_file, default=SPEC, help="the OpenAPI document")
    command.add_argument(
        "--out", type=output_folder, default=OUT, help="where the generated packages are"
    )
    names = ",".join((*GROUPS, *ROWS))
    command.add_argument("--only", default="", help=f"comma-separated; there are {names}")
    command.add_argument(
        "--quick", choices=("", "1"), default="", help="1: small and short, to see that it works"
    )
    command.add_argument(
        "--record", choices=("", "1"), default="", help="1: keep the run in docs, with charts"
    )
    command.add_argument("--report-dir", type=Path, default=REPORTS, help="where reports go")


def bench(options: argparse.Namespace) -> int:
    """Measure; returns the exit status."""
    rows = chosen(options.only)
    if options.record and (options.only or options.quick):
        raise Misuse("RECORD: a run is kept whole: leave ONLY and QUICK out")
    document, api = pipeline.read_spec(options.spec)
    interruption.install()
    started, before = time.monotonic(), load_average()
    results = Results()
    try:
        with ExitStack() as stack:
            if of_the_server := [row for row in rows if row in SERVER_ROWS]:
                check_wrk()
            run = prepare(api, options, stack)
            about = environment(run.folder)
            if of_the_server:
                subject = prepare_servers(run, document, stack)
                measure(subject, document, of_the_server, results)
                about |= of_servers(subject.peer)
            if of_the_sdk := [row for row in rows if row in CLIENT_ROWS]:
                sdks = prepared_sdks(run, document, options.spec)
                measure_clients(run, sdks, of_the_sdk, results)
                about |= of_sdks(sdks)
            if TYPESCRIPT_ROW in rows:
                measure_typescript(run, options.spec, results)
            measure_pipeline(run, options.spec, rows, results)
            if {*PIPELINE_ROWS, JUDGE_ROW}.intersection(rows):
                about |= of_tools()
    except ToolError as error:
        if isinstance(error, Misuse):
            raise
        print(f"could not measure: {error}", file=sys.stderr)
        return COULD_NOT_MEASURE
    about["load average"] = f"{before} before, {load_average()} after"
    about["took"] = f"{time.monotonic() - started:.0f} s, rows {', '.join(rows)}"
    found = targets(results, run.effort)
    print(report.write(options.report_dir, results, found, about))
    if options.record:
        keep(DOCS, options.report_dir)
    met = sum(target.met for target in found)
    print(f"{met} of {len(found)} targets met; {shown(options.report_dir)}/bench.md")
    return 0


def chosen(only: str) -> list[str]:
    """The rows that `only` names, all when it is empty. Raises Misuse."""
    names = [name.strip() for name in only.split(",") if name.strip()]
    for name in names:
        if name not in ROWS and name not in GROUPS:
            there = ", ".join((*GROUPS, *ROWS))
            raise Misuse(f"ONLY: no row is called {name!r}; there are {there}")
    wanted = {row for name in names for row in GROUPS.get(name, (name,))}
    return [row for row in ROWS if not names or row in wanted]


def prepare(api: Api, options: argparse.Namespace, stack: ExitStack) -> Run:
    """What every row needs, let go of with `stack`. Raises ToolError."""
    server_module(api, options.out)
    work = workload_of(api, options.spec)
    BENCH.mkdir(exist_ok=True)
    # On the disk of the repository: a temporary folder may be in memory.
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="run-", dir=BENCH)))
    return Run(api, options.out, work, QUICK if options.quick else FULL, folder)


def prepare_servers(run: Run, document: Document, stack: ExitStack) -> Bench:
    """What the rows of the server need besides, let go of with `stack`. Raises ToolError."""
    peer = peer_python(BENCH / "peers", pinned())
    make_applications(document, run.api, run.work, run.folder)
    databases = stack.enter_context(running_engines(run.folder))
    return Bench(run.api, run.out, run.work, run.effort, run.folder, peer, databases)


def measure_pipeline(run: Run, spec: Path, rows: list[str], results: Results) -> None:
    """Measure rows of the pipeline, and of the judge."""
    if {*PIPELINE_ROWS, JUDGE_ROW}.intersection(rows):
        make_ready()
    if "generate" in rows:
        measure_generation(run, spec, results)
    if "sizes" in rows:
        measure_sizes(run, results)
    if JUDGE_ROW in rows:
        measure_judging(run, spec, results)


def measure(subject: Bench, document: Document, rows: list[str], results: Results) -> None:
    """Measure rows of the server."""
    kinds = [row for row in rows if row in KINDS]
    if kinds:
        measure_requests(subject, kinds, results)
    if "commits" in rows:
        measure_commits(subject, results)
    large = [row for row in rows if row in ("growth", "memory")]
    if large:
        measure_growth(subject, document, large, results)
    if REPLICAS_ROW in rows:
        measure_replicas(subject, results)
