"""The TypeScript SDK takes what the Python SDK takes, refuses what it refuses, and gives back what
came: for values of every response schema, of newer and of broken servers as well.

Where the two differ on purpose is listed here and nowhere else:

- a whole number beyond 2^53 is refused by TypeScript, where a member is declared to be one: it has
  none there but its neighbours, and elsewhere takes the nearest double, as JSON.parse does;
- a date-time of the year 0 is refused by Python, which has no such year.
"""

from __future__ import annotations

import copy
import json
import random
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from specpipe import node
from specpipe.targets.typescript import TypeScriptTarget

from .test_python_mutations import mutate
from .test_python_properties import SPECS, Answer, Once, answers, odd

JUDGE = Path(__file__).with_name("judge.mjs")
_YEAR_0 = re.compile(r"0000-\d\d-\d\d[Tt ]")


@pytest.fixture(scope="module", params=SPECS)
def spec(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    generate: Callable[[Path, Path], None],
    once: Once,
) -> Iterator[tuple[str, dict[str, Answer]]]:
    """The folder of the generated sources, and the response schemas with the Python SDK's verdict."""
    path, modules = list(sys.path), dict(sys.modules)
    folder = tmp_path_factory.mktemp("sdk")
    generate(SPECS[request.param], folder)
    sources = folder / TypeScriptTarget.folder / "src"
    yield str(sources), dict(answers(request.param, folder, once))
    sys.path[:] = path
    for name in sys.modules.keys() - modules.keys():
        del sys.modules[name]
    sys.modules.update(modules)


def values(answer: Answer) -> Iterator[Any]:
    """Of one schema: allowed, refused, and of servers that are newer or broken."""
    yield from (it for it in (*answer.valid, *answer.invalid) if not isinstance(it, bytes))
    dice = random.Random(1)
    for example in answer.valid * 12:
        if isinstance(example, dict | list):
            data = odd(answer, example, dice)
            yield copy.deepcopy(data)
            mutate(data, dice)
            yield data


def verdict(answer: Answer, text: str) -> bool:
    """Whether the Python SDK takes it."""
    try:
        answer.decode(text.encode())
    except answer.refused:
        return False
    return True


def doubles(value: Any) -> Any:
    """JSON data with its numbers as JavaScript has them."""
    if isinstance(value, dict):
        return {key: doubles(item) for key, item in value.items()}
    if isinstance(value, list):
        return [doubles(item) for item in value]
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number else value


def differ_on_purpose(taken: bool, refusal: str, text: str) -> bool:
    """Whether what is at odds is one of the differences listed above."""
    if taken:
        return "53 bits" in refusal
    return bool(_YEAR_0.search(text))


def test_both_sdks_take_and_refuse_the_same(spec: tuple[str, dict[str, Answer]]) -> None:
    sources, schemas = spec
    vectors = [(n, json.dumps(it)) for n, answer in schemas.items() for it in values(answer)]
    said = node.run(JUDGE, {"sources": sources, "vectors": vectors}, "the checks")
    taken = [verdict(schemas[name], text) for name, text in vectors]
    for (name, text), python, typescript in zip(vectors, taken, said, strict=True):
        refusal = typescript["refused"] if isinstance(typescript, dict) else ""
        if python == (not refusal):
            assert refusal or doubles(json.loads(typescript)) == doubles(json.loads(text))
        else:
            assert differ_on_purpose(python, refusal, text), f"{name}: {python} {refusal} {text}"
    assert any(taken)
    assert not all(taken)
