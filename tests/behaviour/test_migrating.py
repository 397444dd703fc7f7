"""docs/migrating.md: both sides run against one server, and its tables are true of both packages."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest

from specpipe.conformance.process import Running, generated_server, server_environment
from specpipe.spec.model import Api
from specpipe.workspace import OUT, ROOT

TEXT = (ROOT / "docs" / "migrating.md").read_text()
BEFORE, AFTER = re.findall(r"^```python\n(.*?)^```$", TEXT, re.M | re.S)
EVENT: dict[str, Any] = {
    "id": "a",
    "application": {
        "id": "a",
        "name": "VS_CODE",
        "version": "1",
        "platform": "LINUX",
        "onboarded": True,
        "privacy": "OPEN",
    },
    "trigger": {"copy": True},
    "created": {"value": "2024-10-08T07:41:12Z"},
    "updated": {"value": "2024-10-08T07:41:12Z"},
}


@pytest.fixture(scope="module")
def server(api: Api) -> Iterator[Running]:
    with generated_server(api, OUT, 1) as running:
        yield running


@pytest.fixture(scope="module")
def old() -> Any:
    """The published model of an event. Its package is imported by these tests alone."""
    from pieces_os_client.models.workstream_event import WorkstreamEvent

    return WorkstreamEvent


@pytest.fixture(scope="module")
def published(old: Any) -> dict[str, Any]:
    """The published models that an event and its seed are made of, by name."""
    importlib.import_module("pieces_os_client.models.seeded_workstream_event")
    importlib.import_module("pieces_os_client.models.workstream_events_batch_fetch_output")
    modules = [m for name, m in sys.modules.items() if name.startswith("pieces_os_client.models.")]
    return {
        name: value
        for module in modules
        for name, value in vars(module).items()
        if hasattr(value, "model_fields")
    }


def rows(heading: str) -> list[list[str]]:
    """The cells of the table under a heading."""
    section = TEXT.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines[2:]]


@pytest.mark.parametrize("program", [BEFORE, AFTER], ids=["before", "after"])
def test_a_program_runs(program: str, server: Running) -> None:
    code = program.replace("http://localhost:39300", server.base_url)
    assert server.base_url in code
    shown = "\nassert event.id in ids and found.workstream_events.iterable and everything"
    result = subprocess.run(
        [sys.executable, "-c", code.replace('"your-key"', repr(server.key)) + shown],
        env=server_environment(OUT),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert result.returncode == 0, result.stderr
    assert re.match(r"410 workstream_event: .* it was deleted or never created", result.stdout)


def test_every_operation_is_called_on_both_sides(api: Api) -> None:
    for operation in api.operations:
        assert f".{operation.name.snake}(" in BEFORE
        assert f".{operation.method_name.snake}(" in AFTER


def test_the_table_of_names_is_that_of_the_sdk(api: Api) -> None:
    table = {before: after for before, after in rows("Names") if before.startswith(".")}
    assert table == {f".{o.name.snake}": f".{o.method_name.snake}" for o in api.operations}


def test_the_old_names_are_aliases(sdk: ModuleType, api: Api) -> None:
    client = sdk.Client()
    for operation in api.operations:
        resource = type(getattr(client, operation.tag.snake))
        assert getattr(resource, operation.name.snake) is getattr(
            resource, operation.method_name.snake
        )


def test_the_table_of_errors_is_true_of_both_packages(sdk: ModuleType) -> None:
    from pieces_os_client import exceptions

    for status, before, after in rows("Errors"):
        answer = type("Answer", (), {"status": int(status), "reason": "", "data": b""})()
        answer.getheaders = dict
        with pytest.raises(exceptions.ApiException) as raised:
            exceptions.ApiException.from_response(http_resp=answer, body="", data=None)
        assert type(raised.value).__name__ == before
        assert sdk.errors.status_error(int(status), True).__name__ == after


def test_members_have_the_names_that_they_had_but_for_those_that_are_named(
    sdk: ModuleType, published: dict[str, Any]
) -> None:
    renamed = set()
    compared = 0
    for name, model in vars(sdk.models).items():
        theirs = published.get(name)
        if not isinstance(model, type) or theirs is None:
            continue
        names = {field.alias or name: name for name, field in theirs.model_fields.items()}
        for field in msgspec.structs.fields(model):
            compared += 1
            before = names.get(field.encode_name)
            renamed |= {(before, field.name)} if before not in (None, field.name) else set()
    assert compared > 100
    assert renamed == set(re.findall(r"`(\w+)` is `(\w+)`", TEXT))


def test_what_is_unset_unknown_or_null_behaves_as_the_table_says(sdk: ModuleType, old: Any) -> None:
    new = sdk.models.WorkstreamEvent
    assert old.from_dict(EVENT).readable is None
    assert new.from_dict(EVENT).readable is sdk.UNSET
    newer = EVENT | {"newer": 1}
    assert "newer" not in old.from_dict(newer).to_dict()
    assert new.from_dict(newer).to_dict() == newer
    renamed = EVENT | {"application": EVENT["application"] | {"name": "NEWER"}}
    assert old.from_dict(renamed).application.name == "UNKNOWN"
    assert new.from_dict(renamed).application.name == "NEWER"
    null = EVENT | {"application": EVENT["application"] | {"capabilities": None}, "readable": None}
    assert "readable" not in old.from_dict(null).to_dict()
    assert new.from_dict(null).to_dict() == null


def test_the_addresses_of_the_server_are_the_same(sdk: ModuleType) -> None:
    from pieces_os_client.configuration import Configuration

    assert Configuration().host in repr(sdk.Client())


def test_the_page_is_linked_from_the_repository() -> None:
    assert "docs/migrating.md" in Path(ROOT, "README.md").read_text()
