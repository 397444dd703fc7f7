"""What the checks of SDKs are made of: calls and answers of any spec, and who judges them."""

from __future__ import annotations

import json
import random
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from specpipe.conformance.calls import DOTS, Calls
from specpipe.conformance.checks_of_sdks import answer_checks, request_checks
from specpipe.conformance.contract import PYTHON, TYPESCRIPT, Contract, moment
from specpipe.conformance.judge import judge_checks
from specpipe.conformance.mirror import drawn, mirror, mirrored
from specpipe.conformance.mouth import Mouth, Reply, reply
from specpipe.conformance.oddities import chosen, oddities
from specpipe.conformance.oracle import Oracle
from specpipe.conformance.process import Running
from specpipe.conformance.profile import PROFILES
from specpipe.conformance.session import Session
from specpipe.conformance.trial import Trial
from specpipe.conformance.values import Values, least
from specpipe.conformance.verdict import Verdict
from specpipe.pipeline import read_spec
from specpipe.targets.python import PythonTarget
from specpipe.targets.typescript import TypeScriptTarget
from specpipe.workspace import ROOT, SPEC

TESTS = ROOT / "tests"
SPECS = [
    SPEC,
    TESTS / "unit" / "things.yaml",
    TESTS / "golden" / "awkward-names" / "spec.yaml",
    *(
        TESTS / "behaviour" / f"{name}.yaml"
        for name in ("odds-and-ends", "every-keyword", "rivals")
    ),
]
EVERY_KEYWORD = TESTS / "behaviour" / "every-keyword.yaml"


@pytest.fixture(params=SPECS, ids=lambda path: path.stem)
def spec(request):
    return read_spec(request.param)


def schemas(document):
    return document.data["components"]["schemas"]


def test_what_isdrawn_for_a_schema_is_valid(spec):
    document, api = spec
    oracle, values = Oracle(document, api), Values(schemas(document), random.Random(1))
    for name in schemas(document):
        reference = {"$ref": f"#/components/schemas/{name}"}
        drawn = [values.valid(reference) for _ in range(30)]
        for value in (least(reference, schemas(document)), *drawn):
            assert list(oracle.validator(name).iter_errors(value)) == [], value


def test_one_seed_draws_one_sequence_of_calls_and_another_seed_another(spec):
    document, api = spec

    def drawn(seed: int) -> list[object]:
        calls = Calls(schemas(document), random.Random(seed))
        return [call for operation in api.operations for call in calls.valid(operation, 9)]

    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2) or not any(o.parameters or o.body for o in api.operations)


def test_no_call_has_dots_for_a_path(spec):
    document, api = spec
    calls = Calls(schemas(document), random.Random(3))
    given = [call.path for o in api.operations for call in calls.valid(o, 60)]
    assert given
    assert not [path for path in given if set(path) & set(DOTS)]


def test_oddities_of_every_kind_come_before_a_second_of_any(spec):
    document, api = spec
    contract = Contract(document, PYTHON)
    for operation in api.operations:
        if operation.success.schema is None or operation.success.example is None:
            continue
        schema = {"$ref": f"#/components/schemas/{operation.success.schema}"}
        odd = list(oddities(operation.success.example, schema, contract.shapes))
        kinds = {it.what for it in odd}
        few = chosen(odd, len(kinds), random.Random(1))
        assert {it.what for it in few} == kinds
        assert len(chosen(odd, len(odd) + 5, random.Random(1))) == len(odd)


WORD = {"whole": 3}


@pytest.mark.parametrize(
    ("odd", "python", "typescript"),
    [
        ({}, True, True),
        ({"kind": "NOT_YET_KNOWN"}, True, True),
        ({"kind": 5}, False, False),
        ({"kind": None}, True, True),
        ({"whole": None}, False, False),
        ({"at": "2024-10-08 07:41:12+05"}, True, True),
        ({"at": "2016-12-31T23:59:60.5Z"}, True, True),
        ({"at": "2024-10-08T07:41:12"}, False, False),
        ({"at": "2024-10-08T07:41:60Z"}, False, False),
        ({"at": "0000-02-29T00:00:00Z"}, False, True),
        ({"long": 2**53 + 1}, True, False),
        ({"long": 2**63}, False, False),
        ({"double": 2**53 + 1}, False, False),
        ({"free": {"x": 2**53 + 1}}, True, True),
        ({"share": 1}, False, False),
        ({"novel": [None]}, True, True),
    ],
)
def test_the_contract_is_the_schema_under_the_tolerances(odd, python, typescript):
    document, _ = read_spec(EVERY_KEYWORD)
    value = WORD | odd
    assert Contract(document, PYTHON).allows("Word", value) is python
    assert Contract(document, TYPESCRIPT).allows("Word", value) is typescript


