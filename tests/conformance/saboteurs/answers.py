"""Defects in answers: status, headers, the form of the body, what is on the wire."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from .planting import Modules, answering, deeply, defect, rewrite

STORY = "story"
REFUSED = "refusal"


def restate(modules: Modules, table: dict[int, int]) -> None:
    """Answer with other statuses."""
    answering(
        modules, lambda name, reply: reply._replace(status=table.get(reply.status, reply.status))
    )


@defect("status", "law/create-is-read-back")
def create_answers_201(modules: Modules) -> None:
    """A create answers 201, which is not documented."""
    create = modules.resource_class.create

    async def created(self: Any, *arguments: Any, **keywords: Any) -> Any:
        return (await create(self, *arguments, **keywords))._replace(status=201)

    modules.resource_class.create = created


@defect("status", "law/unknown-is-gone")
def unknown_is_not_found(modules: Modules) -> None:
    """What is unknown answers 404 instead of the documented status."""
    restate(modules, {410: 404})


@defect("status", "law/gone-after-delete")
def delete_answers_200(modules: Modules) -> None:
    """What should answer without a body answers 200 with an empty object."""

    def speak(name: str, reply: Any) -> Any:
        if reply.status != 204:
            return reply
        return modules.replies.json_reply(b"{}")

    answering(modules, speak)


@defect("status", "refusal/invalid-body")
def invalid_is_a_failure(modules: Modules) -> None:
    """What is invalid answers 500."""
    restate(modules, {422: 500})


@defect("status", "refusal/invalid-body")
def invalid_is_accepted(modules: Modules) -> None:
    """What is invalid answers 202, and nothing is done."""
    restate(modules, {422: 202, 400: 202})


@defect("status", "access/key")
def a_wrong_key_is_a_bad_request(modules: Modules) -> None:
    """Without the right key the status is 400."""
    restate(modules, {401: 400})


@defect("status", "refusal/other-methods")
def other_methods_are_not_found(modules: Modules) -> None:
    """A method that a path does not have answers 404."""
    restate(modules, {405: 404})


@defect("status", "refusal/other-methods")
def other_methods_do_the_same(modules: Modules) -> None:
    """A PUT does what the path's own method does."""
    find = modules.dispatch.Dispatcher._find

    def alike(self: Any, request: Any, scope: Any, headers: Any) -> Any:
        match = self._routes.match(scope.get("raw_path") or scope["path"].encode())
        if match is not None and scope["method"] not in match.targets:
            scope = {**scope, "method": next(iter(match.targets))}
        return find(self, request, scope, headers)

    modules.dispatch.Dispatcher._find = alike


@defect("status", "refusal/media-type")
def a_wrong_media_type_is_unprocessable(modules: Modules) -> None:
    """A body of another media type fails with 500 instead of being refused."""
    restate(modules, {415: 500})


@defect("headers", "refusal/other-methods")
def allow_is_missing(modules: Modules) -> None:
    """A 405 does not say which methods there are."""
    answering(
        modules,
        lambda name, reply: reply._replace(headers={}) if reply.status == 405 else reply,
    )


@defect("headers", "refusal/other-methods")
def allow_lists_more(modules: Modules) -> None:
    """A 405 lists methods that the path does not have."""
    allow = {"Allow": "DELETE, GET, PATCH, POST, PUT"}
    answering(
        modules,
        lambda name, reply: reply._replace(headers=allow) if reply.status == 405 else reply,
    )


@defect("headers", "access/key")
def the_challenge_is_missing(modules: Modules) -> None:
    """A 401 lacks the header that the spec requires of it."""
    answering(
        modules,
        lambda name, reply: reply._replace(headers={}) if reply.status == 401 else reply,
    )


def retype(modules: Modules, chosen: Callable[[Any], bool], media_type: str | None) -> None:
    """Give the answers that are `chosen` another media type."""
    answering(
        modules,
        lambda name, r: r._replace(media_type=media_type) if r.body and chosen(r) else r,
    )


