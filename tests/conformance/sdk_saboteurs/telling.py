"""How a defect is told, in both languages, and what telling it takes."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from msgspec.structs import replace

Steps = Generator[Any, Any, Any]
Sabotage = Callable[[Any], Steps]


@dataclass(frozen=True)
class Both:
    """A defect, in both languages."""

    kind: str
    says: str
    sabotage: Sabotage
    script: str


BOTH: dict[str, Both] = {}
"""All of them, by name."""


def defect(kind: str, script: str) -> Callable[[Sabotage], Sabotage]:
    """Add a defect: in Python it is the function, in TypeScript `script`. `kind`: of the check
    that it is for."""

    def add(function: Sabotage) -> Sabotage:
        BOTH[function.__name__] = Both(kind, str(function.__doc__), function, script)
        return function

    return add


in_requests = partial(defect, "requests")
in_answers = partial(defect, "answers")


def members(value: Any, change: Callable[[Any, Any], Any]) -> Any:
    """JSON data with every member and item put through `change(name, value)`, innermost first.
    DROP leaves it out."""
    if isinstance(value, dict):
        inner = {name: change(name, members(item, change)) for name, item in value.items()}
        return {name: item for name, item in inner.items() if item is not DROP}
    if isinstance(value, list):
        return [change(None, members(item, change)) for item in value]
    return value


DROP = object()


def edited(content: bytes | None, change: Callable[[Any, Any], Any]) -> bytes | None:
    """A body with its members changed; one that is no JSON stays as it is."""
    try:
        value = json.loads(content or b"")
    except ValueError:
        return content
    return json.dumps(members(value, change), ensure_ascii=False).encode()


def with_body(request: Any, change: Callable[[Any, Any], Any]) -> Any:
    return replace(request, body=edited(request.body, change))


def with_query(request: Any, change: Callable[[str], str]) -> Any:
    place, mark, query = request.url.partition("?")
    query = change(query) if mark else ""
    return replace(request, url=f"{place}?{query}" if query else place)


def with_path(request: Any, change: Callable[[str], str]) -> Any:
    parts = urlsplit(request.url)
    return replace(request, url=parts._replace(path=change(parts.path)).geturl())


def with_headers(request: Any, **headers: str | None) -> Any:
    merged = {**request.headers, **{k.replace("_", "-"): v for k, v in headers.items()}}
    return replace(request, headers={k: v for k, v in merged.items() if v is not None})


def on_texts(change: Callable[[str], str]) -> Callable[[Any, Any], Any]:
    return lambda _, value: change(value) if isinstance(value, str) else value


OTHERS = ("accept", "content-type", "user-agent")
"""Headers besides that of the key."""
