"""Documents that are broken in one place each: refused in lines or adopted, never anything else."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

import pytest

from specpipe.adopt.adopt import adopt
from specpipe.diagnostics import SpecError
from specpipe.spec.load import load, parse
from specpipe.workspace import ROOT

SMALL = sorted((ROOT / "tests" / "corpus").glob("*.yaml"))
ODD: tuple[Any, ...] = (
    *(None, True, 0, -1, 2.5, "", "x", "a b/c", [], [None], [1, "a"], {}, {"a": 1}, {"": None}),
    *({"$ref": "#/"}, {"$ref": "#/components/schemas/None"}, {"$ref": "other.yaml"}, {"$ref": 3}),
    *(
        {"type": "null"},
        {"type": ["string", "integer"]},
        {"allOf": []},
        {"oneOf": [True]},
        "é",
        "9",
    ),
)
TRIES = 20
"""For each document."""


def places(node: Any) -> list[tuple[Any, Any]]:
    """Every holder and key in a document."""
    found = []
    pending = [node]
    while pending:
        each = pending.pop()
        keys = list(each) if isinstance(each, dict) else range(len(each))
        found += [(each, key) for key in keys]
        pending += [each[key] for key in keys if isinstance(each[key], dict | list)]
    return found


@pytest.mark.parametrize("file", SMALL, ids=lambda file: file.stem)
def test_a_document_that_is_odd_in_one_place_is_refused_in_lines_or_adopted(file):
    whole = load(file).data
    dice = random.Random(1)
    for _ in range(TRIES):
        data = copy.deepcopy(whole)
        holder, key = dice.choice(places(data))
        odd = dice.choice(ODD)
        if isinstance(holder, dict) and dice.random() < 0.2:
            holder[odd if isinstance(odd, str) else "x"] = holder.pop(key)
        else:
            holder[key] = odd
        try:
            adopt(parse(json.dumps(data).encode(), "a.json"))
        except SpecError as error:
            assert error.diagnostics  # noqa: PT017 - either is right
        except Exception as error:
            raise AssertionError(f"{file.stem}: {odd!r} at {key!r}: {error!r}") from error