@defect("headers", "form")
def json_is_sent_as_text(modules: Modules) -> None:
    """JSON has the media type of plain text."""
    retype(modules, lambda reply: reply.status == 200, "text/plain")


@defect("headers", "form")
def json_has_no_media_type(modules: Modules) -> None:
    """JSON comes without a media type."""
    retype(modules, lambda reply: reply.status == 200, None)


@defect("headers", "refusal/accept")
def refusals_are_json(modules: Modules) -> None:
    """Errors come as JSON where the spec says text."""

    def wrap(name: str, reply: Any) -> Any:
        if reply.status < 400:
            return reply
        body = json.dumps({"detail": reply.body.decode()}).encode()
        return reply._replace(body=body, media_type="application/json")

    answering(modules, wrap)


@defect("headers", "refusal/accept")
def refusals_are_pages(modules: Modules) -> None:
    """Errors come as HTML."""
    retype(modules, lambda reply: reply.status >= 400, "text/html")


@defect("headers", "form")
def one_refusal_has_no_body(modules: Modules) -> None:
    """What is gone is told without a body where the spec has text."""

    def mute(name: str, reply: Any) -> Any:
        if reply.status != 410:
            return reply
        return reply._replace(body=b"", media_type=None)

    answering(modules, mute)


# --- the form of bodies ------------------------------------------------------------------------


@defect("schema", "law/created-is-listed")
def get_lacks_a_member(modules: Modules) -> None:
    """A get leaves out the time of update, which is required."""

    def edit(type: Any, body: Any) -> Any:
        return {name: value for name, value in body.items() if name != type.updated[0]}

    rewrite(modules, "get", edit)


