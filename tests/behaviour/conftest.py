"""Fixtures: the generated Python SDK, and a server on loopback that answers as told."""

from __future__ import annotations

import asyncio
import importlib
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest

from specpipe.pipeline import read_spec
from specpipe.spec.model import Api
from specpipe.targets.python import PythonTarget
from specpipe.targets.server import ServerTarget
from specpipe.workspace import SPEC

from .asking import asking, module
from .environments import Environment, build, with_dependencies
from .live import Live, rendered, running

__all__ = ("asking", "module")

Distributions = tuple[Path, Path]
PYTEST = ("pytest", "pytest-xdist", "anyio")
"""What somebody has who tests a program of their own."""


@pytest.fixture(scope="session")
def api() -> Api:
    """The operations view of the real spec."""
    return read_spec(SPEC)[1]


@pytest.fixture(scope="session")
def python_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The generated project folder of the Python SDK."""
    return rendered(PythonTarget(), tmp_path_factory.mktemp("python"), *read_spec(SPEC))


@pytest.fixture(scope="session")
def server_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The generated project folder of the server."""
    return rendered(ServerTarget(), tmp_path_factory.mktemp("server"), *read_spec(SPEC))


@pytest.fixture(scope="session")
def distributions(python_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Distributions:
    """The SDK's wheel and source distribution."""
    return build(python_folder, tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="session")
def with_server(
    distributions: Distributions, server_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Environment:
    """A virtual environment with the SDK and the server, both from their wheels."""
    server, _ = build(server_folder, tmp_path_factory.mktemp("dist"))
    home = tmp_path_factory.mktemp("venv")
    return with_dependencies(home, distributions[0], server, also=PYTEST)


@pytest.fixture(scope="session")
def without_server(
    distributions: Distributions, tmp_path_factory: pytest.TempPathFactory
) -> Environment:
    """A virtual environment with the SDK alone."""
    return with_dependencies(tmp_path_factory.mktemp("venv"), distributions[0], also=PYTEST)


@pytest.fixture(scope="session")
def sdk(python_folder: Path, api: Api) -> Iterator[ModuleType]:
    """The generated package, imported."""
    name = f"{api.package.snake}_client"
    sys.path.insert(0, str(python_folder))
    shadowed = {key: sys.modules.pop(key) for key in list(sys.modules) if key.split(".")[0] == name}
    module = importlib.import_module(name)
    assert module.__file__
    assert Path(module.__file__).is_relative_to(python_folder)
    yield module
    sys.path.remove(str(python_folder))
    sys.modules.update(shadowed)


@pytest.fixture(scope="session")
def live(server_folder: Path, api: Api, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The generated server, one for all tests of a worker."""
    with running(server_folder, api, tmp_path_factory.mktemp("data"), "--port", "0") as it:
        yield it


@pytest.fixture(scope="session")
def client(sdk: ModuleType, live: Live) -> Iterator[Any]:
    """A sync client of that server."""
    with sdk.Client(live.url) as client:
        yield client


@dataclass(frozen=True)
class Seen:
    """A request as it arrived. Header names are lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Reply:
    """What to answer; `cut` closes the connection after that many bytes of the body."""

    status: int = 200
    body: bytes = b""
    type: str | None = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None


class _Server(ThreadingHTTPServer):
    request_queue_size = 128
    """Connections that may come at once."""


class Stub:
    """A real HTTP server that gives out `replies` in order, the last one for ever."""

    def __init__(self) -> None:
        self.replies: list[Reply | None] = [Reply(204, type=None)]
        self.seen: list[Seen] = []
        self.connections: list[Any] = []
        self.reply: Callable[[Seen], Reply] | None = None
        """Makes the answer, in place of `replies`."""
        self.hold: threading.Event | None = None
        """What answers wait for."""
        stub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                stub.connections.append(self.client_address)
                super().setup()

            def handle_any(self) -> None:
                stub.handle(self)

            do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = handle_any

            def log_message(self, *_: object) -> None:
                pass

        self.server = _Server(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def handle(self, handler: BaseHTTPRequestHandler) -> None:
        length = int(handler.headers.get("content-length", 0))
        headers = {name.lower(): value for name, value in handler.headers.items()}
        body = handler.rfile.read(length)
        self.seen.append(seen := Seen(handler.command, handler.path, headers, body))
        reply = self._next(seen)
        if hold := self.hold:
            hold.wait(5)
        if reply is None:
            handler.close_connection = True
            return
        handler.send_response(reply.status)
        if reply.type:
            handler.send_header("Content-Type", reply.type)
        for name, value in reply.headers.items():
            handler.send_header(name, value)
        if reply.status != 204:
            handler.send_header("Content-Length", str(len(reply.body)))
        handler.end_headers()
        if reply.status != 204:
            handler.wfile.write(reply.body if reply.cut is None else reply.body[: reply.cut])
        handler.close_connection = handler.close_connection or reply.cut is not None

    def _next(self, seen: Seen) -> Reply | None:
        if self.reply is not None:
            return self.reply(seen)
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]

    def answer(self, *replies: Reply | None) -> None:
        """Answer with `replies`; None closes the connection without an answer."""
        self.replies = list(replies)


@pytest.fixture
def stub() -> Iterator[Stub]:
    server = Stub()
    yield server
    server.server.shutdown()
    server.server.server_close()


FLAVOURS = ("sync", "sync-pyreqwest", "async", "sync-httpx", "async-httpx")


@contextmanager
def over_pyreqwest(sdk: ModuleType, base_url: str, **options: Any) -> Iterator[Any]:
    """A sync client that uses pyreqwest for this machine too."""
    module = importlib.import_module(f"{sdk.__name__}.transports.pyreqwest")
    transport = module.PyreqwestTransport(base_url)
    try:
        yield sdk.Client(base_url, transport=transport, **options)
    finally:
        transport.close()


@dataclass(frozen=True)
class Caller:
    """Calls the stub through one kind of client."""

    sdk: ModuleType
    flavour: str
    url: str

    def __call__(self, use: Callable[[Any], Any], **options: Any) -> Any:
        """What `use(client)` gives, awaited where need be."""
        options = {"base_url": self.url, "retries": 0, "timeout": 10.0, **options}
        if self.flavour.startswith("async"):
            return asyncio.run(self._awaited(use, options))
        if self.flavour == "sync":
            with self.sdk.Client(**options) as client:
                return use(client)
        if self.flavour == "sync-pyreqwest":
            with over_pyreqwest(self.sdk, **options) as client:
                return use(client)
        with httpx.Client(trust_env=False) as inner:
            module = importlib.import_module(f"{self.sdk.__name__}.transports.httpx")
            return use(self.sdk.Client(transport=module.HttpxTransport(inner), **options))

    async def _awaited(self, use: Callable[[Any], Awaitable[Any]], options: Any) -> Any:
        if self.flavour == "async":
            async with self.sdk.AsyncClient(**options) as client:
                return await use(client)
        async with httpx.AsyncClient(trust_env=False) as inner:
            module = importlib.import_module(f"{self.sdk.__name__}.transports.httpx")
            transport = module.AsyncHttpxTransport(inner)
            return await use(self.sdk.AsyncClient(transport=transport, **options))


@pytest.fixture(params=FLAVOURS)
def call(request: pytest.FixtureRequest, sdk: ModuleType, stub: Stub) -> Caller:
    """Every test with this fixture runs through each client and transport."""
    return Caller(sdk, request.param, stub.url)
