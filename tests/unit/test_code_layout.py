"""Example code over several lines is the same code."""

from __future__ import annotations

import ast
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specpipe.render import python_literal, typescript_literal
from specpipe.targets.code_layout import layout

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(VALUES, st.integers(1, 60))
def test_json_stays_the_same_value(value, width):
    for ascii in (False, True):
        assert json.loads(layout(json.dumps(value, ensure_ascii=ascii), "json", width)) == value


@given(VALUES, st.integers(1, 60))
def test_python_stays_the_same_program(value, width):
    code = f"for each in call(a.b({python_literal(value)}), c={python_literal(value)}).d:\n    use(each)"
    assert ast.dump(ast.parse(layout(code, "python", width))) == ast.dump(ast.parse(code))


@given(VALUES)
def test_typescript_stays_the_same_but_for_white_space_and_quotes(value):
    code = f"const it = await f({typescript_literal(value)}, [1]);"
    plain = layout(code, "typescript", 20)
    for mark in ("'", '"', " ", "\n"):
        code, plain = code.replace(mark, ""), plain.replace(mark, "")
    assert plain == code


@pytest.mark.parametrize(
    ("code", "language", "wanted"),
    [
        ("f(a, b)", "python", "f(a, b)"),
        ("f(aaaaaaaaaaaa, bbbbbbbbbbb)", "python", "f(\n    aaaaaaaaaaaa,\n    bbbbbbbbbbb\n)"),
        ("f(M(aaaaaaaaa=1, bbbbbbb=2))", "python", "f(M(\n    aaaaaaaaa=1,\n    bbbbbbb=2\n))"),
        ("x = {'a': 'it\\'s'}", "python", "x = {\"a\": 'it\\'s'}"),
        ('f({"a": "b", "c-d": 1})', "typescript", "f({\n  a: 'b',\n  'c-d': 1\n})"),
        ("for (const a of b) { log(a); }", "typescript", "for (const a of b) {\n  log(a);\n}"),
        (
            "call({}, aaaaaaaaaaaaaaaaaaaaaa)",
            "typescript",
            "call(\n  {},\n  aaaaaaaaaaaaaaaaaaaaaa\n)",
        ),
        ("a very long line of (unbalanced", "python", "a very long line of (unbalanced"),
        (
            "    f(aaaaaaaaaaa, bbbbbbb)",
            "python",
            "    f(\n        aaaaaaaaaaa,\n        bbbbbbb\n    )",
        ),
    ],
)
def test_what_is_too_long_is_broken_inside_of_its_brackets(code, language, wanted):
    assert layout(code, language, 20) == wanted