@pytest.mark.parametrize(
    ("found", "wanted", "told"),
    [
        ({"free": {"x": 2**53}}, {"free": {"x": 2**53 + 1}}, "free.x is 9007199254740992, not"),
        ({"at": "2024-10-08T09:41:12.5+02:00"}, {"at": "2024-10-08T07:41:12.500z"}, None),
        ({"at": "2024-10-08T07:41:12.123456Z"}, {"at": "2024-10-08T07:41:12.1234567Z"}, "at is"),
        ({"text": "2024-10-08T07:41:12Z"}, {"text": "2024-10-08T07:41:12+00:00"}, "text is"),
        ({"whole": True}, {"whole": 1}, "whole is True, not 1"),
        ({"whole": 1.0}, {"whole": 1}, None),
        ({}, {"free": None}, "free is gone"),
        ({"grid": [[], []]}, {"grid": [[]]}, "grid is"),
        ({"free": {"a": 1}}, {"free": {}}, "free.a is made up"),
    ],
)
def test_a_difference_is_told_with_its_place(found, wanted, told):
    document, _ = read_spec(EVERY_KEYWORD)
    contract = Contract(document, PYTHON)
    difference = contract.difference(found, wanted, {"$ref": "#/components/schemas/Word"})
    assert difference == told or (difference or "").startswith(told or "?")


def test_a_moment_knows_its_offset_its_digits_and_leap_seconds():
    assert moment("2024-10-08T07:41:12.50Z") == moment("2024-10-08 13:11:12.5+0530")
    assert moment("2016-12-31T23:59:60Z") != moment("2016-12-31T23:59:59Z")
    assert moment("2024-10-08T07:41:12.1234567Z") != moment("2024-10-08T07:41:12.123456Z")
    assert moment("2024-10-08T07:41:12+24:00") is None


def test_a_mouth_hears_byte_for_byte_and_says_what_it_is_told_in_order():
    with Mouth(None) as mouth:
        mouth.says(Reply(b"HTTP/1.1 299 Odd\r\n\r\nwhole", closes=True), reply(200, b"{}", "a/b"))
        host, port = mouth.running.base_url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall(
                b"PUT /a%2F?b=+ HTTP/1.1\r\nX-A: 1\r\nX-A: 2\r\nContent-Length: 1\r\n\r\nx"
            )
            said = b"".join(iter(lambda: connection.recv(100), b""))
        with urlopen(f"{mouth.running.base_url}/next") as answer:
            assert json.load(answer) == {}
    assert said == b"HTTP/1.1 299 Odd\r\n\r\nwhole"
    first = mouth.heard[0]
    assert (first.method, first.target, first.body) == ("PUT", "/a%2F?b=+", b"x")
    assert first.values("x-a") == ["1", "2"]
    assert mouth.heard[1].target == "/next"


def test_mirrored_values_are_of_the_schema_or_not_and_the_same_for_one_seed():
    document, _ = read_spec(EVERY_KEYWORD)
    values = mirrored(document, "Part", 8, seed=1)
    taken = [Contract(document, PYTHON).allows("Part", value) for value in values]
    assert any(taken)
    assert not all(taken)
    assert list(values) == list(drawn(mirror(document.data["components"], "Part"), 8, seed=1))
    assert mirrored(document, "Part", 0, seed=1) == ()


@pytest.fixture
def apart() -> Iterator[None]:
    """An SDK that is imported in a test is forgotten after it."""
    path, modules = list(sys.path), dict(sys.modules)
    yield
    sys.path[:] = path
    for name in sys.modules.keys() - modules.keys():
        if name.partition(".")[0].endswith("_client"):
            del sys.modules[name]


@pytest.mark.usefixtures("apart")
@pytest.mark.parametrize("name", ["odds-and-ends", "every-keyword"])
def test_the_sdks_of_another_spec_send_and_take_what_they_should(tmp_path: Path, name: str) -> None:
    file = TESTS / "behaviour" / f"{name}.yaml"
    document, api = read_spec(file)
    for target in (PythonTarget(), TypeScriptTarget()):
        for path, content in target.render(document, api).items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_bytes(content)
    nobody = Running("http://127.0.0.1:1", None)
    trial = Trial(file, document, api, tmp_path, nobody, PROFILES["smoke"], seed=1)
    verdict = Verdict()
    with Session(trial) as session:
        judge_checks([*request_checks(trial), *answer_checks(trial)], session, verdict)
    assert [finding.message for finding in verdict.findings] == []
    assert len(verdict.held) == 6
