"""The results as pictures: bars for what is compared, lines for what grows. Which figures are
drawn, and where; `charts.svg.j2` draws them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import log10

import jinja2

from specpipe.bench import generation
from specpipe.bench.clients import FIRST_CLIENT, ONE_CORE, SYNC
from specpipe.bench.effort import FULL
from specpipe.bench.figures import Figure, Results
from specpipe.bench.growth import sized as things
from specpipe.bench.judging import ROW as JUDGE_ROW
from specpipe.bench.report import UNITS, number
from specpipe.bench.requests import connected

WIDTH = 800
LABELS = 330
"""Where bars begin: names of subjects stand before them."""
LONGEST = 330
"""The width of the longest bar."""
LINE, HEAD = 22, 44
"""Heights of a bar with its gap, and of a panel's title with its own."""
MANY, CONNECTED = things(FULL.snapshot), connected(16)


@dataclass(frozen=True, slots=True)
class Panel:
    """Bars of one measure of one case; shorter ones are better unless `more` is."""

    title: str
    row: str
    case: str
    measure: str
    more: bool = False


@dataclass(frozen=True, slots=True)
class Bar:
    """A subject's bar: `y` within the picture, its width, and what it says."""

    name: str
    kind: str
    y: int
    width: float
    said: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """A panel with its place."""

    title: str
    y: int
    bars: tuple[Bar, ...]


PANELS: Mapping[str, tuple[str, tuple[Panel, ...]]] = {
    "server": (
        "What a request costs the server",
        tuple(
            Panel(f"{row}, {CONNECTED}", row, CONNECTED, "cpu_us")
            for row in ("get", "create", "snapshot", "identifiers")
        ),
    ),
    "sdk": (
        "What the Python SDK costs a program",
        (
            Panel(f"decode {MANY}", "decode", MANY, "cpu_ms"),
            Panel(f"encode {MANY}", "encode", MANY, "cpu_ms"),
            Panel("a small call", "call", SYNC, "p50_us"),
            Panel("a small call, on one core", "call", ONE_CORE, "p50_us"),
            Panel("import to a first client", "import", FIRST_CLIENT, "cpu_ms"),
            Panel(f"memory, decoding {MANY}", "sdk-memory", MANY, "added_mib"),
        ),
    ),
    "pipeline": (
        "What generating takes",
        tuple(
            Panel(generation.only(target), "generate", generation.only(target), "seconds")
            for target in ("", "python", "server", "typescript")
        ),
    ),
    "judge": (
        "How fast a server is judged",
        (Panel(f"profile {FULL.profile}", JUDGE_ROW, FULL.profile, "per_second", more=True),),
    ),
}
GROWTH = "growth"
GROWING = ("cpu_s", "peak_mib")
"""What is drawn of the row `sizes`."""


def charts(results: Results, said: str) -> dict[str, str]:
    """The pictures that there are figures for, by name; `said` is when and with what."""
    made = {}
    for name, (title, panels) in PANELS.items():
        if drawn := tuple(placed(results, panels)):
            made[name] = bars(title, drawn, said)
    if lines := tuple(curves(results)):
        made[GROWTH] = growth(lines, said)
    return made


def placed(results: Results, panels: Sequence[Panel]) -> Iterator[Drawn]:
    """Those with figures, each below the last one."""
    y = 2 * LINE
    for panel in panels:
        if found := figures(results, panel.row, panel.case, panel.measure):
            better = "more is better" if panel.more else "less is better"
            title = f"{panel.title}: {UNITS[panel.measure]}, {better}"
            yield Drawn(title, y + LINE, tuple(bars_of(found, y + LINE)))
            y += HEAD + LINE * len(found)


def figures(results: Results, row: str, case: str, measure: str) -> dict[str, Figure]:
    """By subject."""
    return {
        place.subject: figure
        for place, figure in results.figures()
        if (place.row, place.case, place.measure) == (row, case, measure)
    }


def bars_of(found: Mapping[str, Figure], top: int) -> Iterator[Bar]:
    """The bars of a panel, shortest first."""
    longest = max(figure.median for figure in found.values()) or 1.0
    ordered = sorted(found.items(), key=lambda item: item[1].median)
    for index, (name, figure) in enumerate(ordered):
        said = number(figure.median)
        if len(figure.values) > 1:
            said += f" ({number(figure.low)}-{number(figure.high)})"
        width = max(1.0, figure.median / longest * LONGEST)
        yield Bar(name, kind(name), top + 10 + index * LINE, round(width, 1), said)


