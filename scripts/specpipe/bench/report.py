"""The results, for people as Markdown and for machines as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from specpipe.bench.figures import Figure, Results
from specpipe.bench.targets import Target

UNITS = {
    "cpu_us": "CPU µs/request",
    "per_second": "/s",
    "p50_ms": "p50 ms",
    "p99_ms": "p99 ms",
    "p50_us": "p50 µs",
    "p99_us": "p99 µs",
    "cpu_ms": "CPU ms",
    "best_ms": "CPU ms, the best of 8",
    "wall_ms": "ms",
    "added_mib": "MiB added",
    "seconds": "seconds",
    "cpu_s": "CPU seconds",
    "peak_mib": "MiB, the largest process",
    "exponent": "exponent of growth",
    "requests": "requests",
    "share": "% of the time",
    "reply_mib": "MiB sent",
}
"""Measures, in the order of columns, and their headings."""
MET = {True: "yes", False: "**no**"}


def write(
    folder: Path, results: Results, targets: Sequence[Target], about: Mapping[str, str]
) -> str:
    """Write `bench.md` and `bench.json` into `folder`; returns the Markdown."""
    folder.mkdir(parents=True, exist_ok=True)
    text = markdown(results, targets, about)
    (folder / "bench.md").write_text(text)
    data = {
        "about": about,
        "targets": [
            {
                "target": target.text,
                "bound": target.bound,
                "at_most": target.at_most,
                "unit": target.unit.strip(),
                "values": target.figure.values,
                "met": target.met,
            }
            for target in targets
        ],
        "results": [
            {
                "row": place.row,
                "case": place.case,
                "subject": place.subject,
                "measure": place.measure,
                "values": figure.values,
            }
            for place, figure in results.figures()
        ],
    }
    (folder / "bench.json").write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n")
    return text


def markdown(results: Results, targets: Sequence[Target], about: Mapping[str, str]) -> str:
    """Targets first, then all that was measured: medians, with the least and the largest of the
    rounds where there are several."""
    parts = ["## Targets", table(("what", "wanted", "measured", "met"), map(target_line, targets))]
    for row in dict.fromkeys(place.row for place, _ in results.figures()):
        parts += [f"## {row}", row_table(results, row)]
    parts += ["## Where", "\n".join(f"- {name}: {value}" for name, value in about.items())]
    return "\n\n".join(parts) + "\n"


def target_line(target: Target) -> tuple[str, ...]:
    """A target as a line of the table."""
    sign = "≤" if target.at_most else "≥"
    wanted = f"{sign} {number(target.bound)}{target.unit}"
    return target.text, wanted, f"{shown(target.figure)}{target.unit}", MET[target.met]


def row_table(results: Results, row: str) -> str:
    """All figures of a row: a line for each case and subject, a column for each measure."""
    cells = {place: figure for place, figure in results.figures() if place.row == row}
    measures = [measure for measure in UNITS if any(p.measure == measure for p in cells)]
    lines: dict[tuple[str, str], dict[str, Figure]] = {}
    for place, figure in cells.items():
        lines.setdefault((place.case, place.subject), {})[place.measure] = figure
    # Subjects of one case stand together, in whatever order the rounds had them.
    cases = dict.fromkeys(case for case, _ in lines)
    subjects = sorted({subject for _, subject in lines})
    rows = [
        (case, subject, *(shown(found[m]) if m in found else "" for m in measures))
        for case in cases
        for subject in subjects
        if (found := lines.get((case, subject)))
    ]
    return table(("case", "subject", *(UNITS[measure] for measure in measures)), rows)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def shown(figure: Figure) -> str:
    """The median, and what lies around it."""
    if len(figure.values) == 1:
        return number(figure.median)
    return f"{number(figure.median)} ({number(figure.low)}-{number(figure.high)})"


def number(value: float) -> str:
    """Three digits that count; thousands are separated."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"
