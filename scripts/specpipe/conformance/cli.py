"""`specpipe conformance`: judge a server and the SDKs, and say it in one line at the end.

Exit status 0: conforms. 1: departs from the spec. 2: could not judge. 130: interrupted; what was
found until then is reported.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from specpipe import pipeline
from specpipe.arguments import output_folder, spec_file
from specpipe.conformance import baseline, interruption, replay, shard
from specpipe.conformance.budget import budget
from specpipe.conformance.cleanup import clean_up_after
from specpipe.conformance.command_help import HELP
from specpipe.conformance.judgement import Judgement, conclude
from specpipe.conformance.manners import manners
from specpipe.conformance.merge import merged
from specpipe.conformance.pace import POLITE, Pace
from specpipe.conformance.plan import Plan, planned
from specpipe.conformance.process import ENGINES, Running, generated_server
from specpipe.conformance.profile import PROFILES
from specpipe.conformance.progress import Progress
from specpipe.conformance.reachable import check_reachable
from specpipe.conformance.replay import Replay
from specpipe.conformance.shard import Shard
from specpipe.conformance.trial import Trial
from specpipe.conformance.verdict import Verdict
from specpipe.conformance.wire import Unreachable
from specpipe.diagnostics import SpecError, ToolError
from specpipe.spec.model import (
    Api,
    Create,
    Delete,
    Document,
    Identifiers,
    Snapshot,
)
from specpipe.workspace import OUT, REPORTS, SPEC, shown

COULD_NOT_JUDGE = 2
OWN, ALL = "1", "all"


def add_command(commands: Any) -> None:
    """Add `conformance` to the commands of the pipeline."""
    command = HELP.add(commands, "conformance", conformance)
    command.add_argument("--spec", type=spec_file, default=SPEC, help="the OpenAPI document")
    command.add_argument(
        "--out", type=output_folder, default=OUT, help="where the generated packages are"
    )
    command.add_argument(
        "--profile",
        choices=tuple(PROFILES),
        default="quick",
        help="how many cases: seconds, about a minute, or up to 20 minutes; quick unless given",
    )
    command.add_argument("--seed", type=int, default=1, help="same seed, same requests")
    command.add_argument(
        "--engine",
        choices=("", *ENGINES),
        default="",
        help="what the generated server keeps things in; sqlite unless given",
    )
    command.add_argument("--base-url", default="", help="judge this server; key in API_KEY")
    command.add_argument(
        "--allow-writes",
        choices=("", OWN, ALL),
        default="",
        help="with --base-url: 1 writes things of the judge's own and removes them; all says that "
        "the server is disposable, and fuzzes writing operations too",
    )
    command.add_argument("--report-dir", type=Path, default=REPORTS, help="where reports go")
    add_limits(command)
    add_extent(command)


def add_limits(command: argparse.ArgumentParser) -> None:
    """Add what makes less of it, or slower."""
    command.add_argument(
        "--rate",
        default="",
        help=f"requests a second at most, 0 for no bound; {POLITE:.0f} to somebody's server",
    )
    command.add_argument(
        "--cleanup",
        choices=("", OWN),
        default="",
        help="with --base-url: judge nothing, but remove what a run that was killed left there",
    )


def add_extent(command: argparse.ArgumentParser) -> None:
    """Add the options that say how much of it is done, and what counts."""
    command.add_argument("--operation", default="", help="judge this operation only")
    command.add_argument(
        "--replay", default="", help="make one check again: kind/name@profile.seed"
    )
    command.add_argument("--shard", default="", help="do one part of it only: 2/4")
    command.add_argument(
        "--merge",
        default="",
        help="judge nothing, but make one report of a folder with those of all shards",
    )
    command.add_argument("--baseline", default="", help="a file of known departures (TOML)")
    command.add_argument("--until-broken", action="store_true", help="stop at the first departure")


def conformance(options: argparse.Namespace) -> int:
    """Judge; returns the exit status."""
    interruption.install()
    try:
        return judged(options)
    except SpecError as error:
        for diagnostic in error.diagnostics:
            print(diagnostic, file=sys.stderr)
        print("could not judge: nothing can be judged by this spec", file=sys.stderr)
        return COULD_NOT_JUDGE
    except (ToolError, Unreachable) as error:
        print(f"could not judge: {error}", file=sys.stderr)
        return COULD_NOT_JUDGE


def judged(options: argparse.Namespace) -> int:
    """The exit status of what is asked for. Raises SpecError, ToolError and Unreachable when
    nothing can be judged."""
    document, api = pipeline.read_spec(options.spec)
    again, part = replay.parse(options.replay), shard.parse(options.shard)
    known = baseline.read(Path(options.baseline)) if options.baseline else ()
    if again is not None:
        if part is not None:
            raise ToolError("SHARD: a replay is of one check: leave it out")
        options.profile, options.seed = again.profile, again.seed
        options.report_dir = options.report_dir / "replay"
    check_options(api, options)
    if options.merge:
        whole = merged(Path(options.merge), document, options.report_dir / "report.json")
        return conclude(whole, known, options.report_dir, Progress(sys.stdout))
    with subject_server(api, options) as server:
        trial = trial_of(document, api, server, options)
        if options.cleanup:
            return clean_up_after(trial, print)
        plan = plan_of(trial, options)
        scope = scope_of(trial, plan, options, again)
        for line in manners(trial, plan.writes):
            print(line, flush=True)
        if again is None:
            plan = budgeted(plan, trial, part)
        return Judgement(
            *(trial, plan, options.report_dir, scope, given_by(options), again),
            verdict=Verdict(until_broken=options.until_broken),
            shard=part,
            baseline=known,
        ).run()


def budgeted(plan: Plan, trial: Trial, part: Shard | None) -> Plan:
    """The part of a plan that is to be done; says how many requests that will be."""
    whole = budget(plan, trial)
    plan = plan if part is None else part.part(plan, whole)
    print(f"budget: {whole.line(plan, trial.pace.rate)}", flush=True)
    return plan


def check_options(api: Api, options: argparse.Namespace) -> None:
    """Refuse what cannot work before anything is started or sent. Raises ToolError."""
    ids = [operation.id for operation in api.operations]
    if options.operation and options.operation not in ids:
        known = ", ".join(ids)
        raise ToolError(f"OPERATION: {options.operation} is not in the spec, which has {known}")
    if options.seed < 0:
        raise ToolError(f"SEED: {options.seed}: a whole number from 0: REPLAY has no other")
    key = os.environ.get("API_KEY", "")
    if not key.isascii() or not key.isprintable():
        raise ToolError("API_KEY: a key is printable ASCII")
    try:
        options.report_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ToolError(f"{options.report_dir}: no reports here: {error.strerror}") from None
    pace_of(options)
    if not options.base_url:
        if options.cleanup:
            raise ToolError("CLEANUP: of which server? Say it with BASE_URL")
        return
    if options.engine:
        raise ToolError("ENGINE: the server at BASE_URL has its own database: leave it out")
    try:
        parts = urlsplit(options.base_url)
        whole = bool(parts.hostname) and parts.port != 0 and not parts.query + parts.fragment
    except ValueError:  # a port or an address that is none
        whole = False
    if not whole or parts.scheme not in ("http", "https"):
        raise ToolError(f"BASE_URL: {options.base_url}: write it as http://host:port")
    if parts.username is not None:
        raise ToolError("BASE_URL: no user and password in it: give a key as API_KEY")
    kinds = {type(operation.behaviour) for operation in api.operations}
    if options.allow_writes == OWN and Create in kinds:
        lacking = "delete" if Delete not in kinds else "list"
        if Delete not in kinds or not kinds & {Identifiers, Snapshot}:
            raise ToolError(
                f"the spec has a create but no {lacking}, so things of others could not be kept "
                "safe: ALLOW_WRITES=all says that the server is disposable"
            )


def trial_of(document: Document, api: Api, server: Running, options: argparse.Namespace) -> Trial:
    """What the options ask for, with a server that answers. Raises Unreachable, ToolError."""
    profile = PROFILES[options.profile]
    foreign, pace = is_foreign(options), pace_of(options)
    trial = Trial(
        options.spec, document, api, options.out, server, profile, options.seed, foreign, pace
    )
    check_reachable(trial)
    return trial


def is_foreign(options: argparse.Namespace) -> bool:
    """Whether the server is somebody's, with things of theirs on it."""
    return bool(options.base_url) and options.allow_writes != ALL


