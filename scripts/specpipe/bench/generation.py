"""Rows `generate` and `sizes`: what `make generate` costs, beside the generators that people use
instead, and how that grows with the spec."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import pairwise
from math import log
from pathlib import Path

from specpipe.bench.figures import Figure, Results
from specpipe.bench.generators import (
    ALL_THREE,
    KINDS,
    PEERS,
    STOCK,
    Cost,
    make_generate,
    openapi_generator,
    stock_python,
)
from specpipe.bench.requests import in_turn
from specpipe.bench.subjects import Run
from specpipe.bench.synthetic import synthetic_spec

OURS = "ours"
COLD, WARM, UNCHANGED = f"{OURS}, cold", f"{OURS}, kept", f"{OURS}, nothing changed"
ALL = "all targets"
OUR_PYTHON = f"{OURS}, Python alone"
Task = Callable[[Path], Cost]
"""Makes something in a new folder."""
FRESH = "off"


def only(target: str) -> str:
    """The case of one target, or of all of them."""
    return f"{target} alone" if target else ALL


def sized(operations: int) -> str:
    """The case of a spec of that size."""
    return f"{operations:,} operations"


def measure_generation(bench: Run, spec: Path, results: Results) -> None:
    """The row `generate`, of the real spec: in each round every subject once, into a new folder."""
    spec = spec.resolve()
    for number in range(bench.effort.rounds):
        for targets in PEERS:
            case = only(targets)
            tasks: list[tuple[str, Task]] = [
                (COLD, partial(ours, spec, targets=targets)),
                *((peer.name, partial(peer.run, spec)) for peer in PEERS[targets]),
            ]
            for name, task in in_turn(tasks, number):
                bench.say(f"generate, round {number + 1}: {case}, {name}")
                results.add("generate", case, name, **in_new_folder(bench, task))
        bench.say(f"generate, round {number + 1}: what was kept, and nothing changed")
        for name, found in kept(bench, spec).items():
            results.add("generate", ALL, name, **found)


def ours(spec: Path, out: Path, *, targets: str = "") -> Cost:
    """`make generate` with nothing kept of earlier runs."""
    return make_generate(spec, out, FRESH, targets)


def kept(bench: Run, spec: Path) -> dict[str, Cost]:
    """`make generate` where an earlier run kept what it rendered: into a new folder, and once more
    into that one, in which nothing is to be done then."""
    with new_folder(bench) as folder:
        cache, first, out = (folder / name for name in ("cache", "first", "out"))
        make_generate(spec, first, str(cache))
        return {
            WARM: make_generate(spec, out, str(cache)),
            UNCHANGED: make_generate(spec, out, str(cache)),
        }


def measure_sizes(bench: Run, results: Results) -> None:
    """The row `sizes`, of synthetic specs; the peers have all but the largest."""
    sizes = bench.effort.operations
    for number in range(bench.effort.sizings):
        for operations in sizes:
            spec = bench.folder / f"synthetic-{operations}.yaml"
            spec.write_bytes(synthetic_spec(operations))
            tasks = tasks_of(spec, alone=operations == sizes[-1])
            for name, task in in_turn(tasks, number):
                bench.say(f"sizes, round {number + 1}: {sized(operations)}, {name}")
                results.add("sizes", sized(operations), name, **in_new_folder(bench, task))
    note_growth(sizes, results)


def tasks_of(spec: Path, *, alone: bool) -> list[tuple[str, Task]]:
    """What is measured of one size; without the peers when `alone`."""
    mine: list[tuple[str, Task]] = [
        (OURS, partial(ours, spec)),
        (OUR_PYTHON, partial(ours, spec, targets="python")),
    ]
    if alone:
        return mine
    peers = [(ALL_THREE, openapi_generator(*KINDS)), (STOCK, stock_python)]
    return [*mine, *((name, partial(run, spec)) for name, run in peers)]


def note_growth(sizes: Sequence[int], results: Results) -> None:
    """Between each two neighbours, the exponent that the cost grows with: 1 is in proportion, and
    what every run costs makes it less."""
    for less, more in pairwise(sizes):
        case = f"from {less:,} to {sized(more)}"
        for name in (OURS, OUR_PYTHON, ALL_THREE, STOCK):
            found = exponent(results, name, less, more)
            for value in found.values if found else ():
                results.add("sizes", case, name, exponent=value)


def exponent(results: Results, name: str, less: int, more: int) -> Figure | None:
    """That of the CPU of a subject from one size to the next, in each round."""
    one = results.figure("sizes", sized(less), name, "cpu_s")
    other = results.figure("sizes", sized(more), name, "cpu_s")
    if one is None or other is None:
        return None
    return Figure(tuple(log(ratio) / log(more / less) for ratio in other.over(one).values))


def in_new_folder(bench: Run, task: Task) -> Cost:
    """What a task costs, which leaves nothing."""
    with new_folder(bench) as folder:
        return task(folder / "out")


@contextmanager
def new_folder(bench: Run) -> Iterator[Path]:
    """A folder with an empty one in it, `out`, for as long as the block takes."""
    folder = Path(tempfile.mkdtemp(prefix="made-", dir=bench.folder.resolve()))
    try:
        (folder / "out").mkdir()
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