@defect("schema", "form")
def one_of_many_is_misshapen(modules: Modules) -> None:
    """In the middle of a snapshot one thing has a number for its time of creation."""

    def edit(type: Any, body: Any) -> Any:
        items = body[type.items]
        if len(items) > 2:
            items[len(items) // 2][type.created[0]] = 0
        return body

    rewrite(modules, "snapshot", edit)


@defect("schema", "law/create-is-read-back")
def absent_members_are_null(modules: Modules) -> None:
    """A get has null for members that the thing lacks."""

    def edit(type: Any, body: Any) -> Any:
        return {**dict.fromkeys((*type.heavy, "readable")), **body}

    rewrite(modules, "get", edit)


@defect("schema", "form")
def identifiers_are_texts(modules: Modules) -> None:
    """Identifiers are texts instead of references."""

    def edit(type: Any, body: Any) -> Any:
        return {**body, type.items: [item[type.id] for item in body[type.items]]}

    rewrite(modules, "identifiers", edit)


@defect("schema", "form")
def positions_are_texts(modules: Modules) -> None:
    """The positions in a snapshot are texts."""

    def edit(type: Any, body: Any) -> Any:
        places = {id: str(place) for id, place in body[type.positions].items()}
        return {**body, type.positions: places}

    rewrite(modules, "snapshot", edit)


@defect("schema", "form")
def nothing_missing_is_null(modules: Modules) -> None:
    """A batch has null where no id is missing."""

    def edit(type: Any, body: Any) -> Any:
        return {name: value or None for name, value in body.items()}

    rewrite(modules, "batch_fetch", edit)


@defect("schema", "law/update-moves-time-forward")
def times_have_no_offset(modules: Modules) -> None:
    """The times of creation and update are written without an offset."""
    render = modules.instants.render
    modules.instants.render = lambda micros: render(micros).partition("+")[0]


@defect("schema", "law/update-moves-time-forward")
def times_are_in_the_alphabet_of_asia(modules: Modules) -> None:
    """The times of creation are written with a blank between day and time."""
    render = modules.instants.render
    modules.instants.render = lambda micros: render(micros).replace("T", " ")


@defect("schema", "form")
def create_replies_the_id_alone(modules: Modules) -> None:
    """A create replies a reference instead of the thing."""
    rewrite(modules, "create", lambda type, body: {type.id: body[type.id]})


@defect("schema", "form")
def members_of_one_name_are_sent_twice(modules: Modules) -> None:
    """The id is in an answer twice, first as null."""

    def double(name: str, reply: Any) -> Any:
        if reply.media_type != "application/json":
            return reply
        return reply._replace(
            body=re.sub(rb'("id":"[^"]*")', rb'"id":null,\1', reply.body, count=1)
        )

    answering(modules, double)


@defect("schema", "law/numbers-are-exact")
def nan_is_sent(modules: Modules) -> None:
    """Small numbers are sent as NaN, which is no JSON."""
    answering(
        modules,
        lambda name, reply: reply._replace(body=re.sub(rb"\b1e-0?7\b", b"NaN", reply.body)),
    )


@defect("schema", "law/create-is-read-back")
def answers_are_in_latin_1(modules: Modules) -> None:
    """Text is sent in Latin-1 as far as it goes."""

    def encode(name: str, reply: Any) -> Any:
        text = reply.body.decode().encode("latin-1", "replace")
        return reply._replace(body=text)

    answering(modules, encode)


@defect("schema", "form")
def answers_begin_with_a_mark(modules: Modules) -> None:
    """JSON begins with a byte order mark."""

    def mark(name: str, reply: Any) -> Any:
        is_json = reply.media_type == "application/json"
        return reply._replace(body=b"\xef\xbb\xbf" + reply.body) if is_json else reply

    answering(modules, mark)


@defect("schema", "law/texts-are-exact")
def slashes_are_doubled_in_answers(modules: Modules) -> None:
    """Line ends in text are sent as a backslash and an n."""

    def double(type: Any, body: Any) -> Any:
        return deeply(body, lambda v: v.replace("\n", "\\n") if isinstance(v, str) else v)

    rewrite(modules, "get", double)


# --- on the wire -------------------------------------------------------------------------------


def framing(modules: Modules, edit: Callable[[int], int]) -> None:
    """Let `edit` make another Content-Length of those of answers with JSON."""
    start_of = modules.replies.start_of
    cycle = modules.exchange.Cycle

    def lying(reply: Any, fields: Any) -> Any:
        message = start_of(reply, fields)
        if reply.status == 200:
            message["headers"] = [
                (n, b"%d" % edit(int(v))) if n == b"content-length" else (n, v)
                for n, v in message["headers"]
            ]
        return message

    def go_on(self: Any, body: bytes, more: bool) -> None:
        head, self._head = self._head, b""
        self.transport.write(head + body)
        self.keep_alive = False
        self.expected_content_length = 0
        self._end()

    modules.dispatch.start_of = lying
    cycle._go_on = go_on


@defect("transport", "law/create-is-read-back")
def content_length_is_too_small(modules: Modules) -> None:
    """Content-Length is one less than the body has."""
    framing(modules, lambda size: size - 1)


@defect("transport", "law/create-is-read-back")
def half_of_a_body_is_sent(modules: Modules) -> None:
    """The connection is closed before the body is complete."""
    framing(modules, lambda size: size * 2)


@defect("transport", "law/create-is-read-back")
def answers_claim_to_be_compressed(modules: Modules) -> None:
    """Content-Encoding says gzip of what is not."""

    def lie(name: str, reply: Any) -> Any:
        return reply._replace(headers={**reply.headers, "Content-Encoding": "gzip"})

    answering(modules, lie)


@defect("transport", "law/created-is-listed")
def reading_redirects_to_itself(modules: Modules) -> None:
    """A get answers with a redirect to the same path."""
    get = modules.resource_class.get

    async def away(self: Any, id: str, **keywords: Any) -> Any:
        reply = await get(self, id, **keywords)
        return reply._replace(status=307, body=b"", media_type=None, headers={"Location": "."})

    modules.resource_class.get = away
