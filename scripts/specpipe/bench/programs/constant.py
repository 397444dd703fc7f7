"""The floor of every server in Python under uvicorn: read the request, send bytes made before.
`SIZES` in the environment maps a path to the size of its answer; `*` stands for other paths."""

from __future__ import annotations

import json
import os
from collections.abc import Awaitable, Callable
from typing import Any

_ANSWERS = {path: b"x" * size for path, size in json.loads(os.environ["SIZES"]).items()}
_HEADERS = {
    path: [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(answer))]
    for path, answer in _ANSWERS.items()
}


async def app(
    scope: dict[str, Any],
    receive: Callable[[], Awaitable[dict[str, Any]]],
    send: Callable[[dict[str, Any]], Awaitable[None]],
) -> None:
    """Answer."""
    if scope["type"] != "http":
        return
    if scope["method"] != "GET":
        while (await receive()).get("more_body"):
            pass
    path = scope["path"] if scope["path"] in _ANSWERS else "*"
    await send({"type": "http.response.start", "status": 200, "headers": _HEADERS[path]})
    await send({"type": "http.response.body", "body": _ANSWERS[path]})
