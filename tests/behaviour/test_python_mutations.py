"""Whatever a server sends: nothing is lost, or it is a DecodeError."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from specpipe.spec.model import Api

from .test_python_lossless import moments

VALUES = [
    *(None, True, 0, -1, 1.0, 1.5, 10**30, "", "x", "😀", [], {}, [None], {"a": None}),
    *("2024-01-01T00:00:00", "2024-01-01T00:00:00+0530", "2024-13-01T00:00:00Z", "TELEPATHY"),
]
NAMES = ["new", "", "additional_properties", "__class__", "id", "é", 'a"b', "a\\b"]


def containers(value: Any) -> Iterator[Any]:
    """Every object and list in `value`."""
    if isinstance(value, dict | list):
        yield value
        for item in value.values() if isinstance(value, dict) else value:
            yield from containers(item)


def mutate(value: Any, dice: random.Random) -> None:
    """Set, add or take away something somewhere in `value`."""
    place = dice.choice(list(containers(value)))
    new = copy.deepcopy(dice.choice(VALUES))
    if isinstance(place, list):
        place.insert(dice.randint(0, len(place)), new)
    elif place and dice.random() < 0.2:
        del place[dice.choice(list(place))]
    else:
        place[dice.choice(NAMES + list(place))] = new


@pytest.mark.parametrize("seed", range(4))
def test_nothing_is_lost(sdk: ModuleType, api: Api, seed: int) -> None:
    dice = random.Random(seed)
    examples = [(r.schema, r.example) for o in api.operations for r in o.responses if r.schema]
    examples += [(o.body.schema, o.body.example) for o in api.operations if o.body]
    kept = refused = 0
    for _ in range(1000):
        schema, example = dice.choice(examples)
        data = copy.deepcopy(example)
        for _ in range(dice.choice([1, 1, 2, 3])):
            mutate(data, dice)
        model = getattr(sdk.models, schema)
        try:
            value = model.from_json(json.dumps(data))
        except sdk.DecodeError:
            refused += 1
            continue
        kept += 1
        assert moments(value.to_dict()) == moments(data)
        assert model.from_dict(value.to_dict()) == value
    assert min(kept, refused) > 100
