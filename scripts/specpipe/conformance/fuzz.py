"""Running schemathesis: its configuration out of the operations view, its outcome back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from typing import IO, Any

from specpipe.conformance.process import stop
from specpipe.conformance.profile import Profile
from specpipe.conformance.progress import Progress
from specpipe.conformance.trial import Trial
from specpipe.conformance.wire import Unreachable
from specpipe.diagnostics import ToolError
from specpipe.render import toml_literal
from specpipe.spec.model import Addressing, Api, Operation

REFUSALS = (400, 401, 403, 405, 406, 413, 415, 422, "5xx")
"""Statuses that refuse a request for what is in it. 404 and 410 are not among them: they would
hide a server that does not look at what it is sent."""
LINKING = "stateful"
"""The phase of schemathesis in which requests build on the answers of others."""
ACCEPTANCES = ("2xx", "3xx", 401, 403, 404, 409, 429, "5xx")
"""Statuses that a valid request may get. A check of its own tells of every 5xx, here and above."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run came to. Counts are by operation id."""

    ran: bool
    cases: Mapping[str, int] = field(default_factory=dict)
    accepted: Mapping[str, int] = field(default_factory=dict)
    refused: Mapping[str, int] = field(default_factory=dict)
    """How many cases were refused, with 4xx."""
    checks: Mapping[str, int] = field(default_factory=dict)
    """How many times a check looked at an answer."""
    laws: Mapping[str, int] = field(default_factory=dict)
    """How many times a law was held against what a request did."""
    requests: int = 0
    sequence: str = ""
    """SHA-256 over the requests in order: equal when two runs sent the same."""


@dataclass(slots=True)
class Watcher:
    """Follows a run through its events."""

    progress: Progress
    found: Callable[[Mapping[str, Any]], None]
    """Gets each departure, as `departures.Departure` has it."""
    outcome: dict[str, Any] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    reason: str = ""
    """Why it ended; empty when it did not end by itself."""
    phase: str = ""

    def see(self, event: dict[str, Any]) -> None:
        """One event."""
        match event.pop("event"):
            case "phase":
                self.phase = event["name"]
            case "sent":
                self.progress.say(f"{event['count']} requests, {self.phase}")
            case "scenario":
                self.progress.step(f"{event['label']}, {event['phase']}")
            case "departure":
                self.found(event)
            case "error":
                self.errors.append(event["message"])
            case "counts":
                self.outcome |= event
            case "finished":
                self.reason, self.outcome["checks"] = event["reason"], event["checks"]


@dataclass(frozen=True, slots=True)
class Fuzzing:
    """schemathesis at work, beside whatever is done here meanwhile."""

    url: str
    process: subprocess.Popen[bytes]
    told: SimpleQueue[str | None]
    """What it says, line by line; None when it has nothing more to say."""
    log: Path
    began: float = field(default_factory=time.monotonic)

    def outcome(self, progress: Progress, found: Callable[[Mapping[str, Any]], None]) -> Outcome:
        """Follow it to its end; `found` gets what departs.

        Raises Unreachable when the server went away, and ToolError when schemathesis could not do
        its work.
        """
        watcher = Watcher(progress, found)
        while (line := self.told.get()) is not None:
            if line.endswith("\n"):  # else it was killed while it said so
                watcher.see(json.loads(line))
        self.process.wait()
        if watcher.reason == "server_unavailable":
            raise Unreachable(f"{self.url} went away while it was fuzzed")
        if watcher.errors:
            raise ToolError(f"schemathesis could not do all of it: {'; '.join(watcher.errors)}")
        if watcher.reason != "completed":
            raise ToolError(f"schemathesis did not come to its end: see {self.log}")
        return Outcome(True, **watcher.outcome)


@contextmanager
def running(
    trial: Trial, operations: Collection[Operation], linked: Collection[Operation], folder: Path
) -> Iterator[Fuzzing]:
    """Fuzz the server until the end of the block: `operations` each by itself, `linked` with
    requests that build on the answers of others; schemathesis' own output goes into `folder`. To a
    server that is not ours nothing is sent that could change something, undocumented methods
    included."""
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "schemathesis.toml"
    text = configuration(trial.api, trial.profile, trial.seed, trial.foreign)
    config.write_text(text + alone(operations, linked, trial.profile))
    both = tuple({o.id: o for o in (*operations, *linked)}.values())
    phases = [p for p in trial.profile.phases if (linked if p == LINKING else operations)]
    log = folder / "output.txt"
    with log.open("wb") as output:
        process, events = started(trial, both, phases, config, output)
        told: SimpleQueue[str | None] = SimpleQueue()
        # Nobody may be there to listen for a while, and a full pipe would hold it up.
        reader = threading.Thread(target=pass_on, args=(events, told), daemon=True)
        reader.start()
        try:
            yield Fuzzing(trial.server.base_url, process, told, log)
        finally:
            stop(process)
            reader.join()


