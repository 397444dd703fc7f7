"""The generated Python SDK, called by operation, with every exchange on the record."""

from __future__ import annotations

import asyncio
import importlib
import json
import pkgutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

from specpipe.conformance.exchange import Exchange
from specpipe.conformance.process import Running
from specpipe.diagnostics import ToolError
from specpipe.render import python_method, python_resource
from specpipe.spec.model import Api, Operation


class Driver(Protocol):
    """A client of any kind, called in the same way."""

    name: str

    @property
    def exchanges(self) -> list[Exchange]:
        """All that went over the wire, oldest first."""
        ...

    def call(self, operation: Operation, /, *path: Any, **arguments: Any) -> Any:
        """Call the method named after the operation; gives its result as JSON data. A body that is
        `AsModel` is given as a model where the SDK has classes for them."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...


class Client(Driver, Protocol):
    """A driver that knows the errors of its SDK."""

    def kinds(self, error: Exception) -> tuple[str, ...]:
        """Names of the SDK's own classes that an error is of; none for an error of another's."""
        ...


@dataclass(frozen=True, slots=True)
class AsModel:
    """A body, as data, that is to be given as a model."""

    data: Any


Between = Callable[[Any], Any]
"""What is put between a client and its transport: it gets the transport and gives one."""


def load(api: Api, out: Path) -> ModuleType:
    """The generated client package. Raises ToolError when it is not in `out`."""
    name = f"{api.package.snake}_client"
    folder = str((out / "python-client").resolve())
    if folder not in sys.path:
        sys.path.insert(0, folder)
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise ToolError(f"{out}: the Python SDK cannot be imported: {error}") from error


def recorded(request: Any, response: Any, key_header: str) -> Exchange:
    """An exchange of the SDK's transport seam, without the key."""
    headers = {name: value for name, value in request.headers.items() if name != key_header}
    return Exchange(
        request.method,
        request.url,
        headers,
        request.body,
        response.status,
        response.headers,
        response.body,
        key_header if key_header in request.headers else None,
    )


class PythonDriver:
    """What both clients have in common."""

    def __init__(self, package: ModuleType, api: Api) -> None:
        self.exchanges: list[Exchange] = []
        self.header = key_header(api)
        self._package = package
        self._json = importlib.import_module(f"{package.__name__}._model")
        self._bodies = bodies(package)

    def kinds(self, error: Exception) -> tuple[str, ...]:
        """See `Client.kinds`."""
        ours = self._package.__name__
        classes = type(error).__mro__
        return tuple(it.__name__ for it in classes if it.__module__.partition(".")[0] == ours)

    def data(self, result: Any) -> Any:
        """A result as JSON data."""
        return json.loads(self._json.encode(result))

    def arguments(self, operation: Operation, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """Arguments, with the body as it is to be given."""
        if not isinstance(body := arguments.get("body"), AsModel):
            return arguments
        if (model := getattr(self._bodies[operation.id], "from_dict", None)) is None:
            return {**arguments, "body": body.data}
        return {**arguments, "body": model(body.data)}


class SyncDriver(PythonDriver):
    """Drives `Client`."""

    name = "Python SDK"

    def __init__(
        self,
        package: ModuleType,
        api: Api,
        server: Running,
        retries: int = 2,
        between: Between = lambda transport: transport,
    ) -> None:
        super().__init__(package, api)
        transports = importlib.import_module(f"{package.__name__}.transports.sockets")
        self._inner = transports.SocketTransport(server.base_url)
        self._client = package.Client(
            server.base_url, **credentials(server), retries=retries, transport=between(self)
        )

    def send(self, request: Any) -> Any:
        """The transport seam: send, and put on record."""
        response = self._inner.send(request)
        self.exchanges.append(recorded(request, response, self.header))
        return response

    def call(self, operation: Operation, /, *path: Any, **arguments: Any) -> Any:
        """See `Driver.call`."""
        given = self.arguments(operation, arguments)
        return self.data(method(self._client, operation)(*path, **given))

    def close(self) -> None:
        """See `Driver.close`."""
        self._client.close()
        self._inner.close()


class AsyncDriver(PythonDriver):
    """Drives `AsyncClient`, on an event loop of its own."""

    name = "Python SDK, async"

    def __init__(
        self,
        package: ModuleType,
        api: Api,
        server: Running,
        retries: int = 2,
        between: Between = lambda transport: transport,
    ) -> None:
        super().__init__(package, api)
        transports = importlib.import_module(f"{package.__name__}.transports.pyreqwest")
        self._runner = asyncio.Runner()

        async def start() -> tuple[Any, Any]:
            inner = transports.AsyncPyreqwestTransport(server.base_url)
            client = package.AsyncClient(
                server.base_url, **credentials(server), retries=retries, transport=between(self)
            )
            return inner, client

        self._inner, self._client = self._runner.run(start())

    async def send(self, request: Any) -> Any:
        """The transport seam: send, and put on record."""
        response = await self._inner.send(request)
        self.exchanges.append(recorded(request, response, self.header))
        return response

    def call(self, operation: Operation, /, *path: Any, **arguments: Any) -> Any:
        """See `Driver.call`."""
        given = self.arguments(operation, arguments)
        return self.data(self._runner.run(method(self._client, operation)(*path, **given)))

    def close(self) -> None:
        """See `Driver.close`."""
        self._runner.run(self._client.close())
        self._runner.run(self._inner.close())
        self._runner.close()


def told(error: Exception) -> str:
    """What an SDK raised, in words."""
    return f"{getattr(error, 'name', type(error).__name__)}: {error}"


def bodies(package: ModuleType) -> dict[str, Any]:
    """By operation id, the type of its body in the SDK."""
    found: dict[str, Any] = {}
    resources = importlib.import_module(f"{package.__name__}.resources")
    for module in pkgutil.iter_modules(resources.__path__):
        names = vars(importlib.import_module(f"{resources.__name__}.{module.name}"))
        for it in names.values():
            if isinstance(id := getattr(it, "id", None), str) and it.body is not None:
                found[id] = it.body.type
    return found


def method(client: Any, operation: Operation) -> Any:
    """The SDK's method for an operation, by its documented name."""
    resource = getattr(client, python_resource(operation.tag.snake))
    return getattr(resource, python_method(operation.name.snake))


def credentials(server: Running) -> Mapping[str, str]:
    """The key, as a client takes it."""
    return {"api_key": server.key} if server.key else {}


def key_header(api: Api) -> str:
    """The header that carries the key, in lower case."""
    return api.key.header.lower() if api.key is not None else ""
