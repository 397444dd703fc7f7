"""The generated server as a process of its own, asked over real HTTP.

The package is rendered once per worker from spec/openapi.yaml, so that these tests judge what the
templates give now, whatever lies in generated/.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import importlib.util
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest

from specpipe import pipeline
from specpipe.conformance.cluster import Cluster, throwaway_cluster
from specpipe.targets.server import ServerTarget
from specpipe.workspace import SPEC, TEMPLATES

APPLICATION = {
    "id": "2a9d4c70-8e35-4f1b-a6c2-70d9b5e3f814",
    "name": "VS_CODE",
    "version": "1.94.2",
    "platform": "MACOS",
    "onboarded": True,
    "privacy": "OPEN",
}
CONTEXT = {"native_clipboard": {"content": {"text": "max_attempts = 5"}, "isCached": False}}
VECTOR = [0.25, -0.5, 1.0]
READY = 20.0
"""Seconds that a server may take to say where it listens."""
ENVIRONMENT = {
    name: value
    for name, value in os.environ.items()
    if name not in {"HOST", "PORT", "DATABASE_URL", "API_KEY", "PYTHONPATH"}
}


class Events:
    """The ten operations, each as one plain request."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client

    def create(self, body: Any = None, **query: Any) -> httpx.Response:
        return self.client.post("/workstream_events/create", json=body, params=query)

    def new(self, **members: Any) -> dict[str, Any]:
        """Create an event with these members; gives the event."""
        reply = self.create(seed(**members))
        assert reply.status_code == 200, reply.text
        event: dict[str, Any] = reply.json()
        return event

    def get(self, id: str, **query: Any) -> httpx.Response:
        return self.client.get(f"/workstream_event/{id}", params=query)

    def read(self, id: str) -> dict[str, Any]:
        """The event of that id."""
        reply = self.get(id)
        assert reply.status_code == 200, reply.text
        event: dict[str, Any] = reply.json()
        return event

    def snapshot(self, **query: Any) -> httpx.Response:
        return self.client.get("/workstream_events", params=query)

    def identifiers(self, **query: Any) -> httpx.Response:
        return self.client.get("/workstream_events/identifiers", params=query)

    def listed(self, **query: Any) -> list[str]:
        """The ids that `identifiers` gives."""
        reply = self.identifiers(**query)
        assert reply.status_code == 200, reply.text
        return [item["id"] for item in reply.json()["iterable"]]

    def batch(self, *ids: str, **query: Any) -> httpx.Response:
        body = {"workstreamEvents": {"iterable": [{"id": id} for id in ids]}}
        return self.client.post("/workstream_events/batch/fetch", json=body, params=query)

    def update(self, body: Any, **query: Any) -> httpx.Response:
        return self.client.post("/workstream_event/update", json=body, params=query)

    def delete(self, id: str) -> httpx.Response:
        return self.client.post(f"/workstream_events/{id}/delete")

    def associate(self, id: str, summary: str) -> httpx.Response:
        path = f"/workstream_event/{id}/workstream_summaries/associate/{summary}"
        return self.client.post(path)

    def disassociate(self, id: str, summary: str) -> httpx.Response:
        path = f"/workstream_event/{id}/workstream_summaries/disassociate/{summary}"
        return self.client.post(path)

    def increment(self, id: str, *flags: str) -> httpx.Response:
        body = {"workstream_event": dict.fromkeys(flags, True)}
        return self.client.post(f"/workstream_event/{id}/scores/increment", json=body)


