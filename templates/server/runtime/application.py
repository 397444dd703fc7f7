"""The ASGI application: one request through routing, checks, handler and answer."""

from __future__ import annotations

import contextlib
import hmac
import json
import logging
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from .context import Context, Sources, real_sources
from .contract import Contract, Operation
from .guard import Guard, host_name
from .headers import Headers
from .http_input import Arguments, check_accept, read_body
from .json_input import Schemas
from .limits import DEFAULT_LIMITS, Limits
from .own_handlers import check_handlers, chosen_handlers
from .replies import Refusal, Reply, reply_of, send_reply
from .routing import Match, Routes
from .store import StoreError, open_store

log = logging.getLogger(__name__)


class Endpoint:
    """One operation: what it takes, and the handler that answers it."""

    def __init__(self, operation: Operation, handler: Any, schemas: Schemas) -> None:
        self.operation = operation
        self._handler = handler
        self._arguments = Arguments(operation, schemas)

    async def answer(
        self,
        match: Match[Endpoint],
        query: bytes,
        headers: Headers,
        receive: Receive,
        limits: Limits,
    ) -> Reply:
        """Check the request, call the handler. Raises Refusal."""
        operation = self.operation
        check_accept(headers.text(b"accept"), operation.produces)
        arguments = self._arguments.parameters(match.parameters(), query)
        if operation.body is not None:
            raw = await read_body(receive, headers, limits.body)
            arguments["body"] = self._arguments.body(raw, headers)
        return reply_of(await self._handler(**arguments), operation.success)


class Application:
    """Answers requests for the operations of a contract; what no operation has is a 404."""

    def __init__(
        self,
        contract: Contract,
        schemas: Schemas,
        handler_of: Callable[[str], Any],
        keys: Collection[str],
        limits: Limits,
    ) -> None:
        self._keys = [key.encode() for key in keys]
        self._key_header = contract.key_header or ""
        self._limits = limits
        self._routes = Routes(
            (o.method, o.path, Endpoint(o, handler_of(o.id), schemas)) for o in contract.operations
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request; an error that nobody foresaw is logged and answered with 500."""
        if scope["type"] != "http":
            await send({"type": "websocket.close"})
            return
        try:
            reply = await self._reply(scope, receive)
        except Refusal as refusal:
            reply = refusal.reply()
        except StoreError as error:
            log.error("%s", error)
            reply = Refusal(503, f"the store is not available: {error}").reply()
        except Exception:
            log.exception("%s %s failed", scope["method"], scope["path"])
            reply = Refusal(500, "the server failed; its log says why").reply()
        await send_reply(send, reply)

    async def _reply(self, scope: Scope, receive: Receive) -> Reply:
        headers = Headers(scope["headers"])
        raw_path = scope.get("raw_path") or scope["path"].encode()
        matches = self._routes.match(raw_path)
        if not matches:
            raise Refusal(404, "no operation has this path: see /openapi.json for those there are")
        match = matches.get(scope["method"])
        if match is None:
            allowed = ", ".join(sorted(matches))
            raise Refusal(405, f"this path takes {allowed} only", {"Allow": allowed})
        if match.target.operation.secured and self._keys:
            self._authenticate(headers)
        return await match.target.answer(
            match, scope["query_string"], headers, receive, self._limits
        )

    def _authenticate(self, headers: Headers) -> None:
        """Compare with every key, each in constant time; several at once are none. Raises Refusal
        (401), which does not say whether there was a key: that would help with guessing."""
        given = headers.values(self._key_header.lower().encode())
        equal = [hmac.compare_digest(value, key) for value in given for key in self._keys]
        if len(given) != 1 or not any(equal):
            text = f"{self._key_header}: missing or wrong; send a key that this server accepts"
            challenge = {"WWW-Authenticate": f'ApiKey header="{self._key_header}"'}
            raise Refusal(401, text, challenge)


def build_app(
    contract: Contract,
    document: Mapping[str, Any],
    default_handlers: Callable[[Context], Any],
    *,
    handlers: Any = None,
    database_url: str,
    api_keys: Collection[str] = (),
    allowed_hosts: Collection[str] = (),
    allowed_origins: Collection[str] = (),
    limits: Limits = DEFAULT_LIMITS,
    access_log: bool = False,
    sources: Sources | None = None,
) -> Starlette:
    """An application that opens its store when it starts and closes it when it stops.

    An operation is answered by the method of `handlers` named after it, and by the default
    behaviour where there is none. Raises ValueError when `handlers` has none of the operations'
    names or an allowed host is no name, StoreError (at start) when the database cannot be opened.
    """
    hosts = [host_name(host) for host in allowed_hosts]
    names = [operation.id for operation in contract.operations]
    check_handlers(handlers, names)
    schemas = Schemas(document)

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        store = await open_store(database_url)
        defaults = default_handlers(Context(store, schemas, sources or real_sources(), limits))
        handler_of = chosen_handlers(handlers, defaults, names)
        app.router.default = Application(contract, schemas, handler_of, api_keys, limits)
        try:
            yield
        finally:
            await store.close()

    app = Starlette(lifespan=lifespan, routes=routes_beside(contract, document))
    app.add_middleware(Guard, allowed_hosts=hosts)
    app.router.redirect_slashes = False
    return app


def routes_beside(contract: Contract, document: Mapping[str, Any]) -> list[Route]:
    """What is served outside the contract, without a key: health, version and the document."""
    openapi = json.dumps(document, ensure_ascii=False).encode()

    async def health(request: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def version(request: Request) -> Response:
        return JSONResponse({"title": contract.title, "version": contract.version})

    async def serve_document(request: Request) -> Response:
        return Response(openapi, media_type="application/json")

    return [
        Route("/.well-known/health", health),
        Route("/.well-known/version", version),
        Route("/openapi.json", serve_document),
    ]
