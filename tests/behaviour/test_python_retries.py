"""Calls are repeated when that is safe and useful, and never otherwise."""

from __future__ import annotations

import importlib
import json
import logging
import socket
import time
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from specpipe.spec.model import Api, Operation

from . import sockets
from .conftest import Caller, Reply, Stub
from .test_python_errors import BODIES, invoke
from .test_python_lossless import EVENT

OK = Reply(body=b'{"iterable": []}')
BUSY = Reply(503, b"busy", "text/plain")


@pytest.mark.parametrize("trouble", [Reply(429), Reply(502), BUSY, Reply(504), None])
def test_repeatable_calls_are_repeated(call: Caller, stub: Stub, trouble: Reply | None) -> None:
    stub.answer(trouble, trouble, OK)
    assert call(lambda client: client.workstream_events.snapshot(), retries=2).iterable == []
    assert len(stub.seen) == 3


@pytest.mark.parametrize("trouble", [Reply(429), BUSY, None])
def test_others_are_not(call: Caller, stub: Stub, sdk: ModuleType, trouble: Reply | None) -> None:
    stub.answer(trouble, Reply(body=json.dumps(EVENT).encode()))
    with pytest.raises(sdk.ApiError):
        call(lambda client: client.workstream_events.create(BODIES["create"]), retries=2)
    assert len(stub.seen) == 1


def test_repeatable_is_what_the_spec_says(stub: Stub, api: Api, sdk: ModuleType) -> None:
    for operation in api.operations:
        stub.seen.clear()
        stub.answer(BUSY)
        with pytest.raises(sdk.UnexpectedStatusError), sdk.Client(stub.url, retries=1) as client:
            invoke(operation, client)
        assert len(stub.seen) == (2 if operation.repeatable else 1), operation.id


def test_failures_that_would_repeat_are_not(call: Caller, stub: Stub, sdk: ModuleType) -> None:
    stub.answer(Reply(500, b"broken", "text/plain"))
    with pytest.raises(sdk.ServerError):
        call(lambda client: client.workstream_events.snapshot(), retries=2)
    assert len(stub.seen) == 1


def test_the_last_answer_counts(call: Caller, stub: Stub, sdk: ModuleType) -> None:
    stub.answer(BUSY, BUSY, Reply(503, b"last", "text/plain"))
    with pytest.raises(sdk.UnexpectedStatusError, match="last"):
        call(lambda client: client.workstream_events.snapshot(), retries=2)


class Script:
    """A transport that plays outcomes and notes requests."""

    def __init__(self, *outcomes: Any) -> None:
        self.outcomes = list(outcomes)
        self.requests: list[Any] = []

    def send(self, request: Any) -> Any:
        self.requests.append(request)
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


def test_anything_is_repeated_when_nothing_was_sent(sdk: ModuleType) -> None:
    refused = sdk.ConnectionError("refused")
    refused.sent = False
    created = sdk.Response(200, {}, json.dumps(EVENT).encode())
    script = Script(refused, refused, created)
    client = sdk.Client(transport=script)
    assert client.workstream_events.create(BODIES["create"]).id == "e"
    assert len(script.requests) == 3


def in_two_seconds() -> str:
    return time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 2))


@pytest.mark.parametrize("wanted", [lambda: "1", in_two_seconds], ids=["seconds", "date"])
def test_retry_after_is_obeyed(sdk: ModuleType, wanted: Callable[[], str]) -> None:
    start = time.monotonic()
    busy = sdk.Response(503, {"retry-after": wanted()}, b"")
    script = Script(busy, sdk.Response(200, {}, OK.body))
    sdk.Client(transport=script).workstream_events.snapshot()
    assert 0.8 <= time.monotonic() - start < 20


def test_no_wait_outlasts_the_budget(sdk: ModuleType) -> None:
    script = Script(sdk.Response(503, {"retry-after": "60"}, b"later"))
    start = time.monotonic()
    with pytest.raises(sdk.StatusError, match="later"):
        sdk.Client(transport=script, timeout=5).workstream_events.snapshot()
    assert time.monotonic() - start < 4


