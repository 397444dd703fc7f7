"""The page of the corpus: Markdown out of its rows, and nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

Row = dict[str, Any]
PASSED = "passes"
_SHOWN = 12
"""Constructs that are listed of a kind."""
_HEAD = """\
# Real specs

What the pipeline makes of documents that no one here wrote. `make corpus` fetches each from its
registry, once, checks its hash, and writes this page and `corpus.json`; `make corpus ONLY=name`
does one anew.

The house rules ask for more than OpenAPI does (an example for each body, bounds for each integer,
one type for each schema), so `make generate` refuses documents as they are, naming construct, place
and remedy: *as it is* says in how many places. `make adopt FROM=vendor.json SPEC=new.yaml`
writes the document in the house's words: what can be said so stays, what it lost is printed with
its place. Of what that gives, all targets are generated, types are checked (mypy --strict,
tsc --strict), the server is started, and server and SDKs are judged (`PROFILE=smoke`). *Kept* is
how many operations are left then; *peak* is the largest process of a command of the pipeline. A
command that takes more than 120 s or 1 GiB has failed; a checker or the judge that takes more than
300 s has not been heard. A - is a step that was not taken: `make corpus QUICK=1` stops when all is
generated.
"""
_COLUMNS = (
    *("document", "version", "operations", "kept", "schemas", "as it is"),
    *("adopt, s", "generate, s", "peak, MiB", "types", "serves", "conformance"),
)


def page(rows: Sequence[Row]) -> str:
    """The whole page."""
    return "\n".join([_HEAD, *summary(rows), *table(rows), *sources(rows), *losses(rows)]) + "\n"


def summary(rows: Sequence[Row]) -> Iterator[str]:
    """The share of operations that passes."""
    whole = sum(row["operations"] or 0 for row in rows)
    kept = sum(row.get("kept", 0) for row in rows)
    made = sum(row.get("kept", 0) for row in rows if figure_of(row) == PASSED)
    judged = [row for row in rows if "conformance" in row]
    held = [row for row in judged if passes(row)]
    operations = sum(row["kept"] for row in held)
    yield (
        f"**{kept} of {whole} operations ({percent(kept, whole)}) of {len(rows)} documents can be "
        f"adopted, and {made} ({percent(made, whole)}) are generated within the limits.** "
        f"{len(judged)} documents were judged to the end, and {len(held)} of them, with "
        f"{operations} operations, hold in every column. A share by documents weighs small ones as "
        f"much as large ones: {middle(rows)}."
    )
    yield ""


def figure_of(row: Row) -> str:
    """What came of generating."""
    return str(row.get("generate", {}).get("verdict", "-"))


def middle(rows: Sequence[Row]) -> str:
    """The middle of what documents keep."""
    known = sorted(row.get("kept", 0) / row["operations"] for row in rows if row["operations"])
    if not known:
        return "none is known"
    return f"half of them keep {known[len(known) // 2]:.0%} or more of their operations"


def percent(part: int, whole: int) -> str:
    """A part of a whole."""
    return f"{part / whole:.0%}" if whole else "0%"


def passes(row: Row) -> bool:
    """Whether every step of a document held."""
    types = row.get("types", {})
    steps = [row.get(name, {}).get("verdict") for name in ("adopt", "generate", "conformance")]
    return all(text == PASSED for text in [*steps, row.get("serves"), *types.values()])


def table(rows: Sequence[Row]) -> Iterator[str]:
    """A line for each document."""
    yield "| " + " | ".join(_COLUMNS) + " |"
    yield "|---|---|---:|---:|---:|---|---:|---:|---:|---|---|---|"
    for row in rows:
        yield "| " + " | ".join(cells(row)) + " |"
    yield ""


def cells(row: Row) -> Iterator[str]:
    """The cells of a document."""
    yield row["name"]
    yield row["version"]
    yield known(row["operations"])
    yield known(row.get("kept"))
    yield known(row["schemas"])
    problems = sum(row["as_it_is"]["problems"].values())
    yield f"{row['as_it_is']['verdict']} ({problems})"
    yield figure(row.get("adopt"), "seconds")
    yield figure(row.get("generate"), "seconds")
    peaks = [row.get(name, {}).get("mib", 0) for name in ("as_it_is", "adopt", "generate")]
    yield str(max(peaks))
    types = row.get("types")
    wrong = [name for name, said in (types or {}).items() if said != PASSED]
    yield "-" if types is None else ", ".join(wrong) if wrong else "ok"
    yield {None: "-", PASSED: "ok"}.get(row.get("serves"), "no")
    judged = row.get("conformance")
    if judged is None:
        yield "-"
    else:
        names = ", ".join(f"{name} ({count})" for name, count in judged["broken"].items())
        yield "ok" if judged["verdict"] == PASSED else names or cell(judged["verdict"])


def known(number: int | None) -> str:
    """A number, if there is one."""
    return "-" if number is None else str(number)


def figure(step: Row | None, name: str) -> str:
    """A figure of a step that passed, or what came of it."""
    if step is None:
        return "-"
    return str(step[name]) if step["verdict"] == PASSED else cell(step["verdict"])


def cell(text: str) -> str:
    """Text in a table."""
    return " ".join(text.split()).replace("\\", "\\\\").replace("|", "\\|").replace("<", "\\<")


def sources(rows: Sequence[Row]) -> Iterator[str]:
    """Where documents come from."""
    yield "## Where they come from"
    yield ""
    yield "| document | what it is | package | licence | SHA-256 |"
    yield "|---|---|---|---|---|"
    for row in rows:
        where = f"{row['source']}: `{row['path']}`"
        facts = (row["name"], cell(row["about"]), where, row["licence"], f"`{row['sha256']}`")
        yield "| " + " | ".join(facts) + " |"
    yield ""


def losses(rows: Sequence[Row]) -> Iterator[str]:
    """What keeps documents from passing, by construct."""
    yield "## What the rules refuse in the documents as they are"
    yield ""
    problems: Counter[str] = Counter()
    within: Counter[str] = Counter()
    for row in rows:
        problems.update(row["as_it_is"]["problems"])
        within.update(row["as_it_is"]["problems"].keys())
    yield from listed(
        [(what, count, within[what]) for what, count in problems.most_common(2 * _SHOWN)]
    )
    titles = {
        "left out": "What adoption leaves out",
        "narrowed": "What it narrows: the house allows less than the document",
        "loosened": "What it loosens: the house asks for less than the document",
        "added": "What it adds",
    }
    for kind, title in titles.items():
        counts: Counter[str] = Counter()
        documents: Counter[str] = Counter()
        for row in rows:
            for of, what, count in row.get("notes", ()):
                if of == kind:
                    counts[what] += count
                    documents[what] += 1
        yield f"## {title}"
        yield ""
        rest = counts.most_common(_SHOWN)
        yield from listed([(what, count, documents[what]) for what, count in rest])
    yield from refusals(rows)


def listed(found: Sequence[tuple[str, int, int]]) -> Iterator[str]:
    """A table of constructs."""
    yield "| construct | places | documents |"
    yield "|---|---:|---:|"
    for what, count, documents in found:
        yield f"| {cell(what)} | {count} | {documents} |"
    yield ""


def refusals(rows: Sequence[Row]) -> Iterator[str]:
    """What is said of documents of which nothing could be made."""
    refused = [(row, row[name]) for row in rows for name in ("adopt", "generate")
               if row.get(name, {}).get("verdict", PASSED) != PASSED]  # fmt: skip
    if not refused:
        return
    yield "## What is refused altogether"
    yield ""
    for row, step in refused:
        yield f"- {row['name']}: {cell(step['verdict'])}: {cell(step['first'])}"
    yield ""