class Server:
    """A running server. `events` asks it with the key it was started with."""

    def __init__(self, process: subprocess.Popen[str], url: str, key: str | None) -> None:
        self.process = process
        self.url = url
        headers = {"X-Application-ID": key} if key else {}
        # Connections are kept: dozens of threads would close and open them for each other.
        limits = httpx.Limits(max_keepalive_connections=100)
        self.client = httpx.Client(
            base_url=url, headers=headers, timeout=30, trust_env=False, limits=limits
        )
        self.events = Events(self.client)

    def kill(self) -> None:
        """SIGKILL: the process gets no chance to finish anything."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> str:
        """SIGTERM; what it said on standard error."""
        self.client.close()
        self.process.terminate()
        _, errors = self.process.communicate(timeout=20)
        return errors


Starter = Callable[..., Server]


def seed(**members: Any) -> dict[str, Any]:
    """The least body that create takes, and `members`."""
    return {"application": APPLICATION, "trigger": {}, **members}


def launch(command: list[str], folder: Path, key: str | None = None) -> Server:
    """Start `command` and wait for the address that it prints."""
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    watchdog = threading.Timer(READY, process.kill)
    watchdog.start()
    line = process.stdout.readline()
    watchdog.cancel()
    match = re.search(r"http://\S+", line)
    if match is None:
        process.kill()
        raise AssertionError(f"the server did not start: {line}{process.communicate()[1]}")
    return Server(process, match[0], key)


ENGINES = ("sqlite", "postgresql")
UrlOf = Callable[[Path], str]


def pytest_configure(config: pytest.Config) -> None:
    text = "engines: run on every database engine; without it a test runs on SQLite"
    config.addinivalue_line("markers", text)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    marked = metafunc.definition.get_closest_marker("engines") is not None
    if marked and "engine" in metafunc.fixturenames:
        metafunc.parametrize("engine", ENGINES, indirect=True, scope="module")


@pytest.fixture(scope="module")
def engine(request: pytest.FixtureRequest) -> str:
    """The database engine that the servers of a test keep their things in."""
    return str(getattr(request, "param", ENGINES[0]))


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL server, for the tests of one worker."""
    with throwaway_cluster() as cluster:
        yield cluster


@pytest.fixture(scope="module")
def url_of(engine: str, request: pytest.FixtureRequest) -> UrlOf:
    """Gives the URL of the database that a path stands for: that file, or on PostgreSQL a
    database of its own, which is gone when the cluster is (dropping it takes a second)."""
    if engine == "sqlite":
        return lambda path: f"sqlite:///{path}"
    cluster: Cluster = request.getfixturevalue("cluster")
    made: set[str] = set()
    lock = threading.Lock()

    def url_of(path: Path) -> str:
        name = "test_" + hashlib.sha256(str(path).encode()).hexdigest()[:20]
        with lock:
            if name not in made:
                cluster.sql(f"CREATE DATABASE {name}")
                made.add(name)
        return cluster.url(name)

    return url_of


@contextlib.contextmanager
def starter(folder: Path, package: str, databases: Path, url_of: UrlOf) -> Iterator[Starter]:
    """A function that starts servers; they are killed at the end."""
    started: list[Server] = []

    def start(
        *options: str,
        key: str | None = None,
        database: Path | None = None,
        url: str | None = None,
        script: str | None = None,
    ) -> Server:
        url = url or url_of(database or databases / f"{len(started)}.db")
        program = ["-m", package] if script is None else ["-c", script]
        command = [sys.executable, *program, "--port", "0", "--database-url", url]
        command += ["--api-key", key] if key else []
        server = launch([*command, *options], folder, key)
        started.append(server)
        return server

    try:
        yield start
    finally:
        for server in started:
            server.client.close()
            server.kill()


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The rendered distribution: the folder that the package lies in."""
    document, api = pipeline.read_spec(SPEC)
    target = ServerTarget()
    out = tmp_path_factory.mktemp("generated")
    for path, content in target.render(document, api).items():
        file = out / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return out / target.folder


@pytest.fixture(scope="session")
def package(folder: Path) -> str:
    """The name of the rendered package."""
    return next(path.parent.name for path in folder.glob("*/__main__.py"))


@pytest.fixture
def start(folder: Path, package: str, tmp_path: Path, url_of: UrlOf) -> Iterator[Starter]:
    """Starts servers for one test."""
    with starter(folder, package, tmp_path, url_of) as start:
        yield start


@pytest.fixture(scope="module")
def start_once(
    folder: Path, package: str, tmp_path_factory: pytest.TempPathFactory, url_of: UrlOf
) -> Iterator[Starter]:
    """Starts servers for the tests of one module."""
    with starter(folder, package, tmp_path_factory.mktemp("databases"), url_of) as start:
        yield start


@pytest.fixture(scope="module")
def launching(tmp_path_factory: pytest.TempPathFactory, url_of: UrlOf) -> Iterator[Starter]:
    """Starts the server of any rendered package, by its folder and name."""
    with contextlib.ExitStack() as stack:

        def launching(folder: Path, package: str, key: str | None = None) -> Server:
            databases = tmp_path_factory.mktemp("databases")
            return stack.enter_context(starter(folder, package, databases, url_of))(key=key)

        yield launching


@pytest.fixture(scope="module")
def server(start_once: Starter) -> Server:
    """A server without a key, for the tests of one module."""
    return start_once()


@pytest.fixture(scope="module")
def keyed(start_once: Starter) -> Server:
    """A server that was started with a key, for the tests of one module."""
    return start_once(key="s3cret")


@pytest.fixture
def events(server: Server) -> Events:
    """The operations of the module's server."""
    return server.events


