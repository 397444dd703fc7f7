"""A call that is given up leaves nothing behind: no connection with half an answer, no warning."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest

from specpipe.spec.model import Api

from . import sockets
from .conftest import Reply, Stub

LIST = Reply(body=b'{"iterable": []}')
ASYNC = pytest.mark.parametrize("over_httpx", [False, True], ids=["pyreqwest", "httpx"])


@asynccontextmanager
async def client_of(sdk: ModuleType, url: str, over_httpx: bool) -> Any:
    if not over_httpx:
        async with sdk.AsyncClient(url) as client:
            yield client
        return
    module = import_module(f"{sdk.__name__}.transports.httpx")
    async with httpx.AsyncClient(trust_env=False) as inner:
        yield sdk.AsyncClient(url, transport=module.AsyncHttpxTransport(inner))


async def cancelled(call: Any, after: float = 0.15) -> None:
    task = asyncio.ensure_future(call)
    await asyncio.sleep(after)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@ASYNC
@pytest.mark.parametrize(
    "script", [sockets.silence, sockets.a_head, sockets.drip], ids=lambda s: s.__name__
)
def test_a_cancelled_call_takes_its_connection_with_it(
    sdk: ModuleType, over_httpx: bool, script: sockets.Script
) -> None:
    """At once over httpx. pyreqwest ends the call at once, the connection with the call's limits."""
    timeout = 30 if over_httpx else 1

    async def use(server: sockets.Scripted) -> None:
        async with client_of(sdk, server.url, over_httpx) as client:
            await cancelled(client.workstream_events.snapshot(timeout=timeout))
            assert server.requests(1) == 1
            gone = await asyncio.to_thread(server.closed.acquire, timeout=5)
            assert gone, "the connection was kept"

    with sockets.scripted(script) as server:
        asyncio.run(use(server))


@ASYNC
def test_the_client_works_on(sdk: ModuleType, stub: Stub, over_httpx: bool) -> None:
    late = threading.Event()

    async def use() -> None:
        async with client_of(sdk, stub.url, over_httpx) as client:
            for _ in range(5):
                stub.hold = late
                stub.answer(Reply(body=b'{"iterable": ["of another call"]}'), LIST)
                await cancelled(client.workstream_events.snapshot(), 0.1)
                late.set()
                stub.hold = None
                assert (await client.workstream_events.snapshot()).iterable == []
                late.clear()

    asyncio.run(use())


@ASYNC
def test_a_pause_is_given_up_at_once(sdk: ModuleType, stub: Stub, over_httpx: bool) -> None:
    async def use() -> None:
        async with client_of(sdk, stub.url, over_httpx) as client:
            stub.answer(Reply(503, headers={"Retry-After": "30"}), LIST)
            start = time.monotonic()
            await cancelled(client.workstream_events.snapshot(), 0.3)
            assert time.monotonic() - start < 5
            assert (await client.workstream_events.snapshot()).iterable == []

    asyncio.run(use())
    assert len(stub.seen) == 2


@ASYNC
def test_many_tasks_share_a_client(sdk: ModuleType, stub: Stub, over_httpx: bool) -> None:
    stub.reply = lambda seen: Reply(body=seen.target.encode(), type="text/plain")

    async def use() -> None:
        async with client_of(sdk, stub.url, over_httpx) as client:

            async def one(number: int) -> None:
                raw = client.workstream_event.with_raw_response
                body = (await raw.get(f"e{number}")).body
                assert body == f"/workstream_event/e{number}".encode()

            for first in range(0, 300, 50):
                await asyncio.gather(*map(one, range(first, first + 50)))

    asyncio.run(use())
    assert len(stub.seen) == 300
    assert len(stub.connections) <= 100


def test_a_client_made_in_one_event_loop_works_in_another(sdk: ModuleType, stub: Stub) -> None:
    """Not over httpx, which ties its connections to a loop."""
    stub.answer(LIST)
    client = sdk.AsyncClient(stub.url)
    for _ in range(3):
        assert asyncio.run(client.workstream_events.snapshot()).iterable == []
    asyncio.run(client.close())


