"""What openapi-python-client makes without templates of ours, as an adapter (see sdk_task.py). In
the environment: `STOCK`, its package, and in `STOCK_GETTING` and `STOCK_LISTING` the modules of
reading one thing and everything."""

from __future__ import annotations

import os
from typing import Any


def client(base_url: str) -> Any:
    """A client, and the modules that it is given to."""
    from importlib import import_module

    for name in ("GETTING", "LISTING"):
        _MODULES[name] = import_module(os.environ[f"STOCK_{name}"])
    return import_module(os.environ["STOCK"]).Client(base_url=base_url)


def decode(client: Any, text: bytes) -> Any:
    """By the function that reads an answer."""
    import httpx

    response = httpx.Response(200, headers={"Content-Type": "application/json"}, content=text)
    return _MODULES["LISTING"]._parse_response(client=client, response=response)


def encode(client: Any, value: Any) -> bytes:
    """By the method that bodies are made by, and by httpx."""
    import httpx

    return httpx.Request("POST", "http://localhost", json=value.to_dict()).content


def get(client: Any, id: str) -> Any:
    """One thing."""
    return _MODULES["GETTING"].sync(id, client=client)


async def async_client(base_url: str) -> Any:
    """The same client: it has methods of both kinds."""
    return client(base_url)


async def async_get(client: Any, id: str) -> Any:
    """One thing."""
    return await _MODULES["GETTING"].asyncio(id, client=client)


_MODULES: dict[str, Any] = {}
