"""Calls are repeated when that is safe and useful, and never otherwise."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from specpipe.spec.model import Api

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
    busy = sdk.Response(503, {"retry-after": wanted()}, b"")
    script = Script(busy, sdk.Response(200, {}, OK.body))
    start = time.monotonic()
    sdk.Client(transport=script).workstream_events.snapshot()
    assert 0.8 <= time.monotonic() - start < 3


def test_no_wait_outlasts_the_budget(sdk: ModuleType) -> None:
    script = Script(sdk.Response(503, {"retry-after": "60"}, b"later"))
    start = time.monotonic()
    with pytest.raises(sdk.StatusError, match="later"):
        sdk.Client(transport=script, timeout=5).workstream_events.snapshot()
    assert time.monotonic() - start < 1


def test_attempts_share_the_budget(sdk: ModuleType) -> None:
    busy = sdk.Response(503, {"retry-after": "1"}, b"")
    script = Script(busy, sdk.Response(200, {}, OK.body))
    sdk.Client(transport=script, timeout=5).workstream_events.snapshot()
    assert script.requests[0].timeout.total == 5
    assert 3 < script.requests[1].timeout.total <= 4