def test_attempts_share_the_budget(sdk: ModuleType) -> None:
    busy = sdk.Response(503, {"retry-after": "1"}, b"")
    script = Script(busy, sdk.Response(200, {}, OK.body))
    sdk.Client(transport=script, timeout=5).workstream_events.snapshot()
    assert script.requests[0].timeout.total == 5
    assert 3 < script.requests[1].timeout.total <= 4


STATUSES = {408: True, 429: True, 500: False, 501: False, 502: True, 503: True, 504: True}
"""Those of failures, and whether they pass by."""


def attempts(call: Caller, operation: Operation, url: str, **options: Any) -> Any:
    """The error that a call of `operation` with one retry ends in."""
    with pytest.raises(call.sdk.ApiError) as caught:
        call(lambda client: invoke(operation, client), base_url=url, retries=1, **options)
    return caught.value


def test_every_operation_is_repeated_after_a_status_as_the_spec_says(
    call: Caller, stub: Stub, api: Api
) -> None:
    for operation in api.operations:
        for status, passes in STATUSES.items():
            stub.seen.clear()
            stub.answer(Reply(status, b"no", "text/plain", {"Retry-After": "0"}))
            error = attempts(call, operation, stub.url)
            wanted = 2 if operation.repeatable and passes else 1
            assert (error.status, len(stub.seen)) == (status, wanted), (operation.id, status)


@pytest.mark.parametrize(
    "script", [sockets.reset, sockets.reset_in_body, sockets.silence], ids=lambda s: s.__name__
)
def test_every_operation_is_repeated_after_a_lost_answer_as_the_spec_says(
    call: Caller, api: Api, script: sockets.Script
) -> None:
    timeout = call.sdk.Timeout(total=10.0, read=0.1)
    for operation in api.operations:
        with sockets.scripted(script) as server:
            error = attempts(call, operation, server.url, timeout=timeout)
            assert error.sent
            wanted = 2 if operation.repeatable else 1
            assert server.requests(wanted) == wanted, operation.id


def test_every_operation_is_repeated_when_nothing_was_sent(
    call: Caller, api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        for operation in api.operations:
            caplog.clear()
            with caplog.at_level(logging.DEBUG, call.sdk.__name__):
                assert attempts(call, operation, url).sent is False
            ours = [r for r in caplog.records if r.name == call.sdk.__name__]
            assert len(ours) == 2, operation.id


def test_the_error_is_that_of_the_last_attempt(call: Caller, stub: Stub) -> None:
    stub.answer(BUSY, None)
    with pytest.raises(call.sdk.ConnectionError) as caught:
        call(lambda client: client.workstream_events.snapshot(), retries=1)
    assert caught.value.exchange == call.sdk.errors.Exchange("GET", f"{stub.url}/workstream_events")
    stub.answer(None, Reply(503, b"busy", "text/plain", {"X-Request-ID": "2"}))
    with pytest.raises(call.sdk.ServerError) as answered:
        call(lambda client: client.workstream_events.snapshot(), retries=1)
    assert (answered.value.request_id, answered.value.body) == ("2", b"busy")


@pytest.mark.parametrize("wanted", ["", "soon", "-1", "1.5", "Wed, 99 Foo 2024 00:00:00 GMT"])
def test_a_retry_after_that_says_nothing_is_none(call: Caller, stub: Stub, wanted: str) -> None:
    stub.answer(Reply(503, headers={"Retry-After": wanted}), OK)
    assert call(lambda client: client.workstream_events.snapshot(), retries=1).iterable == []


def test_a_pause_is_anything_up_to_a_bound_that_doubles(sdk: ModuleType) -> None:
    retry = importlib.import_module(f"{sdk.__name__}._retry")
    for number, bound in ((0, 0.2), (1, 0.4), (3, 1.6), (5, 5.0), (2000, 5.0)):
        pauses = [retry._jitter(number) for _ in range(400)]
        assert 0 <= min(pauses) < 0.1 * bound
        assert 0.9 * bound < max(pauses) <= bound
