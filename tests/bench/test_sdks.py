"""The rows of the SDK: what is decoded, and each task in a process of its own."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import jsonschema_rs
import pytest

from specpipe import pipeline
from specpipe.bench.clients import FEW, NOWHERE, answering
from specpipe.bench.effort import QUICK
from specpipe.bench.sdks import FLOOR, OURS, STOCK, Sdk, our_package, prepared_sdks, published
from specpipe.bench.snapshots import FOREIGN, Answers, answers_of, read, snapshot_of
from specpipe.bench.subjects import Run
from specpipe.bench.workload import workload_of
from specpipe.diagnostics import ToolError
from specpipe.workspace import OUT, ROOT, SPEC

PROGRAMS = ROOT / "scripts" / "specpipe" / "bench" / "programs"
THINGS = ROOT / "tests" / "unit" / "things.yaml"


@pytest.fixture(scope="module")
def document():
    return pipeline.read_spec(SPEC)[0]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    api = pipeline.read_spec(SPEC)[1]
    return Run(api, OUT, workload_of(api, SPEC), QUICK, tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="module")
def answers(run) -> Answers:
    return answers_of(run)


@pytest.fixture(scope="module")
def files(run, answers):
    """A snapshot of a few things, and one of more."""
    paths = []
    for count in (FEW, 100):
        paths.append(run.folder / f"{count}.json")
        paths[-1].write_bytes(snapshot_of(answers.snapshot, run.work, count))
    return paths


@pytest.fixture(scope="module")
def sdks(run, document):
    return {sdk.name: sdk for sdk in prepared_sdks(run, document, SPEC)}


def adapter(folder: Path, source: str) -> Sdk:
    """A subject whose adapter is `source`."""
    file = folder / "adapter.py"
    file.write_text(source)
    return Sdk("a subject", file, Path(sys.executable), os.environ)


@pytest.mark.parametrize("unknown", [False, True], ids=["known", "unknown"])
def test_a_snapshot_has_as_many_things_as_wanted_and_is_valid(document, run, answers, unknown):
    text = snapshot_of(answers.snapshot, run.work, 20, unknown=unknown)
    schema = {
        "$ref": f"#/components/schemas/{run.work.everything.success.schema}",
        "components": document.data["components"],
    }
    data = json.loads(text)
    jsonschema_rs.Draft202012Validator(schema, validate_formats=True).validate(data)
    resource = run.work.resource
    things = data[resource.items]
    assert len({thing[resource.id] for thing in things}) == 20
    assert len({json.dumps(thing[resource.created[0]]) for thing in things}) == 20
    assert {thing[resource.id]: at for at, thing in enumerate(things)} == data[resource.positions]
    assert [FOREIGN in thing for thing in things] == [unknown] * 20


def test_a_thing_is_what_the_server_makes_of_the_body(run, answers):
    thing = json.loads(answers.thing)
    assert json.loads(run.work.body).items() <= thing.items()
    assert thing[run.work.resource.id] == answers.id


def test_every_sdk_decodes_encodes_and_calls(run, sdks, answers, files):
    everywhere = {name: sdk for name, sdk in sdks.items() if sdk.takes_part("call")}
    assert len(everywhere) == 4
    assert {OURS, STOCK, FLOOR} < everywhere.keys()
    with answering(run.folder, answers.thing) as server:
        for name, sdk in everywhere.items():
            assert sdk.measure("decode", NOWHERE, *files)["cpu_ms"] > 0
            assert sdk.measure("encode", NOWHERE, *files)["wall_ms"] > 0
            assert sdk.measure("memory", NOWHERE, *files)["added_mib"] >= 0
            assert sdk.first_client(NOWHERE) > 0
            for task in ("call", "async_call") if name in (OURS, STOCK) else ("call",):
                found = sdk.measure(task, server.base_url, answers.id, 0.1)
                assert 0 < found["p50_us"] <= found["p99_us"]
                assert found["cpu_us"] > 0


def test_sdks_of_other_apis_are_imported_only(sdks):
    others = [sdk for sdk in sdks.values() if not sdk.takes_part("call")]
    assert [sdk.name.split()[3] for sdk in others] == ["Stainless", "Speakeasy"]
    for sdk in others:
        assert sdk.first_client(NOWHERE) > 0


def test_the_answering_server_gives_the_thing(run, answers):
    with answering(run.folder, answers.thing) as server:
        assert read(server.base_url, run.work.get(answers.id)) == answers.thing


def test_an_sdk_that_loses_what_it_decodes_is_told(tmp_path, files):
    loses = (
        "def client(url): ...\ndef decode(client, text): ...\ndef encode(client, value): return b''"
    )
    with pytest.raises(ToolError, match=r"a subject: sdk_task.py failed: of .* bytes 0 are left"):
        adapter(tmp_path, loses).measure("decode", NOWHERE, *files)


def test_what_an_sdk_dies_of_is_told_in_one_line(tmp_path):
    with pytest.raises(ToolError, match=r"a subject: sdk_import.py failed: .*no_such_module") as it:
        adapter(tmp_path, "import no_such_module").first_client(NOWHERE)
    assert "\n" not in str(it.value)


def test_memory_is_that_of_decoding(tmp_path, files):
    holds = (
        "kept = []\n"
        "def client(url): ...\n"
        "def decode(client, text): return bytearray(b'x') * (1024 * len(text))\n"
        "def encode(client, value): return value\n"
    )
    added = adapter(tmp_path, holds).measure("memory", NOWHERE, files[0], files[0])["added_mib"]
    size = files[0].stat().st_size / 1024
    assert size * 0.5 < added < size * 2


def test_an_api_without_a_published_sdk_has_none():
    assert published(THINGS.parent / "bench", {}) == []


def test_without_a_generated_sdk_there_is_nothing_to_measure(run, tmp_path):
    elsewhere = Run(run.api, tmp_path, run.work, run.effort, tmp_path)
    with pytest.raises(ToolError, match="no generated SDK here: run `make generate` first"):
        our_package(elsewhere, tmp_path)
