"""What is read on a page: every layout, every oddity that pages have, and nothing in silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from specpipe.audit.cli import FOLDER, kept, read_folder
from specpipe.audit.facts import digest_of, from_json, to_json
from specpipe.audit.pages import read
from specpipe.workspace import SPEC

LIBRARY = Path(__file__).with_name("library")
SEEDS = next((f for p in SPEC.parents if (f := p / "shared" / "seeds").is_dir()), Path("/nowhere"))
TOP = """# lib.LoansApi

All URIs are relative to *http://h:1*

Method | HTTP request | Description
------------- | ------------- | -------------
[**lend**](LoansApi.md#lend) | **POST** /loans | /loans [POST]


# **lend**
> Loan lend(loan)

"""


def page(text: str, name: str = "p.md"):
    return read(name, text.encode())


def facts(text: str, *, top: str = TOP) -> dict[str, object]:
    """The facts of a page by what they are about; the last one of each."""
    return {fact.about: fact.value for fact in page(top + text).facts}


def section(title: str, *lines: str) -> str:
    return "\n".join((f"### {title}", "", *lines, ""))


def parameters(*rows: str) -> str:
    header = ("Name | Type | Description  | Notes", "---- | ---- | ---- | ----")
    return section("Parameters", *header, *rows)


def responses(*rows: str) -> str:
    header = ("| Status code | Description | Response headers |", "|---|---|---|")
    return section("HTTP response details", *header, *rows)


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the pages themselves are not in the repository")
def test_the_kept_facts_are_those_of_the_pages():
    assert read_folder(SEEDS) == kept(SPEC.parent / FOLDER)


def test_kept_facts_come_back_as_they_were(tmp_path):
    for path in sorted(LIBRARY.rglob("*Api.md")):
        found = read("a/b.md", path.read_bytes())
        (tmp_path / "kept.json").write_text(to_json(found), "utf-8")
        assert from_json(tmp_path / "kept.json") == found


def test_prose_is_kept_as_a_hash_only():
    sentence = "An odd sentence that stands nowhere else"
    assert "odd" not in to_json(page(f"{TOP}{sentence}.\n"))


@pytest.mark.parametrize("layout", sorted(p.name for p in LIBRARY.iterdir() if p.is_dir()))
def test_nothing_is_left_unread_in_the_layouts_of_openapi_generator(layout):
    found = read_folder(LIBRARY / layout)
    assert [page.unread for page in found] == [(), ()]
    assert sorted(o.shown for page in found for o in page.operations) == [
        "GET /branches",
        "GET /loans",
        "POST /loans",
        "POST /loans/{loan_id}/return",
    ]


@pytest.mark.parametrize("layout", sorted(p.name for p in LIBRARY.iterdir() if p.is_dir()))
def test_all_layouts_say_the_same_of_an_operation(layout):
    (loans,) = [p for p in read_folder(LIBRARY / layout) if p.name == "LoansApi.md"]
    name = next(o.name for o in loans.operations if o.shown == "GET /loans")
    assert loans.statuses(name) == ("200", "400", "default")
    assert [n.replace("_", "").lower() for n in loans.parameters(name)] == [
        "since", "pagesize", "state", "ids", "xrequestid", "ratio", "order",
    ]  # fmt: skip
    assert loans.fact(name, "authorization").value == ("token",)
    assert loans.fact(name, "content-type").value == ()
    assert loans.fact(name, "accept").value == ("application/json",)
    assert loans.fact(name, "returns").value in ("List[Loan]", "Array<Loan>")
    assert loans.fact(name, "status 200 headers").value == ("X-Rate-Limit", "X-Expires-After")
    assert loans.fact(name, "status 400 description").value == 'Invalid | <odd> "state"'
    page_size = loans.parameters(name)[1]
    assert loans.fact(name, f"parameter {page_size} default").value == 25
    assert loans.fact(name, f"parameter {page_size} required").value is False
    assert loans.fact(name, f"parameter {page_size} description").value == digest_of(
        "How many & which | at most 50"
    )


def test_every_fact_has_the_line_that_says_it():
    text = (
        TOP
        + "First sentence. Second one.\nThird, on\ntwo lines.\n\n"
        + responses("**200** | OK | - |")
    )
    lines = text.splitlines()
    found = page(text)
    for fact in found.facts:
        assert lines[fact.line - 1].strip(), fact
    places = {fact.about: fact.line for fact in found.facts}
    assert lines[places["status 200 listed"] - 1].startswith("**200**")
    third = places[f"sentence {digest_of('Third, on two lines.')}"]
    assert lines[third - 1] == "Third, on"


def test_line_ends_of_windows_front_matter_and_byte_order_marks_change_no_fact():
    text = TOP + responses("**200** | OK | - |")
    plain = page(text)
    assert page(text.replace("\n", "\r\n")).facts == plain.facts
    assert page("\ufeff" + text).facts == plain.facts
    fronted = page("---\ntitle: Loans | Lib\n# no heading\n---\n" + text)
    assert [(f.line - 4, f.about, f.value) for f in fronted.facts] == [
        (f.line, f.about, f.value) for f in plain.facts
    ]
    assert fronted.unread == ()


@pytest.mark.parametrize(
    "address",
    [
        "/loans/{id} [POST]",
        r"/loans/\{id\} [POST]",
        r"\'/loans/{id}\' [POST]",
        "&#39;/loans/{id}&#39; [POST]",
    ],
)
def test_an_address_is_read_however_it_is_escaped(address):
    assert facts(f"{address}\n")["address"] == "POST /loans/{id}"


@pytest.mark.parametrize(
    "heading",
    [
        "# **lend**",
        "## **lend** {#lend}",
        "## lend",
        "# **lend** (Deprecated)",
        "# ~~**lend**~~ {#lend}",
    ],
)
def test_the_heading_of_an_operation_is_read_at_any_level_with_anchors_and_marks(heading):
    found = page(TOP.replace("# **lend**", heading))
    names = {fact.value for fact in found.facts if fact.about == "name"}
    assert names == {"lend"}
    assert found.unread == ()
    deprecated = any(fact.about == "deprecated" for fact in found.facts)
    assert deprecated is ("Deprecated" in heading or "~~" in heading)


def test_links_with_a_blank_in_their_target_are_links():
    top = TOP.replace("(LoansApi.md#lend)", "(Loans API#lend)")
    assert page(top).operations == page(TOP).operations


@pytest.mark.parametrize("title", ["lib.LoansApi", "Loans API", "LoansApi", ".LoansApi"])
def test_the_title_names_the_tag(title):
    assert facts("", top=TOP.replace("lib.LoansApi", title))["tag"] == "Loans"


@pytest.mark.parametrize(
    ("note", "required", "default"),
    [
        ("", True, ...),
        ("[optional] ", False, ...),
        ("[optional] [default to 25]", False, 25),
        ("[optional] [default to &#39;a b&#39;]", False, "a b"),
        ("[optional] [default to True]", False, True),
        ("defaults to undefined", True, None),
        ("(optional) defaults to undefined", False, None),
        ("(optional) defaults to 'open'", False, "open"),
        ("[Optional] [Defaults to `1.5`]", False, 1.5),
        ("[Optional] [Defaults to `undefined`]", False, None),
    ],
)
def test_notes_say_whether_a_parameter_is_needed_and_its_default(note, required, default):
    found = facts(parameters(f" **size** | **int**| How many | {note}"))
    assert found["parameter size required"] is required
    assert found.get("parameter size default", ...) == default


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        ("**int**", "int"),
        ("[**string**]", "string"),
        ("[**Loan**](Loan.md)", "Loan"),
        ("[**Loan**](../models/My Loan)", "Loan"),
        ("`Date`", "Date"),
        ("**Array&lt;string&gt;**", "Array<string>"),
        ("[**List[Loan]**](Loan.md)", "List[Loan]"),
        ("**string | null**", "string | null"),
        (r"**string \| null**", "string | null"),
        ("`'a' | 'b'`", "'a' | 'b'"),
        ("**&#39;a&#39; &#124; &#39;b&#39;**", "'a' | 'b'"),
    ],
)
def test_a_type_is_read_with_pipes_brackets_links_and_character_references(cell, kind):
    found = facts(parameters(f" **x** | {cell}| What it is | [optional]"))
    assert found["parameter x type"] == kind
    assert found["parameter x required"] is False
    assert found["parameter x description"] == digest_of("What it is")


@pytest.mark.parametrize(
    "sentence",
    ["This endpoint does not need any parameter.", "This endpoint does not have any parameters."],
)
def test_the_sentence_for_no_parameters_is_a_fact(sentence):
    assert facts(section("Parameters", sentence))["no-parameters"] is True


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("[token](../README.md#token)", ("token",)),
        ("[b](x), [a](y)", ("a", "b")),
        ("No authorization required", ()),
        ("No authorization required.", ()),
    ],
)
def test_authorization_is_read(text, value):
    assert facts(section("Authorization", text))["authorization"] == value


def test_a_page_without_the_section_says_nothing_of_authorization():
    assert facts(responses("**204** | No Content | - |"))["authorization"] is None


@pytest.mark.parametrize(
    "text", ["void (empty response body)", "`void` (Empty response body)", "**void**"]
)
def test_nothing_returned_is_void(text):
    assert facts(section("Return type", text))["returns"] == "void"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("### Rate limits\n\nTen a minute.\n", ["Rate limits", "Ten a minute."]),
        (section("Return type", "| a | b |", "|---|---|", "| c | d |"), ["| a | b |", "| c | d |"]),
        (parameters(" **x** | **int**| What | [optional] [sorted]"), ["[sorted]"]),
        (responses("**2oo** | OK | - |"), ["**2oo**"]),
        (responses("|**200** | OK | - |", "Answers as a whole."), ["Answers as a whole."]),
        (parameters(" **x** | **int**| What | ", "Two words"), ["Two words"]),
        (responses("|"), [""]),
        (section("Authorization", "Ask nicely first"), ["Ask nicely first"]),
        (section("HTTP request headers", " - **X-Odd**: yes"), ["**X-Odd**: yes"]),
        ("### Parameters\n\n```python\nx = 1\n```\n", ["x = 1"]),
        ("## Changelog\n\nSoon.\n", ["Changelog"]),
    ],
)
def test_what_is_not_understood_is_told_with_its_line(text, told):
    found = page(TOP + text)
    lines = (TOP + text).splitlines()
    assert [part for part in told if part not in [t for _, t in found.unread]] == []
    for line, part in found.unread:
        assert part.strip("#* ") in lines[line - 1] or part in lines[line - 1]


def test_an_operation_without_section_or_address_is_told():
    alone = TOP.partition("# **lend**")[0]
    assert page(alone).unread == ((7, "lend has no section"),)
    untold = "# **lend**\n> lend()\n\nLends.\n"
    assert page(untold).unread == ((1, "lend has no address"),)


def test_an_example_says_what_its_comments_say():
    code = (
        "```python",
        "from lib.models.loan import Loan",
        "configuration = lib.Configuration(",
        '    host = "http://h:2"',
        ")",
        "    size = 56 # int | How many (optional) (default to 5)",
        "    # /loans [POST]",
        "    api_response = api_instance.lend(loan, size=size)",
        "    print(api_response)",
        "```",
    )
    found = page(TOP + section("Example", "* Api Key Authentication (token):", "", *code))
    said = {fact.about: fact.value for fact in found.facts}
    assert said["authentication token"] == "apikey"
    assert said["base-url"] == "http://h:2"
    assert said["model Loan"] is True
    assert (said["parameter size default"], said["parameter size required"]) == (5, False)
    assert said["parameter loan required"] is True
    assert said["answers"] is True
    assert found.code == 3


def test_a_heading_inside_of_an_example_is_no_heading():
    text = TOP + section("Example", "```python", "# **other**", "## More", "```")
    assert [o.name for o in page(text).operations] == ["lend"]
    assert page(text).unread == ()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"# Read me\n\nHello.\n",
        b"\xff\xfe\x00",
        b"|" * 5000,
        b"> a\n" * 500,
        b"[[a]](b) " * 40 + b"z",
    ],
)
def test_a_page_of_another_kind_has_no_operation(content):
    assert read("x.md", content).operations == ()
