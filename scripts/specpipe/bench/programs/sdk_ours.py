"""The generated SDK, as an adapter (see sdk_task.py). In the environment: `PACKAGE`, and in
`GETTING` and `LISTING` the resource and the method of reading one thing and everything."""

from __future__ import annotations

import os
from typing import Any


def client(base_url: str) -> Any:
    """A client."""
    return __import__(os.environ["PACKAGE"]).Client(base_url)


def decode(client: Any, text: bytes) -> Any:
    """What the method for everything would give back, by the function that it decodes with."""
    return _everything(client).from_json(text)


def encode(client: Any, value: Any) -> bytes:
    """As a body."""
    text: bytes = value.to_json()
    return text


def get(client: Any, id: str) -> Any:
    """One thing."""
    return _method(client, "GETTING")(id)


async def async_client(base_url: str) -> Any:
    """A client of the other kind."""
    return __import__(os.environ["PACKAGE"]).AsyncClient(base_url)


async def async_get(client: Any, id: str) -> Any:
    """One thing."""
    return await _method(client, "GETTING")(id)


def _everything(client: Any) -> Any:
    if "everything" not in _TYPES:  # looked up in the warm-up: no call of the SDK does that
        from typing import get_type_hints

        _TYPES["everything"] = get_type_hints(_method(client, "LISTING"))["return"]
    return _TYPES["everything"]


def _method(client: Any, name: str) -> Any:
    if name not in _METHODS:
        resource, method = os.environ[name].split(".")
        _METHODS[name] = getattr(getattr(client, resource), method)
    return _METHODS[name]


_METHODS: dict[str, Any] = {}
_TYPES: dict[str, Any] = {}