def kind(subject: str) -> str:
    """The class of a subject's bar or line."""
    if subject.startswith("ours"):
        return "ours"
    return "floor" if subject.startswith("floor") else "peer"


@dataclass(frozen=True, slots=True)
class Curve:
    """How a subject's figure grows: (operations, figure), smallest first."""

    name: str
    measure: str
    points: tuple[tuple[int, float], ...]


def curves(results: Results) -> Iterator[Curve]:
    """Of the row `sizes`."""
    for measure in GROWING:
        by_subject: dict[str, list[tuple[int, float]]] = {}
        for operations in FULL.operations:
            found = figures(results, "sizes", generation.sized(operations), measure)
            for name, figure in found.items():
                by_subject.setdefault(name, []).append((operations, figure.median))
        for name, points in by_subject.items():
            if len(points) > 1:
                yield Curve(name, measure, tuple(points))


def bars(title: str, panels: Sequence[Drawn], said: str) -> str:
    """A picture of bars."""
    height = panels[-1].y + HEAD + LINE * len(panels[-1].bars)
    text = "; ".join(
        f"{panel.title}: {', '.join(f'{bar.name} {bar.said}' for bar in panel.bars)}"
        for panel in panels
    )
    return drawing(title, text, said, height, panels=panels, plots=())


@dataclass(frozen=True, slots=True)
class Plot:
    """A diagram with two logarithmic axes: marks on both, and curves as points with a label."""

    title: str
    y: int
    across: tuple[tuple[float, str], ...]
    up: tuple[tuple[float, str], ...]
    lines: tuple[tuple[str, str, str, float], ...]
    """Class, points, name, and the height at which it ends."""


SQUARE = 240
"""The height of a diagram; its width is LONGEST."""


def growth(found: Sequence[Curve], said: str) -> str:
    """A picture of curves."""
    plots: list[Plot] = []
    for measure in GROWING:
        mine = [curve for curve in found if curve.measure == measure]
        if mine:
            plots.append(plot(mine, 4 * LINE + len(plots) * (SQUARE + 4 * LINE)))
    text = "; ".join(
        f"{curve.name}, {UNITS[curve.measure]}: "
        + ", ".join(f"{number(value)} at {count:,}" for count, value in curve.points)
        for curve in found
    )
    height = plots[-1].y + SQUARE + 3 * LINE
    return drawing("How generating grows with the spec", text, said, height, panels=(), plots=plots)


def plot(mine: Sequence[Curve], top: int) -> Plot:
    """One diagram."""
    counts = sorted({count for curve in mine for count, _ in curve.points})
    values = [value for curve in mine for _, value in curve.points]
    low, high = log10(min(values)), log10(max(values))
    first, last = log10(counts[0]), log10(counts[-1])

    def x(count: float) -> float:
        return round(80 + (log10(count) - first) / (last - first) * LONGEST, 1)

    def y(value: float) -> float:
        return round(top + SQUARE - (log10(value) - low) / ((high - low) or 1) * SQUARE, 1)

    lines = [
        (
            kind(curve.name),
            " ".join(f"{x(count)},{y(value)}" for count, value in curve.points),
            f"{curve.name} (to {curve.points[-1][0]:,})",
            y(curve.points[-1][1]),
        )
        for curve in mine
    ]
    title = f"{UNITS[mine[0].measure]} by operations, both logarithmic"
    across = tuple((x(count), f"{count:,}") for count in counts)
    up = tuple((y(value), number(value)) for value in (min(values), max(values)))
    return Plot(title, top, across, up, apart(lines))


def apart(
    lines: Sequence[tuple[str, str, str, float]],
) -> tuple[tuple[str, str, str, float], ...]:
    """The lines with their labels moved down until none covers another."""
    placed: list[tuple[str, str, str, float]] = []
    for style, points, name, y in sorted(lines, key=lambda line: line[3]):
        least = placed[-1][3] + LINE - 6 if placed else y
        placed.append((style, points, name, max(y, least)))
    return tuple(placed)


def drawing(
    title: str, text: str, said: str, height: int, *, panels: Sequence[Drawn], plots: Sequence[Plot]
) -> str:
    """The picture as SVG."""
    places = {"width": WIDTH, "labels": LABELS, "longest": LONGEST, "square": SQUARE}
    return template().render(
        title=title, text=text, said=said, height=height, panels=panels, plots=plots, **places
    )


@cache
def template() -> jinja2.Template:
    """`charts.svg.j2`."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("specpipe.bench", "."),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=True,
    )
    return environment.get_template("charts.svg.j2")
