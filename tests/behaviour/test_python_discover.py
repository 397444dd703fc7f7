"""`discover`: the server of this machine is found, whatever else listens there."""

from __future__ import annotations

import asyncio
import builtins
import gc
import os
import socket
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import anyio
import pytest

from specpipe.spec.model import Api

from .live import running

HANGS = 10.0
"""Seconds, far beyond what looking for a server may take."""
Answer = Callable[[socket.socket], None]


class Listener:
    """Something that listens at a free port and does `answer` with each connection."""

    def __init__(self, answer: Answer) -> None:
        self.heard: list[bytes] = []
        self._answer = answer
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                threading.Thread(
                    target=self._talk, args=self._socket.accept()[:1], daemon=True
                ).start()

    def _talk(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            self.heard.append(connection.recv(4096))
            self._answer(connection)

    def close(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


def says(text: bytes, after: float = 0.0) -> Answer:
    def answer(connection: socket.socket) -> None:
        time.sleep(after)
        connection.sendall(text)

    return answer


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: text/plain\r\n\r\n"


def drips(connection: socket.socket) -> None:
    for byte in b"HTTP/1.1 200 OK\r\n" * 99:
        connection.sendall(bytes([byte]))
        time.sleep(0.1)


def floods(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 500 No\r\n")
    while True:
        connection.sendall(b"a: " + b"b" * 65536 + b"\r\n")


def stalls(connection: socket.socket) -> None:
    connection.recv(1)


def resets(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


HOSTILE: dict[str, Answer] = {
    "closes": lambda connection: connection.close(),
    "resets": resets,
    "stalls": stalls,
    "drips": drips,
    "floods": floods,
    "breaks off": says(b"HTTP/1.1 20"),
    "redirects": says(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n\r\n"),
    "refuses": says(b"HTTP/1.1 401 Unauthorized\r\n\r\n"),
    "is another thing": says(b"SSH-2.0-OpenSSH_9.6\r\n"),
    "talks at random": says(bytes(range(256)) * 64),
    "says 2000": says(b"HTTP/1.1 2000 OK\r\n\r\n"),
    "has no status": says(b"HTTP/1.1  200 OK\r\n\r\n"),
    "is of the future": says(b"HTTP/2.0 200 OK\r\n\r\n"),
}


@pytest.fixture
def listen() -> Iterator[Callable[[Answer], Listener]]:
    with ExitStack() as stack:

        def listen(answer: Answer) -> Listener:
            listener = Listener(answer)
            stack.callback(listener.close)
            return listener

        yield listen


@pytest.fixture
def closed() -> Iterator[list[int]]:
    """Ports where nothing listens; they are bound, so that nothing else begins to."""
    with ExitStack() as stack:
        ports = []
        for _ in range(5):
            bound = stack.enter_context(socket.socket())
            bound.bind(("127.0.0.1", 0))
            ports.append(bound.getsockname()[1])
        yield ports


Discover = Callable[..., Any]


@pytest.fixture(params=["sync", "async"])
def discover(
    request: pytest.FixtureRequest, sdk: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> Discover:
    """`discover` of each client, among the given ports; gives the client's address."""
    module = import_module(f"{sdk.__name__}.client")

    async def awaited(**arguments: Any) -> str:
        async with await sdk.AsyncClient.discover(**arguments) as client:
            return repr(client)

    def discover(*ports: int, **arguments: Any) -> str:
        monkeypatch.setattr(module, "_PORTS", ports)
        if request.param == "async":
            shown = asyncio.run(awaited(**arguments))
        else:
            with sdk.Client.discover(**arguments) as client:
                shown = repr(client)
        return shown.partition("'")[2].rstrip("')")

    return discover


def url(listener: Listener) -> str:
    return f"http://127.0.0.1:{listener.port}"


def test_the_one_that_is_up(discover, listen, closed):
    server = listen(says(OK))
    assert discover(*closed, server.port) == url(server)
    assert discover(server.port, *closed) == url(server)


def test_the_first_in_order_though_others_are_faster(discover, listen):
    slow, fast, other = listen(says(OK, 0.2)), listen(says(OK)), listen(says(OK))
    for _ in range(3):
        assert discover(slow.port, fast.port, other.port) == url(slow)
    assert discover(other.port, fast.port, slow.port) == url(other)


@pytest.mark.parametrize("answer", HOSTILE.values(), ids=HOSTILE)
def test_what_is_no_server_is_passed_over(sdk, discover, listen, answer):
    hostile, server = listen(answer), listen(says(OK, 0.05))
    begun = time.monotonic()
    assert discover(hostile.port, server.port) == url(server)
    with pytest.raises(sdk.ConnectionError):
        discover(hostile.port)
    assert time.monotonic() - begun < HANGS


def test_those_behind_it_are_not_waited_for(sdk, discover, listen, monkeypatch):
    monkeypatch.setattr(import_module(f"{sdk.__name__}._discover"), "_SECONDS", 60.0)
    server, stalled = listen(says(OK)), listen(stalls)
    begun = time.monotonic()
    assert discover(server.port, stalled.port) == url(server)
    assert time.monotonic() - begun < HANGS


def test_many_that_stall_take_the_time_of_one(discover, listen):
    ports = [listen(stalls).port for _ in range(40)]
    server = listen(says(OK))
    begun = time.monotonic()
    assert discover(*ports, server.port) == url(server)
    assert time.monotonic() - begun < HANGS


def test_more_ports_than_are_asked_at_once(discover, listen, closed):
    server = listen(says(b"HTTP/1.0 200 \r\n\r\n"))
    assert discover(*closed * 30, server.port) == url(server)


def test_what_is_asked_has_no_key(sdk, discover, listen):
    no, yes = listen(says(b"HTTP/1.1 404 No\r\n\r\n")), listen(says(OK))
    discover(no.port, yes.port, api_key="secret", headers={"X-Own": "secret"})
    for listener in (no, yes):
        assert listener.heard == [
            b"HEAD /.well-known/health HTTP/1.1\r\n"
            b"Host: 127.0.0.1:%d\r\nConnection: close\r\n\r\n" % listener.port
        ]


def test_nothing_is_up(sdk, discover, closed, monkeypatch):
    with pytest.raises(sdk.ConnectionError) as caught:
        discover(1, 2, 3, 7, 9)
    assert str(caught.value) == (
        "no server is up on 127.0.0.1, ports 1-3, 7, 9: start it, or pass its base_url"
    )
    assert isinstance(caught.value, builtins.ConnectionError)
    assert caught.value.sent is False
    with pytest.raises(sdk.ConnectionError):
        discover(*closed)


def test_nothing_stays_open(sdk, listen, closed):
    ports = [listen(HOSTILE[name]).port for name in ("stalls", "closes", "redirects")]
    server = listen(says(OK))

    def held() -> tuple[int, int]:
        gc.collect()
        sockets = [
            name
            for name in os.listdir("/proc/self/fd")
            if _target(name).startswith(("socket:", "anon_inode:[eventpoll]"))
        ]
        return len(sockets), threading.active_count()

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        find = import_module(f"{sdk.__name__}._discover")
        before = held()
        for _ in range(3):
            assert find.find((*closed, *ports, server.port)) == server.port
            assert asyncio.run(find.find_async((*closed, *ports, server.port))) == server.port
        end = time.monotonic() + HANGS
        while held() != before and time.monotonic() < end:
            time.sleep(0.02)  # the listeners' own threads and sockets
        assert held() == before


def _target(name: str) -> str:
    with suppress(OSError):
        return os.readlink(f"/proc/self/fd/{name}")
    return ""


def test_cancelled_it_leaves_nothing_behind(sdk, listen):
    find = import_module(f"{sdk.__name__}._discover")
    port = listen(stalls).port

    async def cancelled() -> None:
        task = asyncio.create_task(find.find_async((port, port)))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(cancelled())


def test_within_a_loop_and_in_many_threads(sdk, listen, closed):
    find = import_module(f"{sdk.__name__}._discover")
    server = listen(says(OK))

    async def looped() -> int:
        return int(find.find((*closed, server.port)))

    assert asyncio.run(looped()) == server.port
    with ThreadPoolExecutor(8) as pool:
        found = pool.map(lambda _: find.find((*closed, server.port)), range(40))
    assert set(found) == {server.port}


def test_in_another_event_loop_a_thread_looks_for_it(sdk, listen, closed, monkeypatch):
    """trio is not installed here: httpcore and hypothesis would import it in every process, for a
    third of a second. anyio stands for it, which it comes with."""
    find = import_module(f"{sdk.__name__}._discover")
    server = listen(says(OK))
    assert anyio.run(find._in_a_thread, (*closed, server.port)) == server.port
    with pytest.raises(sdk.ConnectionError):
        anyio.run(find._in_a_thread, (*closed,))

    async def found(ports: tuple[int, ...]) -> int:
        return ports[0]

    monkeypatch.setattr(find, "_in_a_thread", found)
    with pytest.raises(StopIteration) as ended:
        find.find_async((5,)).send(None)  # as trio would: asyncio is not running
    assert ended.value.value == 5


def test_in_another_event_loop_without_anyio_one_line_says_what_is_missing(sdk, monkeypatch):
    find = import_module(f"{sdk.__name__}._discover")
    monkeypatch.setitem(sys.modules, "anyio.to_thread", None)
    with pytest.raises(sdk.InvalidArgument, match=r"^discover: needs asyncio, or anyio"):
        find.find_async((5,)).send(None)


def test_the_client_is_an_ordinary_one(sdk, monkeypatch):
    monkeypatch.setattr(import_module(f"{sdk.__name__}._discover"), "find", lambda _: 1)
    sent: list[Any] = []

    class Keeping:
        def send(self, request: Any) -> Any:
            sent.append(request)
            return sdk.Response(204, {})

    class Own(sdk.Client):
        """With something of its own."""

    client = Own.discover(
        api_key="k", headers={"X-A": "b"}, timeout=3.0, retries=1, transport=Keeping()
    )
    assert type(client) is Own
    client.workstream_events.delete("e")
    assert sent[0].url == "http://127.0.0.1:1/workstream_events/e/delete"
    assert sent[0].headers["x-application-id"] == "k"
    assert sent[0].headers["x-a"] == "b"
    assert sent[0].timeout.total == 3.0
    with pytest.raises(TypeError):
        sdk.Client.discover(base_url="http://localhost:1")
    with pytest.raises(sdk.InvalidArgument):
        sdk.Client.discover(retries=-1)


def test_the_generated_server_where_it_listens_by_itself(
    sdk, server_folder: Path, api: Api, tmp_path
):
    """Another server of this machine may stand at a port before it."""
    first, last = api.ports
    with running(server_folder, api, tmp_path) as live:
        port = int(live.url.rpartition(":")[2])
        assert first <= port <= last
        with sdk.Client.discover() as client:
            found = int(repr(client).rpartition(":")[2].rstrip("')"))
        assert first <= found <= port
        find = import_module(f"{sdk.__name__}._discover")
        assert find.find([port]) == asyncio.run(find.find_async([port])) == port
