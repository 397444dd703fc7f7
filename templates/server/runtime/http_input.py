"""From an ASGI request to a handler's arguments; each refusal names what is at fault."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import unquote_to_bytes

import jsonschema_rs
from starlette.types import Receive

from . import instants
from .contract import Body, Operation, Parameter
from .headers import Headers
from .json_input import Json, Schemas, check, parse_json
from .replies import JSON, Refusal

_INTEGER = re.compile(r"-?(0|[1-9]\d*)", re.ASCII)
_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?", re.ASCII)

_ANNOTATIONS = {"default", "deprecated", "description", "example", "examples", "title"}


def text_of(raw: bytes, what: str) -> str:
    """Percent-decoded UTF-8. Raises Refusal (422) when it is not that."""
    try:
        return (unquote_to_bytes(raw) if b"%" in raw else raw).decode("utf-8")
    except UnicodeDecodeError:
        raise Refusal(422, f"{what}: is not percent-encoded UTF-8") from None


def query_of(raw: bytes, known: Collection[str]) -> dict[str, list[str]]:
    """Those fields of a query string (application/x-www-form-urlencoded) that are `known`, in
    order. Others are not even decoded. Raises Refusal (422)."""
    fields: dict[str, list[str]] = {}
    for pair in raw.split(b"&"):
        name, _, value = pair.replace(b"+", b" ").partition(b"=")
        key = unquote_to_bytes(name).decode("utf-8", "surrogateescape")
        if key in known:
            fields.setdefault(key, []).append(text_of(value, key))
    return fields


class Arguments:
    """Turns requests for one operation into the arguments of its handler."""

    def __init__(self, operation: Operation, schemas: Schemas) -> None:
        self._operation = operation
        self._query = frozenset(p.wire for p in operation.parameters if p.place == "query")
        self._validators = {
            parameter.wire: jsonschema_rs.Draft202012Validator(
                dict(parameter.schema), validate_formats=True
            )
            for parameter in operation.parameters
            if not _is_plain(parameter)
        }
        self._schemas = schemas

    def parameters(self, path: Mapping[str, str], query: bytes) -> dict[str, Any]:
        """The path and query parameters, typed. Query fields that the spec does not know are
        ignored, as newer clients may send them. Raises Refusal (422)."""
        fields = query_of(query, self._query) if query else {}
        arguments: dict[str, Any] = {}
        for parameter in self._operation.parameters:
            if parameter.place == "path":
                arguments[parameter.argument] = self._value(parameter, path[parameter.wire])
            elif (texts := fields.get(parameter.wire)) is not None:
                if len(texts) > 1:
                    raise Refusal(422, f"{parameter.wire}: given more than once")
                arguments[parameter.argument] = self._value(parameter, texts[0])
            elif parameter.required:
                raise Refusal(422, f"{parameter.wire}: is required in the query string")
            else:
                arguments[parameter.argument] = parameter.default
        return arguments

    def _value(self, parameter: Parameter, text: str) -> Any:
        value: Any = text
        if parameter.kind == "boolean":
            if text not in ("true", "false"):
                raise Refusal(422, f"{parameter.wire}: {text!r} is neither true nor false")
            value = text == "true"
        elif parameter.kind == "integer":
            if len(text) > 40 or not _INTEGER.fullmatch(text):
                raise Refusal(422, f"{parameter.wire}: {text!r} is not an integer")
            value = int(text)
        elif parameter.kind == "number":
            if len(text) > 400 or not _NUMBER.fullmatch(text):
                raise Refusal(422, f"{parameter.wire}: {text!r} is not a number")
            value = float(text)
        elif parameter.kind == "date-time":
            value = instants.canonical(text)
        if (validator := self._validators.get(parameter.wire)) is not None:
            check(validator, value, parameter.wire)
        return instants.parse(value) if parameter.kind == "date-time" else value

    def body(self, raw: bytes, headers: Headers) -> Json[Any] | None:
        """The body, checked; None when there is none and none is needed. Raises Refusal."""
        expected = self._operation.body
        assert expected is not None
        if not raw:
            if expected.required:
                raise Refusal(400, "a JSON body is required")
            return None
        check_content_type(headers)
        check_content_encoding(headers)
        value = parse_json(raw)
        check(self._schemas.component(expected.schema), value, "the body")
        return _typed(value, expected)


def _is_plain(parameter: Parameter) -> bool:
    """Whether its schema asks for no more than its kind, which is checked in any case."""
    asks = {word for word in parameter.schema if not word.startswith("x-")} - _ANNOTATIONS
    return asks <= {"type"} and parameter.schema.get("type") == parameter.kind


def _typed(value: Any, body: Body) -> Json[Any]:
    return Json(value, body.model)


def check_content_type(headers: Headers) -> None:
    """Raise Refusal (415) unless it is JSON in UTF-8, and says so once."""
    values = headers.values(b"content-type")
    if not values:
        raise Refusal(415, f"the body has no Content-Type: send {JSON}")
    if len(values) > 1:
        raise Refusal(415, f"Content-Type is given more than once: send {JSON} once")
    if not is_json(values[0]):
        shown = values[0].decode("latin-1")
        raise Refusal(415, f"Content-Type {shown!r} is not supported: send {JSON} in UTF-8")


@lru_cache(maxsize=64)
def is_json(content_type: bytes) -> bool:
    """Whether it names JSON, in UTF-8 if it names a charset. Other parameters mean nothing there
    (RFC 8259, 11)."""
    kind, *options = (part.strip().lower() for part in content_type.decode("latin-1").split(";"))
    charsets = [o.removeprefix("charset=").strip('"') for o in options if o.startswith("charset=")]
    return kind == JSON and all(charset in ("utf-8", "utf8") for charset in charsets)


def check_content_encoding(headers: Headers) -> None:
    """Raise Refusal (415) when the body is compressed (RFC 9110, 8.4)."""
    coding = headers.text(b"content-encoding")
    if coding is None or coding == "identity":
        return
    if any(part.strip().lower() not in ("", "identity") for part in coding.split(",")):
        text = f"Content-Encoding {coding!r} is not supported: send the body as it is"
        raise Refusal(415, text, {"Accept-Encoding": "identity"})


def check_accept(accept: str | None, produces: tuple[str, ...]) -> None:
    """Raise Refusal (406) unless the client takes at least one media type that the operation
    answers with (RFC 9110, 12.5.1). A type that is refused with q=0 does not count."""
    if accept is not None and not takes_any(accept, produces):
        offered = sorted(media_type.partition(";")[0] for media_type in produces)
        raise Refusal(406, f"Accept {accept!r} takes none of {', '.join(offered)}")


@lru_cache(maxsize=64)
def takes_any(accept: str, produces: tuple[str, ...]) -> bool:
    """Whether a list of media ranges, if it has any, has a place for one of these media types."""
    offered = {media_type.partition(";")[0] for media_type in produces}
    ranges = [part for part in accept.split(",") if part.strip()]
    for part in ranges:
        range_, *options = (piece.strip().lower() for piece in part.split(";"))
        if any(re.fullmatch(r"q=0(\.0{0,3})?", option) for option in options):
            continue
        if range_ in ("*/*", "*") or any(_matches(range_, kind) for kind in offered):
            return True
    return not ranges


def _matches(range_: str, kind: str) -> bool:
    return range_ == kind or (range_.endswith("/*") and kind.startswith(range_[:-1]))


async def read_body(receive: Receive, headers: Headers, limit: int) -> bytes:
    """The whole request body. Raises Refusal (413) when it has more than `limit` bytes."""
    for value in headers.values(b"content-length"):
        if value.isdigit() and int(value) > limit:
            raise too_large(limit)
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refusal(400, "the body ended early")
        chunk: bytes = message.get("body", b"")
        chunks.append(chunk)
        size += len(chunk)
        if size > limit:
            raise too_large(limit)
        if not message.get("more_body", False):
            return b"".join(chunks) if len(chunks) > 1 else chunk


def too_large(limit: int) -> Refusal:
    """The refusal of a body over `limit` bytes; the connection is closed, whatever is left."""
    return Refusal(413, f"the body is larger than {limit} bytes", {"Connection": "close"})
