"""What `create_app` can be given: keys, and sources of time and ids."""

from __future__ import annotations

import httpx
import pytest

SCRIPT = """
import argparse, socket
import uvicorn
from {package} import create_app
from {package}.runtime.context import Sources

ids = iter("abcdefgh")
options = argparse.ArgumentParser()
options.add_argument("--port", type=int)
options.add_argument("--database-url")
given = options.parse_args()
listener = socket.create_server(("127.0.0.1", given.port))
print(f"listening on http://127.0.0.1:{{listener.getsockname()[1]}}", flush=True)
app = create_app(
    database_url=given.database_url,
    api_keys=["one", "two"],
    sources=Sources(lambda: 1_700_000_000_000_000, lambda: next(ids)),
)
uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="on")).run(sockets=[listener])
"""


@pytest.fixture(scope="module")
def server(start_once, package):
    """A server with two keys, whose clock stands still."""
    server = start_once(script=SCRIPT.format(package=package))
    server.client.headers["X-Application-ID"] = "two"
    return server


def test_each_of_several_keys_opens_the_door(server):
    for key, status in (("one", 200), ("two", 200), ("onetwo", 401), ("", 401)):
        reply = httpx.get(f"{server.url}/workstream_events", headers={"X-Application-ID": key})
        assert reply.status_code == status


def test_while_the_clock_stands_still(events):
    """Order and progress do not hang on it: what was stored last comes first, and `updated`
    moves on by a microsecond."""
    first, second, third = events.new(), events.new(), events.new()
    assert first["created"] == third["created"] == {"value": "2023-11-14T22:13:20.000000+00:00"}
    newest_first = [third["id"], second["id"], first["id"]]
    assert events.listed() == newest_first
    assert events.listed(updated_to=first["updated"]["value"], limit=2) == newest_first[:2]
    assert list(events.snapshot().json()["indices"]) == newest_first
    events.update(first)
    events.associate(first["id"], "s")
    events.increment(first["id"], "reuse")
    assert events.read(first["id"])["updated"]["value"] == "2023-11-14T22:13:20.000003+00:00"
