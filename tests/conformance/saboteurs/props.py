"""Servers without a defect to judge by, and what other tests need of a server."""

from __future__ import annotations

import json
import os
from typing import Any

from .planting import Modules, answering, defect


@defect("control")
def none(modules: Modules) -> None:
    """Nothing is wrong."""


@defect("control")
def deleted_ids_are_not_reused(modules: Modules) -> None:
    """An id that was deleted is not free, which the spec leaves open."""
    resource = modules.resource_class
    create, delete = resource.create, resource.delete
    deleted: set[str] = set()

    async def remember(self: Any, id: str) -> Any:
        reply = await delete(self, id)
        deleted.add(id)
        return reply

    async def avoid(self: Any, body: Any, *, proposed: str, **keywords: Any) -> Any:
        if body is not None and body.value.get(proposed) in deleted:
            body.value.pop(proposed)
        return await create(self, body, proposed=proposed, **keywords)

    resource.create, resource.delete = avoid, remember


@defect("control")
def answers_have_more_headers(modules: Modules) -> None:
    """Answers carry header fields that the spec does not name, as any proxy adds some."""
    start_of = modules.replies.start_of

    def more(reply: Any, fields: Any) -> Any:
        return start_of(reply, [*fields, (b"via", b"1.1 somebody"), (b"x-served-by", b"a")])

    modules.dispatch.start_of = more


@defect("control")
def json_is_written_with_blanks(modules: Modules) -> None:
    """JSON comes with line ends, blanks and escapes, which mean nothing."""

    def spread(operation: str, reply: Any) -> Any:
        if reply.media_type != "application/json":
            return reply
        text = json.dumps(json.loads(reply.body), indent=1, ensure_ascii=True)
        return reply._replace(body=text.encode())

    answering(modules, spread)


@defect("prop")
def nothing_but_a_log_of_requests(modules: Modules) -> None:
    """Notes the method and path of each request in the file REQUEST_LOG."""
    dispatcher = modules.dispatch.Dispatcher
    call = dispatcher.__call__

    async def noted(self: Any, scope: Any, receive: Any, send: Any, others: Any) -> None:
        with open(os.environ["REQUEST_LOG"], "a") as log:
            log.write(f"{scope['method']} {scope['path']}\n")
        await call(self, scope, receive, send, others)

    dispatcher.__call__ = noted


@defect("prop")
def everything_is_refused(modules: Modules) -> None:
    """Takes no request for one of its things, valid or not."""

    async def refuse(self: Any, *arguments: Any, **keywords: Any) -> Any:
        raise modules.replies.Refusal(422, "not today")

    for verb in ("create", "get", "update", "delete", "associate", "disassociate", "increment"):
        setattr(modules.resource_class, verb, refuse)


@defect("prop")
def create_gives_out_what_is_there(modules: Modules) -> None:
    """Replies something that was there before instead of creating."""
    create = modules.resource_class.create

    async def reuse(self: Any, *arguments: Any, **keywords: Any) -> Any:
        selection = modules.store.Selection("created", True, (), 1)
        batches = self._store.identifiers(self._kind, selection)
        ids = [id async for batch in batches for id in batch]
        return await (self.get(ids[0]) if ids else create(self, *arguments, **keywords))

    modules.resource_class.create = reuse


@defect("prop")
def delete_fails(modules: Modules) -> None:
    """Deletes nothing, and says so."""

    async def fail(self: Any, id: str) -> Any:
        raise modules.replies.Refusal(500, "cannot delete")

    modules.resource_class.delete = fail


@defect("prop")
def identifiers_fail(modules: Modules) -> None:
    """Cannot list."""

    async def fail(self: Any, **keywords: Any) -> Any:
        raise modules.replies.Refusal(500, "cannot list")

    modules.resource_class.identifiers = fail
