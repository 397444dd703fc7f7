"""What is wrong with a server, for a page: Markdown out of a report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from specpipe.conformance.report import Report
from specpipe.conformance.verdict import Finding
from specpipe.diagnostics import one_line
from specpipe.others.servers import Other

LONGEST = 200
"""Characters of a message that are shown."""


def summary(other: Other, report: Report) -> Iterator[str]:
    """A section: the verdict, what held and what did not by kind of check, each departure once."""
    yield f"### {other.name} {other.version}"
    yield ""
    yield f"{other.what[0].upper()}{other.what[1:]}. {report.line}"
    yield ""
    yield "| kind of check | held | broken |"
    yield "|---|---:|---:|"
    held = Counter(check.kind for check in report.held)
    broken = Counter(kind for kind, _ in {(f.kind, n) for f in report.findings for n in names(f)})
    for kind in sorted(held | broken):
        yield f"| {kind} | {held[kind]} | {broken[kind]} |"
    yield ""
    yield from (f"- {told(finding)}" for finding in report.findings)
    yield ""


def names(finding: Finding) -> tuple[str, ...]:
    """The checks that found it."""
    return (finding.name, *finding.also)


def told(finding: Finding) -> str:
    """A departure in one line, as Markdown."""
    message = one_line(" ".join(finding.message.split()))
    if len(message) > LONGEST:
        message = f"{message[:LONGEST]} …"
    text = message.replace("\\", "\\\\").replace("`", "'").replace("<", "\\<").replace("*", "\\*")
    others = f" and {len(finding.also)} others" if finding.also else ""
    return f"{finding.kind} `{finding.name}`{others}: {text}"
