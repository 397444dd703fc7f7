"""What is served beside the operations, without a key, for GET and HEAD: whether the server is up,
what it counts, and what its contract is."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec

from .contract import Contract
from .headers import Headers
from .metrics import MEDIA_TYPE, Metrics
from .portal import FOLDER, POLICY, served
from .replies import JSON, TEXT, Reply
from .store import Store

Page = Callable[[Headers], Awaitable[Reply]]


def pages(
    contract: Contract,
    document: Mapping[str, Any],
    portal: Mapping[str, bytes],
    store: Store,
    metrics: Metrics,
) -> Mapping[str, Page]:
    """By path; `portal` has the files for people, by name. The targets that the server is generated
    with know these paths too: nothing that is stored gets an id that one of them hides."""

    async def health(headers: Headers) -> Reply:
        return Reply(200, b"ok\n", TEXT, {"Cache-Control": "no-store"})

    async def ready(headers: Headers) -> Reply:
        await store.check()
        return Reply(200, b"ok\n", TEXT, {"Cache-Control": "no-store"})

    async def counted(headers: Headers) -> Reply:
        return Reply(200, metrics.text(), MEDIA_TYPE, {"Cache-Control": "no-store"})

    async def elsewhere(headers: Headers) -> Reply:
        # Relative, so that a proxy may serve all of this below a path of its own.
        return Reply(308, headers={"Location": FOLDER.strip("/") + "/"})

    version = msgspec.json.encode({"title": contract.title, "version": contract.version})
    return {
        "/.well-known/health": health,
        "/.well-known/ready": ready,
        "/.well-known/version": unchanging(version, JSON),
        "/openapi.json": unchanging(msgspec.json.encode(document), JSON),
        "/docs": elsewhere,
        **{path: unchanging(body, kind, POLICY) for path, (kind, body) in served(portal).items()},
        "/metrics": counted,
    }


def unchanging(body: bytes, media_type: str, headers: Mapping[str, str] | None = None) -> Page:
    """A page that stays the same while the server runs. Clients may keep it, and ask whether it is
    still the same (RFC 9110, 13.1.2)."""
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    told = {"ETag": tag, "Cache-Control": "no-cache", **(headers or {})}
    whole, same = Reply(200, body, media_type, told), Reply(304, headers=told)

    async def page(headers: Headers) -> Reply:
        known = headers.text(b"if-none-match") or ""
        tags = {part.strip().removeprefix("W/") for part in known.split(",")}
        return same if tag in tags or "*" in tags else whole

    return page
