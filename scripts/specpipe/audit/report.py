"""What an audit found: for people and as JSON. Pure."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from specpipe.audit.compare import Audit, Gap, Judged
from specpipe.audit.undocumented import undecided
from specpipe.diagnostics import Location, one_line

_COLUMNS = ("facts", "agreed", "overridden", "missing", "contradicting", "unread")


def coverage(audit: Audit) -> dict[str, dict[str, int]]:
    """For each page how many facts came to what."""
    found: dict[str, dict[str, int]] = {}
    for page in audit.pages:
        outcomes: Counter[str] = Counter(
            one.outcome for one in audit.judged if one.page == page.name
        )
        row = {key: outcomes[key] for key in _COLUMNS[1:]}
        row["unread"] += len(page.unread)
        found[page.name] = {"facts": len(page.facts), **row}
    return found


def lines(audit: Audit, spec: str) -> Iterator[str]:
    """The table, the decisions that go against a page, the gaps, and the verdict."""
    yield from _table(audit)
    for (message, by), same in _together(audit.judged).items():
        yield one_line(f"overridden by {by}: {', '.join(same)}: {message}")
    for line in _gap_lines(audit.gaps):
        yield one_line(line)
    additions, open_ = len(audit.additions), len(undecided(audit.additions))
    facts = len(audit.judged)
    agreed = sum(one.outcome == "agreed" for one in audit.judged)
    overridden = sum(one.outcome == "overridden" for one in audit.judged)
    yield (
        f"{spec}: {agreed} of {facts} facts of {len(audit.pages)} pages agreed, {overridden} "
        f"overridden by decision; {additions} things on no page, {additions - open_} decided; "
        f"{len(audit.gaps)} gaps"
    )


def _table(audit: Audit) -> Iterator[str]:
    rows = coverage(audit)
    width = max((len(name) for name in rows), default=4)
    yield "  ".join(["page".ljust(width), *_COLUMNS])
    for name, row in rows.items():
        yield "  ".join([name.ljust(width), *(str(row[c]).rjust(len(c)) for c in _COLUMNS)])


def _together(judged: Iterable[Judged]) -> dict[tuple[str, str], list[str]]:
    """Places of the pages by message and decision."""
    found: dict[tuple[str, str], list[str]] = {}
    for one in judged:
        if one.by:
            place = f"{one.page}:{one.fact.line}"
            found.setdefault((one.message, one.by.slug), []).append(place)
    return {key: list(dict.fromkeys(places)) for key, places in found.items()}


def _gap_lines(gaps: tuple[Gap, ...]) -> Iterator[str]:
    """Gaps of one cause on one line, with every place of the pages."""
    found: dict[tuple[str, str, str, Location | None], list[str]] = {}
    for gap in gaps:
        key = (gap.kind, gap.message, gap.advice, gap.place)
        places = found.setdefault(key, [])
        place = f"{gap.page}:{gap.line}" if gap.line else gap.page
        if place and place not in places:
            places.append(place)
    for (kind, message, advice, where), places in found.items():
        front = ", ".join([*places, *([str(where)] if where else [])])
        yield f"{front}: {kind}: {message}, {advice}"


def as_json(audit: Audit, spec: str) -> str:
    """Everything, for machines."""
    rows = coverage(audit)
    data = {
        "spec": spec,
        "pages": [
            {"page": page.name, "sha256": page.digest, **rows[page.name],
             "example_lines_without_facts": page.code}
            for page in audit.pages
        ],
        "gaps": [_gap(gap) for gap in audit.gaps],
        "overridden": [
            {"page": one.page, "line": one.fact.line, "operation": one.fact.operation,
             "fact": one.fact.about, "by": one.by.slug, "message": one.message,
             "spec": _place(one.place)}
            for one in audit.judged if one.by
        ],
        "undocumented": [
            {"what": addition.what, "decided": list(addition.by),
             "spec": _place(addition.node.location)}
            for addition in audit.additions
        ],
    }  # fmt: skip
    return json.dumps(data, indent=1, ensure_ascii=False)


def _gap(gap: Gap) -> dict[str, Any]:
    return {
        "kind": gap.kind,
        "page": gap.page,
        "line": gap.line,
        "message": gap.message,
        "advice": gap.advice,
        "spec": _place(gap.place),
    }


def _place(place: Location | None) -> dict[str, Any] | None:
    if place is None:
        return None
    return {"file": place.file, "line": place.line, "pointer": place.pointer}
