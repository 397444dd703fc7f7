"""The generated Python SDK, called by operation, with every exchange on the record."""

from __future__ import annotations

import asyncio
import importlib
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

from specpipe.conformance.exchange import Exchange
from specpipe.conformance.process import Running
from specpipe.diagnostics import ToolError
from specpipe.render import RESERVED_METHODS, python_identifier
from specpipe.spec.model import Api, Operation


class Driver(Protocol):
    """A client of either kind, called in the same way."""

    name: str

    @property
    def exchanges(self) -> list[Exchange]:
        """All that went over the wire, oldest first."""
        ...

    def call(self, operation: Operation, *path: Any, **arguments: Any) -> Any:
        """Call the method named after the operation; gives its result."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...


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


class SyncDriver:
    """Drives `Client`."""

    name = "Python SDK"

    def __init__(self, package: ModuleType, api: Api, server: Running) -> None:
        transports = importlib.import_module(f"{package.__name__}.transports.sockets")
        self.exchanges: list[Exchange] = []
        self._inner = transports.SocketTransport(server.base_url)
        self._header = key_header(api)
        self._client = package.Client(server.base_url, **credentials(server), transport=self)

    def send(self, request: Any) -> Any:
        """The transport seam: send, and put on record."""
        response = self._inner.send(request)
        self.exchanges.append(recorded(request, response, self._header))
        return response

    def call(self, operation: Operation, *path: Any, **arguments: Any) -> Any:
        """See `Driver.call`."""
        return method(self._client, operation)(*path, **arguments)

    def close(self) -> None:
        """See `Driver.close`."""
        self._client.close()
        self._inner.close()


class AsyncDriver:
    """Drives `AsyncClient`, on an event loop of its own."""

    name = "Python SDK, async"

    def __init__(self, package: ModuleType, api: Api, server: Running) -> None:
        transports = importlib.import_module(f"{package.__name__}.transports.pyreqwest")
        self.exchanges: list[Exchange] = []
        self._runner = asyncio.Runner()
        self._header = key_header(api)

        async def start() -> tuple[Any, Any]:
            inner = transports.AsyncPyreqwestTransport(server.base_url)
            client = package.AsyncClient(server.base_url, **credentials(server), transport=self)
            return inner, client

        self._inner, self._client = self._runner.run(start())

    async def send(self, request: Any) -> Any:
        """The transport seam: send, and put on record."""
        response = await self._inner.send(request)
        self.exchanges.append(recorded(request, response, self._header))
        return response

    def call(self, operation: Operation, *path: Any, **arguments: Any) -> Any:
        """See `Driver.call`."""
        return self._runner.run(method(self._client, operation)(*path, **arguments))

    def close(self) -> None:
        """See `Driver.close`."""
        self._runner.run(self._client.close())
        self._runner.run(self._inner.close())
        self._runner.close()


def method(client: Any, operation: Operation) -> Any:
    """The SDK's method for an operation, by its documented name."""
    resource = getattr(client, python_identifier(operation.tag.snake))
    name = operation.name.snake
    return getattr(resource, f"{name}_" if name in RESERVED_METHODS else python_identifier(name))


def credentials(server: Running) -> Mapping[str, str]:
    """The key, as a client takes it."""
    return {"api_key": server.key} if server.key else {}


def key_header(api: Api) -> str:
    """The header that carries the key, in lower case."""
    return api.key.header.lower() if api.key is not None else ""
