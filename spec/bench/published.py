"""The published SDK, as an adapter of the benchmarks: its functions are described in
`scripts/specpipe/bench/programs/sdk_task.py`. `published.txt` is what it needs."""

from __future__ import annotations

from typing import Any


def client(base_url: str) -> tuple[Any, Any]:
    """The two API objects, on one client."""
    from pieces_os_client.api.workstream_event_api import WorkstreamEventApi
    from pieces_os_client.api.workstream_events_api import WorkstreamEventsApi
    from pieces_os_client.api_client import ApiClient
    from pieces_os_client.configuration import Configuration

    inner = ApiClient(Configuration(host=base_url))
    return WorkstreamEventApi(inner), WorkstreamEventsApi(inner)


def decode(client: Any, text: bytes) -> Any:
    """As it reads an answer."""
    inner = client[1].api_client
    return inner.deserialize(text.decode(), "WorkstreamEvents", "application/json")


def encode(client: Any, value: Any) -> bytes:
    """As it makes a body."""
    import json

    return json.dumps(client[1].api_client.sanitize_for_serialization(value)).encode()


def get(client: Any, id: str) -> Any:
    """One event."""
    return client[0].workstream_events_specific_workstream_event_snapshot(id)
