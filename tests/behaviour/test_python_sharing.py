"""A client can be shared: between threads, with forked processes, and closed while others call."""

from __future__ import annotations

import asyncio
import importlib
import os
import random
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest

from specpipe.pipeline import read_spec
from specpipe.spec.model import Api
from specpipe.targets.server import ServerTarget
from specpipe.workspace import SPEC

from . import sockets
from .conftest import Caller, Reply, Stub, over_pyreqwest
from .test_python_lossless import APPLICATION

THREADS = 16
EACH = 150


def over_sockets(sdk: ModuleType, url: str) -> Any:
    """A client with its own transport."""
    return sdk.Client(url)


OURS = {"sockets": over_sockets, "pyreqwest": over_pyreqwest}
BOTH = pytest.mark.parametrize("made", OURS.values(), ids=OURS)
"""Clients over each of the sync transports of ours."""


def of_target(seen: Any) -> Reply:
    """An answer that tells what was asked."""
    return Reply(body=seen.target.encode(), type="text/plain")


def in_threads(use: Callable[[int], Any]) -> list[Any]:
    """What `use` gives in each of many threads that start together."""
    together = threading.Barrier(THREADS)

    def started(number: int) -> Any:
        together.wait(10)
        return use(number)

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(started, range(THREADS)))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of the generated server, a process of its own."""
    out = tmp_path_factory.mktemp("server")
    for path, content in ServerTarget().render(*read_spec(SPEC)).items():
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        (out / path).write_bytes(content)
    folder = out / ServerTarget.folder
    package = next(path.parent.name for path in folder.glob("*/__main__.py"))
    options = ("--port", "0", "--database-url", f"sqlite:///{out}/events.db")
    with subprocess.Popen(
        (sys.executable, "-m", package, *options),
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            assert process.stdout
            line = process.stdout.readline()
            found = re.search(r"http://\S+", line)
            assert found, line
            yield found[0]
        finally:
            process.kill()


@pytest.fixture(params=["sockets", "pyreqwest", "httpx"])
def client(request: pytest.FixtureRequest, sdk: ModuleType, stub: Stub) -> Iterator[Any]:
    """A sync client that asks the stub."""
    if request.param != "httpx":
        with OURS[request.param](sdk, stub.url) as client:
            yield client
        return
    module = __import__(f"{sdk.__name__}.transports.httpx", fromlist=["HttpxTransport"])
    limits = httpx.Limits(max_keepalive_connections=None)
    with httpx.Client(trust_env=False, limits=limits) as inner:
        yield sdk.Client(stub.url, transport=module.HttpxTransport(inner))


def test_each_thread_gets_its_own_answers(client: Any, stub: Stub) -> None:
    stub.reply = of_target

    def use(thread: int) -> None:
        raw = client.workstream_event.with_raw_response
        for number in range(EACH):
            answer = raw.get(f"{thread}-{number}", timeout=20)
            assert answer.body == f"/workstream_event/{thread}-{number}".encode()

    in_threads(use)
    assert len(stub.seen) == THREADS * EACH
    assert len(stub.connections) <= 2 * THREADS


def test_views_are_made_and_used_in_threads(client: Any, stub: Stub) -> None:
    stub.reply = lambda seen: Reply(body=seen.headers["x-of"].encode(), type="text/plain")

    def use(thread: int) -> None:
        for number in range(30):
            view = client.with_options(headers={"X-Of": f"{thread}-{number}"}, timeout=20 + number)
            answer = view.workstream_event.with_raw_response.get("e")
            assert answer.body == f"{thread}-{number}".encode()

    in_threads(use)


@pytest.mark.parametrize("name", OURS)
def test_closing_ends_the_calls_of_others_in_order(sdk: ModuleType, stub: Stub, name: str) -> None:
    stub.reply = of_target
    module = importlib.import_module(f"{sdk.__name__}.transports.{name}")
    make = module.SocketTransport if name == "sockets" else module.PyreqwestTransport
    for _ in range(5):
        transport = make(stub.url)
        client = sdk.Client(stub.url, transport=transport)

        def use(thread: int, client: Any = client, transport: Any = transport) -> str:
            if thread == 0:
                threading.Event().wait(random.random() * 0.1)
                transport.close()
                return "closed"
            while True:
                try:
                    client.workstream_event.with_raw_response.get("e", timeout=20)
                except sdk.ApiError as error:
                    return str(error)

        ends = set(in_threads(use)) - {"closed"}
        wanted = {
            "the client is closed",
            f"GET {stub.url}/workstream_event/e: the client was closed during the call",
        }
        assert ends <= wanted
        assert ends


@BOTH
def test_the_server_and_many_threads(sdk: ModuleType, server: str, made: Any) -> None:
    seed = {"application": APPLICATION, "trigger": {}}
    with made(sdk, server) as client:

        def use(thread: int) -> None:
            for number in range(20):
                title = f"{thread}-{number}"
                made = client.workstream_events.create(seed | {"windowTitle": title})
                assert client.workstream_event.get(made.id).window_title == title
                client.workstream_events.delete(made.id)
                with pytest.raises(sdk.GoneError):
                    client.workstream_event.get(made.id)

        in_threads(use)


FORK = """
import asyncio, multiprocessing, os, sys, threading
from {package} import ApiError, AsyncClient, Client
from {package}.transports.pyreqwest import PyreqwestTransport

