"""The ASGI application: what it is made of, and how it starts and stops."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.types import ASGIApp, Lifespan, Receive, Scope, Send

from .access_log import AccessLog
from .context import Context, Sources, real_sources
from .contract import Contract
from .cross_origin import CrossOrigin
from .dispatch import Authentication, Dispatcher
from .endpoints import routes_of
from .guard import Guard
from .json_input import Schemas
from .limits import DEFAULT_LIMITS, Limits
from .metrics import Metrics
from .own_handlers import check_handlers, chosen_handlers
from .pages import pages
from .protocol import REFUSED
from .replies import Refusal
from .store import open_store


class ContractApp(Starlette):
    """A Starlette application that answers the paths of a contract itself, before its own routes.
    What is added with `add_middleware` stands around all of it; without any there is nothing in
    the way of a request."""

    def __init__(self, lifespan: Lifespan[ContractApp]) -> None:
        super().__init__(lifespan=lifespan)
        self.dispatcher: Dispatcher | None = None
        self.router.redirect_slashes = False
        self.router.default = nowhere

    def build_middleware_stack(self) -> ASGIApp:
        """Starlette calls this once, when the application starts."""
        others = ExceptionMiddleware(self.router, handlers=self.exception_handlers)

        def dispatch(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
            if scope["type"] == "lifespan":
                return others(scope, receive, send)
            if self.dispatcher is None:
                raise RuntimeError("the application was not started: run its lifespan first")
            if scope["type"] == "http":
                return self.dispatcher(scope, receive, send, others)
            if self.dispatcher.may_open(scope):
                return others(scope, receive, send)
            return send({"type": "websocket.close"})

        app: ASGIApp = dispatch
        for middleware, arguments, options in reversed(self.user_middleware):
            app = middleware(app, *arguments, **options)
        return app


async def nowhere(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers what has no route. Raises Refusal (404)."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close"})
        return
    raise Refusal(404, "no operation has this path: see /openapi.json for those there are")


def build_app(
    contract: Contract,
    document: Mapping[str, Any],
    portal: Mapping[str, bytes],
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
    names or an allowed host or origin is none, StoreError (at start) when the database cannot be
    opened.
    """
    names = [operation.id for operation in contract.operations]
    check_handlers(handlers, names)
    cross_origin = CrossOrigin(allowed_origins, contract.key_header)
    guard = Guard(allowed_hosts, cross_origin)
    authentication = Authentication(contract.key_header, api_keys)
    schemas = Schemas(document)

    @contextlib.asynccontextmanager
    async def lifespan(app: ContractApp) -> AsyncIterator[Mapping[str, Any]]:
        store = await open_store(database_url)
        entries = AccessLog() if access_log else None
        try:
            defaults = default_handlers(Context(store, schemas, sources or real_sources(), limits))
            handler_of = chosen_handlers(handlers, defaults, names)
            metrics = Metrics()
            beside = pages(contract, document, portal, store, metrics)
            app.dispatcher = Dispatcher(
                routes_of(contract, handler_of, beside, schemas, limits),
                guard=guard,
                authentication=authentication,
                cross_origin=cross_origin,
                metrics=metrics,
                access_log=entries,
            )
            yield {REFUSED: app.dispatcher.refused}
        finally:
            await store.close()
            if entries is not None:
                entries.close()

    return ContractApp(lifespan)
