"""A run that is kept: its figures in `docs/bench.json`, and what the documentation shows of them,
which follows from that file alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from specpipe.bench import report
from specpipe.bench.beside import table
from specpipe.bench.charts import charts
from specpipe.bench.effort import FULL
from specpipe.bench.figures import Results
from specpipe.bench.targets import targets
from specpipe.diagnostics import ToolError

FIGURES, PAGE, CHARTS = "bench.json", "benchmarks.md", "charts"
README = "../README.md"
BEGIN, END = "<!-- measured: made by `make bench RECORD=1`, not by hand -->", "<!-- /measured -->"


def keep(docs: Path, reports: Path) -> None:
    """Keep the run that `reports` has in `docs`. Raises ToolError."""
    figures = (reports / FIGURES).read_text()
    pages = {name: (docs / name).read_text() for name in (PAGE, README)}
    made = shown(json.loads(figures), pages)
    (docs / FIGURES).write_text(figures)
    (docs / CHARTS).mkdir(exist_ok=True)
    for name, text in made.items():
        (docs / name).write_text(text)


def shown(figures: Mapping[str, Any], pages: Mapping[str, str]) -> dict[str, str]:
    """The files that show a run, by path from `docs`; `pages` has those that its figures go into,
    PAGE and README. Raises ToolError when one has no place for them."""
    results, about = results_of(figures), figures["about"]
    said = f"{about['date']}, {about['processor']}, median of the rounds (least-largest)"
    pictures = charts(results, said)
    parts = [f"![{name}]({CHARTS}/{name}.svg)" for name in pictures]
    text = report.markdown(results, targets(results, FULL), about)
    said_so = f"Medians of one run of `make bench` ({about['date']}, {about['processor']})."
    return {
        **{f"{CHARTS}/{name}.svg": picture for name, picture in pictures.items()},
        PAGE: filled(PAGE, pages[PAGE], "\n\n".join([*parts, text.strip()])),
        README: filled(README, pages[README], f"{said_so}\n\n{table(results).strip()}"),
    }


def filled(name: str, page: str, inner: str) -> str:
    """A page with what was measured in its place. Raises ToolError when it has none."""
    before, _, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise ToolError(f"docs/{name} has no {BEGIN} … {END}: put both where figures go")
    return f"{before}{BEGIN}\n\n{inner}\n\n{END}{after}"


def results_of(figures: Mapping[str, Any]) -> Results:
    """The results that a `bench.json` has."""
    results = Results()
    for found in figures["results"]:
        for value in found["values"]:
            results.add(found["row"], found["case"], found["subject"], **{found["measure"]: value})
    return results
