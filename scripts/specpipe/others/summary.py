"""What is wrong with a server, for a page: Markdown out of a report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from specpipe.conformance.report import Report
from specpipe.conformance.verdict import Finding
from specpipe.diagnostics import one_line
from specpipe.others.servers import Other

LONGEST = 160
"""Characters of a message that are shown."""


def summary(other: Other, report: Report) -> Iterator[str]:
    """A section: the verdict, what held and what did not by kind of check, and each departure once:
    what differs between two is the operation alone is told of the first."""
    yield f"### {other.name} {other.version}"
    yield ""
    yield f"{other.what[0].upper()}{other.what[1:]}. {report.line}"
    yield ""
    yield "| kind of check | held | broken |"
    yield "|---|---:|---:|"
    held = Counter(check.kind for check in report.held)
    broken = Counter(kind for kind, _ in {(f.kind, n) for f in report.findings for n in f.names})
    for kind in sorted(held | broken):
        yield f"| {kind} | {held[kind]} | {broken[kind]} |"
    yield ""
    yield "| what departs | checks | the first of them |"
    yield "|---|---:|---|"
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in report.findings:
        groups.setdefault(group(finding), []).append(finding)
    for (kind, name), found in groups.items():
        count = len({each for finding in found for each in (finding.operations, *finding.also)})
        yield f"| {kind} `{name}` | {count} | {told(found[0].message)} |"
    yield ""


def group(finding: Finding) -> tuple[str, str]:
    """What a finding has in common with those that tell the same of another operation."""
    if finding.kind in ("access", "reach"):
        return finding.kind, finding.kind
    return finding.kind, finding.name.rpartition("/")[2]


def told(message: str) -> str:
    """A message in a cell of a table."""
    text = one_line(" ".join(message.split()))
    text = f"{text[:LONGEST]} …" if len(text) > LONGEST else text
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("`", "'").replace("<", "\\<")
