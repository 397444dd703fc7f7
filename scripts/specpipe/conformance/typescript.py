"""The generated TypeScript SDK, called by operation through a process of Node.js, with every
exchange on the record."""

from __future__ import annotations

import base64
import json
import subprocess
import tempfile
import threading
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from specpipe import node
from specpipe.conformance.exchange import Exchange
from specpipe.conformance.process import Running
from specpipe.conformance.sdk import key_header
from specpipe.diagnostics import ToolError
from specpipe.render import python_identifier
from specpipe.spec.model import Api, Operation
from specpipe.targets.typescript_calls import attribute, call
from specpipe.workspace import ROOT

NAME = "TypeScript SDK"
BRIDGE = ROOT / "scripts" / "specpipe" / "conformance" / "bridge.mjs"
SECONDS = 120.0
"""More than any call may take by itself."""


class LeftOut(ToolError):
    """The SDK cannot be driven on this machine, or was not generated; the text says why."""


class Failed(Exception):
    """A call of the SDK rejected: with an error of that `name` and HTTP status, if any."""

    def __init__(self, name: str, message: str, status: int | None) -> None:
        super().__init__(f"{name}: {message}")
        self.name = name
        self.status = status


class Value:
    """What a call gave, as JSON."""

    def __init__(self, data: Any) -> None:
        self._data = data

    def to_dict(self) -> Any:
        """The value as JSON.stringify writes it."""
        return self._data


class TypeScriptDriver:
    """Drives the SDK in `out`. Raises LeftOut, and ToolError when the SDK does not load."""

    name = NAME

    def __init__(self, api: Api, out: Path, server: Running, **options: Any) -> None:
        entry = (out / "typescript-client" / "src" / "index.ts").resolve()
        if not entry.is_file():
            raise LeftOut(f"{out}: there is no {NAME} here: run make generate")
        try:
            command = [node.executable(f"the {NAME}"), str(BRIDGE)]
        except node.NoNode as error:
            raise LeftOut(str(error)) from error
        self.exchanges: list[Exchange] = []
        self._key = key_header(api)
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
        key = {"apiKey": server.key} if server.key else {}
        given = {"baseUrl": server.base_url, **key, **options}
        try:
            self._ask({"entry": str(entry), "client": api.package.pascal, "options": given})
        except BaseException:
            self.close()
            raise

    def call(self, operation: Operation, *path: Any, **arguments: Any) -> Any:
        """See `Driver.call`. Raises Failed."""
        view = call(operation)
        snakes = {p.wire: python_identifier(p.name.snake) for p in operation.parameters}
        named = {snakes[option.wire]: option.name for option in view.query}
        body = [arguments.pop("body", None)] if view.body else []
        answer = self._ask(
            {
                "resource": attribute(operation.tag),
                "method": (*view.aliases, view.name)[0],
                "arguments": [*path, *body, {named[k]: v for k, v in arguments.items()}],
            }
        )
        self.exchanges += [self._recorded(one) for one in answer["exchanges"]]
        if error := answer.get("error"):
            raise Failed(str(error.get("name")), str(error.get("message")), error.get("status"))
        return Value(answer.get("value"))

    def close(self) -> None:
        """See `Driver.close`."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.kill()
        self._process.wait()
        self._process.stdin.close()
        self._process.stdout.close()
        self._folder.cleanup()

    def _ask(self, line: Mapping[str, Any]) -> Any:
        """The bridge's answer to a line. Raises ToolError when it dies or hangs."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        limit = threading.Timer(SECONDS, self._process.kill)
        limit.start()
        try:
            stdin.write(json.dumps(line, default=datetime.isoformat).encode() + b"\n")
            stdin.flush()
            answer = stdout.readline()
        except BrokenPipeError:
            answer = b""
        finally:
            limit.cancel()
        if not answer:
            status = self._process.wait()
            said = (
                node.words(self._errors.read_bytes()) or f"its process ended with status {status}"
            )
            raise ToolError(f"the {NAME}: {said}")
        return json.loads(answer)

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
