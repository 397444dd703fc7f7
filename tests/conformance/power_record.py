"""What came of judging the judge: kept as JSON, shown as a page."""

from __future__ import annotations

import datetime
import importlib.metadata
import platform
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import msgspec

from specpipe.workspace import ROOT

from .saboteurs import CONTROLS, DEAD, SABOTEURS
from .saboteurs.planting import Defect
from .sdk_saboteurs import NO_DEFECT, SDK_DEFECTS

DOCS = ROOT / "docs"
FILE = DOCS / "power.json"
PAGE = DOCS / "power.md"
TOOLS = ("schemathesis", "hypothesis", "jsonschema_rs")


class Outcome(msgspec.Struct, frozen=True):
    """`killed` by a check, `survived`, `could not judge`, `judge failed`, or `not run`."""

    word: str = "not run"
    by: str = ""
    profile: str = ""
    seconds: float = 0.0


class Row(msgspec.Struct, frozen=True):
    """One server: what is wrong with it, and what each judge made of it."""

    name: str
    kind: str
    statement: str
    ours: Outcome = Outcome()
    alone: Outcome = Outcome()


class Record(msgspec.Struct, frozen=True):
    """All of them."""

    date: str = ""
    seed: int = 0
    versions: Mapping[str, str] = {}
    rows: Mapping[str, Row] = {}
    sdks: Mapping[str, Row] = {}

    def updated(
        self,
        outcomes: Mapping[str, Outcome],
        *,
        alone: bool,
        seed: int,
    ) -> Record:
        """With what came of a run; what there is no saboteur for any more is left out."""
        rows = {name: row for name, row in self.rows.items() if name in KNOWN}
        for name, outcome in outcomes.items():
            defect, before = KNOWN[name], rows.get(name)
            ours, by_itself = (before.ours, before.alone) if before else (Outcome(), Outcome())
            ours, by_itself = (ours, outcome) if alone else (outcome, by_itself)
            rows[name] = Row(name, defect.kind, defect.statement, ours, by_itself)
        ordered = {name: rows[name] for name in KNOWN if name in rows}
        today = datetime.date.today().isoformat()
        return Record(today, seed, versions(), ordered, self.sdks)

    def with_sdks(self, rows: Sequence[Row]) -> Record:
        """With what came of SDKs."""
        known = {**self.sdks, **{row.name: row for row in rows}}
        return msgspec.structs.replace(self, sdks={n: known[n] for n in SDKS if n in known})

    def ours(self) -> Sequence[Row]:
        """The saboteurs."""
        return [row for name, row in self.rows.items() if name in SABOTEURS]

    def ours_of_sdks(self) -> Sequence[Row]:
        """The SDKs with a defect."""
        return [row for name, row in self.sdks.items() if name in SDK_DEFECTS]


KNOWN: Mapping[str, Defect] = {**SABOTEURS, **DEAD, **CONTROLS}
SDKS = {**SDK_DEFECTS, **NO_DEFECT}


def versions() -> dict[str, str]:
    """Of what takes part."""
    found = {tool: importlib.metadata.version(tool) for tool in TOOLS}
    return {"Python": platform.python_version(), **found}


def read(folder: Path = DOCS) -> Record:
    """What was kept; nothing when there is none."""
    file = folder / FILE.name
    return msgspec.json.decode(file.read_bytes(), type=Record) if file.exists() else Record()


def write(record: Record, folder: Path = DOCS) -> None:
    """Keep it, and the page."""
    text = msgspec.json.format(msgspec.json.encode(record), indent=1)
    (folder / FILE.name).write_bytes(text + b"\n")
    (folder / PAGE.name).write_text(page(record))


def killed(outcomes: Collection[Outcome]) -> str:
    """How many were found of those that were tried, as a person reads it."""
    tried = [outcome for outcome in outcomes if outcome.word != "not run"]
    if not tried:
        return "not measured yet"
    found = sum(outcome.word == "killed" for outcome in tried)
    return f"{found} of {len(tried)} ({100 * found / len(tried):.1f} %)"


def page(record: Record) -> str:
    """The page, in Markdown."""
    ours = [row.ours for row in record.ours()]
    by_itself = [row.alone for row in record.ours()]
    survivors = [
        row for row in (*record.ours(), *record.ours_of_sdks()) if row.ours.word != "killed"
    ]
    tools = ", ".join(f"{name} {version}" for name, version in record.versions.items())
    lines = [
        "# What the judge finds",
        "",
        "Made by `make power`, and `make power ALONE=1` for the last column: DO NOT EDIT. Each row is",
        "the generated server with one defect planted (`tests/conformance/saboteurs`), judged in the",
        "profile smoke and, where it survived that, in quick, up to the first finding. *schemathesis",
        "alone* is the same fuzzer with all of its checks, the same configuration, seed and number of",
        "examples, and none of our laws, stories and directed requests.",
        "",
        f"**Found by `make conformance`: {killed(ours)}.**",
        f"**Found by schemathesis alone: {killed(by_itself)}.**",
        "",
        f"**Found of SDKs with a defect: {killed([row.ours for row in record.ours_of_sdks()])}.**",
        "",
        f"{record.date}, seed {record.seed}, {tools}.",
        "",
        *by_kind(record),
        "",
        "## Survivors",
        "",
    ]
    lines += [
        f"- `{row.name}`: {row.statement} {REASONS.get(row.name, 'No reason is known.')}"
        for row in survivors
    ] or ["None."]
    lines += ["", "## All of them", "", *table(record.ours())]
    lines += ["", "## Servers that stop answering", "", "Listed apart: they cannot be judged.", ""]
    lines += table([row for row in record.rows.values() if row.kind == "dead"])
    lines += ["", "## SDKs", "", *sdk_table(record.ours_of_sdks())]
    lines += ["", "## Controls", "", "Nothing is wrong with these: they must pass.", ""]
    lines += table([row for row in record.rows.values() if row.kind == "control"])
    lines += ["", *sdk_table([row for row in record.sdks.values() if row.kind == "control"])]
    return "\n".join(lines) + "\n"


def by_kind(record: Record) -> list[str]:
    """The rates of each kind of defect."""
    lines = ["| kind | `make conformance` | schemathesis alone |", "|---|---|---|"]
    for kind in sorted({row.kind for row in record.ours()}):
        rows = [row for row in record.ours() if row.kind == kind]
        ours, alone = killed([row.ours for row in rows]), killed([row.alone for row in rows])
        lines.append(f"| {kind} | {ours} | {alone} |")
    return lines


def table(rows: Sequence[Row]) -> list[str]:
    """Each of them, with what it came to."""
    lines = [
        "| defect | what is wrong | `make conformance` | schemathesis alone |",
        "|---|---|---|---|",
    ]
    for row in sorted(rows, key=lambda row: (row.kind, row.name)):
        cells = (f"`{row.name}`", row.statement, shown(row.ours), shown(row.alone))
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return lines


def sdk_table(rows: Sequence[Row]) -> list[str]:
    """SDKs: schemathesis has nothing to do with them."""
    lines = ["| defect | what is wrong | `make conformance` |", "|---|---|---|"]
    for row in sorted(rows, key=lambda row: (row.kind, row.name)):
        cells = (f"`{row.name}`", row.statement, shown(row.ours))
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return lines


def shown(outcome: Outcome) -> str:
    """An outcome in a cell."""
    if outcome.word == "killed":
        return f"{outcome.by}, {outcome.profile}, {outcome.seconds:.0f} s"
    return outcome.word


REASONS: Mapping[str, str] = {}
"""Why a survivor survives, by its name."""
