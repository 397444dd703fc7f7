"""A generated server that misbehaves as a whole: `python misbehaving.py <package> <way> [options]`.

What a single answer gets wrong is planted by saboteurs; these are the ways that a run has to live
through.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from typing import Any

SCRIPT = "<script>document.title='it ran'</script><img src=x onerror=\"document.title='it ran'\">"


def dies(dispatcher: Any) -> None:
    """Ends without a word at request number DIES_AT."""
    call, seen = dispatcher.__call__, 0

    async def mortal(self: Any, scope: Any, receive: Any, send: Any, others: Any) -> None:
        nonlocal seen
        seen += 1
        if seen >= int(os.environ["DIES_AT"]):
            os._exit(1)
        await call(self, scope, receive, send, others)

    dispatcher.__call__ = mortal


def breaks_off(dispatcher: Any) -> None:
    """Closes the connection in the middle of an answer to any GET of one thing."""
    call = dispatcher.__call__

    async def curt(self: Any, scope: Any, receive: Any, send: Any, others: Any) -> None:
        if scope["method"] != "GET" or not scope["path"].startswith("/workstream_event/"):
            await call(self, scope, receive, send, others)
            return
        headers = [(b"content-type", b"application/json"), (b"content-length", b"100")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"{", "more_body": True})
        raise ConnectionError("no more of it")

    dispatcher.__call__ = curt


def ticks(dispatcher: Any) -> None:
    """Conforms, by a clock that advances thirty times a second."""
    package = dispatcher.__module__.rpartition(".")[0]
    instants = importlib.import_module(f"{package}.instants")
    now = instants.now
    instants.now = lambda: now() // 33_000 * 33_000


def speaks_html(dispatcher: Any) -> None:
    """Writes a script for browsers into every time of creation."""
    call = dispatcher.__call__

    async def hostile(self: Any, scope: Any, receive: Any, send: Any, others: Any) -> None:
        parts: list[bytes] = []
        start: dict[str, Any] = {}

        async def spoil(message: Any) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
                return
            parts.append(message.get("body", b""))
            if message.get("more_body"):
                return
            body = spoilt(b"".join(parts))
            headers = [h for h in start["headers"] if h[0].lower() != b"content-length"]
            length = (b"content-length", str(len(body)).encode())
            await send(start | {"headers": [*headers, length]})
            await send({"type": "http.response.body", "body": body})

        await call(self, scope, receive, spoil, others)

    dispatcher.__call__ = hostile


def spoilt(body: bytes) -> bytes:
    try:
        data = json.loads(body)
    except ValueError:
        return body
    if isinstance(data, dict) and "created" in data:
        data["created"]["value"] = SCRIPT
    return json.dumps(data).encode()


if __name__ == "__main__":
    package, way, *options = sys.argv[1:]
    globals()[way](importlib.import_module(f"{package}.runtime.dispatch").Dispatcher)
    sys.argv[1:] = options
    importlib.import_module(f"{package}.__main__").run()
