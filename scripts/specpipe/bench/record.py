"""A run that is kept: its figures in `docs/bench.json`, and what the documentation shows of them,
which follows from that file alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from specpipe.bench import report
from specpipe.bench.charts import charts
from specpipe.bench.effort import FULL
from specpipe.bench.figures import Results
from specpipe.bench.targets import targets
from specpipe.diagnostics import ToolError

FIGURES, PAGE, CHARTS = "bench.json", "benchmarks.md", "charts"
BEGIN, END = "<!-- measured: made by `make bench RECORD=1`, not by hand -->", "<!-- /measured -->"


def keep(docs: Path, reports: Path) -> None:
    """Keep the run that `reports` has in `docs`. Raises ToolError."""
    figures = (reports / FIGURES).read_text()
    (docs / FIGURES).write_text(figures)
    (docs / CHARTS).mkdir(exist_ok=True)
    for name, text in shown(json.loads(figures), (docs / PAGE).read_text()).items():
        (docs / name).write_text(text)


def shown(figures: Mapping[str, Any], page: str) -> dict[str, str]:
    """The files that show a run, by path below `docs`; `page` is the one that its figures go
    into."""
    results, about = results_of(figures), figures["about"]
    said = f"{about['date']}, {about['processor']}, median of the rounds (least-largest)"
    pictures = charts(results, said)
    parts = [f"![{name}]({CHARTS}/{name}.svg)" for name in pictures]
    text = report.markdown(results, targets(results, FULL), about)
    before, _, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise ToolError(f"docs/{PAGE} has no {BEGIN} … {END}: put both where figures go")
    inner = "\n\n".join([*parts, text.strip()])
    return {
        **{f"{CHARTS}/{name}.svg": picture for name, picture in pictures.items()},
        PAGE: f"{before}{BEGIN}\n\n{inner}\n\n{END}{after}",
    }


def results_of(figures: Mapping[str, Any]) -> Results:
    """The results that a `bench.json` has."""
    results = Results()
    for found in figures["results"]:
        for value in found["values"]:
            results.add(found["row"], found["case"], found["subject"], **{found["measure"]: value})
    return results
