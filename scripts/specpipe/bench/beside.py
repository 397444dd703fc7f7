"""The README's table: figures of a run, ours and those of what people use instead."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from specpipe.bench.clients import FIRST_CLIENT, SYNC
from specpipe.bench.commits import BUSY
from specpipe.bench.effort import FULL
from specpipe.bench.engines import SQLITE
from specpipe.bench.figures import Results
from specpipe.bench.generation import ALL, COLD, UNCHANGED
from specpipe.bench.generators import ALL_THREE
from specpipe.bench.growth import sized
from specpipe.bench.report import number
from specpipe.bench.requests import connected
from specpipe.bench.sdks import OURS, PUBLISHED, STOCK, name_of_style
from specpipe.bench.subjects import COMMIT_EACH, FASTAPI, ours_on

MANY = sized(FULL.snapshot)
PEER_SDKS = (PUBLISHED, STOCK)
HEAD = "| | here | instead |\n|---|---|---|\n"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the table: where the figures are, their unit, and the subjects of both columns."""

    what: str
    row: str
    case: str
    measure: str
    unit: str
    ours: str
    others: tuple[str, ...] = ()

    def cell(self, results: Results, subject: str) -> str | None:
        """The figure of a subject with its unit; None when it was not measured."""
        figure = results.figure(self.row, self.case, subject, self.measure)
        return None if figure is None else f"{number(figure.median)} {self.unit}"


LINES = (
    Line("generate everything, cold", "generate", ALL, "seconds", "s", COLD, (ALL_THREE,)),
    Line("generate when nothing has changed", "generate", ALL, "seconds", "s", UNCHANGED),
    Line(
        "import to a first client, CPU",
        "import",
        FIRST_CLIENT,
        "cpu_ms",
        "ms",
        OURS,
        (*PEER_SDKS, name_of_style("stainless"), name_of_style("speakeasy")),
    ),
    Line("one small call, median", "call", SYNC, "p50_us", "µs", OURS, PEER_SDKS),
    Line(f"decode {MANY}, CPU", "decode", MANY, "cpu_ms", "ms", OURS, PEER_SDKS),
    Line("memory that this adds", "sdk-memory", MANY, "added_mib", "MiB", OURS, PEER_SDKS),
    Line(
        "durable creates at 64 connections",
        "create",
        connected(64),
        "per_second",
        "/s",
        ours_on(SQLITE),
        (FASTAPI.name,),
    ),
    Line(
        f"the same, {BUSY}",
        "commits",
        BUSY,
        "per_second",
        "/s",
        ours_on(SQLITE),
        (COMMIT_EACH.name,),
    ),
)


def table(results: Results) -> str:
    """The lines of which our figure was measured, as a table of Markdown."""
    return HEAD + "".join(rows(results))


def rows(results: Results) -> Iterator[str]:
    """The same, line by line."""
    for line in LINES:
        ours = line.cell(results, line.ours)
        told = ((name, line.cell(results, name)) for name in line.others)
        others = "; ".join(f"{name}: {figure}" for name, figure in told if figure is not None)
        if ours is not None:
            yield f"| {line.what} | {ours} | {others} |\n"
