"""What SDKs send: each call is held, byte by byte, against what was asked for."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from specpipe.conformance.answers import KEY, last
from specpipe.conformance.calls import Call, Calls, plain_call
from specpipe.conformance.contract import Contract, Language, clipped, moment
from specpipe.conformance.exchange import Exchange
from specpipe.conformance.ledger import Broken
from specpipe.conformance.mouth import Heard, Mouth, Reply, reply
from specpipe.conformance.oracle import Oracle
from specpipe.conformance.sdk import Client, told
from specpipe.conformance.sequence import Sequence
from specpipe.conformance.trial import Trial
from specpipe.conformance.values import least
from specpipe.diagnostics import ToolError
from specpipe.spec.model import Operation, Parameter

STATEMENT = (
    "What a call is given is what is on the wire, valid and nothing else; what cannot be sent is "
    "refused before anything is."
)
ENCODED = re.compile(r"([A-Za-z0-9\-._~!$&'()*,;:@]|%[0-9A-Fa-f]{2})*")
"""A segment of a path (RFC 3986). Without `+` and `=`, which some servers read otherwise."""
NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?")
INTEGER = re.compile(r"-?(0|[1-9]\d*)")
USUAL = frozenset(
    {
        *("host", "connection", "content-length", "user-agent", "accept-encoding"),
        *("accept-language", "sec-fetch-mode", "transfer-encoding", "keep-alive"),
        *("cache-control", "pragma"),  # of fetch, when it is told to keep nothing
    }
)
"""Headers that HTTP libraries add by themselves."""
RETRIES = 2
"""More attempts at what may be done twice: what a client makes unless told otherwise."""


class Requests:
    """What one SDK sends to a server that listens."""

    def __init__(
        self,
        trial: Trial,
        driver: Client,
        language: Language,
        mouth: Mouth,
        sequence: Sequence,
    ) -> None:
        """`sequence`: where all that is sent is counted."""
        self._sequence = sequence
        self._driver = driver
        self._mouth = mouth
        self._oracle = Oracle(trial.document, trial.api)
        self._contract = Contract(trial.document, language)
        self._key = trial.api.key.header.lower() if trial.api.key is not None else ""
        self._count = trial.profile.calls
        self._schemas = trial.document.data.get("components", {}).get("schemas", {})
        self._seed, self._dice = trial.seed, random.Random()
        self._calls = Calls(self._schemas, self._dice)

    def faults(self, operation: Operation) -> Iterator[Broken]:
        """What is wrong with what is sent for an operation: the same whichever came before."""
        self._dice.seed(f"{self._seed}/requests/{operation.id}")
        said = self._success(operation)
        for call in self._calls.valid(operation, self._count):
            if not self._can_be_given(call):
                continue
            self._mouth.says(said)
            faults = list(self._sent(call))
            for request in self._mouth.heard:
                self._sequence.add(request.method, request.target, request.body)
            for fault in faults:
                yield Broken(f"{operation.id}: {fault}", last(self._driver))
        for what, call in self._calls.refused(operation, self._contract, self._count * 5):
            self._mouth.says(said)
            if wrong := self._refused(call):
                yield Broken(f"{operation.id}: {what}: {wrong}", last(self._driver))
        yield from self._repeated(operation)

    def _success(self, operation: Operation) -> Reply:
        success = operation.success
        value = success.example
        if success.schema is None:
            return reply(success.status, b"" if success.media_type is None else b"text")
        if value is None:
            value = least({"$ref": f"#/components/schemas/{success.schema}"}, self._schemas)
        return reply(success.status, json.dumps(value).encode(), success.media_type)

    def _can_be_given(self, call: Call) -> bool:
        """Whether the language has all of a call: not every date-time, perhaps."""
        body = call.operation.body
        return body is None or call.body is None or self._contract.allows(body.schema, call.body)

    def _call(self, call: Call) -> str | None:
        """Call; what the SDK raised, if anything."""
        self._driver.exchanges.clear()
        try:
            self._driver.call(call.operation, *call.path, **call.arguments)
        except ToolError:
            raise
        except Exception as error:
            return told(error)
        return None

    def _sent(self, call: Call) -> Iterator[str]:
        """What is wrong with the request of a call."""
        if raised := self._call(call):
            given = clipped((*call.path, call.arguments), 400)
            yield f"the SDK raised {raised}; it was given {given}"
        elif len(self._mouth.heard) != 1:
            yield f"the SDK sent {len(self._mouth.heard)} requests, not one"
        else:
            request = self._mouth.heard[0]
            yield from self._path_and_query(call, request)
            yield from self._headers(call.operation, request)
            yield from self._body(call, request)
            yield from self._oracle.request_faults(
                call.operation, self._exchange(request), self._mouth.running.base_url
            )

    def _exchange(self, request: Heard) -> Exchange:
        url = self._mouth.running.base_url + request.target
        return Exchange(request.method, url, dict(request.headers), request.body, 0, {}, b"")

    def _path_and_query(self, call: Call, request: Heard) -> Iterator[str]:
        operation = call.operation
        if request.method != operation.method:
            yield f"the method is {request.method}, not {operation.method}"
        parts = urlsplit(request.target)
        template, path = operation.path.split("/"), parts.path.split("/")
        values = {parameter.wire: (parameter, value) for parameter, value in call.given("path")}
        if len(template) != len(path):
            yield f"the path {parts.path} is not of {operation.path}"
            return
        for wanted, found in zip(template, path, strict=True):
            if wanted[:1] == "{":
                fault = written(found, *values[wanted[1:-1]])
            else:
                fault = None if found == wanted else f"{found!r} is in the place of {wanted!r}"
            if fault:
                yield f"in the path, {fault}"
        yield from query_faults(call, parts.query)

    def _headers(self, operation: Operation, request: Heard) -> Iterator[str]:
        names = Counter(name for name, _ in request.headers)
        yield from (f"the header {name} comes twice" for name, n in names.items() if n > 1)
        known = {"accept", "content-type", self._key}
        for name in names.keys() - USUAL - known:
            yield f"the header {name} is sent, which nobody asked for"
        accepted = {it.strip() for it in ",".join(request.values("accept")).split(",")} - {""}
        if accepted != set(operation.produces) and (operation.produces or accepted - {"*/*"}):
            yield f"Accept is {sorted(accepted)}, not {sorted(operation.produces)}"
        if request.body and not request.values("content-type"):
            yield "a body is sent without a Content-Type"
        if not request.body and request.values("content-type"):
            yield f"Content-Type {request.values('content-type')[0]} is sent without a body"
        if not self._key:
            return
        wanted = [KEY] if operation.secured else []
        if request.values(self._key) != wanted:
            yield f"the key is {'missing' if wanted else 'sent where none is wanted'}"
        elsewhere = [value for name, value in request.headers if name != self._key]
        if any(
            KEY in text for text in (request.target, *elsewhere, request.body.decode("latin-1"))
        ):
            yield "the key is in other places than its header"

    def _body(self, call: Call, request: Heard) -> Iterator[str]:
        wanted = call.operation.body
        if wanted is None or call.body is None:
            if request.body:
                yield f"a body is sent, but none was given: {clipped(request.body)}"
            return
        try:
            found = json.loads(request.body)
        except ValueError as error:
            yield f"the body is not JSON: {error}: {clipped(request.body)}"
            return
        schema = {"$ref": f"#/components/schemas/{wanted.schema}"}
        if fault := self._contract.difference(found, call.body, schema):
            yield f"in the body, {fault}"

    def _refused(self, call: Call) -> str | None:
        """What is wrong with what becomes of a call that cannot be sent."""
        self._driver.exchanges.clear()
        try:
            body = {} if call.operation.body is None else {"body": call.body}
            self._driver.call(call.operation, *call.path, **call.query, **body)
        except ToolError:
            raise
        except Exception as error:
            if "InvalidArgument" not in self._driver.kinds(error):
                return f"the SDK raised {told(error)}"
        else:
            return "the SDK did not refuse it"
        return "the SDK refused it, but had sent a request" if self._mouth.heard else None

    def _repeated(self, operation: Operation) -> Iterator[Broken]:
        """A server that is busy for a moment is asked again, but not for what must not be done
        twice."""
        busy = reply(503, b"busy", "text/plain", {"Retry-After": "0"})
        gone = Reply(b"", closes=True)
        for what, replies in (("503", [busy]), ("a closed connection", [gone, busy])):
            self._mouth.says(*replies)
            self._call(plain_call(operation))
            most = 1 + RETRIES if operation.repeatable else 1
            heard = self._mouth.heard
            if not 1 <= len(heard) <= most:
                message = f"{operation.id}: after {what} it was sent {len(heard)} times"
                yield Broken(f"{message}, not {most}", last(self._driver))
            elif any(it != heard[0] for it in heard):
                message = f"{operation.id}: after {what} another request was sent"
                yield Broken(message, last(self._driver))


def query_faults(call: Call, query: str) -> Iterator[str]:
    """What is wrong with a query."""
    pairs = [pair.partition("=")[::2] for pair in query.split("&")] if query else []
    wanted = {parameter.wire: (parameter, value) for parameter, value in call.given("query")}
    names = Counter(unquote(name) for name, _ in pairs)
    for name in wanted.keys() - names.keys():
        yield f"{name} is missing from the query"
    for name, text in pairs:
        if unquote(name) not in wanted or not ENCODED.fullmatch(name):
            yield f"{name}={text} is in the query, which was not given"
        elif fault := written(text, *wanted[unquote(name)]):
            yield f"in the query, {fault}"
    yield from (f"{name} comes {n} times in the query" for name, n in names.items() if n > 1)


def written(text: str, parameter: Parameter, value: Any) -> str | None:
    """What is wrong with `text`, in a URL, for a value of a parameter."""
    if not ENCODED.fullmatch(text):
        return f"{parameter.wire} is not percent-encoded: {text!r}"
    found = unquote(text, errors="backslashreplace")
    match parameter.type:
        case "boolean":
            right = found == ("true" if value else "false")
        case "integer":
            right = bool(INTEGER.fullmatch(found)) and int(found) == value
        case "number":
            right = bool(NUMBER.fullmatch(found)) and json.loads(found) == value
        case "date-time":
            wanted = value.isoformat() if isinstance(value, datetime) else str(value)
            right = moment(found) == moment(wanted) and found[10:11] in "Tt"
        case _:
            right = found == value
    return None if right else f"{parameter.wire} is {found!r}, not {value!r}"
