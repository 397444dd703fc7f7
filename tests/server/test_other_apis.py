"""Servers of the small specs in tests/golden: nothing of the server is made for one API."""

from __future__ import annotations

import pytest

from specpipe import pipeline
from specpipe.targets.server import ServerTarget
from specpipe.workspace import ROOT

GOLDEN = ROOT / "tests" / "golden"


@pytest.fixture(scope="module")
def client_of(launching, tmp_path_factory):
    """Starts the server of a golden spec; gives an HTTP client of it."""

    def client_of(case, key=None):
        out = tmp_path_factory.mktemp(case)
        tree = ServerTarget().render(*pipeline.read_spec(GOLDEN / case / "spec.yaml"))
        for path, content in tree.items():
            (out / path).parent.mkdir(parents=True, exist_ok=True)
            (out / path).write_bytes(content)
        package = next(path.parent.name for path in out.glob("server/*/__main__.py"))
        return launching(out / "server", package, key).client

    return client_of


@pytest.fixture(scope="module")
def examples(client_of):
    """Of a server with a key, for an API that has no use for one."""
    return client_of("example-answers", "s3cret")


@pytest.fixture(scope="module")
def odd(client_of):
    return client_of("awkward-names")


def test_an_operation_without_behaviour_answers_with_its_example(examples):
    reply = examples.get("/ports/hull/tides")
    assert reply.headers["content-type"] == "application/json"
    assert reply.json() == {
        "high": ["2024-01-02T03:04:05Z"],
        "low": [],
        "note": "spring \U0001f30a",
    }
    reply = examples.get("/notice")
    assert reply.headers["content-type"] == "text/plain; charset=utf-8"
    assert reply.text == "Buoy 7 is unlit.\n"
    assert examples.delete("/notice").status_code == 204


def test_an_operation_that_the_spec_does_not_secure_needs_no_key(examples):
    del examples.headers["X-Application-ID"]
    assert examples.get("/notice").status_code == 200


def test_its_parameters_are_checked_all_the_same(examples):
    for query in ("day=today", "metres=1"):
        reply = examples.get(f"/ports/hull/tides?{query}")
        assert reply.status_code == 422
        assert reply.text.startswith(query.partition("=")[0])


def test_members_and_parameters_may_be_keywords_of_python(odd):
    thing = odd.post("/class", json={"global": {"id": "g"}, "None": True}).json()
    assert thing["pass"] == {"in": [{"id": "g"}], "is": {"g": 0}}
    assert thing["from"]["at"] == thing["import"]
    assert odd.get(f"/class/{thing['id']}?self=true&body=9&ratio.x=0.5").json() == thing


@pytest.mark.parametrize(
    "query", ["self=2", "body=10", "ratio.x=1.6", "ratio.x=NaN", "ratio.x=1e999"]
)
def test_each_is_refused_by_its_name_on_the_wire(odd, query):
    reply = odd.get(f"/class/x?{query}")
    assert reply.status_code == 422
    assert reply.text.startswith(query.partition("=")[0])


def test_the_status_of_what_is_gone_is_the_specs(odd):
    reply = odd.get("/class/unknown")
    assert reply.status_code == 404
    assert "odd_thing" in reply.text


def test_a_required_body_is_required(odd):
    assert odd.post("/class").status_code == 400
