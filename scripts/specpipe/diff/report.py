"""Changes and the verdict, for people and machines: text, Markdown, JSON, annotations."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from specpipe.diagnostics import Diagnostic, one_line
from specpipe.diff.change import AREAS, Area, Change, Impact, code
from specpipe.diff.verdict import Verdict

LONGEST = 65_536
"""Characters that a comment on GitHub holds."""
TITLES: Mapping[Area, str] = {
    "api": "API",
    "server": "What the server does and answers",
    "python": "Python SDK",
    "typescript": "TypeScript SDK",
}
_MORE = "\n…and more than fits here: `make diff` shows all of it.\n"
_ANNOTATION = {Impact.BREAKING: "warning", Impact.MINOR: "notice", Impact.PATCH: "notice"}


@dataclass(frozen=True, slots=True)
class Report:
    """What `make diff` has to say. `notes` are what it could not look at."""

    base: str
    version: str
    changes: Sequence[Change]
    verdict: Verdict
    notes: Sequence[str]

    @property
    def headline(self) -> str:
        """The verdict in a line."""
        worst, verdict = self.verdict.worst, self.verdict
        what = f"{worst.word} changes" if worst else "no changes"
        count = ", ".join(
            f"{sum(change.impact is impact for change in self.changes)} {impact.word}"
            for impact in reversed(Impact)
        )
        counted = f" ({count})" if worst else ""
        asked = f"next version {verdict.next} or higher, info.version is {one_line(self.version)}"
        return f"{what} since {self.base[:12]}{counted}; {asked}"


def text(report: Report) -> str:
    """A line for each change, worst first; faults last, where people look."""
    lines = [f"{change} [{', '.join(change.affects)}]" for change in report.changes]
    lines += [f"note: {note}" for note in report.notes]
    lines.append(report.headline)
    lines += [f"wrong: {fault}" for fault in report.verdict.faults]
    return "\n".join(lines) + "\n"


def as_json(report: Report) -> str:
    """All of it, for programs."""
    data = {
        "base": report.base,
        "worst": report.verdict.worst.word if report.verdict.worst else None,
        "version": report.version,
        "released": str(report.verdict.released),
        "next": str(report.verdict.next),
        "faults": [_fault(fault) for fault in report.verdict.faults],
        "notes": list(report.notes),
        "changes": [_change(change) for change in report.changes],
    }
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def _fault(fault: Diagnostic) -> dict[str, object]:
    place = fault.location
    return {
        "file": place.file,
        "line": place.line,
        "message": fault.message,
        "advice": fault.advice,
    }


def _change(change: Change) -> dict[str, object]:
    place = change.place
    return {
        "impact": change.impact.word,
        "area": change.area,
        "kind": change.kind,
        "sentence": change.sentence,
        "side": "base" if place.in_base else "head",
        "file": place.location.file,
        "line": place.location.line,
        "pointer": place.location.pointer,
        "affects": list(change.affects),
    }


def markdown(report: Report) -> str:
    """A comment on a pull request, cut where GitHub's limit is. Text of the spec stands in code
    spans only."""
    out = "".join(f"{line}\n" for line in _markdown(report))
    if len(out) <= LONGEST:
        return out
    kept = out[: LONGEST - len(_MORE) - len("</details>\n")]
    kept = kept[: kept.rfind("\n") + 1]
    return f"{kept}{'</details>' * (kept.count('<details>') > kept.count('</details>'))}{_MORE}"


def _markdown(report: Report) -> Iterator[str]:
    verdict = report.verdict
    yield f"### {'❌ ' if verdict.faults else ''}{_title(verdict)}"
    yield ""
    yield report.headline + "."
    for fault in verdict.faults:
        place = code(f"{fault.location.file}:{fault.location.line}")
        yield f"- ❌ {place}: {code(fault.message)}: {code(fault.advice)}"
    for note in report.notes:
        yield f"- {note}"
    for area in AREAS:
        of_area = [change for change in report.changes if change.area == area]
        loud = [change for change in of_area if change.impact > Impact.PATCH]
        quiet = [change for change in of_area if change.impact is Impact.PATCH]
        if of_area:
            yield from ("", f"#### {TITLES[area]}", "")
        yield from map(_item, loud)
        if quiet:
            yield from ("", f"<details><summary>{len(quiet)} patch</summary>", "")
            yield from map(_item, quiet)
            yield from ("", "</details>")


def _title(verdict: Verdict) -> str:
    if verdict.worst is None:
        return "Nothing changes for callers"
    return {
        Impact.BREAKING: "This breaks callers",
        Impact.MINOR: "This adds to the API",
        Impact.PATCH: "This clarifies the API",
    }[verdict.worst]


def _item(change: Change) -> str:
    mark = {Impact.BREAKING: "🔴 breaking", Impact.MINOR: "🟡 minor", Impact.PATCH: "patch"}
    who = ", ".join(change.affects)
    return f"- {mark[change.impact]}: {change.sentence} — {code(change.place)} _{who}_"


def github(report: Report) -> str:
    """Commands that make GitHub annotate the lines. Faults are errors, the rest is not."""
    lines = [
        _annotation(
            "error", fault.location.file, fault.location.line, f"{fault.message}", fault.advice
        )
        for fault in report.verdict.faults
    ]
    for change in report.changes:
        place = change.place.head
        title = f"{change.impact.word}: {', '.join(change.affects)}"
        lines.append(
            _annotation(_ANNOTATION[change.impact], place.file, place.line, title, change.sentence)
        )
    lines += [f"note: {note}" for note in report.notes]
    return "\n".join([*lines, report.headline]) + "\n"


def _annotation(kind: str, file: str, line: int, title: str, message: str) -> str:
    """A workflow command; nothing in it can begin another one, or another property."""
    values = (_escaped(file, True), _escaped(title, True), _escaped(message, False))
    return "::{} file={},line={},title={}::{}".format(kind, values[0], line, *values[1:])


def _escaped(given: str, in_property: bool) -> str:
    plain = one_line(given).replace("%", "%25")
    return plain.replace(":", "%3A").replace(",", "%2C") if in_property else plain


FORMATS: Mapping[str, Callable[[Report], str]] = {
    "text": text,
    "markdown": markdown,
    "json": as_json,
    "github": github,
}
