"""`specpipe conformance`: judge a server and the SDKs, and say it in one line at the end.

Exit status 0: conforms. 1: departs from the spec. 2: could not judge.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from specpipe import pipeline
from specpipe.conformance import fuzz, report
from specpipe.conformance.judge import (
    Verdict,
    judge_laws,
    judge_reach,
    judge_stories,
    reads_only,
)
from specpipe.conformance.process import Running, generated_server
from specpipe.conformance.profile import PROFILES
from specpipe.conformance.trial import Trial
from specpipe.conformance.wire import Unreachable
from specpipe.diagnostics import ToolError
from specpipe.spec.model import Api, Operation
from specpipe.workspace import OUT, REPORTS, SPEC, shown

COULD_NOT_JUDGE = 2


def add_command(commands: Any) -> None:
    """Add `conformance` to the commands of the pipeline."""
    text = "judge a server and the generated SDKs against the spec"
    command = commands.add_parser("conformance", help=text, description=text)
    command.set_defaults(command=conformance)
    command.add_argument("--spec", type=Path, default=SPEC, help="the OpenAPI document")
    command.add_argument("--out", type=Path, default=OUT, help="where the generated packages are")
    command.add_argument("--profile", choices=sorted(PROFILES), default="quick")
    command.add_argument("--seed", type=int, default=1, help="same seed, same requests")
    command.add_argument("--base-url", default="", help="judge this server; key in API_KEY")
    command.add_argument(
        "--allow-writes", action="store_true", help="with --base-url: create, change and delete"
    )
    command.add_argument("--operation", default="", help="fuzz this operation only")
    command.add_argument("--report-dir", type=Path, default=REPORTS, help="where reports go")


def conformance(options: argparse.Namespace) -> int:
    """Judge; returns the exit status."""
    document, api = pipeline.read_spec(options.spec)
    profile = PROFILES[options.profile]
    try:
        with subject_server(api, options) as server:
            trial = Trial(options.spec, document, api, options.out, server, profile, options.seed)
            check_reachable(trial)
            return judge(trial, options)
    except (ToolError, Unreachable) as error:
        print(f"could not judge: {error}", file=sys.stderr)
        return COULD_NOT_JUDGE


@contextmanager
def subject_server(api: Api, options: argparse.Namespace) -> Iterator[Running]:
    """The server to judge: the one that is named, or the generated one on a fresh database."""
    if options.base_url:
        yield Running(options.base_url.rstrip("/"), os.environ.get("API_KEY") or None)
    else:
        with generated_server(api, options.out, options.seed) as server:
            yield server


def check_reachable(trial: Trial) -> None:
    """Make sure that the server answers and takes our key. Raises Unreachable, ToolError."""
    reading = next((o for o in trial.api.operations if reads_only(o) and o.method == "GET"), None)
    if reading is None:
        return
    url = trial.server.base_url
    with trial.wire() as wire:
        path = {p.wire: "example" for p in reading.parameters_in("path")}
        status = wire.send(reading, path).status
    if status in (401, 403):
        raise ToolError(f"{url} refuses the key: set API_KEY to one that it takes")
    if status == 404:
        raise ToolError(f"{url} has no {reading.path}: is that the right base URL?")


def judge(trial: Trial, options: argparse.Namespace) -> int:
    """Check laws, tell stories, fuzz, report."""
    started = time.monotonic()
    foreign = bool(options.base_url)
    writes = options.allow_writes or not foreign
    chosen = select(trial.api, options.operation)
    verdict = Verdict()
    progress(f"judging {trial.server.base_url} ({trial.profile.name}, seed {trial.seed})")
    if writes:
        progress(f"laws: {trial.profile.rounds} times each")
        judge_laws(trial, verdict, progress)
        progress("stories: the Python SDK, sync and async")
        judge_stories(trial, verdict, progress)
    else:
        progress("laws and stories write, so they are left out: ALLOW_WRITES=1 lets them")
    fuzzed = [o for o in chosen if not foreign or reads_only(o)]
    if len(fuzzed) < len(chosen):
        progress("fuzzing: reading operations only, since the server is not ours")
    if fuzzed:
        reports = options.report_dir.resolve() / "schemathesis"
        verdict.fuzzing = fuzz.run(trial, fuzzed, reports, sys.stdout)
        verdict.add(verdict.fuzzing.accepted)
    judge_reach(chosen if writes else fuzzed, verdict)
    line = summary(trial.api, verdict, time.monotonic() - started)
    report.write(options.report_dir, trial, chosen, verdict, line)
    for finding in verdict.findings:
        progress(f"{finding.check} {finding.name}: {finding.message}")
        if finding.curl:
            progress(f"  {finding.curl}")
    progress(f"report: {shown(options.report_dir / 'index.html')}")
    progress(line)
    return 0 if verdict.conforms else 1


def progress(line: str) -> None:
    """Say something now, also through a pipe."""
    print(line, flush=True)


def select(api: Api, operation: str) -> tuple[Operation, ...]:
    """The operations to fuzz. Raises ToolError when none has that id."""
    chosen = tuple(o for o in api.operations if not operation or o.id == operation)
    if not chosen:
        known = ", ".join(o.id for o in api.operations)
        raise ToolError(f"OPERATION: {operation} is not in the spec, which has {known}")
    return chosen


def summary(api: Api, verdict: Verdict, seconds: float) -> str:
    """The verdict in one line."""
    departures = len(verdict.findings)
    fuzzing = "" if verdict.fuzzing.passed else ", and schemathesis found failures"
    word = "CONFORMS" if verdict.conforms else "DEPARTS"
    reached = sum(1 for operation in api.operations if verdict.accepted.get(operation.id))
    requests, held = sum(verdict.fuzzing.cases.values()), len(verdict.held)
    return (
        f"{word}: {reached} of {len(api.operations)} operations reached, {requests} fuzzed "
        f"requests, {held} laws and stories held, {departures} broken{fuzzing} ({seconds:.0f} s)"
    )
