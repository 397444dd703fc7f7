"""Departures that are known: recorded in a file, each with a reason and a day on which it expires.

```toml
[[departure]]
check = "law/thing/gone-after-delete"   # the kind and name of a finding
operation = "thing_delete"              # only where it is about this one; may be left out
reason = "fixed in 2.1"
expires = 2027-01-31
```
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from specpipe.conformance.report import Known, Report, line
from specpipe.conformance.verdict import Finding
from specpipe.diagnostics import ToolError
from specpipe.render import toml_literal

MEMBERS = {"check": str, "reason": str, "expires": date, "operation": str}


@dataclass(frozen=True, slots=True)
class Entry:
    """One known departure."""

    check: str
    reason: str
    expires: date
    operation: str = ""

    def covers(self, finding: Finding, name: str) -> bool:
        """Whether it is about what a check of that name found."""
        fits = not self.operation or self.operation in finding.operations
        return fits and self.check == f"{finding.kind}/{name}"


def read(path: Path) -> tuple[Entry, ...]:
    """The entries of a file. Raises ToolError when it is not in that form."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise ToolError(f"BASELINE: {path}: {reason}") from None
    items = data.pop("departure", [])
    if data or not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise ToolError(f"BASELINE: {path}: write each departure as [[departure]]")
    return tuple(entry(f"BASELINE: {path}: departure {n}", i) for n, i in enumerate(items, 1))


def entry(where: str, item: dict[str, Any]) -> Entry:
    """One entry. Raises ToolError."""
    for name in item.keys() - MEMBERS.keys():
        raise ToolError(f"{where}: {name} is not one of {', '.join(MEMBERS)}")
    for name, type_ in MEMBERS.items():
        if name == "operation" and name not in item:
            continue
        if type(item.get(name)) is not type_ or item[name] == "":
            what = "a date, as 2027-01-31" if type_ is date else "a text that is not empty"
            raise ToolError(f"{where}: {name} has to be {what}")
    return Entry(**item)


def applied(report: Report, entries: Sequence[Entry], today: date) -> Report:
    """A report in which what is known does not count, until it expires."""
    valid = [entry for entry in entries if entry.expires >= today]
    left, known = [], []
    for finding in report.findings:
        excuses = {name: e for name in finding.names for e in valid if e.covers(finding, name)}
        known += [
            Known(replace(finding, name=name, also=()), e.reason, e.expires.isoformat())
            for name, e in excuses.items()
        ]
        if rest := [name for name in finding.names if name not in excuses]:
            left.append(replace(finding, name=rest[0], also=tuple(rest[1:])))
    word = "conforms" if report.word == "departs" and not left else report.word
    count = f"{len(known)} known departure{'s' * (len(known) != 1)}"
    changed = replace(
        report,
        word=word,
        findings=tuple(left),
        known=tuple(known),
        notes=tuple(notes(report, entries, today)),
        run=replace(report.run, scope=(*report.run.scope, *([count] if known else []))),
        operations=tuple(
            replace(row, broken=sum(row.id in f.operations for f in left))
            for row in report.operations
        ),
    )
    return replace(changed, line=line(changed))


def notes(report: Report, entries: Sequence[Entry], today: date) -> Iterator[str]:
    """What is to be done about entries. That one is not needed does not break a judgement: the
    next seed or profile may find the departure again."""
    for entry in entries:
        found = any(
            entry.covers(finding, name) for finding in report.findings for name in finding.names
        )
        if found and entry.expires < today:
            yield f"{entry.check}: known, but it expired on {entry.expires}: it counts again"
        elif not found and made(entry.check, report):
            yield f"{entry.check}: known, but it was not found: take it out if it is mended"


def made(check: str, report: Report) -> bool:
    """Whether a report is about a check."""
    kind, _, name = check.partition("/")
    if kind == "fuzz":
        return name.rpartition("/")[0] in report.plan.fuzzed
    if kind == "reach":
        # Of a shard alone nobody knows what no request reached.
        return not report.run.shard and any(r.judged and r.id == name for r in report.operations)
    held = {f"{held.kind}/{held.name}" for held in report.held}
    return check in held or kind == "clean-up"


def template(report: Report) -> str:
    """Entries for all that was found, for a person to give reasons and days for."""
    lines = [
        "# BASELINE: give each departure that is known a reason and a day; leave out the rest."
    ]
    for finding in report.findings:
        for name in finding.names:
            check = toml_literal(f"{finding.kind}/{name}")
            lines += [
                "",
                "[[departure]]",
                f"check = {check}",
                'reason = ""',
                "expires = 2000-01-01",
            ]
    return "\n".join(lines) + "\n"
