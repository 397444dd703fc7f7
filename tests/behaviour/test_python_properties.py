"""What each response schema allows comes back as it was; what it does not is a DecodeError.

The judge is that of conformance, a validator of JSON Schema under the deliberate tolerances that are
listed there (`specpipe.conformance.contract`).
"""

from __future__ import annotations

import copy
import hashlib
import importlib
import json
import pickle
import random
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

from specpipe.conformance.contract import PYTHON, Contract, moment
from specpipe.pipeline import read_spec
from specpipe.spec.model import Api, Document
from specpipe.spec.schema_rules import KEYWORDS
from specpipe.targets.python import PythonTarget
from specpipe.targets.python_calls import attribute
from specpipe.workspace import ROOT, SPEC

from .test_python_mutations import containers, mutate

SPECS = {
    "real": SPEC,
    "things": ROOT / "tests" / "unit" / "things.yaml",
    "awkward-names": ROOT / "tests" / "golden" / "awkward-names" / "spec.yaml",
    "every-keyword": Path(__file__).with_name("every-keyword.yaml"),
}
EXAMPLES = {"real": 4}
Once = Callable[[str, Callable[[Path], object]], Path]
QUICK = settings(
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
TIMES = [
    *("2024-10-08T07:41:12.123456789Z", "2024-10-08t07:41:12.5z", "2024-10-08 07:41:12+05:30"),
    *("2016-12-31T23:59:60Z", "2017-01-01T05:29:60.25+0530", "2024-10-08T07:41:12-08"),
    *("2024-10-08T07:41:12", "2024-10-08T07:41:60Z", "2024-02-30T00:00:00Z", "2024-10-08"),
    *("2024-10-08T24:00:00Z", "2024-10-08T07:41:12+24:00", "0000-01-01T00:00:00Z", "", "x"),
]


@dataclass(frozen=True)
class Answer:
    """A response schema: its values, who judges them, and what the SDK makes of them."""

    schema: Mapping[str, Any]
    name: str
    contract: Contract
    decode: Callable[[bytes], Any]
    encode: Callable[[Any], bytes]
    refused: type[Exception]
    valid: list[Any]
    invalid: list[Any]

    def allows(self, data: Any) -> bool:
        """What the contract says, tolerances included."""
        return self.contract.allows(self.name, data)

    def times(self, data: Any, schema: Any) -> Iterator[tuple[Any, Any]]:
        """Where in `data` date-times belong: containers and keys."""
        schema = self.contract.shapes.resolved(schema)
        inside: list[tuple[Any, Any, Any]] = []
        if isinstance(data, dict):
            own, more = schema.get("properties", {}), schema.get("additionalProperties", {})
            inside = [(name, value, own.get(name, more)) for name, value in data.items()]
        elif isinstance(data, list):
            inside = [(i, value, schema.get("items", {})) for i, value in enumerate(data)]
        for key, value, inner in inside:
            if self.contract.shapes.resolved(inner).get("format") == "date-time":
                yield data, key
            yield from self.times(value, inner)

    def check(self, data: Any) -> bool:
        """Hold the SDK to the contract on `data`. Returns whether that is allowed."""
        text = data if isinstance(data, bytes) else json.dumps(data).encode()
        try:
            data = json.loads(text)
            allowed = self.allows(data)
        except ValueError:
            allowed = False
        try:
            value = self.decode(text)
        except self.refused:
            assert not allowed, f"refused although it is allowed: {data}"
            return False
        assert allowed, f"taken although it is not allowed: {data}"
        assert same(json.loads(self.encode(value)), data), data
        assert self.decode(self.encode(value)) == value
        return True


def same(got: Any, sent: Any) -> bool:
    """Whether two JSON values are equal: numbers as doubles, date-times of at most microseconds
    by moment, all else exactly."""
    if isinstance(sent, dict) and isinstance(got, dict):
        return got.keys() == sent.keys() and all(same(got[key], sent[key]) for key in sent)
    if isinstance(sent, list) and isinstance(got, list):
        return len(got) == len(sent) and all(map(same, got, sent))
    if type(sent) in (int, float) and type(got) in (int, float):
        return float(got) == float(sent)
    if isinstance(sent, str) and isinstance(got, str):
        there = moment(sent)
        fits = there and ":60" not in sent and not re.search(r"\.\d{7}", sent)
        return got == sent or bool(fits and moment(got) == there)
    return type(got) is type(sent) and bool(got == sent)


def answers(name: str, folder: Path, once: Once) -> Iterator[tuple[str, Answer]]:
    """The response schemas of a spec, by name."""
    document, api = read_spec(SPECS[name])
    package = imported(document, api, folder)
    components = document.data["components"]["schemas"]
    model = importlib.import_module(f"{package}._model")
    for component, annotation in annotations(package, api).items():
        schema = {"$ref": f"#/components/schemas/{component}"}
        valid, invalid = values(schema, components, EXAMPLES.get(name, 6), once)
        yield component, Answer(
            schema, component, Contract(document, PYTHON),
            lambda data, a=annotation: model.decode(data, a),
            model.encode, importlib.import_module(package).DecodeError, valid, invalid,
        )  # fmt: skip


def imported(document: Document, api: Api, folder: Path) -> str:
    """The name of the SDK of a spec, which can be imported."""
    package = f"{api.package.snake}_client"
    for path, content in PythonTarget().render(document, api).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    for loaded in [key for key in sys.modules if key.split(".")[0] == package]:
        del sys.modules[loaded]
    sys.path.insert(0, str(folder / PythonTarget.folder))
    return package


def annotations(package: str, api: Api) -> dict[str, Any]:
    """What the SDK decodes each response schema as."""
    found = {}
    for operation in api.operations:
        module = importlib.import_module(f"{package}.resources.{attribute(operation.tag)}")
        known = {getattr(it, "id", None): it for it in vars(module).values()}[operation.id]
        for response in operation.responses:
            if response.schema and response.status < 300:
                found[response.schema] = known.answers[response.status].type
    return found


def mirrored(schema: Any, components: Any) -> dict[str, Any]:
    """A spec with one operation, whose request has the schema."""
    content = {"application/json": {"schema": schema}}
    operation = {"requestBody": {"required": True, "content": content}, "responses": {}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Mirror", "version": "1"},
        "paths": {"/": {"post": operation}},
        "components": {"schemas": components},
    }


@pytest.fixture(scope="module", params=SPECS)
def schemas(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, once: Once
) -> Iterator[dict[str, Answer]]:
    path, modules = list(sys.path), dict(sys.modules)
    yield dict(answers(request.param, tmp_path_factory.mktemp("sdk"), once))
    sys.path[:] = path
    for name in sys.modules.keys() - modules.keys():
        del sys.modules[name]
    sys.modules.update(modules)


def odd(answer: Answer, data: Any, dice: random.Random) -> Any:
    """`data` as of a newer or odder server: unknown members at any depth, date-times in every
    spelling."""
    data = copy.deepcopy(data)
    for place in list(containers(data)):
        if isinstance(place, dict) and dice.random() < 0.3:
            place[dice.choice(["new", "", "additional_properties", 'a"b'])] = dice.choice(
                [None, 1, "x", {"deep": [None, 2.5]}]
            )
    for place, key in list(answer.times(data, answer.schema)):
        if dice.random() < 0.5:
            place[key] = dice.choice(TIMES)
    return data


def values(schema: Any, components: Any, examples: int, once: Once) -> tuple[list[Any], list[Any]]:
    """Values that a schema allows, and such as it does not. Making them is what takes time here, so
    all tests of a run have the same ones."""
    mirror = mirrored(schema, components)
    digest = hashlib.sha256(json.dumps([mirror, examples]).encode()).hexdigest()[:16]

    def make(folder: Path) -> None:
        operation = schemathesis.openapi.from_dict(mirror)["/"]["POST"]
        made = tuple(
            collected(operation.as_strategy(mode).map(lambda case: case.body), examples)
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
        )
        (folder / "values").write_bytes(pickle.dumps(made))

    valid, invalid = pickle.loads((once(f"values-{digest}", make) / "values").read_bytes())
    return valid, invalid


def collected(strategy: st.SearchStrategy[Any], examples: int) -> list[Any]:
    """Values of a strategy, the same ones each time."""
    found: list[Any] = []

    @settings(QUICK, max_examples=examples)
    @given(strategy)
    def collect(data: Any) -> None:
        found.append(data)

    collect()
    return found


def test_every_keyword_that_the_house_rules_let_through_is_in_one_of_the_specs() -> None:
    """So that none is let through and then not enforced."""
    document, _ = read_spec(SPECS["every-keyword"])
    found = set()
    pending: list[Any] = [{"items": it} for it in document.data["components"]["schemas"].values()]
    while pending:
        schema = pending.pop()
        found |= {(schema.get("type"), key) for key in schema}
        inside = [schema.get("items"), schema.get("additionalProperties")]
        inside += schema.get("properties", {}).values()
        pending += [it for it in inside if isinstance(it, Mapping)]
    wanted = {(kind, key) for kind, keys in KEYWORDS.items() for key in keys}
    assert wanted - found == set()


def test_what_a_schema_allows_comes_back_as_it_was(schemas: dict[str, Answer]) -> None:
    assert schemas
    for answer in schemas.values():
        allowed = [answer.check(data) for data in answer.valid]
        assert sum(allowed) > len(allowed) / 2


def test_what_a_schema_refuses_is_a_decode_error(schemas: dict[str, Answer]) -> None:
    for answer in schemas.values():
        allowed = [answer.check(data) for data in answer.invalid]
        assert not all(allowed)


@pytest.mark.parametrize("seed", range(4))
def test_so_it_is_for_newer_and_for_broken_servers(schemas: dict[str, Answer], seed: int) -> None:
    for answer in schemas.values():
        dice = random.Random(seed)
        allowed: list[bool] = []
        for example in answer.valid * 8:
            data = odd(answer, example, dice)
            allowed.append(answer.check(data))
            if isinstance(data, dict | list):
                mutate(data, dice)
                allowed.append(answer.check(data))
        assert any(allowed)
        assert not all(allowed)
