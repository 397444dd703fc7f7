"""What answers: the operations of a contract, and the pages beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from starlette.types import Receive

from .contract import Contract, Operation
from .headers import Headers
from .http_input import Arguments, check_accept, read_body
from .json_input import Schemas
from .limits import Limits
from .pages import Page
from .replies import Reply, reply_of
from .routing import Match, Routes


class Endpoint:
    """One operation: what it takes, and the handler that answers it."""

    def __init__(
        self, operation: Operation, handler: Any, schemas: Schemas, limits: Limits
    ) -> None:
        self.name = operation.id
        self.secured = operation.secured
        self._operation = operation
        self._handler = handler
        self._arguments = Arguments(operation, schemas)
        self._limits = limits

    async def answer(
        self, match: Match[Target], query: bytes, headers: Headers, receive: Receive
    ) -> Reply:
        """Check the request, call the handler. Raises Refusal."""
        operation = self._operation
        check_accept(headers.text(b"accept"), operation.produces)
        arguments = self._arguments.parameters(match.parameters(), query)
        if operation.body is not None:
            raw = await read_body(receive, headers, self._limits.body)
            arguments["body"] = self._arguments.body(raw, headers)
        return reply_of(await self._handler(**arguments), operation.success)


class Beside:
    """One page; its path is its name."""

    secured = False

    def __init__(self, path: str, page: Page) -> None:
        self.name = path
        self._page = page

    async def answer(
        self, match: Match[Target], query: bytes, headers: Headers, receive: Receive
    ) -> Reply:
        """The page."""
        return await self._page(headers)


Target = Endpoint | Beside


def routes_of(
    contract: Contract,
    handler_of: Callable[[str], Any],
    pages: Mapping[str, Page],
    schemas: Schemas,
    limits: Limits,
) -> Routes[Target]:
    """All of them, by method and path. A path of the contract's is never taken by a page."""
    operations: list[tuple[str, str, Target]] = [
        (o.method, o.path, Endpoint(o, handler_of(o.id), schemas, limits))
        for o in contract.operations
    ]
    taken = {operation.path for operation in contract.operations}
    beside: list[tuple[str, str, Target]] = [
        (method, path, Beside(path, page))
        for path, page in pages.items()
        if path not in taken
        for method in ("GET", "HEAD")
    ]
    return Routes([*operations, *beside])
