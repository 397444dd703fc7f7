"""The generated TypeScript SDK, called by operation through a process of Node.js, with every
exchange on the record."""

from __future__ import annotations

import base64
import contextlib
import json
import math
import select
import subprocess
import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from specpipe import node
from specpipe.conformance.exchange import Exchange
from specpipe.conformance.process import Running
from specpipe.conformance.sdk import AsModel, key_header
from specpipe.diagnostics import ToolError
from specpipe.render import python_argument
from specpipe.spec.model import Api, Operation
from specpipe.targets.typescript_calls import attribute, call
from specpipe.workspace import ROOT

NAME = "TypeScript SDK"
BRIDGE = ROOT / "scripts" / "specpipe" / "conformance" / "bridge.mjs"
MARK = "\ue000"
"""The member of an object that stands for what JSON has not; see `marked`."""
SECONDS = 120.0
"""More than any call may take by itself."""


class LeftOut(ToolError):
    """The SDK cannot be driven on this machine, or was not generated; the text says why."""


class Failed(Exception):
    """A call of the SDK rejected, with an error of its classes `kinds`, or with one of another's
    called `name`; and the HTTP status, if any."""

    def __init__(
        self, name: str, message: str, status: int | None, kinds: tuple[str, ...] = ()
    ) -> None:
        super().__init__(message)
        self.name = name
        self.status = status
        self.kinds = kinds


class Bridge:
    """A process of Node.js with the SDK in `out`, for any number of clients. Raises LeftOut, and
    ToolError when the SDK does not load."""

    def __init__(self, out: Path) -> None:
        entry = (out / "typescript-client" / "src" / "index.ts").resolve()
        if not entry.is_file():
            raise LeftOut(f"{out}: there is no {NAME} here: run make generate")
        try:
            command = [node.executable(f"the {NAME}"), str(BRIDGE)]
        except node.NoNode as error:
            raise LeftOut(str(error)) from error
        self._folder = tempfile.TemporaryDirectory(prefix="specpipe-")
        self._errors = Path(self._folder.name, "errors")
        with self._errors.open("wb") as errors:
            self._process = subprocess.Popen(
                command,
                env=node.environment(self._folder.name),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                start_new_session=True,  # Ctrl-C is for the judge, who cleans up before the end
            )
        try:
            self.ask({"entry": str(entry)})
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.kill()
        self._process.wait()
        self._process.stdin.close()
        self._process.stdout.close()
        self._folder.cleanup()

    def ask(self, line: Mapping[str, Any]) -> Any:
        """The answer to a line. Raises ToolError when the process dies or hangs."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        answer = b""
        with contextlib.suppress(BrokenPipeError):
            stdin.write(json.dumps(line).encode() + b"\n")
            stdin.flush()
            if not select.select([stdout], [], [], SECONDS)[0]:
                self._process.kill()
            answer = stdout.readline()
        if not answer:
            status = self._process.wait()
            said = (
                node.words(self._errors.read_bytes()) or f"its process ended with status {status}"
            )
            raise ToolError(f"the {NAME}: {said}")
        return json.loads(answer)


class TypeScriptDriver:
    """Drives a client of a bridge."""

    name = NAME

    def __init__(self, bridge: Bridge, api: Api, server: Running, retries: int = 2) -> None:
        self.exchanges: list[Exchange] = []
        self._bridge = bridge
        self._key = key_header(api)
        key = {"apiKey": server.key} if server.key else {}
        options = {"baseUrl": server.base_url, "retries": retries, **key}
        self._client = bridge.ask({"client": api.package.pascal, "options": options})["client"]

    def call(self, operation: Operation, /, *path: Any, **arguments: Any) -> Any:
        """See `Driver.call`. Its models are plain objects. Raises Failed."""
        view = call(operation)
        snakes = {p.wire: python_argument(p.name.snake) for p in operation.parameters}
        named = {snakes[option.wire]: option.name for option in view.query}
        body = [arguments.pop("body", None)] if view.body else []
        body = [it.data if isinstance(it, AsModel) else it for it in body]
        options = {named[name]: value for name, value in arguments.items()}
        answer = self._bridge.ask(
            {
                "of": self._client,
                "resource": attribute(operation.tag),
                "method": (*view.aliases, view.name)[0],
                "arguments": marked([*path, *body, options]),
            }
        )
        self.exchanges += [self._recorded(one) for one in answer["exchanges"]]
        if error := answer.get("error"):
            raise Failed(
                str(error.get("name")),
                str(error.get("message")),
                error.get("status"),
                tuple(error["kinds"]),
            )
        return answer.get("value")

    def kinds(self, error: Exception) -> tuple[str, ...]:
        """See `Client.kinds`."""
        return error.kinds if isinstance(error, Failed) else ()

    def close(self) -> None:
        """See `Driver.close`. The bridge stays open."""
        self._bridge.ask({"shut": self._client})

    def _recorded(self, one: Mapping[str, Any]) -> Exchange:
        headers = one["requestHeaders"]
        sent = one["requestBody"]
        return Exchange(
            one["method"],
            one["url"],
            {name: value for name, value in headers.items() if name != self._key},
            base64.b64decode(sent) if sent is not None else None,
            one["status"],
            one["headers"],
            base64.b64decode(one["body"]),
            self._key if self._key in headers else None,
        )


def marked(value: Any) -> Any:
    """`value` as JSON for the bridge: what JSON has not is an object that says what it is. A
    datetime is a Date, or text if a Date cannot hold it."""
    if isinstance(value, datetime):
        text = value.isoformat()
        return {MARK: "date", "text": text} if value.microsecond % 1000 == 0 else text
    if isinstance(value, float) and not math.isfinite(value):
        return {MARK: "number", "text": str(value)}
    if isinstance(value, dict):
        return {name: marked(item) for name, item in value.items()}
    return [marked(item) for item in value] if isinstance(value, list) else value