def pass_on(events: IO[str], told: SimpleQueue[str | None]) -> None:
    """Put lines into a queue as they come, and None behind them."""
    try:
        with events:
            for line in events:
                told.put(line)
    finally:
        told.put(None)


def started(
    trial: Trial,
    operations: Collection[Operation],
    phases: Collection[str],
    config: Path,
    output: IO[bytes],
) -> tuple[subprocess.Popen[bytes], IO[str]]:
    """schemathesis, and what it tells us."""
    spec = str(trial.spec.resolve())
    command = [sys.executable, str(Path(sys.executable).with_name("st"))]
    command += ["--config-file", str(config.resolve()), "run", spec, "--no-color"]
    command += ["--url", trial.server.base_url, "--phases", ",".join(phases)]
    command += [part for o in operations for part in ("--include-operation-id", o.id)]
    ours, theirs = os.pipe()
    environment = {
        **os.environ,
        "SCHEMATHESIS_HOOKS": "specpipe.conformance.hooks",
        "SPECPIPE_SPEC": spec,
        "SPECPIPE_BASE_URL": trial.server.base_url,
        "SPECPIPE_KEY": trial.server.key or "",
        "SPECPIPE_EVENTS": str(theirs),
        "SPECPIPE_READ_ONLY": "1" if trial.foreign else "",
        "SPECPIPE_RATE": str(trial.pace.rate),
    }
    try:
        process = subprocess.Popen(
            command,
            env=environment,
            cwd=config.parent,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            pass_fds=(theirs,),
        )
    finally:
        os.close(theirs)
    return process, os.fdopen(ours, encoding="utf-8")


KEEPING = ("use_after_free", "ensure_resource_availability")
"""Checks that take a method for a verb."""


def configuration(api: Api, profile: Profile, seed: int, read_only: bool) -> str:
    """schemathesis.toml: reproducible, all checks, with the statuses that the spec's verbs make
    right for a valid request."""
    settings: list[tuple[str, Mapping[str, Any]]] = [
        ("", {"seed": seed, "workers": 1, "continue-on-failure": True}),
        ("cache", {"enabled": False}),
        ("analysis.constants", {"enabled": False}),
        ("generation", {"database": "none", "max-examples": profile.examples}),
        ("checks.negative_data_rejection", {"expected-statuses": list(REFUSALS)}),
    ]
    if not api.resources:  # nothing says that things are kept: examples are always there
        settings += [(f"checks.{name}", {"enabled": False}) for name in KEEPING]
    if read_only:
        settings.append(("phases.coverage", {"unexpected-methods": []}))
    if api.key is not None:
        scheme = toml_literal(api.key.scheme)
        settings.append((f"auth.openapi.{scheme}", {"api_key": "${SPECPIPE_KEY}"}))
        settings.append(("output.sanitization", {"keys-to-sanitize": [api.key.header.lower()]}))
    text = "\n".join(table(header, values) for header, values in settings)
    for operation in api.operations:
        if isinstance(operation.behaviour, Addressing):
            allowed = [*ACCEPTANCES, operation.behaviour.resource.gone]
            text += f"\n[[operations]]\ninclude-operation-id = {toml_literal(operation.id)}\n"
            text += table(
                "operations.checks.positive_data_acceptance", {"expected-statuses": allowed}
            )
    return text


def alone(
    operations: Collection[Operation], linked: Collection[Operation], profile: Profile
) -> str:
    """What of the configuration keeps `linked` operations that are not among `operations` out of
    the phases in which each is fuzzed by itself."""
    text = ""
    for operation in linked:
        if operation not in operations and operations:
            text += f"\n[[operations]]\ninclude-operation-id = {toml_literal(operation.id)}\n"
            for phase in profile.phases:
                if phase != LINKING:
                    text += table(f"operations.phases.{phase}", {"enabled": False})
    return text


def table(header: str, values: Mapping[str, Any]) -> str:
    """A TOML table."""
    lines = [f"{name} = {toml_literal(value)}" for name, value in values.items()]
    return "\n".join(([f"[{header}]"] if header else []) + lines) + "\n"
