"""One report out of those of all shards."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from specpipe.conformance import shard
from specpipe.conformance.report import Planned, Report, Row, Run, line, place, read
from specpipe.conformance.verdict import Finding, Word, unreached
from specpipe.diagnostics import ToolError
from specpipe.spec.model import Document

NUMBERS = ("requests", "accepted", "refused", "cases", "checks", "laws", "held", "broken")


def merged(folder: Path, document: Document, result: Path) -> Report:
    """The report of the whole, of all shards' reports in `folder`, however deep; the one at
    `result`, if any, is of an earlier merge. Raises ToolError unless they are the whole of one."""
    earlier = result.resolve()
    paths = [path for path in sorted(folder.rglob("report.json")) if path.resolve() != earlier]
    if not paths:
        raise ToolError(f"MERGE: {folder}: there is no report.json in it")
    reports = in_order([(path, read(path)) for path in paths])
    first = reports[0]
    if first.spec.digest != document.digest:
        raise ToolError(f"MERGE: {folder}: the reports are of another SPEC than this")
    rows = tuple(summed(same) for same in zip(*(r.operations for r in reports), strict=True))
    findings = together([f for r in reports for f in (*r.findings, *(k.finding for k in r.known))])
    word = worst(reports, bool(findings))
    if word in ("conforms", "departs"):
        silent = [unanswered(row, document) for row in rows if row.judged and not row.accepted]
        findings = (*findings, *silent)
        word = "departs" if findings else "conforms"
    whole = replace(
        first,
        word=word,
        reason="; ".join(f"shard {r.run.shard}: {r.reason}" for r in reports if r.reason),
        run=run_of(reports),
        plan=plan_of(reports),
        findings=findings,
        known=(),
        notes=(),
        held=tuple(held for r in reports for held in r.held),
        skipped=tuple(dict.fromkeys(skipped for r in reports for skipped in r.skipped)),
        operations=rows,
    )
    return replace(whole, line=line(whole))


def run_of(reports: Sequence[Report]) -> Run:
    """How all of it was judged; the seconds are those of all shards together."""
    return replace(
        reports[0].run,
        scope=scopes(reports),
        started=min(report.run.started for report in reports),
        seconds=round(sum(report.run.seconds for report in reports), 1),
        requests=sum(report.run.requests for report in reports),
        sequence=sequences(reports),
        shard="",
    )


def plan_of(reports: Sequence[Report]) -> Planned:
    """What was to be done in all of them."""
    return Planned(
        tuple(id for report in reports for id in report.plan.checks),
        tuple(id for report in reports for id in report.plan.fuzzed),
        any(report.plan.writes for report in reports),
    )


def in_order(found: Sequence[tuple[Path, Report]]) -> list[Report]:
    """The reports by the number of their shard. Raises ToolError when they do not belong together,
    or when one is missing or there twice."""
    numbered: dict[int, tuple[Path, Report]] = {}
    first, whole = found[0][1], 1
    for path, report in found:
        part = shard.parse(report.run.shard)
        if part is None:
            raise ToolError(f"MERGE: {path}: not of a shard: it was made without SHARD")
        for what, mine, other in differences(report, first):
            if mine != other:
                raise ToolError(f"MERGE: {path}: of another {what} than {found[0][0]}")
        if part.number in numbered:
            twice = numbered[part.number][0]
            raise ToolError(f"MERGE: shard {part} is there twice: {twice} and {path}")
        numbered[part.number] = (path, report)
        whole = part.of
    missing = [str(shard.Shard(n, whole)) for n in range(1, whole + 1) if n not in numbered]
    if missing:
        raise ToolError(f"MERGE: missing: shard {', '.join(missing)}")
    return [numbered[number][1] for number in sorted(numbered)]


def differences(one: Report, other: Report) -> Iterable[tuple[str, object, object]]:
    """What has to be equal in reports of one run, by its name."""
    yield "spec", one.spec.digest, other.spec.digest
    yield "seed", one.run.seed, other.run.seed
    yield "profile", one.run.profile, other.run.profile
    yield "number of shards", one.run.shard.split("/")[1:], other.run.shard.split("/")[1:]
    yield "kind of server", kind(one), kind(other)
    yield "version of the tools", one.run.versions, other.run.versions


def kind(report: Report) -> tuple[object, ...]:
    """What of how it was judged decides what is judged; each shard may have a server of its own."""
    given = {name: value for name, value in report.run.given.items() if name != "BASE_URL"}
    return report.run.foreign, given


def worst(reports: Iterable[Report], broken: bool) -> Word:
    """The verdict on the whole: nothing can be said when a part was not judged."""
    words = {report.word for report in reports}
    if "could-not-judge" in words:
        return "could-not-judge"
    if "interrupted" in words:
        return "interrupted"
    return "departs" if broken else "conforms"


def together(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings of several shards, with those of one cause as one."""
    causes: dict[tuple[str, ...], Finding] = {}
    for finding in findings:
        known = causes.get(finding.cause)
        if known is None:
            causes[finding.cause] = finding
            continue
        names = dict.fromkeys((*known.also, *finding.names))
        also = tuple(name for name in names if name != known.name)
        times = known.times + finding.times
        causes[finding.cause] = replace(known, also=also, times=times)
    return tuple(causes.values())


def summed(rows: Sequence[Row]) -> Row:
    """What came of one operation in all shards."""
    numbers = {name: sum(getattr(row, name) for row in rows) for name in NUMBERS}
    return replace(rows[0], judged=any(row.judged for row in rows), **numbers)


def unanswered(row: Row, document: Document) -> Finding:
    """That an operation accepted nothing, in no shard."""
    finding = unreached(row.id, row.method, row.path, row.pointer)
    return replace(finding, place=place(document, row.pointer))


def scopes(reports: Sequence[Report]) -> tuple[str, ...]:
    """What of the spec the verdict is about, but for what a shard alone left out."""
    names = dict.fromkeys(scope for report in reports for scope in report.run.scope)
    shards = {f"shard {report.run.shard}" for report in reports}
    return (*(name for name in names if name not in shards), f"{len(reports)} shards")


def sequences(reports: Iterable[Report]) -> str:
    """SHA-256 over those of the shards; empty when one has none."""
    all = [report.run.sequence for report in reports]
    return hashlib.sha256("".join(all).encode()).hexdigest() if min(map(len, all)) else ""
