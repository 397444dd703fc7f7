"""What SDKs make of answers: valid ones, some with more in them than the spec knows, and odd ones,
each of which has to end in an error of the SDK's own and never in a value."""

from __future__ import annotations

import copy
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from specpipe.conformance.exchange import Exchange
from specpipe.conformance.law import holds
from specpipe.conformance.ledger import Broken
from specpipe.conformance.oracle import Oracle
from specpipe.conformance.process import Running
from specpipe.conformance.samples import sample
from specpipe.conformance.sdk import Driver
from specpipe.conformance.story import alike
from specpipe.conformance.trial import Trial
from specpipe.conformance.typescript import Failed
from specpipe.diagnostics import ToolError
from specpipe.spec.model import Operation, Response

STATEMENT = (
    "A valid answer loses nothing in the SDK; an odd one ends in an error that says what it is."
)
DECODE, UNEXPECTED = "DecodeError", "UnexpectedStatusError"
STRANGE = {"a member that no spec knows": [1, {"x": None}], "__proto__": "kept"}
WRONG: Mapping[str, Any] = {
    "string": 5,
    "integer": "5",
    "number": "5",
    "boolean": "yes",
    "array": {},
    "object": "text",
}
"""By type, a value that is not of it."""
UNDOCUMENTED = 418
KEY = "a key of nobody"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server says, and the error that this has to end in: none for a value."""

    what: str
    body: bytes
    error: str | None = None
    status: int | None = None
    """The documented one unless given."""
    media_type: str | None = None
    """As above."""


class Answers:
    """The answers to one operation, which promises JSON of a schema."""

    def __init__(self, trial: Trial, success: Response) -> None:
        self._schemas = trial.document.data.get("components", {}).get("schemas", {})
        self._name = str(success.schema)
        oracle = Oracle(trial.document, trial.api)
        self._is_valid: Callable[[Any], bool] = oracle.validator(self._name).is_valid
        self._example = success.example

    def __iter__(self) -> Iterator[Answer]:
        least = sample({"$ref": f"#/components/schemas/{self._name}"}, self._schemas)
        full = least if self._example is None else self._example
        for what, value in (("the least", least), ("the example", full)):
            yield Answer(what, encoded(value))
        strange = value | STRANGE if isinstance(value := copy.deepcopy(full), dict) else full
        if self._is_valid(strange):
            yield Answer("unknown members", encoded(strange))
        for what, odd in self._odd(full, {"$ref": f"#/components/schemas/{self._name}"}, ""):
            if not self._is_valid(odd):
                yield Answer(what, encoded(odd), DECODE)
        text = encoded(full)
        yield Answer("null", b"null", DECODE)
        yield Answer("no body", b"", DECODE)
        yield Answer("half of the JSON", text[: len(text) // 2], DECODE)
        yield Answer("text that is not UTF-8", text[:-1] + b"\xff" + text[-1:], DECODE)
        yield Answer("a page", b"<!doctype html><p>Hello", DECODE, media_type="text/html")
        yield Answer("an undocumented status", text, UNEXPECTED, status=UNDOCUMENTED)

    def _odd(self, value: Any, schema: Any, place: str) -> Iterator[tuple[str, Any]]:
        """Copies of `value`, each wrong in one place."""
        if "$ref" in schema:
            schema = self._schemas[str(schema["$ref"]).rpartition("/")[2]]
        if (wrong := WRONG.get(str(schema.get("type")))) is not None:
            yield f"a {schema['type']} that is none{place}", wrong
        if isinstance(value, dict):
            yield from self._odd_members(value, schema, place)
        if isinstance(value, list) and value:
            for what, odd in self._odd(value[0], schema.get("items", {}), f"{place}[0]"):
                yield what, [odd, *value[1:]]

    def _odd_members(
        self, value: Mapping[str, Any], schema: Any, place: str
    ) -> Iterator[tuple[str, Any]]:
        for name in schema.get("required", ()):
            yield f"without{place} {name}", {k: v for k, v in value.items() if k != name}
            yield f"null as{place} {name}", {**value, name: None}
        properties = schema.get("properties", {})
        for name in [name for name in value if name in properties]:
            for what, odd in self._odd(value[name], properties[name], f"{place} {name}"):
                yield what, {**value, name: odd}


def encoded(value: Any) -> bytes:
    """`value` as JSON."""
    return json.dumps(value, ensure_ascii=False).encode()


class Mouth:
    """A server that says `answer` to every request."""

    def __init__(self, operation: Operation, key: str | None) -> None:
        self.operation = operation
        self.answer = Answer("", b"")
        mouth = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def speak(self) -> None:
                self.rfile.read(int(self.headers.get("content-length", 0)))
                mouth.speak(self)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = speak

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.running = Running(f"http://127.0.0.1:{self._server.server_port}", key)

    def speak(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer one request."""
        answer, success = self.answer, self.operation.success
        handler.send_response(answer.status or success.status)
        handler.send_header("Content-Type", answer.media_type or str(success.media_type))
        handler.send_header("Content-Length", str(len(answer.body)))
        handler.end_headers()
        handler.wfile.write(answer.body)

    @contextmanager
    def open(self) -> Iterator[None]:
        """Listen until the end of the block."""
        thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._server.shutdown()
            self._server.server_close()


def faults(trial: Trial, driver: Driver, mouth: Mouth) -> Iterator[Broken]:
    """What an SDK, a client of `mouth`, makes of answers that it should not."""
    for operation in trial.api.operations:
        if operation.success.schema is None:
            continue
        mouth.operation = operation
        for mouth.answer in Answers(trial, operation.success):
            try:
                check(driver, operation, mouth.answer)
            except Broken as broken:
                message = f"{operation.id}: {mouth.answer.what}: {broken.message}"
                yield Broken(message, last(driver))


def check(driver: Driver, operation: Operation, answer: Answer) -> None:
    """Call, and raise Broken unless that ends as it has to."""
    path = [str(p.schema.get("example", "example")) for p in operation.parameters_in("path")]
    body = {} if operation.body is None else {"body": operation.body.example}
    try:
        result = driver.call(operation, *path, **body)
    except ToolError:
        raise
    except Exception as error:
        name = error.name if isinstance(error, Failed) else type(error).__name__
        holds(name == answer.error, f"the SDK raised {name}: {error}")
        return
    holds(answer.error is None, f"the SDK took it for {operation.success.schema}")
    found = result.to_dict()
    holds(alike(found, json.loads(answer.body)), f"the SDK made {found} out of it")


def last(driver: Driver) -> Exchange | None:
    """The newest exchange of a driver."""
    return driver.exchanges[-1] if driver.exchanges else None
