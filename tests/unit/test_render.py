"""The filters between spec text and generated code, against hostile text."""

from __future__ import annotations

import ast
import keyword
import math
import re
import tomllib

import jinja2
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from specpipe.render import (
    MARK,
    comment,
    environment,
    markdown_code,
    markdown_text,
    python_docstring,
    python_identifier,
    python_literal,
    toml_literal,
)

HOSTILE = st.one_of(
    st.text(max_size=60),
    st.lists(
        st.sampled_from(
            [
                '"',
                '"""',
                "'",
                "\\",
                "\\N{DASH}",
                "\\x",
                "\n",
                "\n\n",
                "\r",
                "\u2028",
                "\x00",
                "\u202e",
                "{{",
                "}}",
                "{%",
                "#",
                " ",
                "a",
                "\t",
                "\x1b[31m",
                "\x85",
                "`",
                "-->",
                "]]>",
                "\U0001f600",
            ]
        ),
        max_size=12,
    ).map("".join),
)
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | HOSTILE
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(HOSTILE, inner, max_size=4)
    ),
    max_leaves=12,
)


def same(left, right):
    """Equal, and of the same types all the way down."""
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(same(left[k], right[k]) for k in left)
    if isinstance(left, list | tuple):
        return len(left) == len(right) and all(map(same, left, right))
    return type(left) is type(right) and left == right


@given(values)
def test_a_literal_evaluates_back_to_its_value(value):
    source = python_literal(value)
    back = ast.literal_eval(source)
    assert type(back) is type(value)
    assert same(value, back)


@given(values)
def test_a_literal_is_one_visible_line_without_bidirectional_controls(value):
    assert python_literal(value).isprintable()


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, {1}, b"", object(), 1j])
def test_what_json_cannot_hold_has_no_literal(value):
    with pytest.raises(TypeError):
        python_literal(value)
    with pytest.raises(TypeError):
        python_literal([value])


@given(HOSTILE, st.integers(0, 12))
@example('ends with "', 4)
@example('ends with \\"', 4)
@example("ends with \\", 4)
@example('""""""', 4)
@example('\\"""', 0)
@example('"', 0)
def test_a_docstring_never_ends_early_and_says_what_it_should(text, indent):
    source = f'def f():\n    """{python_docstring(text, indent)}"""\n'
    module = ast.parse(source)
    function = module.body[0]
    assert len(module.body) == 1
    assert isinstance(function, ast.FunctionDef)
    assert len(function.body) == 1
    said = ast.get_docstring(function, clean=False) or ""
    assert said.split() == "".join(map(shown, text)).split()


def shown(c):
    """A character as a docstring shows it: white space separates, what is invisible is escaped."""
    return c if c.isprintable() or c.isspace() else c.encode("unicode_escape").decode()


@given(HOSTILE)
def test_a_docstring_keeps_its_lines_within_the_width_where_words_allow(text):
    for line in python_docstring(text, 8, 100).split("\n"):
        assert len(line) <= 120 or " " not in line.strip()


def test_paragraphs_of_a_docstring_stay_apart_and_are_indented():
    assert python_docstring("one\ntwo\n\n\n\nthree", 4) == "one two\n\n    three"


@given(HOSTILE)
def test_a_comment_is_one_visible_line(text):
    line = comment(text)
    assert line.isprintable()
    assert ast.dump(ast.parse(f"# {line}\npass\n")) == ast.dump(ast.parse("pass\n"))


@given(HOSTILE)
def test_toml_reads_back_the_same_text(text):
    assert tomllib.loads(f"value = {toml_literal(text)}") == {"value": text}


@given(st.lists(HOSTILE, max_size=3))
def test_toml_reads_back_the_same_list(items):
    assert tomllib.loads(f"value = {toml_literal(items)}") == {"value": items}


@given(HOSTILE)
@example("1. one")
@example("- one")
@example("=== one")
@example("_a_ b_c __d__ _")
@example("~~~ one")
@example("``a` `b`` `a``b` \\`c`")
@example("[a](javascript:b) ![c](d) <e>")
def test_markdown_has_no_markup_of_the_texts_own_but_plain_code(text):
    line = markdown_text(text)
    assert line.isprintable()
    bare = re.sub(r"(?<![`\\])`[A-Za-z0-9_.:/=()-]+`(?!`)", " ", line)
    plain = re.sub(r"\\[\\`*_\[\]<>|~]", "", bare)
    assert not set("`*[]<>|~") & set(plain)
    assert not re.search(r"(?<![A-Za-z0-9\\])_|(?<!\\)_(?![A-Za-z0-9])", bare)
    assert "&" not in line.replace("&amp;", "")
    assert not re.match(r"(\d+[.)]|[-+=#])([-=#\s]|\Z)", line)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("sets `not_found`, well-formed (+0530)", "sets `not_found`, well-formed (+0530)"),
        ("a `b|c` | d", "a \\`b\\|c\\` \\| d"),
        ("snake_case and _this_", "snake_case and \\_this\\_"),
        ("1. first", "1\\. first"),
        ("1.2.3", "1.2.3"),
        ("with `this`. And `f()`", "with `this`. And `f()`"),
    ],
)
def test_markdown_stays_readable(text, wanted):
    assert markdown_text(text) == wanted


@given(HOSTILE)
@example("a|b")
@example("`")
@example("``a`` b")
def test_a_code_span_holds_its_text_and_ends_where_it_should(text):
    span = markdown_code(text)
    fence = re.match("`+", span)[0]
    inner = span[len(fence) : -len(fence)]
    assert span.endswith(fence)
    assert fence not in re.findall("`+", inner)
    assert inner.strip(" ") == comment(text).replace("|", "\\|").strip(" ")
    assert span.isprintable()


@pytest.mark.parametrize("word", [*keyword.kwlist, *keyword.softkwlist])
def test_a_keyword_gets_an_underscore(word):
    assert python_identifier(word) == (f"{word}_" if word != "_" else "__")


@given(st.from_regex(r"[A-Za-z_][A-Za-z0-9_]*", fullmatch=True))
def test_an_identifier_is_one_and_no_keyword(name):
    identifier = python_identifier(name)
    assert identifier.isidentifier()
    assert not keyword.iskeyword(identifier)


@pytest.mark.parametrize(
    "name", ["", "a b", "1a", "a-b", "a.b", "ä", "\u212a", "a\n", "a\u202e", "x;y"]
)
def test_what_cannot_be_an_identifier_is_refused(name):
    with pytest.raises(ValueError, match="identifier"):
        python_identifier(name)


def test_an_undefined_name_in_a_template_is_an_error(tmp_path):
    (tmp_path / "t.j2").write_text("{{ a.b }}")
    with pytest.raises(jinja2.UndefinedError):
        environment(tmp_path).get_template("t.j2").render(a={})


def test_every_filter_and_the_mark_are_there_for_templates(tmp_path):
    (tmp_path / "t.j2").write_text(
        "{{ x | py }} {{ x | identifier }} {{ x | doc(0) }} {{ x | comment }} {{ x | toml }} {{ x | md }} {{ x | code }}\n"
        "# {{ MARK }}\n"
    )
    rendered = environment(tmp_path).get_template("t.j2").render(x="class")
    assert rendered == f"'class' class_ class class \"class\" class `class`\n# {MARK}\n"
