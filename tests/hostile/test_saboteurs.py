"""The texts bite: without any one of the filters that stand between a spec and its output, a file
changes its shape, or is none any more."""

from __future__ import annotations

import pytest

from specpipe import render
from specpipe.diagnostics import ToolError

from .conftest import TYPESCRIPT, WITHOUT_NODE, differences, rendered, unseen
from .frame import filled
from .shapes import Unfit, shapes


def quoted(value: object) -> str:
    """A literal as somebody writes it who thinks of nothing bad."""
    return f'"{value}"' if isinstance(value, str) else repr(value)


def as_it_is(text: str, *layout: int) -> str:
    """No filter at all."""
    return text


GUARDED = {"identifier", "tsid", "comment", "code"}
"""Filters of names, which house rules have refused before if need be, and of text that another filter
follows. `tests/unit/test_render.py` holds these against any text."""
FILTERS = {
    "py": (quoted, WITHOUT_NODE, 'MARK", pwned(), "'),
    "doc": (as_it_is, WITHOUT_NODE, 'MARK """; pwned(); """'),
    "toml": (quoted, WITHOUT_NODE, 'MARK"\npwned = "'),
    "md": (as_it_is, WITHOUT_NODE, "MARK\n\n# pwned"),
    "ts": (quoted, TYPESCRIPT, 'MARK", pwned(), "'),
    "tsdoc": (as_it_is, TYPESCRIPT, "MARK */ pwned(); /*"),
}
"""What stands in for each filter, targets that use it, and a payload."""


@pytest.mark.parametrize("name", FILTERS)
def test_without_a_filter_something_is_noticed(monkeypatch, request, name):
    naive, targets, payload = FILTERS[name]
    if targets == TYPESCRIPT:
        parsed = request.getfixturevalue("of_typescript")
        wanted = request.getfixturevalue("harmless_typescript")
    else:
        parsed, wanted = shapes, request.getfixturevalue("harmless")
    data = filled(payload)
    monkeypatch.setitem(render.FILTERS, name, naive)
    assert is_noticed(data, targets, parsed, wanted)


def is_noticed(data, targets, parsed, wanted) -> bool:
    """Whether a file is of another shape, or cannot be read."""
    try:
        tree = rendered(data, targets)
        return bool(differences(parsed(tree), wanted) or unseen(tree))
    except (ToolError, Unfit):
        return True


def test_every_filter_has_its_saboteur():
    assert set(FILTERS) | GUARDED == set(render.FILTERS)
