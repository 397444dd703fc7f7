"""What puts text of a spec into web pages and scripts."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specpipe.page import breakable, environment, highlighted, markdown, script_literal
from specpipe.render import visible

TEXTS = st.text(st.characters(codec="utf-8"), max_size=60) | st.lists(
    st.sampled_from(
        [
            "<",
            ">",
            "&",
            '"',
            "'",
            "`",
            "\\",
            "\n",
            "# ",
            "](",
            "[",
            "![",
            "<b>",
            "javascript:",
            "|",
            "x",
        ]
    ),
    max_size=12,
).map("".join)
ALLOWED = {
    *("p", "em", "strong", "code", "pre", "br", "hr", "blockquote", "ul", "ol", "li", "a", "div"),
    *("table", "thead", "tbody", "tr", "th", "td", "h2", "h3", "h4", "h5", "h6"),
}


class Reader(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(f"<x>{html}</x>")
        self.close()
        assert self.tags.pop(0) == ("x", {})

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@given(TEXTS)
def test_markdown_gives_no_tags_but_those_of_text_and_loads_nothing(text):
    for tag, attributes in Reader(markdown(text, 1)).tags:
        assert tag in ALLOWED
        assert attributes.keys() <= {"href", "title", "rel", "class", "start", "tabindex", "style"}
        assert attributes.get("style") in (
            None,
            "text-align:left",
            "text-align:right",
            "text-align:center",
        )


@pytest.mark.parametrize(
    ("link", "leads"),
    [
        ("https://a.example/b", True),
        ("HTTP://a.example", True),
        ("models.html#Thing", True),
        ("#place", True),
        ("a/b?c=d:e", True),
        ("/openapi.json", True),
        ("javascript:alert(1)", False),
        ("JaVaScRiPt:alert(1)", False),
        ("data:text/html,x", False),
        ("file:///etc/passwd", False),
        ("vbscript:x", False),
        ("//elsewhere.example/x", False),
        ("mailto:a@b.example", False),
        ("&#106;avascript:alert(1)", False),
        ("javascript&colon;alert(1)", False),
    ],
)
def test_links_lead_to_web_pages_and_near_places_only(link, leads):
    tags = Reader(markdown(f"[text]({link})")).tags
    assert [tag for tag, _ in tags] == (["p", "a"] if leads else ["p"])
    assert not leads or tags[1][1]["rel"] == "noopener noreferrer"


def test_headings_come_below_those_of_the_page():
    assert [tag for tag, _ in Reader(markdown("# A\n\n###### B", 2)).tags] == ["h3", "h6"]


@given(TEXTS, st.sampled_from(["python", "typescript", "json", "shell", "text", "no-such"]))
def test_code_shows_itself_in_spans(code, language):
    reader = Reader(highlighted(code, language))
    assert reader.text == visible(code).replace("\r", "")
    assert all(tag == "span" and attributes.keys() <= {"class"} for tag, attributes in reader.tags)


@given(TEXTS)
def test_a_name_shows_itself_with_places_to_break(name):
    reader = Reader(breakable(name))
    assert reader.text == visible(name)
    assert {tag for tag, _ in reader.tags} <= {"wbr"}


@given(st.recursive(st.none() | st.booleans() | st.integers() | TEXTS, st.lists, max_leaves=6))
def test_a_literal_of_a_script_is_its_value_in_plain_characters(value):
    text = script_literal(value)
    assert json.loads(text) == value
    assert text.isascii()
    assert not set("<>&") & set(text)


@pytest.mark.parametrize("value", [{"__proto__": 1}, [[{}]]])
def test_objects_are_no_literals(value):
    with pytest.raises(TypeError, match="write lists"):
        script_literal(value)


def test_templates_escape_and_show_what_cannot_be_seen(tmp_path):
    (tmp_path / "a.j2").write_text('<p title="{{ it }}">{{ it }}</p>')
    html = environment(tmp_path).get_template("a.j2").render(it="<b>\"'&\u202e")
    assert html == '<p title="&lt;b&gt;&#34;&#39;&amp;\\u202e">&lt;b&gt;&#34;&#39;&amp;\\u202e</p>'


def test_code_that_is_long_is_shown_without_colours_and_escaped_all_the_same():
    code = '"<b>"\n' * 10_000

    assert highlighted(code, "python") == code.replace("<", "&lt;").replace(">", "&gt;").replace(
        '"', "&#34;"
    )
    assert "<span" in highlighted(code[:1_000], "python")
