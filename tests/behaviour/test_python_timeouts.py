"""Every wait has an end, near where it was set, whatever the server does."""

from __future__ import annotations

import asyncio
import importlib
import time
from types import ModuleType
from typing import Any

import pytest

from . import sockets
from .conftest import Caller, Reply, Stub, over_pyreqwest

SCRIPTS = (sockets.silence, sockets.half_a_head, sockets.a_head, sockets.drip)


def snapshot(client: Any) -> Any:
    return client.workstream_events.snapshot()


def timed_out(call: Caller, url: str, timeout: Any, **options: Any) -> tuple[Any, float]:
    """The error that a call ends in, and after how many seconds."""
    start = time.monotonic()
    with pytest.raises(call.sdk.TimeoutError) as caught:
        call(snapshot, base_url=url, timeout=timeout, **options)
    return caught.value, time.monotonic() - start


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.__name__)
def test_the_total_ends_every_wait(call: Caller, script: sockets.Script) -> None:
    with sockets.scripted(script) as server:
        error, passed = timed_out(call, server.url, 0.4)
        assert server.closed.acquire(timeout=5), "the connection was kept"
    assert error.sent
    assert 0.35 <= passed < 4
    assert str(error) == f"GET {server.url}/workstream_events: no complete answer within 0.4 s"


@pytest.mark.parametrize(
    "script", [s for s in SCRIPTS if s is not sockets.drip], ids=lambda script: script.__name__
)
def test_silence_is_limited_by_itself(call: Caller, script: sockets.Script) -> None:
    timeout = call.sdk.Timeout(total=20.0, read=0.3)
    with sockets.scripted(script) as server:
        error, passed = timed_out(call, server.url, timeout)
    assert error.sent
    assert 0.25 <= passed < 5
    assert str(error).endswith("no complete answer within 20 s, or silence for 0.3 s")


def test_the_total_ends_interim_answers_without_an_end(call: Caller) -> None:
    """Over a client of httpx that is not async it does not: its documentation says so."""
    if call.flavour == "sync-httpx":
        module = importlib.import_module(f"{call.sdk.__name__}.transports.httpx")
        assert "interim answers" in module.HttpxTransport.__doc__
        return
    with sockets.scripted(sockets.interim) as server:
        _, passed = timed_out(call, server.url, 0.4)
    assert 0.35 <= passed < 4


def test_without_a_total_only_the_silence_is_told(call: Caller) -> None:
    timeout = call.sdk.Timeout(total=None, read=0.3)
    with sockets.scripted(sockets.silence) as server:
        error, _ = timed_out(call, server.url, timeout)
    assert str(error) == f"GET {server.url}/workstream_events: silence for 0.3 s"


def test_a_slow_answer_is_no_silence(call: Caller) -> None:
    parts = [b'{"iterable', b'": [', b"]", b"}"]

    def slowly(connection: Any) -> None:
        connection.sendall(sockets.HEAD.replace(b"100000", b"16"))
        for part in parts:
            time.sleep(0.2)
            connection.sendall(part)

    with sockets.scripted(slowly) as server:
        timeout = call.sdk.Timeout(total=20.0, read=0.6)
        assert call(snapshot, base_url=server.url, timeout=timeout).iterable == []


def test_connecting_is_limited_by_itself(call: Caller) -> None:
    with sockets.unanswering() as url:
        error, passed = timed_out(call, url, call.sdk.Timeout(total=20.0, connect=0.3))
    assert error.sent is False
    assert 0.25 <= passed < 5
    assert str(error) == f"GET {url}/workstream_events: no connection within 0.3 s"


def test_the_total_limits_connecting(call: Caller) -> None:
    with sockets.unanswering() as url:
        _, passed = timed_out(call, url, 0.3)
    assert 0.25 <= passed < 4


def test_all_attempts_share_the_total(call: Caller) -> None:
    with sockets.scripted(sockets.silence) as server:
        timeout = call.sdk.Timeout(total=1.0, read=0.3)
        _, passed = timed_out(call, server.url, timeout, retries=50)
        assert server.requests(2) >= 2
    assert passed < 8


def test_no_limit_is_possible(call: Caller, stub: Stub) -> None:
    stub.answer(Reply(body=b'{"iterable": []}'))
    unlimited = call.sdk.Timeout(total=None, connect=None, read=None)
    for timeout in (None, unlimited):
        assert call(snapshot, timeout=timeout).iterable == []


def test_calls_whose_limits_come_to_the_same_share_connections(sdk: ModuleType, stub: Stub) -> None:
    """pyreqwest gives a connection back a moment after the answer, so now and then it makes one
    more; without sharing there would be one for each call."""
    stub.answer(Reply(body=b'{"iterable": []}'))
    usual = sdk.Timeout()
    same = (usual, 3, sdk.Timeout(total=2.0, read=None), sdk.Timeout(total=4, read=9))
    with over_pyreqwest(sdk, stub.url) as client:
        made = client._engine._transport._clients._made
        for timeout in same * 10:
            client.workstream_events.snapshot(timeout=timeout)
        assert len(made) == 1
        assert len(stub.connections) < 10
        client.workstream_events.snapshot(timeout=sdk.Timeout(read=1.0))
        assert len(made) == 2


def test_limits_do_not_matter_to_connections_of_sockets(sdk: ModuleType, stub: Stub) -> None:
    stub.answer(Reply(body=b'{"iterable": []}'))
    with sdk.Client(stub.url) as client:
        for timeout in (None, 3, sdk.Timeout(read=1.0), sdk.Timeout(connect=1.0), 1e9):
            client.workstream_events.snapshot(timeout=timeout)
    assert len(stub.connections) == 1


def test_limits_that_always_change_do_not_pile_up(sdk: ModuleType, stub: Stub) -> None:
    stub.answer(Reply(body=b'{"iterable": []}'))
    with over_pyreqwest(sdk, stub.url) as client:
        for read in range(1, 21):
            client.workstream_events.snapshot(timeout=sdk.Timeout(read=float(read)))
        assert len(client._engine._transport._clients._made) == 8


def test_a_deadline_around_a_call(sdk: ModuleType) -> None:
    async def within(url: str) -> None:
        async with sdk.AsyncClient(url) as client, asyncio.timeout(0.2):
            await client.workstream_events.snapshot()

    with sockets.scripted(sockets.silence) as server, pytest.raises(TimeoutError) as caught:
        asyncio.run(within(server.url))
    assert not isinstance(caught.value, sdk.ApiError)
