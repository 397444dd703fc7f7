"""The behaviours of table.yaml, each through each client and transport."""

from __future__ import annotations

import copy
import json
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest
import yaml

from . import sockets
from .conftest import Caller, Reply, Stub
from .test_python_errors import BODIES

TABLE = yaml.safe_load((Path(__file__).parent / "table.yaml").read_text())
ABSENT = object()


def place(data: Any, path: str) -> tuple[Any, Any]:
    """The container that a path ends in, and its last step."""
    *steps, last = (int(step) if step.isdigit() else step for step in path.split("."))
    for step in steps:
        data = data[step]
    return data, last


def event_of(changes: dict[str, Any]) -> dict[str, Any]:
    """The table's event, changed."""
    event: dict[str, Any] = copy.deepcopy(TABLE["event"])
    for path, value in changes.get("set", {}).items():
        container, name = place(event, path)
        container[name] = value
    for path in changes.get("drop", ()):
        container, name = place(event, path)
        del container[name]
    return event


def body_of(reply: dict[str, Any]) -> bytes:
    if "event" in reply:
        text = json.dumps(event_of(reply["event"]), ensure_ascii=False)
        return text.encode(reply.get("charset", "utf-8"))
    return (reply["text"] * reply.get("times", 1)).encode()


def reply_of(reply: dict[str, Any]) -> Reply:
    headers = dict(reply.get("headers", {}))
    for name in headers:
        headers[name] *= reply.get("header_times", 1)
    return Reply(
        reply.get("status", 200),
        body_of(reply),
        reply.get("type", "application/json"),
        headers,
        reply.get("cut"),
    )


def use(client: Any, row: dict[str, Any]) -> Any:
    """The call of a row."""
    match row.get("call", "get"):
        case "get":
            return client.workstream_event.get("e")
        case "delete":
            return client.workstream_events.delete("e")
        case "identifiers":
            return client.workstream_events.identifiers(limit=-1)
        case "create":
            return client.workstream_events.create(BODIES["create"])
    raise AssertionError(row["call"])


def member(value: Any, path: str) -> Any:
    """What a value has at a path of wire names; ABSENT for nothing."""
    for step in path.split("."):
        value = _step(value, step)
        if value is ABSENT:
            break
    return value


def _step(value: Any, step: str) -> Any:
    if isinstance(value, list):
        return value[int(step)]
    if isinstance(value, dict):
        return value.get(step, ABSENT)
    for field in msgspec.structs.fields(value):
        if field.encode_name == step and getattr(value, field.name) is not msgspec.UNSET:
            return getattr(value, field.name)
    surplus = value.additional_properties
    return ABSENT if surplus is msgspec.UNSET else surplus.get(step, ABSENT)


def check_value(value: Any, ends: dict[str, Any]) -> None:
    if "value" in ends:
        assert value is ends["value"]
    for path, wanted in ends.get("members", {}).items():
        found = member(value, path)
        if wanted == {"absent": True}:
            assert found is ABSENT, path
        elif isinstance(wanted, dict) and "moment" in wanted:
            assert found == datetime.fromisoformat(wanted["moment"]), path
            assert found.tzinfo is not None
        else:
            assert found == wanted, path


def check_error(sdk: ModuleType, error: Any, ends: dict[str, Any]) -> None:
    assert isinstance(error, getattr(sdk, ends["error"])), repr(error)
    assert error.status == ends.get("status", 0)
    assert ends.get("message", "") in str(error)
    assert str(error).isprintable()


def run(call: Caller, row: dict[str, Any], **options: Any) -> Any:
    """Make the call of a row and check how it ends; gives the value."""
    options["retries"] = row.get("retries", 0)
    if "error" not in row["ends"]:
        value = call(lambda client: use(client, row), **options)
        check_value(value, row["ends"])
        return value
    with pytest.raises(call.sdk.ApiError) as caught:
        call(lambda client: use(client, row), **options)
    check_error(call.sdk, caught.value, row["ends"])
    return None


def check_raw(call: Caller, row: dict[str, Any]) -> None:
    (reply,) = row["replies"]
    with sockets.scripted(sockets.answer(reply["raw"].encode())) as server:
        run(call, row, base_url=server.url)
        wanted = row.get("requests", 1)
        assert server.requests(wanted) == wanted


@pytest.mark.parametrize("row", TABLE["rows"], ids=lambda row: row["name"])
def test_behaviour(call: Caller, stub: Stub, row: dict[str, Any]) -> None:
    if "raw" in row["replies"][0]:
        check_raw(call, row)
        return
    stub.answer(*map(reply_of, row["replies"]))
    value = run(call, row)
    assert len(stub.seen) == row.get("requests", len(row["replies"]))
    if row.get("sends") == "back":
        call(lambda client: client.workstream_event.update(value))
        assert json.loads(stub.seen[-1].body) == event_of(row["replies"][-1]["event"])


def test_the_names_of_the_rows_differ() -> None:
    names = [row["name"] for row in TABLE["rows"]]
    assert len(set(names)) == len(names) > 50
