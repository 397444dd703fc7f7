"""What `specpipe.audit` reads on the generated pages is what it read on the documented ones, but for
what is listed here: defects of the pages that a decision mends, and what they do not say."""

from __future__ import annotations

import re

import pytest

from specpipe.audit import readings
from specpipe.audit.answers import decisions, find, folded
from specpipe.audit.cli import FOLDER, kept
from specpipe.audit.compare import audit
from specpipe.audit.facts import Fact, Page
from specpipe.audit.pages import read
from specpipe.spec.load import load
from specpipe.spec.nodes import everything, operations
from specpipe.workspace import OUT, SPEC

DOCUMENT = load(SPEC)
SCHEMAS = DOCUMENT.data["components"]["schemas"]
DOCUMENTED = kept(SPEC.parent / FOLDER)
LANGUAGES = ("python", "typescript")
TYPES = {"bool": "boolean", "int": "integer", "number": "integer", "str": "string"}
TYPES |= {"datetime": "moment", "Date | string": "moment"}
"""Types of languages that are the same on the wire."""
PROSE = "…"
"""In place of text: ours is in our own words; what documented sentences say is in curated.yaml, and
`tests/audit` holds the spec against it."""

ALL = {folded(operation.id) for operation in operations(DOCUMENT)}
SNAPSHOT, CREATE, IDENTIFIERS, BATCH, DELETE, UPDATE, GET, INCREMENT, ASSOCIATE, DISASSOCIATE = (
    folded(operation.id) for operation in operations(DOCUMENT)
)
ADDRESSED = {DELETE, UPDATE, INCREMENT, ASSOCIATE, DISASSOCIATE}
ON_003 = {UPDATE, GET, INCREMENT, ASSOCIATE, DISASSOCIATE}

MENDED = {
    f"{INCREMENT}: parameter body required = True": "body-optionality",
    f"{UPDATE}: parameter body required = True": "update-without-body",
    f"{CREATE}: authorization = ()": "auth-on-every-operation",
    f"{DELETE}: authorization = ()": "auth-on-every-operation",
    f"{SNAPSHOT}: authorization = ()": "auth-on-every-operation",
}
"""What documented pages say and ours do not, and the decision that mends it."""
ADDED = {
    "authentication application = apikey": ("auth-on-every-operation", ON_003),
    "authorization = ('application',)": ("auth-on-every-operation", ON_003),
    "parameter transferables default = True": (
        "transferables-default",
        {SNAPSHOT, CREATE, UPDATE, GET},
    ),
    "parameter transferables default = False": ("transferables-default", {BATCH}),
    "status 400": ("malformed-body", {CREATE, BATCH, UPDATE, INCREMENT}),
    "status 401": ("key-required", ALL),
    "status 406": ("not-acceptable", ALL),
    "status 410": ("unknown-event-is-gone", ADDRESSED),
    "status 413": ("body-too-large", {CREATE, BATCH, UPDATE, INCREMENT, ASSOCIATE, DISASSOCIATE}),
    "status 415": ("json-only", {CREATE, BATCH, UPDATE, INCREMENT}),
    "status 422": ("invalid-input", ALL),
    # documented pages leave the cell empty
    f"parameter body {PROSE}": ("body-optionality", {CREATE, BATCH, UPDATE, INCREMENT}),
}
"""What ours say and documented pages do not, the decision, and the operations."""


def test_the_pages_say_what_the_documented_ones_say_but_for_what_is_mended(language):
    lost = statements(DOCUMENTED) - statements(pages(language))
    assert lost == MENDED.keys()


def test_the_pages_say_no_more_than_is_decided(language):
    more = statements(pages(language)) - statements(DOCUMENTED)
    short = {re.sub(r"(: status \d+) .*", r"\1", text) for text in more}
    assert short == {f"{where}: {about}" for about, (_, at) in ADDED.items() for where in at}


def test_every_difference_is_a_decision_that_the_spec_names():
    slugs = {*MENDED.values(), *(slug for slug, _ in ADDED.values())}
    assert slugs <= {slug for node in everything(DOCUMENT) for slug in decisions([node])}


def test_the_reader_of_pages_leaves_nothing_out_and_holds_them_against_the_spec(language):
    found = pages(language)
    assert sum(len(page.operations) for page in found) == len(ALL)
    assert [line for page in found for line in page.unread] == []
    judged = audit(DOCUMENT, found, readings.read(SPEC.parent / FOLDER)).judged
    assert len(judged) > 400
    for one in judged:
        is_prose = "sentence" in one.fact.about or one.fact.words[-1] == "description"
        assert one.outcome == ("unread" if is_prose and one.message else "agreed"), one


def test_only_pages_of_ours_may_have_sections_that_repeat_the_spec():
    text = (OUT / "docs" / "python" / f"{first_page()}.md").read_text()
    theirs = read("theirs.md", text.partition("\n")[2].encode())
    assert "Behaviour" in {said for _, said in theirs.unread}


def first_page() -> str:
    """The name of a page of ours."""
    return sorted(path.stem for path in (OUT / "docs" / "python").glob("*.md"))[0]


@pytest.fixture(params=LANGUAGES)
def language(request):
    return request.param


def pages(language: str) -> tuple[Page, ...]:
    """Ours."""
    folder = OUT / "docs" / language
    return tuple(read(path.name, path.read_bytes()) for path in sorted(folder.glob("*.md")))


def statements(found: tuple[Page, ...]) -> set[str]:
    """The facts of pages, in no language, without what is a matter of layout."""
    return {text for page in found for fact in page.facts for text in stated(page, fact)}


def stated(page: Page, fact: Fact) -> list[str]:
    kind, *words = fact.words
    where, value = folded(fact.operation), fact.value
    match kind:
        case "base-url" | "tag":  # of the page, whether an example repeats it or not
            return [] if where else [f"{kind} = {value}"]
        case "parameter":
            return of_parameter(page, fact, *words)
        case "sentence":
            said = [PROSE]
        case "model":
            said = [fact.about]
        case "name":
            said = [f"name = {folded(str(value))}"]
        case "returns" | "answers":
            said = [f"model {value}"] if value in SCHEMAS else []
            said.append(f"answers = {value not in ('void', False)}")
        case _:  # None: the page has no such section
            said = [] if value is None else [f"{fact.about} = {value}"]
    return [f"{where}: {it}" for it in said]


def of_parameter(page: Page, fact: Fact, name: str, aspect: str) -> list[str]:
    """The body goes by its model on documented pages, by `body` on ours."""
    where, value = folded(fact.operation), fact.value
    operation = find(DOCUMENT, page.by_name[fact.operation])
    assert operation is not None
    body = operation.body.component or "body"
    about = f"{where}: parameter {'body' if folded(name) == folded(body) else folded(name)}"
    if aspect in ("listed", "named"):
        return [about]
    if aspect == "description":
        return [f"{about} {PROSE}"]
    if aspect == "type":
        models = [f"{where}: model {value}"] if value in SCHEMAS else []
        return [*models, f"{about} type = {TYPES.get(str(value), value)}"]
    return [] if value is None else [f"{about} {aspect} = {value}"]