def pace_of(options: argparse.Namespace) -> Pace:
    """How fast to send: bounded on somebody's server. Raises ToolError."""
    try:
        rate = float(options.rate or (POLITE if is_foreign(options) else 0))
    except ValueError:
        rate = -1
    if not 0 <= rate < math.inf:
        raise ToolError(f"RATE: {options.rate}: a number of requests a second, 0 for no bound")
    return Pace(rate)


@contextmanager
def subject_server(api: Api, options: argparse.Namespace) -> Iterator[Running]:
    """The server to judge: the one that is named, or the generated one on a fresh database."""
    if options.base_url:
        yield Running(options.base_url.rstrip("/"), os.environ.get("API_KEY") or None)
    else:
        engine = options.engine or ENGINES[0]
        with generated_server(api, options.out, options.seed, engine) as server:
            yield server


def given_by(options: argparse.Namespace) -> dict[str, str]:
    """What a replay has to be given as well, as variables of make."""
    values = {
        "SPEC": shown(options.spec) if options.spec.resolve() != SPEC else "",
        "OUT": shown(options.out) if options.out.resolve() != OUT else "",
        "BASE_URL": options.base_url,
        "ENGINE": options.engine,
        "ALLOW_WRITES": options.allow_writes,
        "RATE": options.rate,
    }
    return {name: value for name, value in values.items() if value}


def plan_of(trial: Trial, options: argparse.Namespace) -> Plan:
    """What the options ask for."""
    plan = planned(trial)
    if options.operation:
        plan = plan.about([options.operation])
    return plan.reading_only() if options.base_url and not options.allow_writes else plan


def scope_of(
    trial: Trial, plan: Plan, options: argparse.Namespace, again: Replay | None
) -> tuple[str, ...]:
    """What of the spec the verdict is about, when it is not all of it."""
    if again is not None:
        return (f"{again.kind}/{again.name} again",)
    limits = [f"shard {options.shard}"] if options.shard else []
    limits += [] if plan.writes else ["reading only"]
    if options.operation:
        limits.append(f"{options.operation} only")
    elif plan.writes and trial.foreign:
        limits.append("writing operations not fuzzed")
    return tuple(limits)