PROGRAM = """
import asyncio, logging, sys, time
# In development mode asyncio tells of what takes 0.1 s, as all does on a busy machine.
logging.getLogger("asyncio").addFilter(lambda record: "took" not in record.msg)
from {package} import AsyncClient, Client, Timeout
from {package}.transports.pyreqwest import PyreqwestTransport
{body}
"""
SYNC = """
client = Client(sys.argv[1], timeout=Timeout(total=25.0, read=20.0))
print("ready", flush=True)
try:
    client.workstream_events.snapshot()
except KeyboardInterrupt:
    print("interrupted", flush=True)
print(client.with_options(timeout=1, retries=0).workstream_events.snapshot(), flush=True)
"""
SYNC_OVER_PYREQWEST = SYNC.replace(
    "sys.argv[1],", "sys.argv[1], transport=PyreqwestTransport(sys.argv[1]),"
)
ASYNC_PROGRAM = """
async def main():
    async with AsyncClient(sys.argv[1]) as client:
        print("ready", flush=True)
        await client.workstream_events.snapshot()
try:
    asyncio.run(main())
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""
LOST = """
async def main():
    client = AsyncClient(sys.argv[1])
    tasks = [asyncio.ensure_future(client.workstream_events.snapshot()) for _ in range(20)]
    await asyncio.sleep(0.3)
    for task in tasks[::2]:
        task.cancel()
    await asyncio.sleep(0.1)
asyncio.run(main())
print("over", flush=True)
"""


def interrupted(folder: Path, package: str, body: str, url: str, wait: Callable[[], object]) -> str:
    """What a program prints that gets SIGINT once it waits; it must end in 10 seconds."""
    program = PROGRAM.format(package=package, body=body)
    command = (sys.executable, "-X", "dev", "-W", "error", "-c", program, url)
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            assert process.stdout
            assert process.stdout.readline() == "ready\n"
            wait()
            process.send_signal(signal.SIGINT)
            return process.communicate(timeout=10)[0]
        finally:
            process.kill()


def first_silent_then_a_list() -> sockets.Script:
    calls: list[int] = []

    def script(connection: Any) -> None:
        calls.append(1)
        if len(calls) == 1:
            connection.recv(1)
        else:
            connection.sendall(sockets.HEAD.replace(b"100000", b"16") + LIST.body)

    return script


@pytest.mark.parametrize(
    "body",
    [SYNC, SYNC_OVER_PYREQWEST, ASYNC_PROGRAM],
    ids=["sync", "sync over pyreqwest", "async"],
)
def test_ctrl_c_counts_at_once(python_folder: Path, api: Api, body: str) -> None:
    with sockets.scripted(first_silent_then_a_list()) as server:

        def wait() -> None:
            assert server.requests(1) == 1
            time.sleep(0.3)

        package = f"{api.package.snake}_client"
        said = interrupted(python_folder, package, body, server.url, wait).splitlines()
        wanted = ["interrupted"]
        if body is not ASYNC_PROGRAM:
            wanted.append("WorkstreamEvents(iterable=[])")
        assert said == wanted


@pytest.mark.parametrize("transport", ["None", "PyreqwestTransport(sys.argv[1])"])
def test_other_signals_leave_a_call_alone(python_folder: Path, api: Api, transport: str) -> None:
    body = """
import signal, threading, os
seen = []
signal.signal(signal.SIGUSR1, lambda *_: seen.append(1))
signal.signal(signal.SIGINT, lambda *_: seen.append(2))
for number, delay in ((signal.SIGUSR1, 0.2), (signal.SIGINT, 0.3)):
    threading.Timer(delay, os.kill, (os.getpid(), number)).start()
client = Client(sys.argv[1], retries=0, transport=TRANSPORT)
print(client.workstream_events.snapshot(), sorted(seen))
"""

    def slowly(connection: Any) -> None:
        time.sleep(1)
        connection.sendall(sockets.HEAD.replace(b"100000", b"16") + LIST.body)

    body = body.replace("TRANSPORT", transport)
    program = PROGRAM.format(package=f"{api.package.snake}_client", body=body)
    with sockets.scripted(slowly) as server:
        run = subprocess.run(
            (sys.executable, "-c", program, server.url),
            cwd=python_folder,
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
    assert (run.stdout, run.stderr) == ("WorkstreamEvents(iterable=[]) [1, 2]\n", "")


def test_nothing_is_said_of_calls_that_were_left(python_folder: Path, api: Api) -> None:
    program = PROGRAM.format(package=f"{api.package.snake}_client", body=LOST)
    with sockets.scripted(sockets.silence) as server:
        run = subprocess.run(
            (sys.executable, "-X", "dev", "-W", "always", "-c", program, server.url),
            cwd=python_folder,
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
    assert (run.stdout, run.stderr, run.returncode) == ("over\n", "", 0)
