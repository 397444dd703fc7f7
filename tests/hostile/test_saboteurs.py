"""The texts bite: without any one of the filters that stand between a spec and its output, a file
changes its shape, or is none any more."""

from __future__ import annotations

import pytest

from specpipe import render
from specpipe.diagnostics import ToolError

from .cases import operation
from .conftest import TYPESCRIPT, WITHOUT_NODE, differences, rendered, unseen
from .frame import HARMLESS, filled
from .shapes import Unfit, shapes

PYTHON = tuple(target for target in WITHOUT_NODE if target.name == "python")
SERVER = tuple(target for target in WITHOUT_NODE if target.name == "server")


def quoted(value: object) -> str:
    """A literal as somebody writes it who thinks of nothing bad."""
    return f'"{value}"' if isinstance(value, str) else repr(value)


def as_it_is(text: str, *layout: int) -> str:
    """No filter at all."""
    return text


NAMING = ("identifier", "tsid")
FILTERS = {
    "py": (quoted, PYTHON, 'MARK", pwned(), "'),
    "doc": (as_it_is, PYTHON, 'MARK """; pwned(); """'),
    "comment": (as_it_is, SERVER, "MARK\n    pwned: 1"),
    "toml": (quoted, PYTHON, 'MARK"\npwned = "'),
    "md": (as_it_is, SERVER, "MARK\n\n# pwned"),
    "code": (lambda text: f"`{text}`", PYTHON, "MARK | ` *pwned* `"),
    "ts": (quoted, TYPESCRIPT, 'MARK", pwned(), "'),
    "tsdoc": (as_it_is, TYPESCRIPT, "MARK */ pwned(); /*"),
    "identifier": (as_it_is, SERVER, "class"),
    "tsid": (as_it_is, TYPESCRIPT, "class"),
}
"""What stands in for each filter, a target that uses it, and a payload, or an identifier."""


@pytest.mark.parametrize("name", FILTERS)
def test_without_a_filter_something_is_noticed(monkeypatch, request, name):
    naive, targets, payload = FILTERS[name]
    if targets == TYPESCRIPT:
        parsed = request.getfixturevalue("of_typescript")
        wanted = request.getfixturevalue("harmless_typescript")
    else:
        parsed, wanted = shapes, request.getfixturevalue("harmless")
        wanted = {path: it for path, it in wanted.items() if path.startswith(targets[0].folder)}
    data = filled(HARMLESS if name in NAMING else payload)
    if name in NAMING:
        operation("/more", operationId=payload)(data)
        wanted = parsed(rendered(data, targets))
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
    assert set(FILTERS) == set(render.FILTERS)
