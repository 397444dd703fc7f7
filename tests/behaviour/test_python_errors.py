"""Every outcome is a value or a typed error."""

from __future__ import annotations

import asyncio
import builtins
import json
import pickle
import socket
from types import ModuleType
from typing import Any

import pytest

from specpipe.spec.model import Api, Operation

from .conftest import Caller, Reply, Stub
from .test_python_lossless import APPLICATION, EVENT

CLASSES = {
    400: "BadRequestError",
    401: "UnauthorizedError",
    406: "NotAcceptableError",
    410: "GoneError",
    413: "PayloadTooLargeError",
    415: "UnsupportedMediaTypeError",
    422: "ValidationError",
    500: "ServerError",
}
BODIES: dict[str, Any] = {
    "create": {"application": APPLICATION, "trigger": {}},
    "update": EVENT,
    "batch": ["a"],
    "scores_increment": {"workstream_event": {"reuse": True}},
}


def invoke(operation: Operation, client: Any) -> Any:
    """Call `operation` with something for each of its arguments."""
    resource = getattr(client, operation.tag.snake)
    arguments = [parameter.wire for parameter in operation.parameters_in("path")]
    if operation.body:
        arguments.append(BODIES[operation.method_name.snake])
    return getattr(resource, operation.method_name.snake)(*arguments)


def test_every_documented_status_has_its_class(
    call: Caller, stub: Stub, api: Api, sdk: ModuleType
) -> None:
    for operation in api.operations:
        for response in operation.responses:
            if response.status < 300:
                continue
            stub.answer(Reply(response.status, b"because", "text/plain", {"X-Request-Id": "r"}))
            with pytest.raises(getattr(sdk, CLASSES[response.status])) as caught:
                call(lambda client, operation=operation: invoke(operation, client))
            error = caught.value
            assert isinstance(error, sdk.StatusError)
            assert not isinstance(error, sdk.UnexpectedStatusError)
            assert (error.status, error.message, error.body) == (
                response.status,
                "because",
                b"because",
            )
            assert (error.method, error.request_id) == (operation.method, "r")
            assert error.url.startswith(stub.url)
            assert "because" in str(error)


@pytest.mark.parametrize("status", [201, 299, 302, 404, 418, 503, 520])
def test_undocumented_statuses_are_errors_too(
    call: Caller, stub: Stub, sdk: ModuleType, status: int
) -> None:
    stub.answer(Reply(status, b"teapot", "text/plain", {"Location": "/elsewhere"}))
    with pytest.raises(sdk.UnexpectedStatusError) as caught:
        call(lambda client: client.workstream_event.get("e"))
    assert isinstance(caught.value, sdk.StatusError)
    assert caught.value.status == status
    assert len(stub.seen) == 1


@pytest.mark.parametrize(
    ("status", "name"),
    [
        *((404, "NotFoundError"), (409, "ConflictError"), (429, "RateLimitError")),
        *((503, "ServerError"), (520, "ServerError"), (403, "ForbiddenError")),
    ],
)
def test_an_undocumented_status_is_of_its_class_too(
    call: Caller, stub: Stub, sdk: ModuleType, status: int, name: str
) -> None:
    stub.answer(Reply(status, b"odd", "text/plain"))
    with pytest.raises(getattr(sdk, name), match="odd") as caught:
        call(lambda client: client.workstream_event.get("e"))
    assert isinstance(caught.value, sdk.UnexpectedStatusError)
    copied = pickle.loads(pickle.dumps(caught.value))
    assert type(copied) is type(caught.value)
    assert (copied.status, str(copied)) == (status, str(caught.value))


def test_other_undocumented_statuses_are_of_no_class(sdk: ModuleType) -> None:
    for status in (201, 302, 418, 451):
        assert sdk.errors.status_error(status, False) is sdk.UnexpectedStatusError


@pytest.mark.parametrize(
    "reply",
    [
        Reply(body=b"<h1>Welcome</h1>", type="text/html"),
        Reply(body=json.dumps(EVENT).encode(), type="text/plain"),
        Reply(body=json.dumps(EVENT).encode()[:-9]),
        Reply(body=b""),
        Reply(body=b"null"),
        Reply(body=b"[]"),
        Reply(body=b"\xff\xfe"),
        Reply(body=b"[" * 100_000),
        Reply(body=b'{"id": "e"}'),
        Reply(body=json.dumps(EVENT | {"id": 1}).encode()),
    ],
    ids=lambda reply: f"{reply.type} {reply.body[:12]!r}",
)
def test_unusable_success_is_a_decode_error(
    call: Caller, stub: Stub, sdk: ModuleType, reply: Reply
) -> None:
    stub.answer(reply)
    with pytest.raises(sdk.DecodeError) as caught:
        call(lambda client: client.workstream_event.get("e"))
    assert (caught.value.status, caught.value.body) == (200, reply.body)


@pytest.mark.parametrize("type", ["application/json; charset=utf-8", "application/x+json", None])
def test_json_by_any_name_is_decoded(call: Caller, stub: Stub, type: str | None) -> None:
    stub.answer(Reply(body=json.dumps(EVENT).encode(), type=type))
    assert call(lambda client: client.workstream_event.get("e")).id == "e"


def test_no_content_is_none(call: Caller, stub: Stub) -> None:
    assert call(lambda client: client.workstream_events.delete("e")) is None


def test_refused_connection(call: Caller, sdk: ModuleType) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        with pytest.raises(sdk.ConnectionError) as caught:
            call(lambda client: client.workstream_events.snapshot(), base_url=url)
    assert isinstance(caught.value, builtins.ConnectionError)
    assert isinstance(caught.value, sdk.ApiError)
    assert caught.value.sent is False


@pytest.mark.parametrize("reply", [None, Reply(body=b"0123456789", cut=4)], ids=["none", "half"])
def test_lost_connection(call: Caller, stub: Stub, sdk: ModuleType, reply: Reply | None) -> None:
    stub.answer(reply)
    with pytest.raises(sdk.ConnectionError) as caught:
        call(lambda client: client.workstream_events.snapshot())
    assert caught.value.sent is True


def test_silence_is_a_timeout(call: Caller, sdk: ModuleType) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(sdk.TimeoutError) as caught:
            call(lambda client: client.workstream_events.snapshot(), base_url=url, timeout=0.2)
    assert isinstance(caught.value, builtins.TimeoutError)
    assert caught.value.sent is True


def test_errors_can_be_pickled(call: Caller, stub: Stub, sdk: ModuleType) -> None:
    stub.answer(Reply(410, b"gone", "text/plain"))
    with pytest.raises(sdk.GoneError) as caught:
        call(lambda client: client.workstream_event.get("e"), api_key="secret-key")
    data = pickle.dumps(caught.value)
    assert b"secret-key" not in data
    assert str(pickle.loads(data)) == str(caught.value)


def test_cancelled_call_stays_cancelled(sdk: ModuleType) -> None:
    async def cancelled(url: str) -> None:
        async with sdk.AsyncClient(url) as client:
            task = asyncio.ensure_future(client.workstream_events.snapshot())
            await asyncio.sleep(0.1)
            task.cancel()
            await task

    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        pytest.raises(asyncio.CancelledError),
    ):
        asyncio.run(cancelled(f"http://127.0.0.1:{silent.getsockname()[1]}"))
