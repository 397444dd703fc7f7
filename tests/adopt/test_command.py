"""`specpipe adopt`: what it writes, says, and refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from specpipe.cli import main
from specpipe.pipeline import read_spec
from specpipe.workspace import ROOT

SMALL = ROOT / "tests" / "corpus"


def adopted(source: Path | str, spec: Path, *more: str) -> int:
    return main(["adopt", f"--from={source}", f"--spec={spec}", *more])


def test_it_writes_a_spec_that_the_rules_accept_and_says_what_that_lost(tmp_path, capsys):
    spec = tmp_path / "new.yaml"
    assert adopted(SMALL / "galaxy.yaml", spec) == 0
    _, api = read_spec(spec)
    said = capsys.readouterr().out.splitlines()
    assert said[-1].endswith(
        f"new.yaml: {len(api.operations)} of 9 operations, {len(api.schemas)} schemas"
    )
    assert "galaxy.yaml:361:1: left out: webhooks" in "\n".join(said)


def test_every_place_is_listed_when_all_are_asked_for(tmp_path, capsys):
    source = SMALL / "petstore-3.0.yaml"
    adopted(source, tmp_path / "a.yaml")
    few = len(capsys.readouterr().out.splitlines())
    adopted(source, tmp_path / "b.yaml", "--all=1")
    assert len(capsys.readouterr().out.splitlines()) > few


def test_places_of_swagger_2_are_those_of_its_own_sections(tmp_path, capsys):
    source = SMALL / "petstore-2.0.yaml"
    adopted(source, tmp_path / "a.yaml", "--all=1")
    line = next(x for x in capsys.readouterr().out.splitlines() if "security by apiKey" in x)
    number = int(line.split(":")[1])
    assert "api_key:" in source.read_text().splitlines()[number - 1]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("swagger: '1.2'\npaths: {}\n", "Swagger 1.2"),
        ("openapi: 4.0.0\npaths: {}\n", "OpenAPI 4.0.0"),
        ("info: {}\n", "OpenAPI None"),
        ("openapi: 3.1.0\n", "no operation is left"),
        ("openapi: 3.1.0\npaths: []\n", "'paths' is not null or a mapping"),
        (
            "openapi: 3.0.0\npaths: {/a: {get: 3, put: {responses: 4}, post: []}}\n",
            "'get' is not a mapping",
        ),
        (
            "openapi: 3.0.0\npaths: {/a: {get: {parameters: [3], responses: {}}}}\n",
            "item 0 is not a mapping",
        ),
        (
            "swagger: '2.0'\npaths: {/a: {get: {parameters: {a: b}, responses: [1]}}}\n",
            "'responses' is not null or a mapping",
        ),
    ],
)
def test_what_is_no_document_is_refused_in_lines_and_nothing_is_written(
    text, said, tmp_path, capsys
):
    source, spec = tmp_path / "a.yaml", tmp_path / "new.yaml"
    source.write_text(text)
    assert adopted(source, spec) == 1
    assert said in capsys.readouterr().err
    assert not spec.exists()


def test_knots_of_combinations_come_to_an_end(tmp_path, capsys):
    source = tmp_path / "a.yaml"
    source.write_text(
        "openapi: 3.0.0\ninfo: {title: T, version: 1.0.0}\n"
        "paths: {/a: {get: {responses: {'200': {description: ok, content: {application/json: "
        "{schema: {$ref: '#/components/schemas/A'}}}}}}}}\n"
        "components: {schemas: {A: {allOf: [{$ref: '#/components/schemas/B'}, "
        "{$ref: '#/components/schemas/B'}]}, B: {anyOf: [{$ref: '#/components/schemas/A'}, "
        "{$ref: '#/components/schemas/A'}]}}}\n"
    )
    assert adopted(source, tmp_path / "new.yaml") == 1
    assert "points at nothing" in capsys.readouterr().err


def test_a_file_that_is_there_is_not_written_over(tmp_path, capsys):
    spec = tmp_path / "new.yaml"
    spec.write_text("mine")
    assert adopted(SMALL / "uspto.yaml", spec) == 2
    assert spec.read_text() == "mine"
    assert "is there already: name a new file" in capsys.readouterr().err


def test_no_document_named_is_misuse(tmp_path, capsys):
    assert adopted("", tmp_path / "new.yaml") == 2
    assert "FROM is empty" in capsys.readouterr().err
