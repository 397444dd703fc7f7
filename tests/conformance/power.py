"""How much the judge finds: `make power`.

Every saboteur, server or SDK, is judged in the profile smoke, and what survives in quick; with ALONE the same is
done to the servers with schemathesis alone: all of its checks, the same configuration and number of examples, none
of our laws. Servers without a defect must pass both. `docs/power.json` keeps what came of it, and
`docs/power.md` shows it. Exit status 1: under the rate that is wanted, or something went wrong.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path

from specpipe import pipeline
from specpipe.conformance import fuzz
from specpipe.conformance.process import Running, stop
from specpipe.conformance.profile import PROFILES
from specpipe.workspace import ROOT, SPEC

from .power_record import DOCS, KNOWN, PAGE, SDKS, Outcome, Record, Row, page, read, write
from .power_sdks import judged_sdks
from .saboteurs import CONTROLS, DEAD, SABOTEURS
from .saboteurs.planting import Defect
from .sdk_saboteurs import NO_DEFECT
from .servers import start

PACKAGE = "pieces_workstream_server"
KEY = "a-key-for-the-judge"
SEED = 1
WANTED = 0.97
"""Of the saboteurs, to be found."""
LONGEST = 900
"""Seconds for one judgement: more is a judge that hangs."""
EVERYTHING = {**CONTROLS, **SABOTEURS, **DEAD}
"""Controls first: they take longest."""
Judge = Callable[[Running, str, Path], Outcome]


def main() -> int:
    """Do what the command line says; returns the exit status."""
    parser = argparse.ArgumentParser(prog="make power", description=__doc__)
    parser.add_argument("--alone", action="store_true", help="schemathesis alone, not our judge")
    parser.add_argument("--only", default="", help="these saboteurs only, with commas between")
    parser.add_argument("--into", type=Path, default=DOCS, help="the folder of the table")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="at a time")
    options = parser.parse_args()
    only = frozenset(filter(None, map(str.strip, options.only.split(","))))
    for name in only - {*KNOWN, *SDKS}:
        print(f"ONLY: there is no saboteur {name!r}", file=sys.stderr)
        return 2
    chosen = {name: d for name, d in EVERYTHING.items() if not only or name in only}
    outcomes = dict(judged_all(chosen, alone if options.alone else judge, options.jobs))
    sdks = () if options.alone else tuple(judged_sdks(only))
    record = read(options.into) if options.only or options.alone else Record()
    record = record.updated(outcomes, alone=options.alone, seed=SEED).with_sdks(sdks)
    write(record, options.into)
    print(f"{options.into / PAGE.name} has the table")
    return conclude(record, outcomes, sdks, alone=options.alone)


def judged_all(
    defects: dict[str, Defect], judge: Judge, jobs: int
) -> Iterator[tuple[str, Outcome]]:
    """What came of each, as it comes; told on the console."""
    with ThreadPoolExecutor(jobs) as pool:
        futures = {pool.submit(judged, defect, judge): name for name, defect in defects.items()}
        for number, future in enumerate(as_completed(futures), 1):
            name, outcome = futures[future], future.result()
            told = f"[{number:3}/{len(futures)}] {outcome.word:15} {name:42}"
            print(f"{told} {outcome.by} ({outcome.profile}, {outcome.seconds:.0f} s)", flush=True)
            yield name, outcome


def judged(defect: Defect, judge: Judge) -> Outcome:
    """One defect, in smoke and, when it survives that, in quick: each time a fresh server."""
    outcome = Outcome()
    for profile in ("smoke", "quick"):
        try:
            with (
                tempfile.TemporaryDirectory(prefix="power-") as folder,
                served(defect, folder) as server,
            ):
                outcome = judge(server, profile, Path(folder))
        except (AssertionError, OSError) as error:
            return Outcome("judge failed", f"the server did not start: {error}", profile)
        if outcome.word != "survived":
            break
    return outcome


@contextmanager
def served(defect: Defect, folder: str) -> Iterator[Running]:
    """The server with the defect, its ids and clock repeatable as in any judgement."""
    script = str(Path(__file__).with_name("saboteur.py"))
    command = [script, PACKAGE, defect.name, "--repeatable", str(SEED)]
    with start(command, Path(folder), key=KEY, quiet=True) as server:
        yield server


def judge(server: Running, profile: str, folder: Path) -> Outcome:
    """Our judge, up to its first finding."""
    command = [sys.executable, "-m", "specpipe", "conformance", "--base-url", server.base_url]
    command += ["--allow-writes", "all", "--profile", profile, "--seed", str(SEED)]
    command += ["--report-dir", str(folder / "reports"), "--until-broken"]
    started = time.monotonic()
    status, output = run(command, {"API_KEY": KEY})
    by = "" if status != 1 else first_finding(folder / "reports" / "report.json")
    words = {0: "survived", 1: "killed", 2: "could not judge"}
    word = words.get(status, "judge failed")
    if "Traceback" in output or (word == "killed" and "DEPARTS" not in output):
        word, by = "judge failed", output.strip().splitlines()[-1]
    if word == "could not judge":
        by = next((line for line in output.splitlines() if line.startswith("could not")), "")
    return Outcome(word, by, profile, round(time.monotonic() - started, 1))


def first_finding(report: Path) -> str:
    """The id of the check that found something first."""
    findings = json.loads(report.read_text())["findings"] if report.exists() else []
    return f"{findings[0]['kind']}/{findings[0]['name']}" if findings else "nothing that it tells"


def alone(server: Running, profile: str, folder: Path) -> Outcome:
    """schemathesis, up to its first failure."""
    _, api = pipeline.read_spec(SPEC)
    config = folder / "schemathesis.toml"
    config.write_text(fuzz.configuration(api, PROFILES[profile], SEED, read_only=False))
    script = str(Path(sys.executable).with_name("st"))
    command = [sys.executable, script, "--config-file", str(config), "run", str(SPEC)]
    command += ["--url", server.base_url, "--phases", ",".join(PROFILES[profile].phases)]
    command += ["--max-failures", "1", "--no-shrink"]
    command += ["--report", "json", "--report-json-path", str(folder / "alone.json")]
    started = time.monotonic()
    status, output = run(
        command,
        {
            "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
            "SCHEMATHESIS_HOOKS": "tests.conformance.alone_hooks",
            "SPECPIPE_SPEC": str(SPEC),
            "SPECPIPE_KEY": KEY,
        },
    )
    word = {0: "survived", 1: "killed"}.get(status, "could not judge")
    by = first_failure(output) if word == "killed" else ""
    return Outcome(word, by, profile, round(time.monotonic() - started, 1))


def first_failure(output: str) -> str:
    """What schemathesis calls its first failure."""
    lines = (line.strip() for line in output.splitlines())
    return next((line[2:].strip() for line in lines if line.startswith("- ")), "a failure")


def run(command: Collection[str], environment: dict[str, str]) -> tuple[int, str]:
    """The exit status and all that a program said; -1 when it took too long."""
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            output, _ = process.communicate(timeout=LONGEST)
        except subprocess.TimeoutExpired as error:
            # A judge that is asked to end ends what it started; killed, it could not.
            stop(process)
            return -1, f"{error}"
    return process.returncode, output


def conclude(
    record: Record, outcomes: dict[str, Outcome], sdks: Sequence[Row], *, alone: bool
) -> int:
    """Say what it came to."""
    for line in page(record).splitlines():
        if line.startswith("**"):
            print(line.replace("**", ""))
    told = {**outcomes, **{row.name: row.ours for row in sdks}}
    wrong = [
        f"false alarm: {name} has no defect: {outcome.by}"
        for name, outcome in told.items()
        if name in {*CONTROLS, *NO_DEFECT} and outcome.word != "survived"
    ]
    wrong += [
        f"the judge failed on {name}: {outcome.by}"
        for name, outcome in told.items()
        if outcome.word == "judge failed"
    ]
    for line in wrong:
        print(line, file=sys.stderr)
    enough = alone or min(rate(record.ours()), rate(record.ours_of_sdks())) >= WANTED
    return 0 if enough and not wrong else 1


def rate(rows: Sequence[Row]) -> float:
    """How much of what was judged was found."""
    found = [row.ours.word == "killed" for row in rows if row.ours.word != "not run"]
    return sum(found) / len(found) if found else 1.0


if __name__ == "__main__":
    sys.exit(main())