class PyreqwestClient(Client):
    def __init__(self, url):
        super().__init__(url, transport=PyreqwestTransport(url))

Client = {client}
client, url = Client(sys.argv[1]), sys.argv[1]
other = AsyncClient(sys.argv[1])

def ask():
    body = client.workstream_event.with_raw_response.get("e").body
    assert body == b"/workstream_event/e", body

async def ask_async():
    body = (await other.workstream_event.with_raw_response.get("e")).body
    assert body == b"/workstream_event/e", body

def both():
    ask()
    asyncio.run(ask_async())
    with Client(url) as fresh:
        fresh.workstream_event.with_raw_response.get("e")

def child():
    both()
    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    in_child(grandchild)

def grandchild():
    try:
        both()
    except ApiError as error:
        assert "forked" in str(error), error
    else:
        raise AssertionError("pyreqwest works there: the error has had its day")

def in_child(target):
    process = multiprocessing.get_context("fork").Process(target=target)
    process.start()
    process.join(20)
    assert process.exitcode == 0, process.exitcode

both()
in_child(child)
both()
print("well")
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.parametrize("client", ["Client", "PyreqwestClient"])
def test_a_client_works_in_a_forked_process(
    python_folder: Path, api: Api, stub: Stub, client: str
) -> None:
    stub.reply = of_target
    program = FORK.format(package=f"{api.package.snake}_client", client=client)
    run = subprocess.run(
        (sys.executable, "-c", program, stub.url),
        cwd=python_folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (run.stdout, run.stderr, run.returncode) == ("well\n", "", 0)


@BOTH
def test_no_cookie_is_kept(sdk: ModuleType, stub: Stub, made: Any) -> None:
    """With a client of one's own over httpx that is its affair."""
    stub.answer(Reply(204, type=None, headers={"Set-Cookie": "session=1; Path=/"}))
    with made(sdk, stub.url) as client:
        client.workstream_events.delete("e")
        client.workstream_events.delete("e")
    assert [seen.headers.get("cookie") for seen in stub.seen] == [None, None]


def test_a_connection_that_the_server_closed_is_not_used_again(call: Caller) -> None:
    """Also for what must not be sent twice."""

    def once(connection: Any) -> None:
        connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    def twice(client: Any) -> Any:
        client.workstream_events.delete("e")
        threading.Event().wait(0.1)
        return client.workstream_events.delete("e")

    async def awaited(client: Any) -> None:
        await client.workstream_events.delete("e")
        await asyncio.sleep(0.1)
        await client.workstream_events.delete("e")

    with sockets.scripted(once) as server:
        call(awaited if call.flavour.startswith("async") else twice, base_url=server.url)
        assert server.requests(2) == 2
