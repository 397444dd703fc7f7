"""What the figures have to be: the rows of the server and of the SDK in the design's table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from specpipe.bench.clients import FIRST_CLIENT, FLOORS, ONE_CORE, SYNC
from specpipe.bench.commits import BUSY
from specpipe.bench.effort import Effort
from specpipe.bench.engines import POSTGRESQL, SQLITE
from specpipe.bench.figures import Figure, Results, highest
from specpipe.bench.generation import ALL, COLD, OUR_PYTHON, UNCHANGED
from specpipe.bench.generation import OURS as PIPELINE
from specpipe.bench.generation import sized as of_operations
from specpipe.bench.generators import ALL_THREE
from specpipe.bench.generators import STOCK as STOCK_GENERATOR
from specpipe.bench.growth import sized
from specpipe.bench.requests import connected
from specpipe.bench.sdks import OURS, PUBLISHED
from specpipe.bench.subjects import COMMIT_EACH, FASTAPI, ours_on
from specpipe.bench.typescript import ROW, SHARE, WHOLE

CPU_AT = 16
"""Connections at which CPU a request is compared."""
MANY = 64


@dataclass(frozen=True, slots=True)
class Target:
    """What a figure has to be: at most `bound`, or at least that. `unit` follows the number."""

    text: str
    bound: float
    at_most: bool
    unit: str
    figure: Figure

    @property
    def met(self) -> bool:
        """Whether the median is within the bound."""
        median = self.figure.median
        return median <= self.bound if self.at_most else median >= self.bound


def targets(results: Results, effort: Effort) -> list[Target]:
    """Those that were measured. The ones beside FastAPI are for the default engine, the ones about
    growth for all."""
    candidates = [*beside_peers(results)]
    for engine in (SQLITE, POSTGRESQL):
        candidates += growing(results, ours_on(engine), effort)
    candidates += of_the_sdk(results, effort)
    candidates += of_typescript(results, effort)
    candidates += of_generating(results, effort)
    return [
        Target(text, bound, at_most, unit, figure)
        for text, bound, at_most, unit, figure in candidates
        if figure is not None
    ]


Candidate = tuple[str, float, bool, str, Figure | None]


def beside_peers(results: Results) -> Iterator[Candidate]:
    """Ours, durable, beside FastAPI and pydantic, in memory or with a commit for each request."""
    ours = ours_on(SQLITE)
    for row, bound in (("get", 1 / 3), ("create", 1 / 3), ("snapshot", 1 / 4)):
        ratio = results.ratio(row, connected(CPU_AT), ours, FASTAPI.name, "cpu_us")
        yield f"{row}: server CPU a request, over FastAPI in memory", bound, True, "x", ratio
    ratio = results.ratio("create", connected(MANY), ours, FASTAPI.name, "per_second")
    text = f"durable creates/s at {MANY} connections, over FastAPI in memory"
    yield text, 2.5, False, "x", ratio
    ratio = results.ratio("commits", BUSY, ours, COMMIT_EACH.name, "per_second")
    yield f"the same over a commit each, {BUSY}", 10, False, "x", ratio


def growing(results: Results, name: str, effort: Effort) -> Iterator[Candidate]:
    """Large databases beside small ones."""
    small, large = sized(effort.small), sized(effort.large)
    for shape in ("narrow", "wide"):
        less = results.figure("growth", f"{shape}, {small}", name, "p50_ms")
        more = results.figure("growth", f"{shape}, {large}", name, "p50_ms")
        ratio = more.over(less) if more is not None and less is not None else None
        yield f"{name}: ids, {shape} ranges, {large} over {small}", 1.5, True, "x", ratio
    worst = highest(
        [
            figure
            for place, figure in results.figures()
            if (place.row, place.subject, place.measure) == ("growth", name, "p50_ms")
            and place.case.endswith(large)
        ]
    )
    yield f"{name}: ids, worst of all shapes, {large}", 150, True, " ms", worst
    added = results.figure("memory", large, name, "added_mib")
    yield f"{name}: memory added by a snapshot of {large}", 10, True, " MiB", added


def of_the_sdk(results: Results, effort: Effort) -> Iterator[Candidate]:
    """The SDK beside the published one, and beside what Python does without any."""
    many = sized(effort.snapshot)

    def faster(row: str, case: str, measure: str) -> Figure | None:
        return results.ratio(row, case, PUBLISHED, OURS, measure)

    def over_floor(row: str, case: str, measure: str) -> Figure | None:
        return results.ratio(row, case, OURS, FLOORS[row], measure)

    for row in ("decode", "encode"):
        text = f"{row} {many}: times cheaper than the {PUBLISHED}"
        yield text, 30, False, "x", faster(row, many, "cpu_ms")
    text = f"decode {many}, over orjson.loads"
    yield text, 1, True, "x", over_floor("decode", many, "cpu_ms")
    for case, where in ((SYNC, ""), (ONE_CORE, ", on one core")):
        text = f"a small call{where}: times faster than the {PUBLISHED}"
        yield text, 3, False, "x", faster("call", case, "p50_us")
        text = f"a small call{where}, over http.client + orjson"
        yield text, 1.5, True, "x", over_floor("call", case, "p50_us")
    text = f"import to a first client: times cheaper than the {PUBLISHED}"
    yield text, 8, False, "x", faster("import", FIRST_CLIENT, "cpu_ms")
    text = f"memory added by decoding {many}, over the {PUBLISHED}"
    ratio = results.ratio("sdk-memory", many, OURS, PUBLISHED, "added_mib")
    yield text, 0.5, True, "x", ratio


def of_typescript(results: Results, effort: Effort) -> Iterator[Candidate]:
    """The TypeScript SDK beside the published one."""
    many = sized(effort.snapshot)
    for case in (SHARE, WHOLE):
        for measure, when in (("cpu_ms", "the first"), ("best_ms", "the best of 8")):
            ratio = results.ratio(ROW, f"{many}, {case}", PUBLISHED, OURS, measure)
            text = f"{ROW} {many}, {case}, {when}: times cheaper than the {PUBLISHED}"
            yield text, 2, False, "x", ratio


def of_generating(results: Results, effort: Effort) -> Iterator[Candidate]:
    """`make generate` beside other generators, and how it grows."""
    ratio = results.ratio("generate", ALL, COLD, ALL_THREE, "seconds")
    yield "make generate, all targets, cold, over openapi-generator's three", 0.5, True, "x", ratio
    nothing = results.figure("generate", ALL, UNCHANGED, "seconds")
    yield "make generate, nothing changed", 0.5, True, " s", nothing
    if len(effort.operations) < 3:
        return
    *_, less, large, _ = effort.operations
    grown = proportion(results, less, large)
    text = f"make generate, from {less:,} to {of_operations(large)}, over growth in proportion"
    yield text, 1.2, True, "x", grown
    for measure, what in (("seconds", "time"), ("cpu_s", "CPU")):
        ratio = results.ratio("sizes", of_operations(large), OUR_PYTHON, STOCK_GENERATOR, measure)
        text = f"Python SDK of {of_operations(large)}, {what}, over openapi-python-client"
        yield text, 0.5, True, "x", ratio


def proportion(results: Results, less: int, more: int) -> Figure | None:
    """How many times as much CPU as in proportion the larger spec takes: 1 is in proportion."""
    one = results.figure("sizes", of_operations(less), PIPELINE, "cpu_s")
    other = results.figure("sizes", of_operations(more), PIPELINE, "cpu_s")
    if one is None or other is None:
        return None
    return Figure(tuple(ratio / (more / less) for ratio in other.over(one).values))