@pytest.fixture
def client(server: Server) -> httpx.Client:
    """An HTTP client of the module's server."""
    return server.client


@pytest.fixture
def launching_command() -> Iterator[Callable[[list[str], Path], Server]]:
    """Starts a server by any command, in a folder."""
    started: list[Server] = []

    def launching_command(command: list[str], folder: Path) -> Server:
        started.append(launch(command, folder))
        return started[-1]

    yield launching_command
    for server in started:
        server.client.close()
        server.kill()


@pytest.fixture
def database_url(url_of: UrlOf, tmp_path: Path) -> str:
    """The URL of an empty database, for commands and for servers beside them."""
    return url_of(tmp_path / "transfer.db")


@pytest.fixture(scope="session")
def command(folder: Path, package: str) -> Callable[..., subprocess.CompletedProcess[bytes]]:
    """Runs a command of the console program, with bytes for its standard input, to its end."""

    def command(*arguments: str, input: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, "-m", package, *arguments],
            cwd=folder,
            env=ENVIRONMENT,
            input=input,
            capture_output=True,
            timeout=120,
            check=False,
        )

    return command


@pytest.fixture(scope="session")
def runtime() -> Callable[[str], ModuleType]:
    """Imports a module of the server's runtime straight from the templates, by name."""
    name = "server_runtime_under_test"
    if name not in sys.modules:
        path = TEMPLATES / "server" / "runtime"
        spec = importlib.util.spec_from_file_location(
            name, path / "__init__.py", submodule_search_locations=[str(path)]
        )
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return lambda module: importlib.import_module(f"{name}.{module}")


@pytest.fixture(scope="session", name="seed")
def seed_fixture() -> Callable[..., dict[str, Any]]:
    """`seed`, for tests."""
    return seed


@pytest.fixture(scope="session")
def context() -> dict[str, Any]:
    """A captured payload."""
    return CONTEXT


@pytest.fixture(scope="session")
def vector() -> list[float]:
    """An embedding."""
    return VECTOR


EMBEDDED = """
import argparse, socket, uvicorn
from {package} import create_app

options = argparse.ArgumentParser()
options.add_argument("--port", type=int)
options.add_argument("--database-url")
given = options.parse_args()
listener = socket.create_server(("127.0.0.1", given.port))
print(f"listening on http://127.0.0.1:{{listener.getsockname()[1]}}", flush=True)
{code}
app = create_app(database_url=given.database_url, {arguments})
{after}
config = uvicorn.Config(app, log_level="warning", access_log=False, lifespan="on")
uvicorn.Server(config).run(sockets=[listener])
"""


@pytest.fixture(scope="module")
def embed(start_once: Starter, package: str) -> Starter:
    """Starts an application that somebody made with `create_app`, by its arguments, under uvicorn;
    `code` runs before it is made, and `after` after that."""

    def embed(arguments: str = "", code: str = "", after: str = "") -> Server:
        script = EMBEDDED.format(package=package, arguments=arguments, code=code, after=after)
        return start_once(script=script)

    return embed


def ask(server: Server, request: bytes) -> tuple[int, dict[str, str], bytes]:
    """Send exactly these bytes; gives status, header fields and body of the (last) answer. The
    request has to ask for the connection to be closed."""
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(request)
        reply = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, body = reply.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    fields = (line.partition(": ") for line in lines)
    return int(first.split()[1]), {name.lower(): value for name, _, value in fields}, body


@pytest.fixture(scope="session")
def raw() -> Callable[..., tuple[int, dict[str, str], bytes]]:
    """Sends a request byte by byte as it is given: its line, header lines besides Host, and body."""

    def raw(server: Server, line: str | bytes, *lines: str, body: bytes = b"") -> Any:
        first = line if isinstance(line, bytes) else line.encode("latin-1")
        host = server.url.removeprefix("http://")
        given = [f"Host: {host}", *lines, "Connection: close", f"Content-Length: {len(body)}"]
        head = "\r\n".join(given).encode("latin-1")
        return ask(server, first + b" HTTP/1.1\r\n" + head + b"\r\n\r\n" + body)

    return raw
