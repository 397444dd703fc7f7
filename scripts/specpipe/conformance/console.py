"""A report for a terminal, at most 100 columns wide but for what is to be copied."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any

from specpipe.conformance.progress import WIDTH
from specpipe.conformance.publish import replay_command
from specpipe.conformance.report import Report, Row
from specpipe.conformance.verdict import Finding
from specpipe.diagnostics import fitted, one_line

ANSWER = 140
"""Characters of an answer that are shown."""
OTHERS = 3
"""How many of the other checks that found the same are named."""
HEAD = ("operation", "cases", "checks", "laws", "accepted/refused", "verdict")
COLUMNS = (6, 8, 8, 18)
"""Widths of the numbers."""
NAME = 48


def lines(report: Report) -> Iterator[str]:
    """What was found, once each, and a table of the operations."""
    for finding in report.findings:
        yield from told(finding, report)
        yield ""
    for known in report.known:
        finding = known.finding
        text = f"known until {known.expires}: {finding.kind} {finding.name}: {known.reason}"
        yield from wrapped(text, "")
    for note in report.notes:
        yield from wrapped(f"baseline: {note}", "")
    if report.known or report.notes:
        yield ""
    if any(row.judged for row in report.operations):
        yield from table(report)
    for skipped in report.skipped:
        how = "left out" if skipped.left_out else "does not apply"
        yield from wrapped(f"{skipped.name}: {how}: {skipped.reason}", "  ")
    if report.skipped:
        yield ""


def told(finding: Finding, report: Report) -> Iterator[str]:
    """One finding: what is wrong, what the rule is, where it stands, how to see it again."""
    times = f" ({finding.times} times)" if finding.times > 1 else ""
    yield f"{finding.kind} broken: {one_line(finding.name)}{times}"
    yield from wrapped(finding.message, "    ")
    place = f"{finding.place}  " if finding.place is not None else ""
    named = [
        ("rule", finding.statement),
        ("spec", f"{place}#{finding.pointer}"),
        ("answer", shortened(finding.answer or "")),
        ("also", others(finding)),
    ]
    for name, text in named:
        if text:
            yield from wrapped(text, f"    {name:<7}", "           ")
    for name, text in (("curl", finding.curl or ""), ("replay", replay_command(report, finding))):
        if text:
            yield f"    {name:<7}{one_line(text)}"


def shortened(answer: str) -> str:
    """The beginning of an answer: the page and the JSON have more of it."""
    return answer if len(answer) <= ANSWER else f"{answer[:ANSWER]}…"


def others(finding: Finding) -> str:
    """The other checks that found the same."""
    names = ", ".join(finding.also[:OTHERS])
    rest = len(finding.also) - OTHERS
    return f"{names} and {rest} others" if rest > 0 else names


def table(report: Report) -> Iterator[str]:
    """A line for each operation."""
    yield aligned(HEAD)
    for row in report.operations:
        yield aligned(cells(row))
    yield ""


def cells(row: Row) -> tuple[Any, ...]:
    """What the table says of an operation."""
    laws = f"{row.held}+{row.laws}" if row.laws else row.held
    answers = f"{row.accepted}/{row.refused}"
    return one_line(fitted(row.id, NAME)), row.cases, row.checks, laws, answers, judgement(row)


def judgement(row: Row) -> str:
    """What it came to."""
    if row.broken:
        return f"{row.broken} broken"
    if not row.judged:
        return "not judged"
    return "ok" if row.accepted else "no answer"


def aligned(values: tuple[Any, ...]) -> str:
    """A line of the table."""
    first, *numbers, last = values
    columns = "".join(f"{v:>{width}}" for v, width in zip(numbers, COLUMNS, strict=True))
    return f"{first:<{NAME}}{columns}  {last}".rstrip()


def wrapped(text: str, first: str, rest: str = "    ") -> list[str]:
    """`text` in lines of at most WIDTH."""
    return textwrap.wrap(
        one_line(" ".join(text.split())),
        WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_on_hyphens=False,
    )
