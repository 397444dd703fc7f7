"""The report of a judgement: plain data that all that people and machines read is made from.

Its form as JSON, `report.json`, is stable within a VERSION; members may be added.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import msgspec

from specpipe.conformance.plan import Plan
from specpipe.conformance.trial import Trial
from specpipe.conformance.verdict import Finding, Place, Verdict, Word, grouped
from specpipe.diagnostics import ToolError
from specpipe.spec.model import Document, Operation
from specpipe.workspace import shown

VERSION = 1
TOOLS = ("specpipe", "schemathesis", "hypothesis", "jsonschema-rs", "msgspec", "httpx")
"""What decides which requests are sent and how answers are read."""
NOT_OURS = "not comparable: on a server of somebody's every run has ids of its own"


@dataclass(frozen=True, slots=True)
class Spec:
    """The spec that was judged by; `digest` is the SHA-256 of its file."""

    file: str
    title: str
    version: str
    digest: str


@dataclass(frozen=True, slots=True)
class Run:
    """How it was judged."""

    server: str
    foreign: bool
    profile: str
    seed: int
    given: Mapping[str, str]
    """Variables of make beyond profile and seed that a replay needs as well."""
    scope: tuple[str, ...]
    """What of the spec the verdict is about, when it is not all of it."""
    started: str
    """RFC 3339, in UTC."""
    seconds: float
    versions: Mapping[str, str]
    requests: int
    """How many were sent to the server."""
    sequence: str
    """SHA-256 over them in order: equal when two runs sent the same. Empty when it cannot be."""
    sequence_note: str
    """Why it is empty."""
    shard: str = ""
    """Which part of it, as 2/4; empty when it is all."""


@dataclass(frozen=True, slots=True)
class Planned:
    """What was to be done: ids of checks, and of the operations to fuzz."""

    checks: tuple[str, ...]
    fuzzed: tuple[str, ...]
    writes: bool


@dataclass(frozen=True, slots=True)
class Held:
    """A check that found nothing."""

    kind: str
    name: str
    statement: str
    pointer: str
    operations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Skipped:
    """What does not apply, or could not be judged on this machine (`left_out`)."""

    name: str
    reason: str
    left_out: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One operation: `requests` sent to it, of which so many were `accepted` or `refused` with
    4xx; `cases` of them were the fuzzer's, whose checks looked at answers `checks` times and whose
    laws `laws` times; of the plan's checks about it so many `held`; `broken` findings name it."""

    id: str
    method: str
    path: str
    pointer: str
    judged: bool
    requests: int
    accepted: int
    refused: int
    cases: int
    checks: int
    laws: int
    held: int
    broken: int


@dataclass(frozen=True, slots=True)
class Known:
    """A finding that does not count, since BASELINE has it, until the day on which that expires."""

    finding: Finding
    reason: str
    expires: str


@dataclass(frozen=True, slots=True)
class Report:
    """All that a judgement came to."""

    version: int
    word: Word
    line: str
    """The verdict in one line."""
    reason: str
    """Why it could not be judged; empty when it was."""
    spec: Spec
    run: Run
    plan: Planned
    findings: tuple[Finding, ...]
    held: tuple[Held, ...]
    skipped: tuple[Skipped, ...]
    operations: tuple[Row, ...]
    known: tuple[Known, ...] = ()
    notes: tuple[str, ...] = ()
    """What is to be done about BASELINE."""

    def json(self) -> bytes:
        """As JSON."""
        return msgspec.json.format(msgspec.json.encode(self), indent=1) + b"\n"


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What of a run nothing else knows."""

    started: datetime
    seconds: float
    given: Mapping[str, str]
    scope: tuple[str, ...]
    requests: int
    sequence: str
    shard: str = ""


def read(path: Path) -> Report:
    """A report from its JSON. Raises ToolError when it is none of this VERSION."""
    try:
        raw = path.read_bytes()
        found = msgspec.json.decode(raw)
        if isinstance(found, dict) and found.get("version", VERSION) != VERSION:
            raise ToolError(f"{path}: a report of version {found['version']}, not {VERSION}")
        return msgspec.json.decode(raw, type=Report)
    except (OSError, msgspec.DecodeError) as error:
        raise ToolError(f"{path}: no report: {error}") from None


def compose(
    trial: Trial,
    plan: Plan,
    judged: Collection[Operation],
    verdict: Verdict,
    around: Circumstances,
) -> Report:
    """The report of a judgement."""
    document = trial.document
    report = Report(
        VERSION,
        verdict.word,
        "",
        verdict.unjudged,
        Spec(shown(trial.spec), trial.api.title, trial.api.version, document.digest),
        run_of(trial, around),
        Planned(
            tuple(check.id for check in plan.checks),
            tuple(operation.id for operation in plan.fuzzed),
            plan.writes,
        ),
        tuple(replace(f, place=place(document, f.pointer)) for f in grouped(verdict.findings)),
        tuple(Held(c.kind, c.name, c.statement, c.pointer, c.operations) for c in verdict.held),
        tuple(Skipped(n, reason, n in verdict.left_out) for n, reason in verdict.passed_over),
        tuple(row(o, o in judged, verdict) for o in trial.api.operations),
    )
    return replace(report, line=line(report))


def run_of(trial: Trial, around: Circumstances) -> Run:
    """How it was judged."""
    return Run(
        trial.server.base_url,
        trial.foreign,
        trial.profile.name,
        trial.seed,
        around.given,
        around.scope,
        around.started.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        round(around.seconds, 1),
        {"python": sys.version.split()[0]} | {name: version(name) for name in TOOLS},
        around.requests,
        "" if trial.foreign else around.sequence,
        NOT_OURS if trial.foreign else "",
        around.shard,
    )


def row(operation: Operation, judged: bool, verdict: Verdict) -> Row:
    """What came of one operation."""
    id, fuzzing = operation.id, verdict.fuzzing
    cases = fuzzing.cases.get(id, 0)
    return Row(
        id,
        operation.method,
        operation.path,
        operation.pointer,
        judged,
        verdict.sent[id] + cases,
        verdict.accepted[id],
        verdict.refused[id],
        cases,
        fuzzing.checks.get(id, 0),
        fuzzing.laws.get(id, 0),
        sum(id in check.operations for check in verdict.held),
        sum(id in finding.operations for finding in verdict.findings),
    )


def place(document: Document, pointer: str) -> Place:
    """Where a pointer is, or its nearest parent that is somewhere."""
    at = document.at(pointer)
    return Place(shown(Path(at.file)), at.line, at.column)


def line(report: Report) -> str:
    """The verdict in one line."""
    words = {"could-not-judge": "COULD NOT JUDGE"}
    scope = f" ({', '.join(report.run.scope)})" if report.run.scope else ""
    judged = [row for row in report.operations if row.judged]
    reached = sum(1 for row in judged if row.accepted)
    broken = len({(f.kind, name) for f in report.findings for name in f.names})
    cases = sum(row.cases for row in report.operations)
    parts = [f"{reached} of {len(judged)} operations reached"] if judged else []
    parts += [f"{cases} fuzzed requests", f"{len(report.held)} checks held", f"{broken} broken"]
    word = words.get(report.word, report.word.upper())
    return f"{word}{scope}: {', '.join(parts)} ({report.run.seconds:.0f} s)"
