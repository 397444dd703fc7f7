"""The floors, as an adapter (see sdk_task.py): orjson for JSON, the standard library for HTTP, and
nothing at all for the first client. `GET_PATH` in the environment is what `get` asks for."""

from __future__ import annotations

import os
from typing import Any


def client(base_url: str) -> str:
    """There is none."""
    return base_url


def decode(client: str, text: bytes) -> Any:
    """Dicts and lists."""
    return __import__("orjson").loads(text)


def encode(client: str, value: Any) -> bytes:
    """JSON text."""
    text: bytes = __import__("orjson").dumps(value)
    return text


def get(client: str, id: str) -> Any:
    """Over one connection, which is kept."""
    import http.client

    if client not in _CONNECTIONS:
        _CONNECTIONS[client] = http.client.HTTPConnection(client.partition("//")[2])
    connection = _CONNECTIONS[client]
    connection.request("GET", os.environ["GET_PATH"], headers={"Accept": "application/json"})
    return decode(client, connection.getresponse().read())


_CONNECTIONS: dict[str, Any] = {}
