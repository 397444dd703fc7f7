"""The audit: every fact of every page against the spec, and the spec against the pages. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from specpipe.audit.answers import Answer, Case, Known, decisions, find, known_operations
from specpipe.audit.checks import check
from specpipe.audit.facts import Fact, Page
from specpipe.audit.listing import mismatches
from specpipe.audit.readings import Curated, Override
from specpipe.audit.undocumented import Addition, additions, undecided
from specpipe.diagnostics import Location
from specpipe.spec.load import beside
from specpipe.spec.model import Document
from specpipe.spec.rules import DECISIONS

Outcome = Literal["agreed", "overridden", "missing", "contradicting", "unread"]


@dataclass(frozen=True, slots=True)
class Judged:
    """A fact and what came of it. `by` is the decision that goes against it."""

    page: str
    fact: Fact
    outcome: Outcome
    message: str = ""
    advice: str = ""
    place: Location | None = None
    by: Override | None = None
    overrides: tuple[Override, ...] = ()
    """All that are meant for this fact, whether they are needed or not."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Something to mend. `page` is empty for what is on no page, and `line` 0 then."""

    kind: str
    page: str
    line: int
    message: str
    advice: str
    place: Location | None


@dataclass(frozen=True, slots=True)
class Audit:
    """All that came of an audit."""

    pages: tuple[Page, ...]
    judged: tuple[Judged, ...]
    additions: tuple[Addition, ...]
    gaps: tuple[Gap, ...]


def audit(document: Document, pages: Collection[Page], curated: Curated) -> Audit:
    """Compare `document` with what was read on `pages`."""
    judged = tuple(found for page in pages for found in _judge_page(document, page, curated))
    known = known_operations(document, pages)
    found = tuple(additions(document, pages, known, curated))
    gaps = [
        *(_of_judged(one) for one in judged if one.outcome not in ("agreed", "overridden")),
        *_unread(pages),
        *_listed(document, pages, known),
        *_undecided(document, found),
        *_idle(curated, pages, judged),
    ]
    return Audit(tuple(pages), judged, found, tuple(gaps))


def _judge_page(document: Document, page: Page, curated: Curated) -> Iterator[Judged]:
    operations = {o.name: find(document, o) for o in page.operations}
    for fact in page.facts:
        case = Case(document, page, curated, fact, operations.get(fact.operation))
        yield _judge(case, check(case))


def _judge(case: Case, answer: Answer) -> Judged:
    place = answer.nodes[0].location if answer.nodes else None
    meant = case.overrides()
    judged = Judged(case.page.name, case.fact, "agreed", place=place, overrides=meant)
    if not answer.problem:
        return judged
    judged = replace(judged, message=answer.problem, advice=answer.advice)
    if answer.unread:
        return replace(judged, outcome="unread")
    covering = [override for override in meant if override.problem == answer.problem]
    for override in covering:
        if override.slug in decisions(answer.nodes):
            return replace(judged, outcome="overridden", by=override)
    if covering:
        slug = covering[0].slug
        advice = f"say `x-decided: {slug}` here, as curated.yaml has it, or mend it"
        judged = replace(judged, advice=advice)
    return replace(judged, outcome="missing" if answer.missing else "contradicting")


def _of_judged(one: Judged) -> Gap:
    return Gap(one.outcome, one.page, one.fact.line, one.message, one.advice, one.place)


def _unread(pages: Collection[Page]) -> Iterator[Gap]:
    for page in pages:
        for line, text in page.unread:
            advice = "correct the page, or teach scripts/specpipe/audit to read it"
            yield Gap("unread", page.name, line, f"not understood: {text}", advice, None)


def _listed(document: Document, pages: Collection[Page], known: Known) -> Iterator[Gap]:
    for found in mismatches(document, pages, known):
        place = found.node.location
        yield Gap("x-documented", found.page, found.line, found.message, found.advice, place)


def _undecided(document: Document, found: Collection[Addition]) -> Iterator[Gap]:
    explained = beside(document, DECISIONS) is not None
    for addition in found if not explained else undecided(found):
        advice = f"give it x-decided with a section of {DECISIONS}, or take it out"
        if addition.by:
            advice = f"write {DECISIONS} with a section {addition.by[0]}"
        message = f"{addition.what} is on no page"
        yield Gap("undecided", "", 0, message, advice, addition.node.location)


def _idle(curated: Curated, pages: Collection[Page], judged: Collection[Judged]) -> Iterator[Gap]:
    """What curated.yaml has wrong, and what in it does nothing any more."""
    for fault in curated.faults:
        yield Gap("curated", "", 0, fault.message, fault.advice, fault.location)
    for override in curated.overrides:
        yield from _idle_override(override, judged)
    stated = {
        fact.words[1] if fact.words[0] == "sentence" else fact.value
        for page in pages
        for fact in page.facts
        if fact.words[0] == "sentence" or fact.words[-1] == "description"
    }
    for digest, sentence in curated.sentences.items():
        if digest not in stated:
            message = f"sentence {digest} is on no page"
            yield _idle_gap("", 0, message, sentence.node.location)


def _idle_override(override: Override, judged: Collection[Judged]) -> Iterator[Gap]:
    """An override for facts that the spec agrees with, or for none at all."""
    meant = [one for one in judged if override in one.overrides]
    place = override.node.location
    for one in meant:
        if one.outcome == "agreed":
            message = f"the spec does not go against {override.fact} here: {override.slug}"
            yield _idle_gap(one.page, one.fact.line, message, place)
    if not meant:
        message = f"{override.page} has no such fact: {override.fact} {override.says!r}"
        yield _idle_gap(override.page, 0, message, place)


def _idle_gap(page: str, line: int, message: str, place: Location) -> Gap:
    return Gap("curated", page, line, message, "take it out of curated.yaml", place)
