"""Each documented fact counts: whatever is done to one in the spec, the audit tells where."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest

from specpipe.audit import readings
from specpipe.audit.cli import FOLDER, kept
from specpipe.audit.compare import audit
from specpipe.spec.load import load
from specpipe.workspace import SPEC

from . import mutations

HERE = SPEC.parent / FOLDER
DOCUMENT = load(SPEC)
PAGES = kept(HERE)
CURATED = readings.read(HERE)
mutations.READINGS.update(load(HERE / readings.FILE).data["sentences"])
FACTS = [(page, fact) for page in PAGES for fact in page.facts]


def edited(mutation):
    """The spec after a mutation; nothing is decided about what it adds."""
    data = copy.deepcopy(DOCUMENT.data)
    mutation.edit(data)
    assert data != DOCUMENT.data, f"does nothing: {mutation.says}"
    return replace(DOCUMENT, data=data)


def test_the_spec_as_it_is_has_no_gap():
    assert audit(DOCUMENT, PAGES, CURATED).gaps == ()


def test_every_kind_of_fact_can_be_gone_against():
    kinds = {fact.words[0] for _, fact in FACTS}
    assert kinds - mutations.MAKERS.keys() == set(mutations.UNMUTABLE)
    assert [f.about for p, f in FACTS if not list(mutations.mutations(p, f))] == []


@pytest.fixture(scope="module")
def outcomes():
    """What came of each mutation, by its words: (page, line) of all gaps."""
    found = {}

    def of(mutation):
        if mutation.says not in found:
            gaps = audit(edited(mutation), PAGES, CURATED).gaps
            found[mutation.says] = {(gap.page, gap.line) for gap in gaps}
        return found[mutation.says]

    return of


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name[:3])
def test_every_mutation_of_every_fact_is_noticed_with_page_and_line(page, outcomes, capsys):
    missed, count = [], 0
    for fact in page.facts:
        for mutation in mutations.mutations(page, fact):
            count += 1
            if (page.name, fact.line) not in outcomes(mutation):
                missed.append(f"{page.name}:{fact.line} {fact.about}={fact.value}: {mutation.says}")
    with capsys.disabled():
        print(
            f"\n{count - len(missed)} of {count} mutations of {len(page.facts)} facts of {page.name} noticed"
        )
    assert count > 3 * len(page.facts)
    assert not missed, "\n".join(missed)
